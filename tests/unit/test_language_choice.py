"""The language that is spoken: the option, the variable, the locale, and else English."""

import os
import subprocess
import sys

import pytest

from conformance.messages import KOREAN, LANGUAGE_VARIABLE, current_language, take_option
from tests.support.offhook import ROOT


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (LANGUAGE_VARIABLE, "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.setenv(name, "")


@pytest.mark.parametrize(
    ("variables", "spoken"),
    [
        ({}, "en"),
        ({LANGUAGE_VARIABLE: "ko"}, "ko"),
        ({"LANG": "ko_KR.UTF-8"}, "ko"),
        ({"LANG": "ko"}, "ko"),
        ({"LANG": "C.UTF-8"}, "en"),
        ({"LANG": "tlh_AA@klingon"}, "en"),
        ({"LANG": "../ko"}, "en"),
        ({"LANG": "ko_KR.UTF-8", "LC_MESSAGES": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "ko_KR.EUC-KR"}, "ko"),
        ({"LANG": "ko_KR.UTF-8", LANGUAGE_VARIABLE: "en"}, "en"),
        ({LANGUAGE_VARIABLE: "nobody speaks it"}, "en"),
    ],
)
def test_which_language_is_spoken(variables: dict[str, str], spoken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert current_language() == spoken


@pytest.mark.parametrize(
    ("line", "left", "spoken"),
    [
        ("check . --language ko", "check .", "ko"),
        ("--language=ko check .", "check .", "ko"),
        ("new hello_server --language c --language ko", "new hello_server --language c", "ko"),
        ("new hello_server --language c", "new hello_server --language c", "en"),
        ("trace -- prog --language ko", "trace -- prog --language ko", "en"),
        ("check . --language", "check . --language", "en"),
    ],
)
def test_the_option_is_taken_wherever_it_stands(line: str, left: str, spoken: str) -> None:
    assert take_option(line.split()) == left.split()
    assert current_language() == spoken


def offhook(*words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from conformance.entry import main; main()", *words],
        cwd=ROOT, env={**os.environ, "COLUMNS": "100"}, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_help_is_in_korean_where_that_is_asked_for() -> None:
    assert "소켓" in offhook("--language", KOREAN, "--help")
    assert "바이트" in offhook("explain", "transfer.any-split", f"--language={KOREAN}")


def test_a_language_that_nobody_speaks_is_wrong_use() -> None:
    shown = offhook("--language", "tlh", "check")
    assert "tlh" in shown
    assert "en, ko" in shown
