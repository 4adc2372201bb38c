# Reads the file at once with pathlib, and prints it at once.
# exercise: low_read
import sys
from pathlib import Path

try:
    content = Path("data.txt").read_bytes()
except OSError as problem:
    sys.exit(f"{problem.filename}: {problem.strerror}")
sys.stdout.buffer.write(content)
