"""The project's tasks: `nox -s check` judges the reference programs, `nox -s tests` tests the suite itself."""

import os
import shutil
import subprocess
from pathlib import Path

import nox

nox.options.sessions = ["check"]
nox.options.reuse_existing_virtualenvs = True

# Commands that the tests need, and the Debian packages that bring them.
TOOLS = {
    "gcc": "gcc libc6-dev",
    "g++": "g++",
    "make": "make",
    "go": "golang-go",
    "rustc": "rustc",
    "node": "nodejs",
    "javac": "default-jdk-headless",
    "strace": "strace",
    "chromium": "chromium",
    "wine": "wine",
    "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64",
    "x86_64-w64-mingw32-g++": "g++-mingw-w64-x86-64",
}
# Headers of the programs that are judged, and the Debian packages that bring them.
HEADERS = {"/usr/include/openssl/ssl.h": "libssl-dev"}


@nox.session
def check(session: nox.Session) -> None:
    """Judge the reference programs; the page lands in reports/index.html. Further arguments go to `offhook check`."""
    session.install("-e", ".")
    compiler = shutil.which("gcc") or shutil.which("cc") or shutil.which("clang")
    if compiler is None:
        session.log(
            "no C compiler: only the reference programs in Python are judged (Debian: apt-get install gcc libc6-dev)"
        )
    windows = shutil.which("x86_64-w64-mingw32-gcc") and shutil.which("wine")
    if not windows:
        session.log("no Wine: Windows programs are not judged (Debian: apt-get install wine gcc-mingw-w64-x86-64)")
    openssl = compiler and all(Path(header).is_file() for header in HEADERS)
    if compiler and not openssl:
        session.log("no OpenSSL: programs over TLS in C are not judged (Debian: apt-get install libssl-dev)")
    found = {"python": True, "winsock": windows, "tls": openssl, "c": compiler}
    languages = [language for language, is_there in found.items() if is_there]
    for language in languages:
        page = "reports/index.html" if language == ("c" if compiler else "python") else f"reports/{language}.html"
        data = f"reports/{language}.json"
        session.run("offhook", "check", f"reference_impl/{language}", "--html", page, "--json", data, *session.posargs)


@nox.session
def tests(session: nox.Session) -> None:
    """Test the suite itself, each wrong program on its own defect among it. Arguments go to pytest."""
    _pytest(session, "not stress", workers=2)


@nox.session
def matrix(session: nox.Session) -> None:
    """Judge every wrong and right program on every requirement; print the table; fail where there is a surprise."""
    _install_tools(session)
    session.install("-e", ".[cluster]", "--group", "tests")
    session.run("python", "-m", "tests.matrix", *session.posargs)


@nox.session
def courses(session: nox.Session) -> None:
    """Try the programs of every course, here and in the package. Arguments go to `offhook course check`."""
    _install_tools(session)
    session.install("-e", ".")
    for home in ("conformance/courses", "tests/courses"):
        for course in sorted(Path(home).glob("*/course.toml")):
            session.run("offhook", "course", "check", str(course.parent), *session.posargs)


@nox.session
def platforms(session: nox.Session) -> None:
    """Measure what the table of POSIX and Winsock says, on Linux and under Wine; fail where it is not what is seen."""
    _install_tools(session)
    session.install("-e", ".[cluster]", "--group", "tests")
    session.run("python", "-m", "tests.platforms", *session.posargs)


@nox.session
def stress(session: nox.Session) -> None:
    """Judge programs again and again, while nothing else runs and while the processors are busy; no verdict changes."""
    _pytest(session, "stress", workers=3)  # some wait for a limit of time: then there is room for another


@nox.session
def fuzz(session: nox.Session) -> None:
    """Fuzz by coverage what reads program files: ELF, Windows programs, DWARF. Arguments go to libFuzzer."""
    session.install("-e", ".", "--group", "fuzz")
    session.run("python", "-m", "tests.fuzz", *session.posargs)


@nox.session
def quality(session: nox.Session) -> None:
    """Check style and types."""
    session.install("-e", ".[cluster]", "--group", "tests", "--group", "quality")
    session.run("ruff", "format", "--check", "conformance", "docs", "tests", "noxfile.py")
    session.run("ruff", "check", "conformance", "docs", "tests", "noxfile.py")
    session.run("mypy")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into reports/docs/; a link that leads nowhere is an error."""
    session.install("-e", ".", "--group", "docs")
    session.run("python", "-m", "docs", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Measure, as ratios within one run: tracing beside strace, judged starts beside bare ones, waiting."""
    session.install("-e", ".[cluster]", "--group", "tests")
    session.run("python", "-m", "tests.bench", *session.posargs)


@nox.session
def scenarios(session: nox.Session) -> None:
    """Draw the fixed scenario sets anew, after a change of their families."""
    session.install("-e", ".")
    text = "from conformance.scenarios.draw_fixed import make_fixed; print(make_fixed(), end='')"
    made = subprocess.run([f"{session.bin}/python", "-c", text], check=True, capture_output=True).stdout
    Path("conformance/scenarios/fixed.json").write_bytes(made)


@nox.session
def schema(session: nox.Session) -> None:
    """Write the JSON Schema of results.json anew, after a change of its records."""
    session.install("-e", ".")
    text = "import json; from conformance.records.results import schema; print(json.dumps(schema(), indent=2))"
    made = subprocess.run([f"{session.bin}/python", "-c", text], check=True, capture_output=True).stdout
    Path("conformance/reporting/results.schema.json").write_bytes(made)


def _pytest(session: nox.Session, chosen: str, *, workers: int) -> None:
    """Run the tests of a tier; a worker that has nothing left takes over tests of another."""
    _install_tools(session)
    session.install("-e", ".[cluster]", "--group", "tests")
    spread = ("-n", str(workers), "--dist", "worksteal")
    session.run("python", "-m", "pytest", "-o", "testpaths=tests", *spread, "-m", chosen, *session.posargs)


def _install_tools(session: nox.Session) -> None:
    """Install what the tests need from Debian, where this is CI and it may; otherwise name it."""
    tools = {package for tool, package in TOOLS.items() if shutil.which(tool) is None}
    headers = {package for header, package in HEADERS.items() if not Path(header).is_file()}
    missing = sorted(tools | headers)
    if not missing:
        return
    packages = [name for package in missing for name in package.split()]
    command = ["apt-get", "install", "-y", "--no-install-recommends", *packages]
    if os.environ.get("CI") == "true" and os.getuid() == 0 and shutil.which("apt-get"):
        session.run("apt-get", "update", external=True, silent=True)
        session.run(*command, external=True, silent=True, env={"DEBIAN_FRONTEND": "noninteractive"})
        return
    session.log(f"the tests that need them are skipped; to run all: {' '.join(['sudo', *command])}")
