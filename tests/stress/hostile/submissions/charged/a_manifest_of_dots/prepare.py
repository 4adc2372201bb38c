# kind: charged
# tries: a manifest with a key of 30,000 dots
# promise: status=2

from pathlib import Path

Path("offhook.toml").write_text("a" + ".a" * 30_000 + " = 1")
Path("hello_server.c").write_text("int main(void) { return 0; }")
