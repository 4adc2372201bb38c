"""Hostile submissions, each with its promise, judged where a breach harms nobody, beside an honest neighbour."""
