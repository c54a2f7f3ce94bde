"""MGR002."""

from __future__ import annotations

from collections.abc import Iterator

from asset_lint.rules.base import Rule
from asset_lint.syntax.comments import Suppression


class SuppressionWithoutReason(Rule):
    """
    Say why a finding is suppressed.

    The reason stands behind two dashes: ``# noqa: MGR101 -- a probe that is thrown away``. Whoever reads the line in
    two years can then tell whether the exception still holds. The rule is on where the configuration has
    ``require-reason = true``.
    """

    code = "MGR002"
    name = "suppression-without-reason"
    summary = "A suppression that does not say why (with require-reason)."
    default = False

    bad = """
        from app import AssetResponseWrapper

        sample = AssetResponseWrapper(None, None)  # asset-lint: allow[MGR101]  # MGR002
    """
    good = """
        from app import AssetResponseWrapper

        sample = AssetResponseWrapper(None, None)  # asset-lint: allow[MGR101] -- shows the class, is thrown away
    """

    @staticmethod
    def check(suppression: Suppression) -> Iterator[str]:
        """Yield a complaint where *suppression* is ours and gives no reason."""
        if suppression.own_codes and not suppression.reason:
            codes = ",".join(suppression.own_codes)
            example = f"allow[{codes}] -- reason" if suppression.native else f"noqa: {codes} -- reason"
            yield f"this suppression does not say why; write # {'asset-lint: ' if suppression.native else ''}{example}"
