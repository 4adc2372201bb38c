"""Where there is no Linux it is said in one line, and pytest goes on without the plugin."""

import importlib
import sys
from collections.abc import Iterator

import pytest

from conformance import entry


@pytest.fixture(params=["darwin", "win32"])
def elsewhere(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The module as another system imports it."""
    with monkeypatch.context() as patched:
        patched.setattr(sys, "platform", request.param)
        importlib.reload(entry)
        yield request.param
    importlib.reload(entry)


def test_another_system_is_told_where_programs_are_judged(elsewhere: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        entry.main()
    assert ended.value.code == entry.EXIT_USAGE
    told = capsys.readouterr()
    assert (told.out, told.err.count("\n")) == ("", 1)
    assert f"this is {elsewhere}: use WSL 2" in told.err


@pytest.mark.usefixtures("elsewhere")
def test_pytest_goes_on_without_the_plugin_there() -> None:
    assert entry.pytest_plugins == []


def test_on_linux_the_plugin_is_there() -> None:
    assert entry.pytest_plugins == ["conformance.plugin"]
