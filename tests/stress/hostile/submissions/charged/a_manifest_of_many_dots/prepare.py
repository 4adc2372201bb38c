# kind: charged
# tries: a manifest with a thousand long keys of dots, which takes gigabytes to read
# promise: status=2

from pathlib import Path

Path("offhook.toml").write_text("".join(f"k{number}" + ".a" * 30 + " = 1\n" for number in range(900)))
Path("hello_server.c").write_text("int main(void) { return 0; }")
