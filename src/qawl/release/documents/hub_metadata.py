"""What the head of a dataset card says for the search of the Hugging Face Hub, in the Hub's own words."""

import ast
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from qawl.core.errors import ProjectError
from qawl.core.settings import Hub
from qawl.release.documents.facts import Described

_SIZES = (
    *(("n<1K", 10**3), ("1K<n<10K", 10**4), ("10K<n<100K", 10**5), ("100K<n<1M", 10**6)),
    *(("1M<n<10M", 10**7), ("10M<n<100M", 10**8), ("100M<n<1B", 10**9)),
)
_LATER = frozenset(
    """
    any-to-any audio-text-to-text depth-estimation graph-ml image-feature-extraction
    image-text-to-text image-to-3d image-to-video keypoint-detection robotics mask-generation
    text-ranking text-to-3d text-to-audio text-to-video tabular-to-text video-classification
    video-text-to-text zero-shot-object-detection visual-document-retrieval
    """.split()  # noqa: SIM905 - a list of names
)
"""Tasks that the Hub has and the list of `datasets` has not."""
_PLAIN = re.compile(r"[^\x00-\x1f\x7f]{1,100}")
_FORMS = {
    "task_ids": re.compile(r"[a-z0-9]+(-[a-z0-9]+)*"),
    "source_datasets": re.compile(r"original|extended(\|\S+)?|[\w.-]+(/[\w.-]+)?"),
    "tags": _PLAIN,
}


def fields(described: Described) -> dict[str, list[str]]:
    """The keys of the card's head, in the order of the Hub's card specification; none without a value."""
    said = described.project.settings.release.hub
    languages = {tag.partition("-")[0] for tag in described.facts.languages}
    several = "multilingual" if len(languages) > 1 else "monolingual"
    chains = described.manifest.chain.values()
    people = any(each.person is not False for chain in chains for each in chain.annotators.values())
    found = {
        "annotations_creators": said.annotations_creators
        or (() if people else ("machine-generated",)),
        "language_creators": said.language_creators or ("found",),
        "multilinguality": said.multilinguality or (several,),
        "size_categories": (_size(described.facts.articles),),
        "source_datasets": said.source_datasets or ("original",),
        "task_categories": said.task_categories or ("token-classification",),
        "task_ids": said.task_ids,
        "tags": tuple(dict.fromkeys(("news", *described.schemes, *said.tags))),
    }
    return {name: list(values) for name, values in found.items() if values}


def _size(count: int) -> str:
    return next((name for name, below in _SIZES if count < below), "1B<n<10B")


def refuse_unknown(said: Hub) -> None:
    """Raises ProjectError for a value that the Hub does not know, by its lists in the installed
    `datasets`."""
    lists = known()
    for name in said.__struct_fields__:
        for value in getattr(said, name):
            listed, where = lists.get(name), f"qawl.yaml: release.hub.{name}: {value!r}"
            if listed is not None and value not in listed and not value.startswith("other-"):
                raise ProjectError(f"{where} is none of {', '.join(sorted(listed))}")
            if name in _FORMS and not _FORMS[name].fullmatch(value):
                raise ProjectError(f"{where} is no name that the Hub takes")


@cache
def known() -> Mapping[str, frozenset[str]]:
    """Key → the Hub's values of it; without what the installed `datasets` does not list."""
    found = find_spec("datasets")  # its lists are read without importing it, which takes seconds
    if found is None or not found.origin:
        return {}
    utils = Path(found.origin).parent / "utils"
    creators = _json(utils / "resources" / "creators.json")
    lists: dict[str, Iterable[str] | None] = {
        "annotations_creators": creators.get("annotations"),
        "language_creators": creators.get("language"),
        "multilinguality": _json(utils / "resources" / "multilingualities.json"),
        "task_categories": _tasks(utils / "metadata.py"),
    }
    return {name: frozenset(values) for name, values in lists.items() if values}


def _json(path: Path) -> Mapping[str, Iterable[str]]:
    found: dict[str, Iterable[str]] = json.loads(path.read_bytes()) if path.is_file() else {}
    return found


def _tasks(path: Path) -> list[str]:
    """The keys of `known_task_ids`, and the Hub's later ones."""
    if not path.is_file():
        return []
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.Assign) and any(
            isinstance(each, ast.Name) and each.id == "known_task_ids" for each in node.targets
        ):
            return [*ast.literal_eval(node.value), *_LATER]
    return []
