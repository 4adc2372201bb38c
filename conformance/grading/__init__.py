"""A class: many submissions, judged together and marked by one rubric."""
