"""The Winsock observer: the calls of a Windows program under Wine, from Wine's relay trace as it is written.

Wine writes a line before each call into a Windows library and one behind it, with the caller's address. The program
stops at each of these writes, as at a system call of interest on Linux: so nothing runs ahead of the trace, memory can
be read while it is what the line says, and a call can be made to fail by what it is given. The lines go no further:
what the program itself prints never mixes with them.
"""
