"""Showing a program's calls as they happen, in the user's own terminal, and playing the kernel by hand."""
