"""Styles and lists of a Word document: what they say of a paragraph or a run that they are for."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from lxml.etree import _Element

_OFF = ("0", "false", "off")
_TITLE = "title"
_HEADING = "heading"
"""How names of the built-in styles begin; programs spell them so in every language."""
_LATIN, _THEMES = ("ascii", "hAnsi"), ("asciiTheme", "hAnsiTheme")
"""What names the font of a run, and a font of the theme instead."""


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
        return self._first(style, _titles) is not None or self._of_no_style(style) == _TITLE

    def is_heading(self, style: str | None) -> bool:
        """Whether a style is one for headings, or is based on such a one."""
        return self._first(style, _heads) is not None or self._of_no_style(style).startswith(
            _HEADING
        )

    def is_hidden(self, run: _Element) -> bool:
        """Whether the text of a run is hidden, by itself or by its styles."""
        own = _vanish(run)
        if own is not None or not self._hidden:
            return is_on(own)
        return any(each in self._hidden for each in self._of_run(run))

    def font(self, run: _Element) -> str | None:
        """The font of a run, its own or that of its styles; one from right to left has another."""
        other = any(is_on(run.find(f"{{*}}rPr/{{*}}{each}")) for each in ("rtl", "cs"))
        ask, names, themes = (_other, ("cs",), ("cstheme",)) if other else (_latin, _LATIN, _THEMES)
        given = ask(run)
        if given is None:
            found = (self._first(each, ask) for each in self._of_run(run))
            given = next((each for each in found if each is not None), None)
        if given is None or any(value(given, each) for each in themes):
            return None  # no theme has a symbol font
        return next(filter(None, (value(given, each) for each in names)), None)

    def _of_run(self, run: _Element) -> tuple[str | None, str | None]:
        """The ids of the style of a run and of that of its paragraph."""
        named = run.find("{*}rPr/{*}rStyle")
        paragraph = next(run.iterancestors("{*}p"), None)
        return (
            None if named is None else value(named),
            None if paragraph is None else self.of(paragraph),
        )

    def is_numbered(self, paragraph: _Element) -> bool:
        """Whether a paragraph has a number or a bullet of a list."""
        own = _number(paragraph)
        style = self.of(paragraph)
        found = self._first(style, _number) if own is None else own
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
        return frozenset(each for each in self.by_id if is_on(self._first(each, _vanish)))

    def _of_no_style(self, style: str | None) -> str:
        """The name that the id of a style tells where the document does not have the style."""
        return "" if style is None or style in self.by_id else _spelt(style)

    def _first(
        self, style: str | None, ask: Callable[[_Element], _Element | None]
    ) -> _Element | None:
        """What is asked for, of a style, or of the first that has it of those that it is based on."""
        known, asked, found = self._known[ask], [], None
        for name, each in self._chain(style):
            if name in known:
                found = known[name]
                break
            asked.append(name)
            if (found := ask(each)) is not None:
                break
        known.update(dict.fromkeys(asked, found))
        return found

    @cached_property
    def _known(self) -> defaultdict[object, dict[str, _Element | None]]:
        """What was found of each style: a chain of a thousand styles is followed once."""
        return defaultdict(dict)

    def _chain(self, style: str | None) -> Iterator[tuple[str, _Element]]:
        """A style, and those that it is based on, by their ids."""
        seen: set[str] = set()
        while style is not None and style in self.by_id and style not in seen:
            seen.add(style)
            yield style, (found := self.by_id[style])
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


def _number(paragraph: _Element) -> _Element | None:
    """The number or the bullet that a paragraph or a style has."""
    return paragraph.find("{*}pPr/{*}numPr")


def _vanish(run: _Element) -> _Element | None:
    """Whether a run or a style is hidden."""
    return run.find("{*}rPr/{*}vanish")


def _latin(run: _Element) -> _Element | None:
    """The fonts of a run or a style, where they name one."""
    return _naming(run, (*_LATIN, *_THEMES))


def _other(run: _Element) -> _Element | None:
    """The same for a script from right to left."""
    return _naming(run, ("cs", "cstheme"))


def _naming(run: _Element, names: Iterable[str]) -> _Element | None:
    given = run.find("{*}rPr/{*}rFonts")
    return given if given is not None and any(value(given, each) for each in names) else None


def _titles(style: _Element) -> _Element | None:
    """The style, if it is the one for titles."""
    return style if _name(style) == _TITLE else None


def _heads(style: _Element) -> _Element | None:
    """The style, if it is one for headings."""
    return style if _name(style).startswith(_HEADING) else None


def _name(style: _Element) -> str:
    named = style.find("{*}name")
    return _spelt((None if named is None else value(named)) or "")


def _spelt(name: str) -> str:
    return "".join(name.split()).lower()
