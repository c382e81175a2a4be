"""The open points of an article as a judge reads them: an HTML list, each side under its letter."""

import re
from collections.abc import Mapping, Sequence
from html import escape

from qawl.agreement.disagreements import BETWEEN, differ
from qawl.core.records import Article, AttributeValue, Disagreement, Gold, in_words
from qawl.gold.corrections import Correction
from qawl.scheme.scheme import Scheme
from qawl.scheme.titles import title_in

WORDS = {
    "ar": {
        "span": "مقطع",
        "attribute": "سمة",
        "relation": "علاقة",
        "article": "المقال",
        "none": "لا شيء",
        "breaks": "متفق عليه لكنه يخالف قواعد المخطط",
        "alone": "وسمه شخص واحد فقط",
        "open": "مواضع الخلاف",
        "again": "تغيّر الوسم بعد قرارك؛ تبدأ مما قررته سابقا.",
        "reported": "ما أبلغ عنه القراء",
        "removed": "لا مقطع هنا",
    },
    "en": {
        "span": "span",
        "attribute": "attribute",
        "relation": "relation",
        "article": "article",
        "none": "nothing",
        "breaks": "all agree, but it breaks a rule of the scheme",
        "alone": "one annotator alone did it",
        "open": "Open",
        "again": "The annotations changed after you decided; you start from what you decided.",
        "reported": "Reported by readers",
        "removed": "no span is there",
    },
}

LONGEST = 60
"""Code points of a surface that are shown."""

_MARK = re.compile(r"(?P<way>(?:.* )?[→←↔] )?(?P<label>.*) (?P<start>\d+)-(?P<end>\d+)", re.DOTALL)
"""What `disagreements` writes of a mark: its label and its place, behind the arrow that leads there."""


class Questions:
    """Writes the open points of articles of one layer in the annotators' language."""

    def __init__(self, current: Scheme, language: str) -> None:
        self._scheme, self._language = current, language
        self._words = WORDS.get(language.split("-", maxsplit=1)[0], WORDS["en"])

    def listed(
        self, gold: Gold, article: Article, letters: Mapping[str, str], *, again: bool = False
    ) -> str:
        """The list; `letters` are those of the annotators, who are not named.

        `again` says that the judge decided before and starts from that.
        """
        items = "".join(f"<li>{self._line(each, article, letters)}</li>" for each in gold.open)
        said = f"<p>{self._words['again']}</p>" if again else ""
        return f"{said}<p>{self._words['open']}: {len(gold.open)}</p><ol>{items}</ol>"

    def reported(self, known: Sequence[Correction], article: Article) -> str:
        """What readers report, as a list; nothing where there is none."""
        if not known:
            return ""
        items = "".join(f"<li>{self._report(each, article)}</li>" for each in known)
        return f"<p>{self._words['reported']}: {len(known)}</p><ol>{items}</ol>"

    def _report(self, each: Correction, article: Article) -> str:
        was, right = each.was, each.right
        said = [self._words["removed"]] if right is None else []
        if right is not None and right != was:
            surface = _surface(article, right.start, right.end)
            said.append(f"«{surface}» ({self._title(right.label)})")
        for name, value in each.values.items():
            said.append(f"{name}: {self._words['none'] if value is None else in_words(value)}")
        surface = _surface(article, was.start, was.end)
        what = f"«{surface}» ({self._title(was.label)}) → {', '.join(said)}"
        return escape(f"{what}. {' '.join(each.reason.split())}")

    def _line(self, each: Disagreement, article: Article, letters: Mapping[str, str]) -> str:
        kind = self._words[each.kind]
        if each.kind == "article":
            return f"{kind}: {self._words['alone' if each.name == 'annotators' else 'breaks']}"
        name = f" {each.name}" if each.name else ""
        surface = _surface(article, each.start, each.end)
        title = BETWEEN.join(self._title(label) for label in each.label.split(BETWEEN))
        sides = self._words["breaks"]
        if differ(each.readings.values()):
            said = sorted(
                (letters[who], self._said(each.kind, what, article))
                for who, what in each.readings.items()
                if who in letters
            )
            sides = " · ".join(f"{letter}: {escape(what)}" for letter, what in said)
        return f"{kind}{escape(name)} «{escape(surface)}» ({escape(title)}) {sides}"

    def _title(self, label: str) -> str:
        known = self._scheme.label.get(label)
        return title_in(known.title, self._language, label) if known else label

    def _said(self, kind: str, value: AttributeValue | None, article: Article) -> str:
        if value is None:
            return self._words["none"]
        if kind == "attribute" or isinstance(value, int | float):
            return in_words(value)
        said = [value] if isinstance(value, str) else value
        return ", ".join(self._mark(str(each), article) for each in said)

    def _mark(self, said: str, article: Article) -> str:
        """A mark by its title and surface, where it is told with its place."""
        found = _MARK.fullmatch(said)
        if not found:
            return said
        surface = _surface(article, int(found["start"]), int(found["end"]))
        return f"{found['way'] or ''}{self._title(found['label'])} «{surface}»"


def _surface(article: Article, start: int, end: int) -> str:
    shown = " ".join(article.text[start:end].split())
    return shown if len(shown) <= LONGEST else f"{shown[: LONGEST - 3]}…"
