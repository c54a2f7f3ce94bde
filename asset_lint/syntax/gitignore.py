"""What a ``.gitignore`` says about the entries of a folder that is walked from the top."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from asset_lint.findings import Problem

NAME = ".gitignore"
GROUP_NAME = r"\(\?P<\w+>"
EVERYTHING_IN = r"(?<!^)/\*\*(/?)\s*$"


class GitIgnore:
    """
    The patterns of one file.

    Paths come as the walk has them; *offset* and the number of characters to *cut* make them relative to the folder
    of the file.
    """

    def __init__(self, lines: Iterable[str], offset: str, cut: int) -> None:
        from pathspec.patterns.gitignore.base import GitIgnorePatternError  # 20 ms that most folders do not need
        from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

        self.offset = offset
        self.cut = cut
        self.patterns: list[tuple[re.Pattern[str], bool]] = []
        for line in lines:
            try:
                # On the way from the top "folder/**" ignores what "folder/*" does, but not the folder itself.
                pattern = GitIgnoreSpecPattern(re.sub(EVERYTHING_IN, r"/*\1", line))
            except GitIgnorePatternError:
                continue  # git passes over what it cannot read
            if pattern.include is not None and pattern.regex is not None:
                self.patterns.append((pattern.regex, pattern.include))
        anonymous = (re.sub(GROUP_NAME, "(?:", regex.pattern) for regex, _ in self.patterns)
        self.any_of_them = re.compile("|".join(f"(?:{body})" for body in anonymous) or r"(?!)")

    def verdict(self, path: str, *, folder: bool) -> bool | None:
        """Whether *path* is ignored; None where nothing is said about it."""
        return self.verdict_on(self.offset + path[self.cut :] + ("/" if folder else ""))

    def verdict_on(self, entry: str) -> bool | None:
        """Whether *entry*, relative to the folder of the file and with a slash at the end of a folder, is ignored."""
        if not self.any_of_them.search(entry):  # one search instead of one per pattern: nearly always the end of it
            return None
        for regex, ignored in reversed(self.patterns):
            # Expressions also match what is below an entry; the entry itself is meant where the match ends with it.
            if any(match.end() == len(entry) for match in regex.finditer(entry)):
                return ignored
        return None


def ignored(path: str, files: Sequence[GitIgnore], *, folder: bool) -> bool:
    """Whether the innermost of *files* that says anything about *path* says that it is ignored."""
    for file in reversed(files):
        if (verdict := file.verdict(path, folder=folder)) is not None:
            return verdict
    return False


def read(path: str, problems: list[Problem]) -> list[str]:
    """Give the lines of a ``.gitignore``; none, and a problem, where it cannot be read."""
    try:
        with open(path, encoding="utf-8-sig", errors="surrogateescape") as file:
            return file.read().split("\n")
    except OSError as error:
        problems.append(Problem(path, 0, f"cannot be read: {error.strerror or error}"))
        return []
