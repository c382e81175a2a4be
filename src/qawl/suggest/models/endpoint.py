"""Spans from any endpoint that speaks the language of OpenAI's chat completions.

The prompt is made of the scheme, with the nearest articles that have gold as examples. The answer names
surfaces; they are anchored by exact search, so a surface that is not in the text is never shown.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.error import URLError
from urllib.request import Request, urlopen

import msgspec

from qawl.core.errors import ProjectError
from qawl.core.records import Article, Gold
from qawl.scheme.model import Scheme
from qawl.scheme.titles import title_in
from qawl.suggest.words import words

Message = dict[str, str]
Example = tuple[Article, Gold]
NOWHERE = {"start": -1, "end": -1}
"""Where a surface stands that is not in the text: a check leaves it out, and it is counted."""


class Options(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`url` is that of the endpoint up to /v1; `key_from` names the variable with the key.

    `examples` is how many articles with gold go into the prompt, `seconds` how long an answer may take.
    """

    url: str
    model: str
    key_from: str = ""
    examples: int = 3
    seconds: float = 120


class Endpoint:
    """A suggester that asks for one article at a time."""

    name = "openai"

    def __init__(self, **options: object) -> None:
        self._options = msgspec.convert(options, Options)
        if not self._options.url.startswith(("http://", "https://")):
            raise ProjectError(f"suggester openai: {self._options.url!r} is no address of the web")
        self.version = self._options.model
        self._examples: Sequence[Example] = ()

    def learn(self, examples: Sequence[Example]) -> None:
        """Takes the articles with gold that examples are chosen from."""
        self._examples = examples

    def suggest(
        self, articles: Iterable[Article], scheme: Scheme
    ) -> Iterator[Mapping[str, object]]:
        """What the endpoint answers, anchored in each article."""
        for article in articles:
            answer = self._ask([*self._shown(article, scheme), _asked(article)])
            yield {"article_id": article.id, **anchored(answer, article.text)}

    def _shown(self, article: Article, scheme: Scheme) -> Iterator[Message]:
        yield {"role": "system", "content": instructions(scheme)}
        for other, gold in nearest(article, self._examples, self._options.examples):
            yield _asked(other)
            yield {"role": "assistant", "content": answered(gold)}

    def _ask(self, messages: list[Message]) -> object:
        """The JSON in the answer; None where there is none."""
        body = {"model": self._options.model, "messages": messages, "temperature": 0}
        headers = {"Content-Type": "application/json"}
        if self._options.key_from:
            headers["Authorization"] = f"Bearer {os.environ.get(self._options.key_from, '')}"
        request = Request(  # noqa: S310 - the scheme of the address is checked
            f"{self._options.url.rstrip('/')}/chat/completions", json.dumps(body).encode(), headers
        )
        try:
            with urlopen(request, timeout=self._options.seconds) as answer:  # noqa: S310
                said = json.loads(answer.read())
            content = said["choices"][0]["message"]["content"]
        except (URLError, TimeoutError, ConnectionError) as error:
            raise ProjectError(f"suggester openai: {self._options.url}: {error}") from error
        except (ValueError, LookupError, TypeError) as error:
            raise ProjectError(
                f"suggester openai: {self._options.url} answers something else than a chat completion"
            ) from error
        return _json(str(content))


def _json(content: str) -> object:
    """The first object in an answer, whatever stands around it."""
    try:
        return json.loads(content[content.index("{") : content.rindex("}") + 1])
    except ValueError:
        return None


def instructions(scheme: Scheme) -> str:
    """The prompt: each label, attribute and relation of the scheme, and how to answer."""
    lines = ["Mark the article. These are the labels:"]
    for label in scheme.labels:
        definition = title_in(label.definition, "en")
        example = title_in(label.example, "en")
        lines.append(f"- {label.name}: {definition} Example: {example}".rstrip())
    for attribute in scheme.attributes:
        values = ", ".join(attribute.categories or ()) or "free text"
        lines.append(f"Attribute {attribute.name} of {', '.join(attribute.of)}: {values}")
    lines += [
        f"Relation {each.name}: from {', '.join(each.from_)} to {', '.join(each.to)}"
        for each in scheme.relations
    ]
    if said := scheme.instructions.get("en"):
        lines.append(said)
    lines.append(
        'Answer with JSON alone: {"spans": [{"id": "1", "label": …, "text": … copied to the letter, '
        '"attributes": {…}}], "relations": [{"label": …, "from": "1", "to": "2"}]}, '
        "spans in the order of the text."
    )
    return "\n".join(lines)


def _asked(article: Article) -> Message:
    return {"role": "user", "content": article.text}


def answered(gold: Gold) -> str:
    """Gold as an endpoint is to answer."""
    spans = [
        {"id": each.id, "label": each.label, "text": each.text, "attributes": each.attributes}
        for each in gold.spans
    ]
    relations = [{"label": r.label, "from": r.from_, "to": r.to} for r in gold.relations]
    return json.dumps({"spans": spans, "relations": relations}, ensure_ascii=False)


def nearest(article: Article, examples: Sequence[Example], count: int) -> list[Example]:
    """The other articles with gold that share most words with this one, in its language first."""
    mine = {each.form for each in words(article.text)}

    def distance(example: Example) -> tuple[bool, float, str]:
        other = example[0]
        theirs = {each.form for each in words(other.text)}
        shared = len(mine & theirs) / max(len(mine | theirs), 1)
        return other.language != article.language, -shared, other.id

    others = [each for each in examples if each[0].id != article.id]
    return sorted(others, key=distance)[:count]


def anchored(answer: object, text: str) -> dict[str, object]:
    """An answer with places: each surface where it stands, the next time behind its last place."""
    if not isinstance(answer, dict):
        return {"spans": "no JSON object"}
    found: list[object] = []
    after: dict[tuple[str, str], int] = {}
    listed = answer.get("spans", [])
    for number, each in enumerate(listed if isinstance(listed, list) else [listed]):
        if not isinstance(each, dict):
            found.append(each)
            continue
        label, surface = str(each.get("label")), str(each.get("text") or "")
        start = text.find(surface, after.get((label, surface), 0)) if surface else -1
        place = {"start": start, "end": start + len(surface)} if start >= 0 else NOWHERE
        after[label, surface] = start + len(surface)
        identity = str(each.get("id", number))
        said = {"attributes": each["attributes"]} if each.get("attributes") else {}
        found.append({"id": identity, "label": label, **place, **said})
    return {"spans": found, "relations": answer.get("relations") or []}
