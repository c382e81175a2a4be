"""The open points of an article as a judge reads and clicks them, each side under its letter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from html import escape
from itertools import groupby

from msgspec import UNSET

from qawl.agreement.disagreements import BETWEEN, differ, quoted, readable
from qawl.annotations import clicks
from qawl.annotations.clicks import Click
from qawl.annotations.corrections import Correction
from qawl.core.phrases import phrases
from qawl.core.records import (
    Annotation,
    Article,
    AttributeValue,
    Disagreement,
    in_words,
)
from qawl.core.text import told_apart
from qawl.gold.points import Option, Points
from qawl.scheme.languages import is_rtl
from qawl.scheme.model import Scheme
from qawl.scheme.titles import Titles, title_in


class Questions:
    """Writes the open points of articles of one layer in the annotators' language."""

    def __init__(self, current: Scheme, language: str) -> None:
        self._scheme = current
        self._say = phrases(language)
        self._language = language
        self._none = self._say("words.none")
        self._as_marked = self._shown(self._say("judge.as_marked"), Click())
        self._all = self._say("judge.whole")
        self._called = cache(lambda name: current.called(name, language))
        self._titles_of = cache(self._titles)

    def listed(
        self,
        asked: Points,
        article: Article,
        letters: Mapping[str, str],
        records: Iterable[Annotation] = (),
        *,
        again: str | None = None,
    ) -> str:
        """What stands above the points to click: how many are open, what is to be decided in the text,
        and, told from their `records`, what annotators are unsure of. `letters` are those of the
        annotators, who are not named.

        `again` is the phrase that says why a judge who decided before is asked, and starts from that.
        """
        say = self._say
        said = f"<p>{say(again)}</p>" if again else ""
        told = say("words.list").join(sorted(letters.values()))
        several = "judge.letters" if len(letters) > 1 else "judge.letter"
        said += f"<p>{say(several, letters=told)}</p>" if letters else ""
        those = asked.by_hand
        places = groupby(those, key=lambda each: (each.start, each.end, each.label))
        items = [self._place(list(group), article, letters) for _, group in places]
        said += self._folded(say("judge.by_hand", count=len(those)), items) if those else ""
        doubts = list(self._doubts(records, letters))
        said += self._folded(say("judge.unsure", count=len(doubts)), doubts) if doubts else ""
        return self._whole(
            f"<p>{say('judge.open', count=len(asked.clickable) + len(those))}</p>{said}"
        )

    def clickable(
        self, asked: Points, article: Article, letters: Mapping[str, str]
    ) -> list[dict[str, object]]:
        """The points to click, as a judge's task has them: what each is about, and what can be chosen."""
        found: list[dict[str, object]] = []
        for number, each in enumerate(asked.clickable, start=1):
            choices = [self._choice(one, each.of, article, letters) for one in each.options]
            choices.append(self._as_marked)
            about = f"<div>{number}. {self._about(each.of, article)}</div>"
            found.append({"about": about, "choices": choices})
        return found

    def _choice(
        self, one: Option, of: Disagreement, article: Article, letters: Mapping[str, str]
    ) -> dict[str, str]:
        if one.whole:
            return self._shown(self._all, one.click)
        who = sorted(letters[each] for each in one.who if each in letters)
        said = self._said(of, one.said, article)
        return self._shown(f"{' · '.join(who)}: {said}" if who else said, one.click)

    def _shown(self, said: str, click: Click) -> dict[str, str]:
        return {"value": said, "alias": clicks.written(click)}

    def _about(self, of: Disagreement, article: Article) -> str:
        """The words that a point is about, and what is asked of them."""
        title = BETWEEN.join(self._called(label) for label in of.label.split(BETWEEN) if label)
        names = BETWEEN.join(self._called(name) for name in (of.name or "").split(BETWEEN) if name)
        where = f"<b>{escape(_surface(article, of.start, of.end))}</b> ({escape(title)})"
        told = [where if title else self._say("judge.article"), *([escape(names)] if names else [])]
        if not differ(of.readings.values()):
            told.append(self._say("judge.breaks"))
        return ": ".join(told)

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
                    what = f"{quoted(span.text)} ({self._called(span.label)})"
                    yield escape(f"{letter}: {what} {span.unsure}")

    def _place(
        self, those: Sequence[Disagreement], article: Article, letters: Mapping[str, str]
    ) -> str:
        """What is open of one place: the text, then each question in it."""
        first = those[0]
        lines = [self._line(each, article, letters) for each in those]
        if first.kind == "article" or not first.label:
            return "<br>".join(lines)
        title = BETWEEN.join(self._called(label) for label in first.label.split(BETWEEN))
        surface = _surface(article, first.start, first.end)
        what = f"<b>{escape(surface)}</b> ({escape(title)})"
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
            said.append(f"{surface} ({self._called(right.label)})")
        for name, value in each.values.items():
            given = self._none if value is None else self._value(name, value)
            said.append(f"{self._called(name)}: {given}")
        surface = _surface(article, was.start, was.end)
        what = f"{surface} ({self._called(was.label)}) → {', '.join(said)}"
        return escape(f"{what}. {' '.join(each.reason.split())}")

    def _line(self, each: Disagreement, article: Article, letters: Mapping[str, str]) -> str:
        """One question: what it is about, and what each letter says."""
        say = self._say
        if each.kind == "article":
            why = say("judge.alone" if each.name == "annotators" else "judge.breaks")
            return escape(f"{say('judge.article')}: {why}")
        names = [self._called(name) for name in (each.name or "").split(BETWEEN) if name]
        about = f"{BETWEEN.join(names)}: " if names else ""
        if not differ(each.readings.values()):
            return escape(f"{about}{say('judge.breaks')}")
        said = sorted(
            (letters[who], self._said(each, what, article))
            for who, what in each.readings.items()
            if who in letters
        )
        return escape(about + " · ".join(f"{letter}: {what}" for letter, what in said))

    def _titles(self, name: str) -> dict[str, Titles]:
        """The titles of the values that an attribute lists."""
        attribute = self._scheme.attribute.get(name)
        return {each.name: each.title for each in attribute.listed} if attribute else {}

    def _value(self, name: str, value: AttributeValue) -> str:
        """A value of an attribute, what the scheme lists by its title."""
        titles = self._titles_of(name)

        def shown(each: object) -> str:
            return title_in(titles.get(str(each), {}), self._language, str(each))

        if isinstance(value, str):
            return shown(value)
        if isinstance(value, int | float) or not all(isinstance(each, str) for each in value):
            return in_words(value)
        return self._say("words.list").join(map(shown, value))

    def _said(self, of: Disagreement, value: AttributeValue | None, article: Article) -> str:
        if value is None:
            return self._none
        if of.kind == "attribute" or isinstance(value, int | float):
            every = [each for each in of.readings.values() if each is not None]
            others = [self._value(of.name or "", each) for each in every]
            return told_apart(self._value(of.name or "", value), others)
        if isinstance(value, str):
            return self._mark(value, article)
        return self._say("words.list").join(self._mark(str(each), article) for each in value)

    def _mark(self, said: str, article: Article) -> str:
        """A mark by its title and surface, where it is told with its place."""
        return readable(said, self._called, article.text)


def _surface(article: Article, start: int, end: int) -> str:
    return quoted(article.text[start:end])
