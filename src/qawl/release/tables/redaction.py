"""What of an article's spans and values a release shows: texts that may not be redistributed are None."""

from collections.abc import Sequence
from dataclasses import dataclass

from qawl.core.column_types import Row
from qawl.core.records import Article, Attributes, AttributeValue, GoldSpan, in_words
from qawl.release.rights import standoff as rights_standoff
from qawl.release.rights.free_texts import FreeTexts
from qawl.release.tables import columns
from qawl.scheme.attributes import Attribute
from qawl.scheme.scheme import Scheme

Cell = AttributeValue | list["Cell"] | None
"""A value of a row, or several; None where nothing is set or may be shown."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What of an article's spans may be shown."""

    article: Article
    texts: FreeTexts | None
    scheme: Scheme

    def text(self, text: str) -> str | None:
        """A surface."""
        return text if self.article.redistribute else None

    def value(self, value: AttributeValue | None) -> Cell:
        """A value, or what of several may be shown: None stands for those that may not."""
        if isinstance(value, list):
            return [self.value(each) for each in value]
        hidden = isinstance(value, str) and self._hidden(value)
        return None if hidden else value

    def standoff(self, value: AttributeValue | None) -> Cell:
        """A free text that is withheld, or each of several, by places; None where none may be."""
        if isinstance(value, list):
            return [self.standoff(each) for each in value]
        if self.texts is None or not isinstance(value, str) or not self._hidden(value):
            return None
        return self.texts.standoff(value)

    def _hidden(self, text: str) -> bool:
        return self.texts is not None and self.texts.hides(text)

    def mention(self, span: GoldSpan) -> Row:
        """Where a span stands."""
        return {"id": span.id, "start": span.start, "end": span.end, "text": self.text(span.text)}

    def span(self, span: GoldSpan) -> Row:
        """A span with its attributes."""
        return {
            "id": span.id,
            "label": span.label,
            "start": span.start,
            "end": span.end,
            "text": self.text(span.text),
            **self.attributes(span.attributes, self._of_spans),
            "support": list(span.support),
        }

    @property
    def _of_spans(self) -> list[Attribute]:
        return [each for each in self.scheme.attributes if each.of]

    def attributes(self, given: Attributes, known: Sequence[Attribute], before: str = "") -> Row:
        """The cells of these attributes; raises ReleaseError where a column can't hold a value."""
        row: Row = {}
        for each in known:
            value = given.get(each.name)
            if value is not None and not each.fits(value):
                place = f"{self.scheme.layer}, article {self.article.id}"
                raise columns.another_kind(place, f"{each.name}={in_words(value)}")
            row[before + each.name] = self.value(value)
            if each.free:
                row[before + each.name + rights_standoff.SUFFIX] = self.standoff(value)
        return row
