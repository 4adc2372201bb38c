"""What is allowed: the vocabulary of calls, the states of a descriptor, and what is right after a failure."""
