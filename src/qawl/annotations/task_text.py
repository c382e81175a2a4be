"""What a task shows, as a text that spans can be of: pages without tags, dialogues as a line a turn."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from qawl.annotations import dialogues, shown_pages
from qawl.annotations.labelling_trees import LABELLED, with_labels
from qawl.annotations.task_results import Task
from qawl.articles import markup
from qawl.scheme.from_config import Config


def as_text(
    task: Task, config: Config | None, frozen: str | None = None
) -> tuple[Task, str | None]:
    """The task with its text as one string and its regions labelled, and what was done for that; as it is
    where nothing was.

    `frozen` is the digest of its article's text, where it has one: early corpora glued lines.
    """
    kind = "paragraphlabels" if config and config.turns else "labels"
    labelled = with_labels(task, config.marking_trees, kind) if config else task
    made, how = _as_text(labelled, config, frozen)
    return made, "; ".join(filter(None, (how, LABELLED * (labelled is not task)))) or None


def _as_text(task: Task, config: Config | None, frozen: str | None) -> tuple[Task, str | None]:
    data = task.get("data")
    if not isinstance(data, Mapping):
        return task, None
    if config and (more := _lifted(data, (config.text_field, *config.context))):
        data = {**data, **more}
        task = {**task, "data": data}
    field = config.text_field if config else dialogues.field_of(data)
    given = data.get(field) if field else None
    keys = config.turns if config and config.turns else ("author", "text")
    if isinstance(given, list) and field and (turns := dialogues.turns_of(given, *keys)):
        text, places = dialogues.joined(turns)
        return dialogues.with_text(task, field, text, places), dialogues.DIALOGUES
    if config and config.page and isinstance(given, str) and field:
        return shown_pages.of_page(task, field, given, frozen)
    return task, None


def readings(task: Task) -> Iterator[tuple[str, str, Callable[[], Task]]]:
    """Each text that a field may show where no config says what it is: (field, text, the task with it).

    A field with tags may be a page, a list of objects the turns of a dialogue; which of their keys hold
    the words and who speaks, an export does not tell.
    """
    data = task.get("data")
    for field, given in data.items() if isinstance(data, Mapping) else ():
        if isinstance(given, list) and given and isinstance(given[0], Mapping):
            for turns in dialogues.possible(given):
                text, places = dialogues.joined(turns)
                yield field, text, partial(dialogues.with_text, task, field, text, places)
        elif isinstance(given, str) and markup.is_page(given):
            for page in shown_pages.possible(given, task):
                yield field, page.lined, partial(shown_pages.with_shown, task, field, given, page)


def _lifted(data: Mapping[str, Any], paths: Sequence[str]) -> dict[str, Any]:
    """What stands below the fields of a task, by its path: `$item.text`, `$items[0].text`."""
    found = {path: _below(data, path) for path in paths if path not in data}
    return {path: each for path, each in found.items() if each is not None}


def _below(given: Any, path: str) -> Any:
    for step in re.findall(r"[^.\[\]]+", path):
        if isinstance(given, Mapping):
            given = given.get(step)
        elif isinstance(given, list) and (at := dialogues.numbered(given, step)) is not None:
            given = given[at]
        else:
            return None
    return given
