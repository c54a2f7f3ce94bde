"""Near misses: what somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable


def did_you_mean(word: str, candidates: Iterable[str]) -> str:
    """Make the end of a sentence that suggests what *word* is close to, empty where nothing is."""
    from difflib import get_close_matches  # only needed on the way out with an error

    by_folded = {candidate.casefold(): candidate for candidate in candidates}
    close = [by_folded[match] for match in get_close_matches(word.casefold(), by_folded, n=3, cutoff=0.65)]
    return f"; did you mean {' or '.join(close)}?" if close else ""
