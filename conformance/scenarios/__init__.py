"""Scenarios: what the peer does and what the kernel is made to do, as families that requirements are judged in."""
