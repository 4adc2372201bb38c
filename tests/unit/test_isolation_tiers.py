"""The tiers of isolation: what makes each, what is lacking, and what is said to do about it."""

from pathlib import Path
from typing import Any

import pytest

from conformance.messages import say
from conformance.sandbox import tiers
from conformance.sandbox.inherited import handed_on
from conformance.sandbox.request import Isolation, NoTracing, Tracing


def isolation(**what: Any) -> Isolation:
    usual: dict[str, Any] = {"network": True, "processes": True, "user": "40001", "calls": Tracing()}
    return Isolation(**usual | what)


@pytest.mark.parametrize(
    ("what", "tier"),
    [
        ({"files": "own-root"}, "full"),
        ({}, "namespaces"),
        ({"network": False, "processes": False, "files": "landlock"}, "landlock"),
        ({"network": False, "processes": False}, "limits"),
    ],
)
def test_the_tier_is_what_is_kept_apart(what: dict[str, Any], tier: str) -> None:
    found = isolation(**what)
    assert found.tier == tier
    assert f"tier {tier}" in str(found.described())
    assert (tiers.lacking(found) is None) == (tier == "full")


def test_who_asks_for_nothing_is_told_so() -> None:
    found = isolation(network=False, processes=False, wanted="none")
    assert "--sandbox=none" in str(found.described())
    assert [one.key for one in tiers.advice(found)] == ["tier.do.ask"]


def test_what_would_raise_the_tier_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    switch, sign = tmp_path / "switch", tmp_path / "sign"
    switch.write_text("1\n")
    monkeypatch.setattr(tiers, "SWITCHES", ((str(switch), "1", "kernel.some=0"), (str(tmp_path / "no"), "0", "x")))
    monkeypatch.setattr(tiers, "SIGNS_OF_A_CONTAINER", (str(sign),))
    shared = isolation(network=False, processes=False)
    why = str(tiers.lacking(shared))
    assert "sudo sysctl -w kernel.some=0" in why
    assert "\n" not in why
    sign.touch()
    switch.write_text("0\n")
    assert tiers.FOR_NAMESPACES in str(tiers.lacking(shared))
    sign.unlink()
    assert [one.key for one in tiers.advice(shared)] == ["tier.do.elsewhere"]


def test_what_would_let_calls_be_seen_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiers, "SIGNS_OF_A_CONTAINER", (str(tmp_path),))
    untraced = isolation(calls=NoTracing(why=say("isolation.no-calls")))
    assert tiers.FOR_TRACING in str(tiers.advice_on_tracing(untraced))
    assert tiers.advice_on_tracing(isolation()) is None


def test_no_secret_of_the_environment_is_handed_on() -> None:
    kept = {"PATH": "/bin", "TMPDIR": "/tmp", "LC_ALL": "C", "JAVA_HOME": "/opt/java", "PYTHONPATH": "/here"}
    secrets = {"GITHUB_TOKEN": "a", "AWS_SECRET_ACCESS_KEY": "b", "PATH_TOKEN": "c", "MY_PATH": "d", "LC": "e"}
    assert handed_on(kept | secrets) == kept
