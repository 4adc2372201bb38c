"""Judging: from a program and a requirement to a verdict and its evidence."""
