# kind: forges
# tries: files that are handed in under names of escapes, elements and commands of CI
# promise: status=1,2
# arguments: --github

from pathlib import Path

WORDS = "\033[2J\033]0;forged\007 <forged onload=forged()> \n::add-mask::forged\u202e"
for name in (f"hello_server{WORDS}.c", f"hello_client{WORDS}.py", f"{WORDS}.zip", f"echo_server.{WORDS}"):
    Path(name).write_text("int main(void) { return 0; }")
Path(WORDS).mkdir()
Path(f"link{WORDS}.c").symlink_to(f"/nowhere/{WORDS}")
