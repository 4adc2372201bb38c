"""What may have been meant by a word that nobody knows."""

import difflib
from collections.abc import Iterable

from conformance.messages import Message, say


def with_suggestion(complaint: Message, word: str, known: Iterable[str]) -> Message:
    """Add to a complaint about a word what may have been meant; nothing where no known word is near."""
    near = difflib.get_close_matches(word, list(known), 1)
    return say("joined.meant", complaint=complaint, word=near[0]) if near else complaint
