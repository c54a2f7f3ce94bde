"""``python -m asset_lint``."""

from __future__ import annotations

from asset_lint.cli import main

if __name__ == "__main__":
    main()
