# kind: charged
# tries: a manifest that is a FIFO
# promise: status=1,2

import os
from pathlib import Path

os.mkfifo("offhook.toml")
Path("hello_server.c").write_text("int main(void) { return 0; }")
