"""Builds the site: `python -m docs [FOLDER]`. A link that leads nowhere is an error."""

import sys
from pathlib import Path

from docs.links import broken
from docs.site import ROOT, build


def main(arguments: list[str]) -> int:
    """Build into a folder, `reports/docs` where none is named; return 1 where a link leads nowhere."""
    folder = Path(arguments[0]) if arguments else ROOT / "reports" / "docs"
    build(folder)
    wrong = broken(folder)
    for line in wrong:
        print(line, file=sys.stderr)
    print(f"{folder}/index.html")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
