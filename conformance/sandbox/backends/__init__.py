"""Backends: the ways to start a program and to follow it, one file for each platform, behind one protocol."""
