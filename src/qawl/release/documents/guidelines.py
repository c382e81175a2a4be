"""GUIDELINES.md of a release: what annotators were told, made from the schemes, in both languages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from qawl.core.templates import bundled, rendered
from qawl.scheme.rules import Condition, Marks, NoCrossing, RelationCount, Rule
from qawl.scheme.scheme import Scheme

GUIDELINES = "GUIDELINES.md"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """How a language says a rule; the places in braces are filled."""

    spans: str
    spans_of: str
    no_crossing: str
    marks: str
    count: str
    least: str
    none: str
    exactly: str
    most: str
    between: str
    where: str
    unless: str
    verb: str
    either: str
    both: str


ENGLISH = Words(
    spans="Spans",
    spans_of="Spans of {}",
    no_crossing="{} may nest or touch; they do not cross.",
    marks="{of}{where} starts and ends with a quotation mark.",
    count="{of}{where} has {count} `{relation}`{unless}.",
    least="at least {}",
    none="no",
    exactly="exactly {}",
    most="at most {}",
    between="{} to {}",
    where="where",
    unless="unless",
    verb="is",
    either="or",
    both="and",
)
ARABIC = Words(
    spans="المقاطع",
    spans_of="مقاطع {}",
    no_crossing="يجوز أن تتداخل {} أو تتلامس، ولا يجوز أن تتقاطع.",
    marks="يبدأ {of}{where} وينتهي بعلامة تنصيص.",
    count="عدد أسهم `{relation}` من كل {of}{where}: {count}{unless}.",
    least="{} على الأقل",
    none="لا شيء",
    exactly="{} بالضبط",
    most="{} على الأكثر",
    between="من {} إلى {}",
    where="حيث",
    unless="إلا حيث",
    verb="هو",
    either="أو",
    both="و",
)


def text(title: str, schemes: Mapping[str, Scheme]) -> str:
    """The guidelines of all layers."""
    return rendered(
        bundled("qawl.release.documents", "guidelines.md.j2"),
        "guidelines.md.j2",
        {
            "title": title,
            "layers": [_layer(each) for each in schemes.values()],
        },
    )


def _layer(scheme: Scheme) -> Mapping[str, object]:
    return {
        "scheme": scheme,
        "languages": list(_languages(scheme)),
        "rules": [{"en": in_english(each), "ar": in_arabic(each)} for each in scheme.rules],
    }


def _languages(scheme: Scheme) -> dict[str, None]:
    """The languages that the scheme speaks, those of its title first."""
    titles = [scheme.title, scheme.instructions, *(each.definition for each in scheme.labels)]
    titles += [each.title for each in scheme.labels]
    titles += [each.title for each in scheme.attributes]
    return dict.fromkeys(language for each in titles for language in each)


def in_english(rule: Rule) -> str:
    """A rule of a scheme as a sentence."""
    return _sentence(rule, ENGLISH)


def in_arabic(rule: Rule) -> str:
    """A rule of a scheme as an Arabic sentence."""
    return _sentence(rule, ARABIC)


def _sentence(rule: Rule, words: Words) -> str:
    if isinstance(rule, NoCrossing):
        which = words.spans_of.format(_names(rule.labels)) if rule.labels else words.spans
        return words.no_crossing.format(which)
    where = _conditions(rule.where, words.where, words, words.both)
    if isinstance(rule, Marks):
        return words.marks.format(of=rule.of, where=where)
    unless = _conditions(rule.unless, words.unless, words, words.either)
    count = _count(rule, words)
    return words.count.format(
        of=rule.of, where=where, count=count, relation=rule.relation, unless=unless
    )


def _count(rule: RelationCount, words: Words) -> str:
    if rule.max is None:
        return words.least.format(rule.min)
    if rule.max == 0:
        return words.none
    if rule.min == rule.max:
        return words.exactly.format(rule.max)
    return words.between.format(rule.min, rule.max) if rule.min else words.most.format(rule.max)


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)


def _conditions(conditions: Condition, word: str, words: Words, both: str) -> str:
    """The words for conditions, as in: where `quote_type` is direct or mixed; nothing for none."""
    if not conditions:
        return ""
    parts = [
        f"`{name}` {words.verb} {f' {words.either} '.join(values)}"
        for name, values in conditions.items()
    ]
    return f" {word} {f' {both} '.join(parts)}"
