"""The lexicons of cues: which words signal a quote, and how, by language."""

from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

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


class Lexicon(msgspec.Struct, frozen=True):
    """The words of one language by what they do; forms are without vowel signs."""

    cues: dict[str, Kind] = {}
    bare: frozenset[str] = frozenset()
    complementisers: frozenset[str] = frozenset()
    plain_complementisers: frozenset[str] = frozenset()
    prepositions: frozenset[str] = frozenset()
    pronouns: frozenset[str] = frozenset()
    described: frozenset[str] = frozenset()
    stops: tuple[str, ...] = ()
    nouns: frozenset[str] = frozenset()
    auxiliaries: frozenset[str] = frozenset()
    objects: frozenset[str] = frozenset()
    adjuncts: frozenset[str] = frozenset()
    conjunctions: frozenset[str] = frozenset()
    afterwards: frozenset[str] = frozenset()
    reporters: frozenset[str] = frozenset()
    no_addressees: frozenset[str] = frozenset()
    occasions: frozenset[str] = frozenset()
    after_subject: frozenset[str] = frozenset()
    verbs_of_clauses: frozenset[str] = frozenset()
    times: frozenset[str] = frozenset()
    no_clauses: frozenset[str] = frozenset()
    openers: frozenset[str] = frozenset()
    breaks: frozenset[str] = frozenset()
    turns: frozenset[str] = frozenset()
    after_object: frozenset[str] = frozenset()
    sayings: frozenset[str] = frozenset()
    of_titles: frozenset[str] = frozenset()
    limits: frozenset[str] = frozenset()
    limited: frozenset[str] = frozenset()
    plurals: frozenset[str] = frozenset()
    amounts: frozenset[str] = frozenset()
    requests: frozenset[str] = frozenset()
    pronouns_by: frozenset[str] = frozenset()
    telling: frozenset[str] = frozenset()
    announcing: frozenset[str] = frozenset()
    governs: dict[str, str] = {}
    deeds: frozenset[str] = frozenset()
    adverbs: frozenset[str] = frozenset()
    adverbs_by: frozenset[str] = frozenset()
    manners: frozenset[str] = frozenset()
    occasions_of: frozenset[str] = frozenset()
    occasion_adjectives: frozenset[str] = frozenset()
    determiners: frozenset[str] = frozenset()
    to_do: frozenset[str] = frozenset()
    heads: frozenset[str] = frozenset()
    statements: frozenset[str] = frozenset()
    participles: frozenset[str] = frozenset()
    studies: frozenset[str] = frozenset()
    relatives: frozenset[str] = frozenset()
    spans_of_time: frozenset[str] = frozenset()
    offices: frozenset[str] = frozenset()
    audiences: frozenset[str] = frozenset()
    inscriptions: frozenset[str] = frozenset()
    marked_alone: frozenset[str] = frozenset()
    own_words: frozenset[str] = frozenset()
    remarks: frozenset[str] = frozenset()
    wishes: frozenset[str] = frozenset()
    said_of: frozenset[str] = frozenset()
    cautions: frozenset[str] = frozenset()
    goes_on: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    courts: frozenset[str] = frozenset()
    deeds_of_speech: frozenset[str] = frozenset()
    doings: frozenset[str] = frozenset()
    rumours: frozenset[str] = frozenset()
    phrases: frozenset[str] = frozenset()
    of_deeds: frozenset[str] = frozenset()
    nouns_in_ing: frozenset[str] = frozenset()
    quantifiers: frozenset[str] = frozenset()
    collectives: frozenset[str] = frozenset()
    verbs_alone: frozenset[str] = frozenset()

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


@cache
def lexicon(language: str) -> Lexicon | None:
    """The lexicon of a language by its BCP 47 tag; None where Qawl has none."""
    short = language.partition("-")[0].lower()
    said = msgspec.yaml.decode(_data("quotes.yaml"))
    if short not in said:
        return None
    given = said[short]
    cues: dict[str, Kind] = {}
    if short == "ar":
        cues |= _arabic()
    cues |= dict.fromkeys(given.get("verbs", ()), "finite")
    cues |= dict.fromkeys(given.get("attributions", ()), "attribution")
    cues |= dict.fromkeys(given.get("appears", ()), "appears")
    cues |= dict.fromkeys(given.get("sayings", ()), "saying")
    cues |= dict.fromkeys(given.get("participles", ()), "participle")
    cues |= dict.fromkeys(given.get("demands", ()), "demand")
    cues |= dict.fromkeys(given.get("accusations", ()), "accusation")
    cues |= dict.fromkeys(given.get("descriptions", ()), "description")
    cues = {form: kind for form, kind in cues.items() if form not in given.get("no_cues", ())}
    known = {*Lexicon.__struct_fields__} - {"cues", "stops", "governs"}
    lists = {name: frozenset(values) for name, values in given.items() if name in known}
    return Lexicon(
        cues=cues, stops=tuple(given.get("stops", ())), governs=given.get("governs", {}), **lists
    )


def _arabic() -> dict[str, Kind]:
    """Forms of Arabic verbs, those with a bare alif for a hamza too."""
    found: dict[str, Kind] = {}
    read = msgspec.yaml.decode(_data("cues.ar.yaml"), type=dict[str, dict[str, list[str]]])
    for kind in ("finite", "passive", "participle"):
        for form in read["say"][kind]:
            found.setdefault(form, kind)
            found.setdefault(form.replace("أ", "ا").replace("إ", "ا"), kind)
    for form in (*read["demand"]["finite"], *read["demand"]["participle"]):
        found.setdefault(form, "demand")
    return found


def _data(name: str) -> bytes:
    return files("qawl.suggest").joinpath("data", name).read_bytes()
