"""What Qawl itself writes into releases: its templates, phrases and schemes, which are public."""

from collections.abc import Iterator
from pathlib import Path

from qawl.core import bundled

_PACKAGE = Path(__file__).parents[2]
_FOLDERS = ("release", "guidelines", "core/languages")
"""Where in the package the words of documents stand, in templates and in code."""
_KINDS = (".j2", ".py", ".yaml")


def files() -> Iterator[Path]:
    """The files in which Qawl's own words stand."""
    folders = (*(_PACKAGE / each for each in _FOLDERS), bundled.folder("label_config"))
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*")) if path.suffix in _KINDS)


def own_words() -> Iterator[str]:
    """The texts of these files: a run of them is no passage of an article.

    Cards have a section “Personal and Sensitive Information”, and news speaks of sensitive information.
    """
    return (path.read_text("utf-8") for path in files())
