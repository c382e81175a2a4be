"""GUIDELINES.md of a release: what annotators were told, made from the schemes, in both languages."""

from collections.abc import Mapping, Sequence
from typing import Any

from qawl.facts import Described
from qawl.rendering import bundled, rendered
from qawl.rules import Condition, Marks, NoCrossing, RelationCount, Rule
from qawl.scheme import Scheme

GUIDELINES = "GUIDELINES.md"


def text(described: Described) -> str:
    """The guidelines of all layers."""
    return rendered(
        bundled("guidelines.md.j2"),
        "guidelines.md.j2",
        {
            "title": described.title,
            "layers": [_layer(each) for each in described.schemes.values()],
        },
    )


def _layer(scheme: Scheme) -> Mapping[str, Any]:
    return {
        "scheme": scheme,
        "languages": list(_languages(scheme)),
        "rules": [{"en": in_english(each), "ar": in_arabic(each)} for each in scheme.rules],
    }


def _languages(scheme: Scheme) -> dict[str, None]:
    """The languages that the scheme speaks, those of its title first."""
    titles = [scheme.title, scheme.instructions, *(each.definition for each in scheme.labels)]
    return dict.fromkeys(language for each in titles for language in each)


def in_english(rule: Rule) -> str:
    """A rule of a scheme as a sentence."""
    if isinstance(rule, NoCrossing):
        which = f"Spans of {_names(rule.labels)}" if rule.labels else "Spans"
        return f"{which} may nest or touch; they do not cross."
    if isinstance(rule, Marks):
        where = _conditions(rule.where, "where", "is", "or", "and")
        return f"{rule.of}{where} starts and ends with a quotation mark."
    where = _conditions(rule.where, "where", "is", "or", "and")
    unless = _conditions(rule.unless, "unless", "is", "or", "or")
    return f"{rule.of}{where} has {_count(rule)} `{rule.relation}`{unless}."


def in_arabic(rule: Rule) -> str:
    """A rule of a scheme as an Arabic sentence."""
    if isinstance(rule, NoCrossing):
        which = f"مقاطع {_names(rule.labels)}" if rule.labels else "المقاطع"
        return f"يجوز أن تتداخل {which} أو تتلامس، ولا يجوز أن تتقاطع."
    if isinstance(rule, Marks):
        where = _conditions(rule.where, "حيث", "هو", "أو", "و")
        return f"يبدأ {rule.of}{where} وينتهي بعلامة تنصيص."
    where = _conditions(rule.where, "حيث", "هو", "أو", "و")
    unless = _conditions(rule.unless, "إلا حيث", "هو", "أو", "أو")
    return f"عدد أسهم `{rule.relation}` من كل {rule.of}{where}: {_arabic_count(rule)}{unless}."


def _count(rule: RelationCount) -> str:
    if rule.max is None:
        return f"at least {rule.min}"
    if rule.max == 0:
        return "no"
    if rule.min == rule.max:
        return f"exactly {rule.max}"
    return f"at most {rule.max}" if not rule.min else f"{rule.min} to {rule.max}"


def _arabic_count(rule: RelationCount) -> str:
    if rule.max is None:
        return f"{rule.min} على الأقل"
    if rule.max == 0:
        return "لا شيء"
    if rule.min == rule.max:
        return f"{rule.max} بالضبط"
    return f"{rule.max} على الأكثر" if not rule.min else f"من {rule.min} إلى {rule.max}"


def _names(names: Sequence[str]) -> str:
    return ", ".join(names)


def _conditions(conditions: Condition, word: str, verb: str, either: str, both: str) -> str:
    """The words for conditions, as in: where `quote_type` is direct or mixed; nothing for none."""
    if not conditions:
        return ""
    parts = [f"`{name}` {verb} {f' {either} '.join(values)}" for name, values in conditions.items()]
    return f" {word} {f' {both} '.join(parts)}"
