"""The observer: what it sees, what it changes, what it survives."""
