"""Transports as the peer uses them: how its sockets are made, and what the kernel knows of what is under way."""
