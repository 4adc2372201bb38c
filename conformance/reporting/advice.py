"""What to do about a broken requirement, in the program's own language: some tell it for each language apart."""

import re
from typing import Final

OTHERS: Final = ("Elsewhere", "Other libraries", "그 밖의 언어", "다른 라이브러리")
"""What stands before the advice for all that are not named, in the languages that are spoken."""
LANGUAGE: Final = re.compile(rf"(?:(?<=\. )|^)(C|Python|Java|Go|JavaScript|{'|'.join(OTHERS)}): ")
"""Where the advice for one language begins: at the start of a sentence."""
LIKE: Final = {"C++": "C"}


def for_language(todo: str, language: str) -> str:
    """Return what holds for a language, and what holds for all; all of it where it is told for all alike."""
    common, *parts = LANGUAGE.split(todo)
    told = dict(zip(parts[::2], parts[1::2], strict=True))
    own = (told[name] for name in (LIKE.get(language, language), *OTHERS) if name in told)
    return " ".join(part.strip() for part in (common, next(own, "")) if part.strip()) or todo
