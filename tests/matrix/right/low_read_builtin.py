# Copies the file's bytes from one buffered file object to another.
# exercise: low_read
import shutil
import sys

try:
    with open("data.txt", "rb") as file:
        shutil.copyfileobj(file, sys.stdout.buffer)
    sys.stdout.buffer.flush()
except OSError as problem:
    sys.exit(str(problem))
