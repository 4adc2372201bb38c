# kind: charged
# tries: a source of a terabyte of zeros that takes no room
# promise: status=1,2
# needs: memory

import os

with open("hello_server.c", "w") as file:
    os.truncate(file.fileno(), 1 << 40)
with open("hello_client.py", "w") as file:
    os.truncate(file.fileno(), 1 << 40)
