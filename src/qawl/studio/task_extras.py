"""What a task has beside its text (names to choose from, context, suggestions), with one digest."""

from collections.abc import Mapping
from hashlib import sha256

import msgspec
from msgspec import UNSET, to_builtins

from qawl.annotations.tasks import SUGGESTED, Task
from qawl.core.records import to_json


def marked(task: Task) -> Task:
    """The task with a digest of its suggestions, by which it is seen on the server that they changed."""
    shown = [] if task.predictions is UNSET else to_builtins(task.predictions)
    told = sha256(to_json(shown)).hexdigest()[:16] if shown else ""
    return Task({**task.data, SUGGESTED: told}, task.predictions, task.annotations)


def digest(data: Mapping[str, object], text_field: str) -> str:
    """Of all that a task's data hold but the text, which has a hash of its own.

    PostgreSQL keeps keys in an order of its own, so their order is no difference.
    """
    told = {key: each for key, each in data.items() if key != text_field}
    return sha256(msgspec.json.encode(told, order="sorted")).hexdigest()
