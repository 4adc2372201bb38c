"""Fuzzing that follows the coverage, for readers of what a program says of itself."""
