"""Words in Markdown: what a user gave is shown as it is, whatever marks are in it."""

import re

_MARKS = re.compile(
    r"""
    [`*~|]                                 # code, emphasis, struck out, the edge of a cell
    | \\(?=[!-/:-@\[-`{-~]|$)              # what would escape the next mark
    | (?<![^\W_])_ | _(?![^\W_])           # inside a word it is no mark
    | \](?=[(\[:])                         # a link, or what defines one
    | <(?=[A-Za-z/!?])                     # a tag
    | &(?=\#?\w+;)                         # an entity
    | ^(?:[-+=](?=[\s=-]|$) | \#(?=\#*(?:\s|$)) | > | \[(?=[\ xX]\]))  # lists, titles, quotes, tasks
    | (?<=^\d)[.)](?=\s|$) | (?<=^\d\d)[.)](?=\s|$) | (?<=^\d\d\d)[.)](?=\s|$)
    """,
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_TICKS = re.compile("`+")


def escaped(value: object) -> str:
    """A value in one line that Markdown shows as it is, in a cell of a table too."""
    return _MARKS.sub(r"\\\g<0>", " ".join(str(value).split()))


def plain(text: str) -> str:
    """What was escaped."""
    return _ESCAPE.sub(r"\1", text)


def code(name: object, *, table: bool = False) -> str:
    """A name as code, whatever marks are in it; in a `table` its pipes are no edges of cells."""
    shown = " ".join(str(name).split())
    runs = {len(each) for each in _TICKS.findall(shown)}
    fence = "`" * next(each for each in range(1, len(runs) + 2) if each not in runs)
    space = " " if "`" in (shown[:1], shown[-1:]) else ""
    made = f"{fence}{space}{shown}{space}{fence}"
    return made.replace("|", "\\|") if table else made
