# kind: charged
# tries: a manifest whose command holds a NUL
# promise: status=1,2

from pathlib import Path

Path("offhook.toml").write_text('[hello_server]\nrun = ["./hello\\u0000server", "{port}"]')
Path("hello_server.c").write_text("int main(void) { return 0; }")
