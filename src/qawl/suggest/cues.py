"""The lexicons of cues: which words signal a quote, and how, by language."""

from functools import cache
from typing import Literal

import msgspec

from qawl.suggest.lists import Lists, named
from qawl.suggest.words import data

Kind = Literal[
    "finite",
    "participle",
    "passive",
    "demand",
    "attribution",
    "appears",
    "saying",
    "accusation",
    "description",
]


class Lexicon(Lists):
    """The words of one language by what they do.

    `governs` has what a verb goes with, by the stem of the verb.
    """

    cues: dict[str, Kind]
    governs: dict[str, str]

    def cue(self, form: str, *, proclitics: bool = False) -> tuple[Kind, int] | None:
        """(kind, letters of a conjunction before it) of a word that is a cue; None for others."""
        if form in self.cues:
            return self.cues[form], 0
        if not proclitics:
            return None
        lead = 1 if form[:1] in {"و", "ف"} else 0
        for each in (form[lead:], _without_object(form[lead:])):
            if each in self.cues:
                return self.cues[each], lead
        return None


_OBJECTS = ("هما", "هم", "ها", "نا", "ني", "ه")
_TELL = ("بلغ", "خبر", "سأل", "جاب", "نصح", "طمأن", "وعد")


def _without_object(form: str) -> str:
    """An Arabic verb of telling without the pronoun that it is told to: أبلغ for أبلغته."""
    if any(stem in form for stem in _TELL):
        for each in _OBJECTS:
            if form.endswith(each):
                return form.removesuffix(each)
    return form


_SAID_AS: dict[str, Kind] = {
    "verbs": "finite",
    "attributions": "attribution",
    "appears": "appears",
    "sayings": "saying",
    "participles": "participle",
    "demands": "demand",
    "accusations": "accusation",
    "descriptions": "description",
}
"""The lists of cues, each with what its words are; a word of several is that of the last one."""


def lexicon(language: str) -> Lexicon | None:
    """The lexicon of a language by its BCP 47 tag; None where Qawl has none."""
    short = language.partition("-")[0].lower()
    return lexicon_of(short) if short in ("ar", "en") else None


@cache
def lexicon_of(short: Literal["ar", "en"]) -> Lexicon:
    """The lexicon of one of the languages that have one."""
    lists = dict[str, dict[str, list[str] | dict[str, str]]]  # YAML reads a bare `no` as no text
    said = msgspec.yaml.decode(data("quotes.yaml"), type=lists)
    found = Lexicon(named(short, said))
    cues = _arabic() if short == "ar" else {}
    for name, kind in _SAID_AS.items():
        cues |= dict.fromkeys(getattr(found, name), kind)
    found.cues = {form: kind for form, kind in cues.items() if form not in found.no_cues}
    found.governs = msgspec.convert(said[short].get("governs", {}), dict[str, str])
    return found


def _arabic() -> dict[str, Kind]:
    """Forms of Arabic verbs, those with a bare alif for a hamza too."""
    found: dict[str, Kind] = {}
    read = msgspec.yaml.decode(data("cues.ar.yaml"), type=dict[str, dict[str, list[str]]])
    for kind in ("finite", "passive", "participle"):
        for form in read["say"][kind]:
            found.setdefault(form, kind)
            found.setdefault(form.replace("أ", "ا").replace("إ", "ا"), kind)
    for form in (*read["demand"]["finite"], *read["demand"]["participle"]):
        found.setdefault(form, "demand")
    return found
