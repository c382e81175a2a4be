"""Counts in messages: one of a thing is said in the singular."""

import re
from pathlib import Path

import qawl

THINGS = (
    "annotations articles copies drafts errors figures files findings journals lines projects records "
    "relations rows shards spans suggestions tasks texts titles versions warnings"
)
COUNTED = re.compile(
    rf"\{{[a-z_.]*(?:len\([^{{}}]*\)|[a-z_.()]*)\}} (?:new |open )?(?:{'|'.join(THINGS.split())})\b"
)


def test_messages_count_by_the_one_function_that_knows_the_singular() -> None:
    """`1 errors, 1 warnings` stood in what every command prints; a number before a bare plural is that again."""
    found = [
        f"{path.name}: {each[0]}"
        for path in sorted(Path(qawl.__file__).parent.rglob("*.py"))
        for each in COUNTED.finditer(path.read_text("utf-8"))
    ]
    assert found == []
