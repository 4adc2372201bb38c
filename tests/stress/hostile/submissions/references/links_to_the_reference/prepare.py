# kind: references
# tries: a source that is a link to the suite's own
# promise: status=1,2

from pathlib import Path

suite = Path(__file__).parents[6]
Path("hello_server.c").symlink_to(suite / "reference_impl" / "c" / "hello_server.c")
Path("hello_client.c").write_text('#include "hello_server.c"')
