"""Offhook: the conformance suite for socket programs."""

__version__ = "0.1.0"
