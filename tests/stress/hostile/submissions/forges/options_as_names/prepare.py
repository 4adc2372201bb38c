# kind: forges
# tries: files whose names are options of compilers and shells
# promise: status=1

from pathlib import Path

for name in (
    "-rf",
    "-fplugin=evil.so",
    "@options",
    "--help",
    "-o hello_client.c",
    "$(touch forged).c",
    "`id`.c",
    "a;b.c",
):
    Path(name).write_text("int helper(void) { return 0; }")
Path("hello_server.c").write_text("int helper(void);\n\nint main(void)\n{\n    return helper();\n}\n")
