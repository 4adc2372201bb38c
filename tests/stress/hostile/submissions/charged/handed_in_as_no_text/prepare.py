# kind: charged
# tries: files and folders handed in whose names are no UTF-8, the source among them
# promise: status=1

import os

os.mkdir(b"\xff\xfe")
for name in (b"hello_server.c", b"hello_cl\xffient.c", b"\xff\xfe/\x80.h"):
    with open(name, "w") as file:
        file.write("int main(void) { return 0; }")
