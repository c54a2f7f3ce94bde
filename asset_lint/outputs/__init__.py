"""Reports as text. A format is a function from a report and a style to what is written."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from asset_lint.outputs.style import Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from asset_lint.findings import Report

# Modules are named and not imported, because a run needs one of them.
FORMATS = {
    "text": "asset_lint.outputs.text:render_text",
    "json": "asset_lint.outputs.json:render_json",
}


def render(format_name: str, report: Report, style: Style = Style()) -> str:
    """Give *report* in one of ``FORMATS``; the text ends with a newline unless it is empty."""
    module, function = FORMATS[format_name].split(":")
    renderer: Callable[[Report, Style], str] = getattr(import_module(module), function)
    return renderer(report, style)


__all__ = ["FORMATS", "Style", "render"]
