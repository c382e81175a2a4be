"""What of an article's spans and values a release shows: texts that may not be redistributed are None."""

from collections.abc import Sequence
from dataclasses import dataclass

from qawl.core.column_types import Cell, Cells, Records, Row
from qawl.core.errors import ReleaseError
from qawl.core.records import Article, Attributes, AttributeValue, GoldSpan, Span, in_words
from qawl.release.rights import standoff as rights_standoff
from qawl.release.rights.free_texts import FreeTexts
from qawl.release.tables import columns
from qawl.scheme.attributes import Attribute
from qawl.scheme.model import Scheme


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
        if self.texts is None:
            return value
        if isinstance(value, list):
            return [self.value(each) for each in value]
        hidden = isinstance(value, str) and self._hidden(value)
        return None if hidden else value

    def standoff(self, value: AttributeValue | None) -> Cell:
        """A free text that is withheld, or each of several, by places; None where it is shown."""
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

    def marks(self, spans: Sequence[Span | GoldSpan]) -> dict[str, Sequence[Cell]]:
        """The columns that spans of gold and of annotators share."""
        shows = self.article.redistribute
        return {
            "id": [span.id for span in spans],
            "label": [span.label for span in spans],
            "start": [span.start for span in spans],
            "end": [span.end for span in spans],
            "text": [span.text for span in spans] if shows else [None] * len(spans),
        }

    def spans(self, spans: Sequence[GoldSpan]) -> Records:
        """Spans with their attributes."""
        return Records(
            {
                **self.marks(spans),
                **self._columns([span.attributes for span in spans], self.scheme.span_attributes),
                "support": [span.support for span in spans],
            }
        )

    def attributes(self, given: Attributes, known: Sequence[Attribute], before: str = "") -> Row:
        """The cells of these attributes; raises ReleaseError where a column can't hold a value."""
        return {name: cells[0] for name, cells in self._columns([given], known, before).items()}

    def _columns(
        self, given: Sequence[Attributes], known: Sequence[Attribute], before: str = ""
    ) -> Cells:
        """The cells of these attributes by column, where each of several things has some."""
        made: Cells = {}
        for each in known:
            values = [attributes.get(each.name) for attributes in given]
            if any(value is not None and not each.fits(value) for value in values):
                raise self._misfit(each, values)
            made[before + each.name] = [*map(self.value, values)] if self.texts else values
            if each.free:
                told = [*map(self.standoff, values)]
                made[before + each.name + rights_standoff.SUFFIX] = told
        return made

    def _misfit(self, known: Attribute, values: Sequence[AttributeValue | None]) -> ReleaseError:
        """That a column can't hold one of these values."""
        value = next(each for each in values if each is not None and not known.fits(each))
        place = f"{self.scheme.layer}, article {self.article.id}"
        return columns.another_kind(place, f"{known.name}={in_words(value)}")
