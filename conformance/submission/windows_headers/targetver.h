/* Says for which version of Windows a project is built: for the one that the compiler takes by itself. */
