# kind: charged
# tries: a manifest of 30,000 brackets in each other
# promise: status=2

from pathlib import Path

Path("offhook.toml").write_text("hello_server = " + "[" * 30_000)
Path("hello_server.c").write_text("int main(void) { return 0; }")
