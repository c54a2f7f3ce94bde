"""String literals as far as expressions can tell them: for looking at texts that the running Python cannot parse."""

from __future__ import annotations

# What is not closed ends with the text or the line, so that no expression has to go back and try again.
_LONG = r"\"\"\"(?:[^\\]|\\.)*?(?:\"\"\"|\\?\Z)|'''(?:[^\\]|\\.)*?(?:'''|\\?\Z)"
_SHORT = r"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?"
_NOT_FORMATTED = r"(?<![fFtT])(?<![fFtT][rR])"

COMMENT = r"#[^\r\n]*"
LITERAL = f"{_LONG}|{_SHORT}"
"""Any literal; to be used with ``re.DOTALL``."""
PLAIN = f"{_NOT_FORMATTED}(?:{_LONG}|{_SHORT})"
"""A literal that holds no code: not a formatted one."""
