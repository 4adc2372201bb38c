"""How the sanitizers are told to report: into files, without an end of the program."""

from typing import Final

LOG: Final = ".sanitizer"
"""How the names of the files begin into which the sanitizers write, in the program's directory."""
ENVIRONMENT: Final = (
    (
        "ASAN_OPTIONS",
        f"log_path={LOG}:detect_leaks=0:halt_on_error=0:external_symbolizer_path=:handle_segv=0:"
        "handle_sigbus=0:handle_sigfpe=0:handle_abort=0:allocator_may_return_null=1",
    ),
    ("UBSAN_OPTIONS", "external_symbolizer_path="),
)
"""LeakSanitizer traces the program itself, which cannot be where it is traced already; crashes stay what they are, and
what is looked for is reported without an end of the program."""
