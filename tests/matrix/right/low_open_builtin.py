# Lets the built-in open choose the flags, and its buffer make the calls.
# exercise: low_open
import sys

try:
    with open("data.txt", "w", newline="\n") as file:
        file.write("Let's go!\n")
except OSError as problem:
    sys.exit(str(problem))
