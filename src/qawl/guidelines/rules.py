"""A rule of a scheme as a sentence."""

from collections.abc import Callable, Iterable

from qawl.core.phrases import Phrases
from qawl.scheme.rules import Condition, Marks, NoCrossing, RelationCount, Rule

Named = Callable[[str], str]
"""How a name of the scheme is shown: as it is in tables, or by its title."""


def as_it_is(name: str) -> str:
    """A name as tables have it."""
    return name


def sentence(rule: Rule, say: Phrases, named: Named = as_it_is) -> str:
    """The rule in the words of a language."""
    if isinstance(rule, NoCrossing):
        labels = ", ".join(map(named, rule.labels))
        spans = say("rule.spans_of", labels=labels) if labels else say("rule.spans")
        return say("rule.no_crossing", spans=spans)
    where = _clause("rule.where", rule.where, "words.and", say, named)
    if isinstance(rule, Marks):
        return say("rule.marks", of=named(rule.of), where=where)
    return say(
        "rule.count",
        of=named(rule.of),
        where=where,
        count=_count(rule, say),
        relation=named(rule.relation),
        unless=_clause("rule.unless", rule.unless, "words.or", say, named),
    )


def conditions(given: Condition, joined: str, say: Phrases, named: Named = as_it_is) -> str:
    """Conditions in words, as in: `quote_type` is direct or mixed."""
    return f" {say(joined)} ".join(
        say("rule.is", name=named(name), values=_either(map(named, values), say))
        for name, values in given.items()
    )


def _either(names: Iterable[str], say: Phrases) -> str:
    return f" {say('words.or')} ".join(names)


def _clause(key: str, given: Condition, joined: str, say: Phrases, named: Named) -> str:
    return say(key, conditions=conditions(given, joined, say, named)) if given else ""


def _count(rule: RelationCount, say: Phrases) -> str:
    if rule.max is None:
        return say("rule.least", min=rule.min)
    if rule.max == 0:
        return say("rule.no")
    if rule.min == rule.max:
        return say("rule.exactly", max=rule.max)
    if rule.min:
        return say("rule.between", min=rule.min, max=rule.max)
    return say("rule.most", max=rule.max)
