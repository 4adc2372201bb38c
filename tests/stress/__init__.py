"""The same programs again and again, on a quiet machine and a busy one, and in every tier of isolation."""
