"""Which class of a Java file is started."""

from pathlib import Path

import pytest

from conformance.submission.languages import java_main

MAIN = "public static void main(String[] args) { }"


@pytest.mark.parametrize(
    ("source", "name"),
    [
        (f"public class Server {{ {MAIN} }}", "Server"),
        (f"class Handler implements Runnable {{ }} class Server {{ {MAIN} }}", "Server"),
        (f"class Server {{ static class Handler {{ void run() {{ }} }} {MAIN} }}", "Server"),
        (f"class Server {{ enum Step {{ READ }} record Pair(int a) {{ }} {MAIN} }}", "Server"),
        (f"class Server {{ Object lock = new Object() {{ }}; {MAIN} }} class Other {{ }}", "Server"),
        (f"// class Wrong {{\nclass Server {{ String s = \"class Worse {{\"; char c = '{{'; {MAIN} }}", "Server"),
        (f"class Server {{ static class Inner {{ {MAIN} }} }}", "Server$Inner"),
        (f"package kr.ac.net;\nclass Server {{ Class<?> c = Server.class; {MAIN} }}", "kr.ac.net.Server"),
        ("class Server { }", "EchoServer"),
    ],
)
def test_the_class_around_main_is_started(source: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / "EchoServer.java"
    path.write_text(source)
    assert java_main(path) == name
