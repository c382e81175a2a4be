"""The guidelines of a layer in one language, as values: what a page shows, and what can change."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from qawl.core.phrases import Phrases, phrases
from qawl.guidelines.examples import Example, Examples
from qawl.guidelines.rules import conditions, sentence
from qawl.scheme.attributes import Attribute
from qawl.scheme.languages import is_rtl
from qawl.scheme.model import Scheme
from qawl.scheme.titles import Titles, title_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that is explained: a label, an attribute, a value or a relation.

    `name` is the one of the scheme, `note` a line about it, `good` and `bad` are from gold.
    """

    name: str
    title: str
    definition: str = ""
    color: str = ""
    example: str = ""
    counter: str = ""
    note: str = ""
    good: Sequence[Example] = ()
    bad: Sequence[Example] = ()
    values: "Sequence[Point]" = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """The guidelines of a layer. `language` is the one that they are in, `rtl` its direction."""

    layer: str
    language: str
    rtl: bool
    title: str
    version: str
    instructions: Sequence[str]
    labels: Sequence[Point]
    attributes: Sequence[Point]
    relations: Sequence[Point]
    rules: Sequence[str]

    @property
    def said(self) -> dict[str, str]:
        """What the scheme says, by what it is said of; not the examples from gold."""
        found = {f"instruction {number}": each for number, each in enumerate(self.instructions, 1)}
        for kind in ("labels", "attributes", "relations"):
            for point in getattr(self, kind):
                found |= dict(_said(kind, point))
        return found | {f"rule {number}": each for number, each in enumerate(self.rules, 1)}


def _said(kind: str, point: Point, within: str = "") -> Iterator[tuple[str, str]]:
    parts = (point.title, point.definition, point.note, point.example, point.counter)
    yield f"{kind} {within}{point.name}", " · ".join(each for each in parts if each)
    for each in point.values:
        yield from _said(kind, each, f"{point.name} ")


def guide(
    scheme: Scheme, language: str, written: Collection[str], examples: Examples | None = None
) -> Guide:
    """The guidelines of a layer in a language; `written` are the languages of the articles."""
    return _Guided(scheme, language_for(scheme, language), examples or Examples()).guide(written)


def language_for(scheme: Scheme, language: str) -> str:
    """The language that the scheme's words are in for those who speak this one."""
    there = _languages(scheme)
    primary = language.split("-", maxsplit=1)[0]
    return next((each for each in (language, primary, "en") if each in there), language)


def _languages(scheme: Scheme) -> set[str]:
    every = (scheme.instructions, *(each.title for each in scheme.labels), scheme.title)
    return {language for each in every for language in each}


def about(scheme: Scheme, language: str, written: Collection[str]) -> list[str]:
    """The lines of the instructions, and of those for articles in the languages that are `written`."""
    lines = title_in(scheme.instructions, language).strip().splitlines()
    primary = {each.split("-", maxsplit=1)[0] for each in written}
    for of, titles in scheme.instructions_for.items():
        if of in primary:
            lines += title_in(titles, language).strip().splitlines()
    return [each for each in lines if each.strip()]


class _Guided:
    """Makes the points of a scheme in one language."""

    def __init__(self, scheme: Scheme, language: str, examples: Examples) -> None:
        self._scheme, self._language, self._examples = scheme, language, examples
        self._say: Phrases = phrases(language)

    def guide(self, written: Collection[str]) -> Guide:
        scheme, language = self._scheme, self._language
        return Guide(
            layer=scheme.layer,
            language=language,
            rtl=is_rtl(language),
            title=title_in(scheme.title, language, scheme.layer),
            version=scheme.version,
            instructions=about(scheme, language, written),
            labels=[self._label(each.name) for each in scheme.labels],
            attributes=[self._attribute(each) for each in scheme.attributes],
            relations=[
                Point(
                    name=each.name,
                    title=self._words(each.title, each.name),
                    definition=self._words(each.definition),
                    note=self._say(
                        "guidelines.from_to",
                        from_=self._either(each.from_),
                        to=self._either(each.to),
                    ),
                )
                for each in scheme.relations
            ],
            rules=[sentence(each, self._say, self._named) for each in scheme.rules],
        )

    def _words(self, titles: Titles, default: str = "") -> str:
        return title_in(titles, self._language, default)

    def _either(self, labels: Sequence[str]) -> str:
        return f" {self._say('words.or')} ".join(map(self._named, labels))

    def _named(self, name: str) -> str:
        return self._scheme.called(name, self._language)

    def _label(self, name: str) -> Point:
        label = self._scheme.label[name]
        place = self._scheme.layer, name
        return Point(
            name=name,
            title=self._words(label.title, name),
            definition=self._words(label.definition),
            color=label.color,
            example=self._words(label.example),
            counter=self._words(label.counter_example),
            note=self._say("guidelines.key", key=label.hotkey) if label.hotkey else "",
            good=self._examples.good.get(place, ()),
            bad=self._examples.bad.get(place, ()),
        )

    def _attribute(self, attribute: Attribute) -> Point:
        say = self._say
        note = [
            say("guidelines.of", labels=self._either(attribute.of))
            if attribute.of
            else say("guidelines.of_article"),
            say("guidelines.required" if attribute.required else "guidelines.optional"),
            say.get(f"guidelines.kind.{attribute.phrase}", attribute.takes),
        ]
        if attribute.when:
            told = conditions(attribute.when, "words.and", say, self._named)
            note.append(say("guidelines.only_where", conditions=told))
        return Point(
            name=attribute.name,
            title=self._words(attribute.title, attribute.name),
            definition=self._words(attribute.definition),
            note=say("words.list").join(note),
            values=[
                Point(
                    name=each.name,
                    title=self._words(each.title, each.name),
                    definition=self._words(each.definition),
                    note=say("guidelines.key", key=each.hotkey) if each.hotkey else "",
                )
                for each in attribute.listed
            ],
        )
