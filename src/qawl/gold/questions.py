"""The open points of an article as a judge reads them: an HTML list, each side under its letter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import groupby

from msgspec import UNSET

from qawl.agreement.disagreements import BETWEEN, cut, differ, told
from qawl.core.phrases import phrases
from qawl.core.records import (
    Annotation,
    Article,
    AttributeValue,
    Disagreement,
    Gold,
    in_words,
)
from qawl.gold.corrections import Correction
from qawl.scheme.languages import is_rtl
from qawl.scheme.scheme import Scheme
from qawl.scheme.titles import title_in


class Questions:
    """Writes the open points of articles of one layer in the annotators' language."""

    def __init__(self, current: Scheme, language: str) -> None:
        self._scheme = current
        self._say = phrases(language)
        self._language = language

    def listed(
        self,
        gold: Gold,
        article: Article,
        letters: Mapping[str, str],
        records: Iterable[Annotation] = (),
        *,
        again: bool = False,
    ) -> str:
        """The list, folded, spans apart from what is said of them; `letters` are those of the annotators,
        who are not named. What they are unsure of is told from their `records`.

        `again` says that the judge decided before and starts from that.
        """
        say = self._say
        spans = [each for each in gold.open if each.kind in ("span", "article")]
        others = [each for each in gold.open if each not in spans]
        said = f"<p>{say('judge.again')}</p>" if again else ""
        said += f"<p>{say('judge.letters', letters=', '.join(sorted(letters.values())))}</p>"
        for key, those in (("judge.spans", spans), ("judge.others", others)):
            places = groupby(those, key=lambda each: (each.start, each.end, each.label))
            items = [self._place(list(group), article, letters) for _, group in places]
            said += self._folded(say(key, count=len(those)), items) if those else ""
        doubts = list(self._doubts(records, letters))
        said += self._folded(say("judge.unsure", count=len(doubts)), doubts) if doubts else ""
        return self._whole(f"<p>{say('judge.open', count=len(gold.open))}</p>{said}")

    def _whole(self, inside: str) -> str:
        way = "rtl" if is_rtl(self._say.language) else "ltr"
        return f'<div dir="{way}" lang="{self._say.language}">{inside}</div>'

    def _folded(self, title: str, items: Iterable[str]) -> str:
        listed = "".join(f"<li>{each}</li>" for each in items)
        return f"<details><summary>{escape(title)}</summary><ol>{listed}</ol></details>"

    def _doubts(self, records: Iterable[Annotation], letters: Mapping[str, str]) -> Iterator[str]:
        for record in records:
            letter = letters.get(record.annotator, "?")
            if record.unsure is not UNSET:
                yield escape(f"{letter}: {self._say('judge.article')} {record.unsure}")
            for span in record.spans:
                if span.unsure is not UNSET:
                    what = f"«{cut(span.text)}» ({self._title(span.label)})"
                    yield escape(f"{letter}: {what} {span.unsure}")

    def _place(
        self, those: Sequence[Disagreement], article: Article, letters: Mapping[str, str]
    ) -> str:
        """What is open of one place: the text, then each question in it."""
        first = those[0]
        lines = [self._line(each, article, letters) for each in those]
        if first.kind == "article" or not first.label:
            return "<br>".join(lines)
        title = BETWEEN.join(self._title(label) for label in first.label.split(BETWEEN))
        surface = _surface(article, first.start, first.end)
        what = f"<b>«{escape(surface)}»</b> ({escape(title)})"
        return what + (f" {lines[0]}" if len(lines) == 1 else f"<br>{'<br>'.join(lines)}")

    def reported(self, known: Sequence[Correction], article: Article) -> str:
        """What readers report, as a list; nothing where there is none."""
        if not known:
            return ""
        items = "".join(f"<li>{self._report(each, article)}</li>" for each in known)
        return self._whole(
            f"<p>{self._say('judge.reported', count=len(known))}</p><ol>{items}</ol>"
        )

    def _report(self, each: Correction, article: Article) -> str:
        was, right = each.was, each.right
        said = [self._say("judge.removed")] if right is None else []
        if right is not None and right != was:
            surface = _surface(article, right.start, right.end)
            said.append(f"«{surface}» ({self._title(right.label)})")
        for name, value in each.values.items():
            given = self._say("words.none") if value is None else self._value(name, value)
            said.append(f"{self._title(name)}: {given}")
        surface = _surface(article, was.start, was.end)
        what = f"«{surface}» ({self._title(was.label)}) → {', '.join(said)}"
        return escape(f"{what}. {' '.join(each.reason.split())}")

    def _line(self, each: Disagreement, article: Article, letters: Mapping[str, str]) -> str:
        """One question: what it is about, and what each letter says."""
        say = self._say
        if each.kind == "article":
            why = say("judge.alone" if each.name == "annotators" else "judge.breaks")
            return escape(f"{say('judge.article')}: {why}")
        names = [self._title(name) for name in (each.name or "").split(BETWEEN) if name]
        about = f"{BETWEEN.join(names)}: " if names else ""
        if not differ(each.readings.values()):
            return escape(f"{about}{say('judge.breaks')}")
        said = sorted(
            (letters[who], self._said(each, what, article))
            for who, what in each.readings.items()
            if who in letters
        )
        return escape(about + " · ".join(f"{letter}: {what}" for letter, what in said))

    def _title(self, name: str) -> str:
        """A label, an attribute or a relation as its scheme calls it."""
        return self._scheme.called(name, self._language)

    def _value(self, name: str, value: AttributeValue) -> str:
        """A value of an attribute, what the scheme lists by its title."""
        attribute = self._scheme.attribute.get(name)
        titles = {each.name: each.title for each in attribute.listed} if attribute else {}

        def shown(each: object) -> str:
            return title_in(titles.get(str(each), {}), self._language, str(each))

        if isinstance(value, str):
            return shown(value)
        if isinstance(value, int | float) or not all(isinstance(each, str) for each in value):
            return in_words(value)
        return self._say("words.list").join(map(shown, value))

    def _said(self, of: Disagreement, value: AttributeValue | None, article: Article) -> str:
        if value is None:
            return self._say("words.none")
        if of.kind == "attribute" or isinstance(value, int | float):
            return self._value(of.name or "", value)
        said = [value] if isinstance(value, str) else value
        return self._say("words.list").join(self._mark(str(each), article) for each in said)

    def _mark(self, said: str, article: Article) -> str:
        """A mark by its title and surface, where it is told with its place."""
        return told(said, self._title, article.text)


def _surface(article: Article, start: int, end: int) -> str:
    return cut(article.text[start:end])
