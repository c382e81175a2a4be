"""exports/gold: the gold of a layer as `qawl adjudicate` stored it, by article."""

from collections.abc import Generator

from qawl.core import files
from qawl.core.project import Project
from qawl.core.records import Gold


def read(project: Project, layer: str) -> Generator[Gold, None, None]:
    """The stored gold of a layer; raises InputError where a line is out of order, twice or no gold."""
    advice = "remove the file, and run `qawl adjudicate`"
    return files.by_article(project.gold_file(layer), Gold, layer, advice, project.disk.open)
