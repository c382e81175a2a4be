"""Rewrites the tables of docs/checks.md from the register in `qawl.core.findings`."""

import re
from collections.abc import Iterator
from pathlib import Path

from qawl.core.findings import REGISTER, By

PAGE = Path(__file__).parents[1] / "docs" / "checks.md"


def table(by: By) -> Iterator[str]:
    """The rows of those who find: of `validate` with levels, of the others without."""
    levelled = by == "validate"
    yield f"{'| level ' if levelled else ''}| severity | check | what it says |"
    yield f"{'|---' if levelled else ''}|---|---|---|"
    for each in REGISTER.values():
        if each.by == by:
            level = f"| {each.level} " if levelled else ""
            yield f"{level}| {each.severity} | `{each.id}` | {each.explanation} |"


def made(page: str) -> str:
    """The page with its tables made anew."""
    for by in ("validate", "ingest", "reading", "pull"):
        marks = re.compile(rf"(<!-- {by} -->\n).*?(<!-- /{by} -->)", re.DOTALL)
        rows = "\n".join(table(by))
        page, count = marks.subn(lambda found, rows=rows: f"{found[1]}{rows}\n{found[2]}", page)
        if count != 1:
            raise SystemExit(f"{PAGE} has no place for the table of {by}")
    return page


if __name__ == "__main__":
    PAGE.write_text(made(PAGE.read_text("utf-8")), "utf-8")
