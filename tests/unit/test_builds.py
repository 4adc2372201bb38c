"""Builds: the reason of a failed one is its first error, for every tool that may say one."""

import pytest

from conformance.submission.build_errors import LONGEST_SHOWN_ERROR, first_error

GCC = """a.c: In function ‘main’:
a.c:5:9: warning: unused variable ‘unused’ [-Wunused-variable]
    5 |     int unused;
      |         ^~~~~~
a.c:6:20: error: ‘PFINET’ undeclared (first use in this function); did you mean ‘PF_INET’?
    6 |     int l = socket(PFINET, SOCK_STREAM, 0);
      |                    ^~~~~~
a.c:6:20: note: each undeclared identifier is reported only once for each function it appears in
"""
FATAL = """h.c:1:10: fatal error: winsock2.h: No such file or directory
    1 | #include <winsock2.h>
compilation terminated.
"""
INCLUDED = """In file included from a.c:2:
net.h:4:1: error: unknown type name ‘foo’
"""
CLANG = """a.c:5:9: warning: unused variable 'unused' [-Wunused-variable]
    int unused;
        ^
a.c:6:20: error: use of undeclared identifier 'PFINET'
    int l = socket(PFINET, SOCK_STREAM, 0);
                   ^
1 warning and 1 error generated.
"""
CLANG_LINKER = """/usr/bin/ld: /tmp/u-5f2c1b.o: in function `main':
u.c:5: undefined reference to `error_handling'
clang: error: linker command failed with exit code 1 (use -v to see invocation)
"""
LINKER = """u.c: In function 'main':
u.c:4:3: warning: unused variable 'x' [-Wunused-variable]
/usr/bin/ld: /tmp/ccj4ewW6.o: in function `main':
u.c:5: undefined reference to `error_handling'
collect2: error: ld returned 1 exit status
"""
LINKER_CPP = """/usr/bin/ld: /tmp/ccMmne8d.o: in function `main':
u.cpp:2: undefined reference to `net::foo(int)'
collect2: error: ld returned 1 exit status
"""
LINKER_TWICE = """/usr/bin/ld: /tmp/cctcj5Pj.o: in function `error_handling':
v.c:1: multiple definition of `error_handling'; /tmp/ccPVi2BR.o:w.c:1: first defined here
collect2: error: ld returned 1 exit status
"""
NO_MAIN = """/usr/bin/ld: /usr/lib/gcc/x86_64-linux-gnu/12/../../../x86_64-linux-gnu/Scrt1.o: in function `_start':
(.text+0x17): undefined reference to `main'
collect2: error: ld returned 1 exit status
"""
MINGW = """/usr/bin/x86_64-w64-mingw32-ld: /tmp/cc3N807q.o: in function `main':
u.c:5: undefined reference to `error_handling'
collect2: error: ld returned 1 exit status
"""
MINGW_NO_DEBUG = """/usr/bin/x86_64-w64-mingw32-ld: /tmp/cc3N807q.o:u.c:(.text+0x1e): undefined reference to `inet_ntop'
collect2: error: ld returned 1 exit status
"""
JAVAC = """A.java:1: error: ';' expected
public class A { public static void main(String[] a) { int x = 5 System.out.println(x); } }
                                                                ^
1 error
"""
JAVAC_WARNED = """A.java:3: warning: [removal] stop() in Thread has been deprecated and marked for removal
        t.stop();
         ^
A.java:9: error: cannot find symbol
  symbol:   method foo()
"""
GO = """# command-line-arguments
./a.go:4:1: imported and not used: "net"
./a.go:6:27: undefined: foo
"""
RUSTC = """warning: unused variable: `x`
 --> a.rs:1:17
  |
1 | fn main() { let x = 5; prntln!("{}", y); }
  |                 ^ help: if this is intentional, prefix it with an underscore: `_x`

error[E0425]: cannot find value `y` in this scope
 --> a.rs:1:38
  |
1 | fn main() { let x = 5; prntln!("{}", y); }
  |                                      ^

error: aborting due to 1 previous error
"""
PYTHON = """  File "a.py", line 2
    def f(:
          ^
SyntaxError: invalid syntax

"""
PYTHON_SORRY = "Sorry: IndentationError: expected an indented block after 'if' statement on line 1 (b.py, line 2)"
PYTHON_BYTES = """  File "c.py", line 1
SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xbe in position 1
"""
NODE = """a.js:3



SyntaxError: Unexpected end of input
    at wrapSafe (node:internal/modules/cjs/loader:1464:18)

Node.js v20.20.2
"""
NODE_MODULE = """a.mjs:2
let a = ;
        ^

SyntaxError: Unexpected token ';'
    at checkSyntax (node:internal/main/check_syntax:74:5)
"""
MAKE_RULE = "make: *** No rule to make target 'nothere.c', needed by 'x'.  Stop.\n"
MAKE_SEPARATOR = "Makefile:2: *** missing separator (did you mean TAB instead of 8 spaces?).  Stop.\n"
MAKE_COMPILER = f"gcc -o x a.c\n{GCC}make: *** [Makefile:2: x] Error 1\n"
MAKE_NO_TOOL = """nosuchcc -o x a.c
make: nosuchcc: No such file or directory
make: *** [Makefile:2: x] Error 127
"""
CRLF = "/usr/bin/ld: cannot find hello_server.c\r: No such file or directory\ncollect2: error: ld returned 1\n"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (GCC, "a.c:6: error: ‘PFINET’ undeclared (first use in this function); did you mean ‘PF_INET’?"),
        (FATAL, "h.c:1: fatal error: winsock2.h: No such file or directory"),
        (INCLUDED, "net.h:4: error: unknown type name ‘foo’"),
        (CLANG, "a.c:6: error: use of undeclared identifier 'PFINET'"),
        (CLANG_LINKER, "u.c:5: undefined reference to `error_handling'"),
        (LINKER, "u.c:5: undefined reference to `error_handling'"),
        (LINKER_CPP, "u.cpp:2: undefined reference to `net::foo(int)'"),
        (LINKER_TWICE, "v.c:1: multiple definition of `error_handling'; w.c:1: first defined here"),
        (NO_MAIN, "undefined reference to `main'"),
        (MINGW, "u.c:5: undefined reference to `error_handling'"),
        (MINGW_NO_DEBUG, "undefined reference to `inet_ntop'"),
        (JAVAC, "A.java:1: error: ';' expected"),
        (JAVAC_WARNED, "A.java:9: error: cannot find symbol"),
        (GO, 'a.go:4: imported and not used: "net"'),
        (RUSTC, "a.rs:1: error[E0425]: cannot find value `y` in this scope"),
        (PYTHON, "a.py:2: SyntaxError: invalid syntax"),
        (
            PYTHON_SORRY,
            "b.py:2: IndentationError: expected an indented block after 'if' statement on line 1",
        ),
        (
            PYTHON_BYTES,
            "c.py:1: SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xbe in position 1",
        ),
        (NODE, "a.js:3: SyntaxError: Unexpected end of input"),
        (NODE_MODULE, "a.mjs:2: SyntaxError: Unexpected token ';'"),
        (MAKE_RULE, MAKE_RULE.strip()),
        (MAKE_SEPARATOR, "Makefile:2: missing separator (did you mean TAB instead of 8 spaces?).  Stop."),
        (MAKE_COMPILER, "a.c:6: error: ‘PFINET’ undeclared (first use in this function); did you mean ‘PF_INET’?"),
        (MAKE_NO_TOOL, "make: nosuchcc: No such file or directory"),
        ("/bin/sh: 1: ./build.sh: Permission denied\n", "sh: 1: ./build.sh: Permission denied"),
        ("/bin/sh: 1: ./build.sh: not found\n", "sh: 1: ./build.sh: not found"),
        ("./b.sh: line 2: set: -: invalid option\nset: usage: set\n", "./b.sh: line 2: set: -: invalid option"),
        (CRLF, "cannot find hello_server.c: No such file or directory"),
        ("gcc: exited(status=1)", "gcc: exited(status=1)"),
        ("", ""),
    ],
)
def test_the_reason_is_the_first_error_with_its_place(words: str, reason: str) -> None:
    assert first_error(words) == reason


def test_a_reason_is_one_line_of_bounded_length() -> None:
    assert len(first_error(f"a.c:1:1: error: {'x' * 5_000}\n")) == LONGEST_SHOWN_ERROR
    assert first_error("\n\n  \nhello\nworld\n") == "hello"
    assert first_error("a/" * 10_000 + ":" * 2_000)
