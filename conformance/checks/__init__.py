"""The vocabulary of checks: each reads a run and says what it judges; none starts anything."""
