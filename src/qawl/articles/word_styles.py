"""Styles and lists of a Word document: what they say of a paragraph or a run that they are for."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml.etree import _Element

_OFF = ("0", "false", "off")
_HEADING = "heading"


def local(element: _Element) -> str:
    """The name of an element without its namespace."""
    return str(element.tag).rpartition("}")[2]


def value(element: _Element, name: str = "val") -> str | None:
    """An attribute of an element, in the namespace of that: ECMA-376 has two, ISO's strict one too."""
    namespace = str(element.tag).rpartition("}")[0]
    found = element.get(f"{namespace}}}{name}")
    return None if found is None else str(found)


def is_on(element: _Element | None) -> bool:
    """Whether a property is there, and not with the value that it is off."""
    return element is not None and value(element) not in _OFF


@dataclass(frozen=True)
class Styles:
    """The styles by their id, the id of the one for paragraphs without any, and the numbers of the lists,
    each with its level, that show neither a number nor a bullet."""

    by_id: dict[str, _Element]
    default: str | None
    silent: frozenset[tuple[str, str]]

    def of(self, paragraph: _Element) -> str | None:
        """The id of the style of a paragraph."""
        named = paragraph.find("{*}pPr/{*}pStyle")
        return self.default if named is None else value(named)

    def is_title(self, style: str | None) -> bool:
        """Whether a style is the one for titles, or is based on it."""
        return "title" in self._names(style)

    def is_heading(self, style: str | None) -> bool:
        """Whether a style is one for headings, or is based on such a one."""
        return any(name.startswith(_HEADING) for name in self._names(style))

    def is_hidden(self, run: _Element) -> bool:
        """Whether the text of a run is hidden, by itself or by its styles."""
        own = run.find("{*}rPr/{*}vanish")
        if own is not None or not self._hidden:
            return is_on(own)
        named = run.find("{*}rPr/{*}rStyle")
        paragraph = next(run.iterancestors("{*}p"), None)
        styles = (
            None if named is None else value(named),
            None if paragraph is None else self.of(paragraph),
        )
        return any(each in self._hidden for each in styles)

    def is_numbered(self, paragraph: _Element) -> bool:
        """Whether a paragraph has a number or a bullet of a list."""
        own = paragraph.find("{*}pPr/{*}numPr")
        style = self.of(paragraph)
        found = self._first(style, "{*}pPr/{*}numPr") if own is None else own
        if found is None:
            return False
        number, level = found.find("{*}numId"), found.find("{*}ilvl")
        if number is None:
            return False
        at = "0" if level is None else value(level) or "0"
        which = value(number) or "0"
        return which != "0" and (which, at) not in self.silent

    @cached_property
    def _hidden(self) -> frozenset[str | None]:
        """The styles whose text is hidden."""
        path = "{*}rPr/{*}vanish"
        return frozenset(each for each in self.by_id if is_on(self._first(each, path)))

    def _names(self, style: str | None) -> list[str]:
        """The names of a style and of those that it is based on; programs spell built-in ones so in every
        language."""
        return [_name(each) for each in self._chain(style)] or [_spelt(style or "")]

    def _first(self, style: str | None, path: str) -> _Element | None:
        found = (each.find(path) for each in self._chain(style))
        return next((each for each in found if each is not None), None)

    def _chain(self, style: str | None) -> Iterator[_Element]:
        """A style, and those that it is based on."""
        seen: set[str] = set()
        while style is not None and style in self.by_id and style not in seen:
            seen.add(style)
            yield (found := self.by_id[style])
            based = found.find("{*}basedOn")
            style = None if based is None else value(based)


def read(styles: _Element | None, numbering: _Element | None) -> Styles:
    """The styles and lists of a document from its parts, where it has them."""
    every = [] if styles is None else styles.findall("{*}style")
    by_id = {value(each, "styleId") or "": each for each in every}
    defaults = (
        name
        for name, each in by_id.items()
        if value(each, "type") == "paragraph" and value(each, "default") not in (None, *_OFF)
    )
    silent = frozenset(() if numbering is None else _silent(numbering))
    return Styles(by_id, next(defaults, None), silent)


def _silent(numbering: _Element) -> Iterator[tuple[str, str]]:
    """The lists, each with its level, that show nothing before a paragraph."""
    kinds = {value(each, "abstractNumId"): each for each in numbering.findall("{*}abstractNum")}
    for each in numbering.findall("{*}num"):
        kind = each.find("{*}abstractNumId")
        found = None if kind is None else kinds.get(value(kind))
        for level in () if found is None else found.findall("{*}lvl"):
            form, shown = level.find("{*}numFmt"), level.find("{*}lvlText")
            if (
                form is not None
                and value(form) == "none"
                and not (shown is not None and value(shown))
            ):
                yield value(each, "numId") or "", value(level, "ilvl") or "0"


def _name(style: _Element) -> str:
    named = style.find("{*}name")
    return _spelt((None if named is None else value(named)) or "")


def _spelt(name: str) -> str:
    return "".join(name.split()).lower()
