"""Random corpora through `qawl agreement --json`: every figure is the one of its definition."""

import random
from collections import Counter
from itertools import combinations

import pytest

import corpora
import definitions
from corpora import arrow, choice, mark, scheme, work

LABELS = ("A", "B")
MOODS, GRADES, TOPICS = ("glad", "calm", "angry"), ("low", "some", "much", "all"), ("x", "y", "z")
TYPED = ('"north"', '"south side"', '"n/a"')
WORDS = (
    "the",
    "river",
    "stands",
    "near",
    "a",
    "bridge",
    "and",
    "nobody",
    "counts",
    "boats",
    "at",
    "dawn",
)

VALUES = {"choice": MOODS, "ordered": GRADES, "choices": TOPICS, "text": TYPED}
KINDS = {
    "choice": lambda name, **more: choice(name, *MOODS, **more),
    "ordered": lambda name, **more: choice(name, *GRADES, ordered=True, **more),
    "choices": lambda name, **more: choice(name, *TOPICS, kind="choices", **more),
    "text": lambda name, **more: {"name": name, "title": {"en": name}, "kind": "text", **more},
}
SCHEME = scheme(
    "ner",
    LABELS,
    [
        make(f"{kind}_of_{of}", **({"of": ["A"]} if of == "span" else {}))
        for of in ("span", "all")
        for kind, make in KINDS.items()
    ],
    ["r", "q"],
)


def value(rng, kind):
    """A random value of a kind of attribute, often the first; None for unset."""
    given = VALUES[kind]
    if rng.random() < 0.15:
        return None
    if kind == "choices":
        return sorted(rng.sample(given, rng.choice([1, 1, 2, 3])))
    return rng.choice([*given, given[0], given[0]])


def values(rng, of):
    drawn = {f"{kind}_of_{of}": value(rng, kind) for kind in VALUES}
    return {name: each for name, each in drawn.items() if each is not None}


def places(rng, length):
    """Spans of an article as everybody might see them: nested, touching and overlapping ones."""
    found = set()
    for _ in range(rng.randint(0, 4)):
        start = rng.randrange(length - 8)
        found.add((rng.choice(LABELS), start, start + rng.randint(2, 8)))
    return sorted(found)


def seen(rng, known, length):
    """What one annotator marks of them: some missed, some with other bounds or another label."""
    found = set()
    for label, start, end in known:
        if rng.random() < 0.15:
            continue
        before, after = (rng.randint(0, 2), rng.randint(0, 4)) if rng.random() < 0.3 else (0, 0)
        name = label if rng.random() < 0.9 else rng.choice(LABELS)
        found.add((name, max(0, start - before), min(length, end + after)))
    return sorted(found)


def annotated(rng, known, length):
    """One annotator's work, and the same as plain data."""
    spans = seen(rng, known, length)
    said = [values(rng, "span") if span[0] == "A" else {} for span in spans]
    marks = [
        mark(f"m{n}", *span, **given)
        for n, (span, given) in enumerate(zip(spans, said, strict=True))
    ]
    drawn = []
    for _ in range(rng.randint(0, 2) if len(spans) > 1 else 0):
        start, head = rng.sample(range(len(spans)), 2)
        drawn.append((rng.choice(["r", "q"]), start, head, rng.choice(["right", "left", "bi"])))
    arrows = [arrow(name, f"m{a}", f"m{b}", way) for name, a, b, way in drawn]
    article = values(rng, "all")
    plain = {
        "spans": dict(zip(spans, said, strict=True)),
        "arrows": {
            (name, *((spans[b], spans[a]) if way == "left" else (spans[a], spans[b])), way == "bi")
            for name, a, b, way in drawn
        },
        "all": article,
    }
    return work(marks, arrows, **article), plain


def trial(seed):
    """(texts, work by annotator and article, the same as plain data by article and annotator)."""
    rng = random.Random(seed)
    annotators = [f"a{number}" for number in range(1, rng.randint(2, 5) + 1)]
    texts, done, plain = {}, {each: {} for each in annotators}, {}
    for number in range(rng.randint(2, 7)):
        name = f"t{number}"
        texts[name] = f"{number} " + " ".join(rng.choices(WORDS, k=rng.randint(4, 9)))
        known = places(rng, len(texts[name]))
        plain[name] = {}
        for who in rng.sample(annotators, rng.randint(not number, len(annotators))):
            made, said = annotated(rng, known, len(texts[name]))
            if rng.random() < 0.1:
                done[who][name] = work(skipped=True)
            else:
                done[who][name], plain[name][who] = made, said
    return texts, {who: of for who, of in done.items() if of}, plain


def spans_of(plain, label=None, only=None):
    """Per article the sets of spans of each annotator."""
    return [
        [
            {span for span in said["spans"] if label in (None, span[0])}
            for who, said in by.items()
            if only is None or who in only
        ]
        for by in plain.values()
    ]


def units_of(plain, name, annotators):
    """The values of an attribute, item by item, each a list over all annotators; None if it can't be
    told which spans are one item."""
    if name.endswith("_of_all"):
        return [
            [by[who]["all"].get(name) if who in by else None for who in annotators]
            for by in plain.values()
        ]
    units = []
    for by in plain.values():
        order = [who for who in annotators if who in by]
        found = definitions.items([set(by[who]["spans"]) for who in order])
        if found is None:
            return None
        for item in found:
            given = {order[who]: by[order[who]]["spans"][span] for who, span in item.items()}
            units.append([given.get(who, {}).get(name) for who in annotators])
    return units


def attribute(units, kind):
    """The figures of an attribute by their definitions."""
    if kind == "choices":
        sets = [[None if each is None else tuple(each) for each in unit] for unit in units]
        found = {"alpha": definitions.alpha(sets, definitions.masi)}
        return found | {
            "percent": definitions.percent(sets),
            "fleiss_kappa": None,
            "ac1": None,
            "cohen_kappa": None,
        }
    distance = definitions.ordinal(list(GRADES)) if kind == "ordered" else definitions.nominal
    return {
        "alpha": definitions.alpha(units, distance),
        "percent": definitions.percent(units),
        "fleiss_kappa": definitions.fleiss_kappa(units),
        "cohen_kappa": definitions.mean_kappa(units),
        "ac1": None if kind == "text" else definitions.ac1(units, len(VALUES[kind])),
    }


MATCHERS = {
    "exact_f1": definitions.exactly,
    "clitic_f1": definitions.exactly,
    "overlap_f1": definitions.overlapping,
    "boundary_f1": definitions.within_three,
}


def expected(texts, plain):
    """{where: value} of every figure that the report should have."""
    annotators = sorted({who for by in plain.values() for who in by})
    found = on_text(texts, plain, annotators)
    for name, matcher in MATCHERS.items():
        found[name,] = definitions.f1(spans_of(plain), matcher)
        for label in LABELS:
            found["labels", label, name] = definitions.f1(spans_of(plain, label), matcher)
        for pair in combinations(annotators, 2):
            spans = spans_of(plain, only=pair)
            found["pairs", " ".join(pair), name] = definitions.f1(spans, matcher)
    drawn = [
        [(set(said["spans"]), said["arrows"]) for said in by.values()] for by in plain.values()
    ]
    relations = definitions.relation_f1(drawn)
    if relations is not None:
        found["relation_f1",] = None if relations == "undefined" else relations
    for name in (f"{kind}_of_{of}" for of in ("span", "all") for kind in VALUES):
        units = units_of(plain, name, annotators)
        if units is not None:
            figures = attribute(units, name.split("_")[0])
            found |= {("attributes", name, figure): each for figure, each in figures.items()}
    return found


def on_text(texts, plain, annotators):
    """Both alphas on text."""
    lengths, spans = [len(text) for text in texts.values()], spans_of(plain)
    found = {
        ("alpha",): definitions.character_alpha(lengths, spans),
        ("alpha_u",): definitions.unitizing_alpha(lengths, spans, set(LABELS)),
    }
    for label in LABELS:
        where = "labels", label
        found[*where, "alpha"] = definitions.character_alpha(lengths, spans, label)
        if len(annotators) > 1:
            found[*where, "alpha_u"] = definitions.unitizing_alpha(lengths, spans, {label})
    return found


def differences(folder, seed, counted):
    """What the command prints otherwise than the definitions; `counted` counts what was compared."""
    texts, done, plain = trial(seed)
    report = corpora.measured(folder, SCHEME, texts, done)
    for where, want in expected(texts, plain).items():
        at = report
        for key in where:
            at = at[key]
        got = at["value"]
        counted[where[-1]] += want is not None
        if (got is None) != (want is None) or (want is not None and abs(got - want) > 2e-6):
            yield f"seed {seed}, {'.'.join(where)}: {got}, by the definition {want}"
        if got is not None and at["low"] is not None and not at["low"] <= got <= at["high"]:
            yield f"seed {seed}, {'.'.join(where)}: {got} is not in {at['low']} to {at['high']}"


def compare(folder, seeds):
    counted = Counter()
    found = [each for seed in seeds for each in differences(folder / str(seed), seed, counted)]
    assert not found, "\n".join(found)
    return counted


def test_every_figure_is_that_of_its_definition(tmp_path):
    counted = compare(tmp_path, range(15))
    assert min(counted.values()) > 5, counted


@pytest.mark.soak
@pytest.mark.timeout(3600)
def test_every_figure_of_500_corpora_is_that_of_its_definition(tmp_path):
    print(compare(tmp_path, range(500)))  # noqa: T201 - how often each figure was compared
