"""Spans from a token-classification model of Hugging Face in a local folder (needs `transformers`)."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TypedDict

import msgspec
import regex

from qawl.core.errors import ProjectError
from qawl.core.records import Article
from qawl.scheme.model import Scheme

_LINE = regex.compile(r"[^\n]+")
_EDGES = " \u00a0\t"


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`path` is the model's folder; `labels` names the model's labels as the scheme does.

    A label of the model that is not named counts if the scheme has it; `least` is the least score.
    """

    path: str
    labels: dict[str, str] = {}
    least: float = 0.5


class Entity(TypedDict):
    """What the model finds in a line: a group of tokens, where it stands there, and how sure it is."""

    entity_group: str
    score: float
    start: int
    end: int


class TokenClassification:
    """A suggester that asks a model line by line."""

    name = "transformers"

    def __init__(self, **options: object) -> None:
        self._options = msgspec.convert(options, Options)
        folder = Path(self._options.path)
        if not (folder / "config.json").is_file():
            raise ProjectError(f"{folder}: no model there: a folder with config.json is wanted")
        self.version = folder.name
        self._pipeline = _pipeline(folder)

    def suggest(
        self, articles: Iterable[Article], scheme: Scheme
    ) -> Iterator[Mapping[str, object]]:
        """The spans that the model finds, article by article."""
        for article in articles:
            yield {"article_id": article.id, "spans": list(self._spans(article.text, scheme))}

    def _spans(self, text: str, scheme: Scheme) -> Iterator[Mapping[str, object]]:
        for line in _LINE.finditer(text):
            for each in self._pipeline(line.group()):
                model_label = str(each["entity_group"])
                label = self._options.labels.get(model_label, model_label)
                if label not in scheme.label or each["score"] < self._options.least:
                    continue
                start, end = line.start() + int(each["start"]), line.start() + int(each["end"])
                while start < end and text[start] in _EDGES:
                    start += 1
                while start < end and text[end - 1] in _EDGES:
                    end -= 1
                if start < end:
                    yield {"label": label, "start": start, "end": end}


def _pipeline(folder: Path) -> Callable[[str], Iterable[Entity]]:
    try:
        from transformers import pipeline  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ProjectError(
            "the suggester transformers needs its packages: pip install 'qawl[transformers]'"
        ) from error
    asked: Callable[[str], Iterable[Entity]] = pipeline(
        "token-classification",
        model=str(folder),
        tokenizer=str(folder),
        aggregation_strategy="simple",
    )
    return asked
