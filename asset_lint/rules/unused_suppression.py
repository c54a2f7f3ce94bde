"""MGR001."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rules.base import Rule
from asset_lint.syntax.comments import Suppression


class UnusedSuppression(Rule):
    """
    Remove suppressions that suppress nothing.

    A comment that outlives what it excused hides the next finding on its line. A code that does not exist was meant
    to be another one. Codes of other tools are left alone.
    """

    code = "MGR001"
    name = "unused-suppression"
    summary = "A suppression that suppresses nothing, or names no known code."
    default = False

    bad = """
        from app import AssetManager

        manager = AssetManager.get_instance()  # asset-lint: allow[MGR101] -- was a wrapper once  # MGR001
    """
    good = """
        from app import AssetResponseWrapper

        sample = AssetResponseWrapper(None, None)  # noqa: MGR101 -- shows the class, is thrown away
    """

    @staticmethod
    def check(suppression: Suppression, used: set[str], known: frozenset[str]) -> Iterator[str]:
        """Yield what is wrong with *suppression*, whose codes in *used* have silenced something."""
        for code in suppression.own_codes:
            if not any(name.startswith(code) for name in known):
                yield f"{code} is no code of asset-lint, so that this suppresses nothing"
            elif code not in used:
                yield f"nothing here is reported as {code}; remove the suppression"
