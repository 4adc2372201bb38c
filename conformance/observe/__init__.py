"""Watching a program at the system boundary: its trace, and the faults that the kernel is made to show."""
