# kind: charged
# tries: a submission of 6,000 folders in each other, with a million bytes of name
# promise: status=1

import os
from pathlib import Path

Path("hello_server.c").write_text("int main(void) { return 0; }")
for _ in range(6_000):
    os.mkdir("d")
    os.chdir("d")
