# Writes once and takes it for granted that the file took all.
# exercise: low_open
# breaks: file.partial-io
import os

file = os.open("data.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
os.write(file, b"Let's go!\n")
os.close(file)
