"""Byte order: what the kernel sees of a port where a program forgets htons."""


def swapped(port: int) -> int:
    """Return the port that a program uses when it forgets htons."""
    return int.from_bytes(port.to_bytes(2, "big"), "little")
