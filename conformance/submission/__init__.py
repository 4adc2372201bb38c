"""From a folder to programs that can be started."""
