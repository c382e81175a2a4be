"""Every key of a scheme has an effect that a command shows, or is refused with its place."""

import msgspec
import pytest
import yaml

from keys import Bench, changed, walk
from loop import Loop
from qawl.scheme.kinds.registry import KINDS
from qawl.scheme.model import Scheme

ELSEWHERE = {"changes": "annotations/test_changes.py"}
"""Keys whose effects have a file of tests of their own, where each is named."""

SCHEME = """
format: 1
layer: toy
version: "1"
title: {en: Toy layer}
instructions: {en: Mark it.}
instructions_for: {en: {en: Mark it in English.}}
granularity: symbol
labels:
  - {name: A, title: {en: An a}, definition: {en: What a is.}, example: {en: "[a]"},
     counter_example: {en: "[not a]"}, color: "#112233", hotkey: "1", unit: mention, gives: people,
     finds: person}
  - {name: B, hotkey: "2"}
  - {name: C, hotkey: "3"}
context:
  - {field: headline, title: {en: Head}, show: above}
attributes:
  - {name: tone, of: [A], values: [calm, angry]}
  - {name: a-choice, kind: choice, of: [A], ordered: false,
     values: [{name: low, title: {en: Low}, definition: {en: Not much.}, hotkey: l}, mid, high]}
  - {name: a-choices, kind: choices, of: [A],
     values: [{name: one, title: {en: One}, definition: {en: The first.}, hotkey: o}, two]}
  - {name: a-text, kind: text, of: [A], suggest: people}
  - {name: a-texts, kind: texts, of: [A]}
  - {name: a-scale, kind: scale, of: [A], min: 1, max: 5, step: 1}
  - {name: a-number, kind: number, of: [A], min: 0, max: 9, step: 1}
  - {name: a-date, kind: date, of: [A], min: "2001-01-01", max: "2030-01-01", time: false}
  - {name: a-tree, kind: tree, of: [A], multiple: false, leaves_only: false,
     values: [{name: Politics, title: {en: Pol}, definition: {en: Of states.}, values: [Courts]}, Sport]}
  - {name: who, kind: text, of: [A]}
relations:
  - {name: r, title: {en: Ar}, definition: {en: From a to b.}, from: [A], to: [B]}
  - {name: more, from: [A], to: [A]}
  - {name: ref, from: [B], to: [B]}
  - {name: spare, from: [C], to: [C]}
rules: []
table: {name: rows_t, rows: A, joined_by: more, columns: {bs: r}, refers: ref, speaker: who}
projections:
  - {name: conll, labels: {A: MISC, B: LOC}, outermost: true}
  - {name: pub, of: tone, values: {calm: C, angry: N}}
"""

PLAIN = yaml.safe_load(SCHEME)

SPANS = [(0, 10, "A"), (6, 15, "A"), (16, 20, "B"), (16, 26, "B"), (28, 30, "A")]
"""Of `Alpha Reed told Beta Gamma today.`: crossing ones, nested ones, one inside a word."""
ARROWS = [(0, 2), (0, 1), (2, 3)]


def _work(who, text):
    """What an annotator did: spans, arrows, a name that is typed, a tone."""
    results = [
        {
            "id": f"s{at}",
            "type": "labels",
            "from_name": "toy",
            "to_name": "text",
            "value": {"start": start, "end": end, "text": text[start:end], "labels": [label]},
        }
        for at, (start, end, label) in enumerate(SPANS)
    ]
    results += [
        {"type": "relation", "from_id": f"s{start}", "to_id": f"s{end}", "direction": "right"}
        for start, end in ARROWS
    ]
    place = {key: results[0]["value"][key] for key in ("start", "end", "text")}
    for control, kind, value in (
        ("tone", "choices", {"choices": ["calm"]}),
        ("a-choice", "choices", {"choices": ["low" if who == 1 else "high"]}),
        ("who", "textarea", {"text": ["Alpha Reed"]}),
    ):
        said = {"from_name": control, "to_name": "text", "type": kind, "id": "s0"}
        results.append({**said, "value": {**place, **value}})
    return results


SAID = {"language": "en", "redistribute": True, "license": "CC-BY-4.0"}
TEXTS = [
    {"text": "Alpha Reed told Beta Gamma today.", "context": {"headline": "Of Alpha"}, **SAID},
    {"text": "Alpha Lane told Zeta Delta twice, and President Alpha Reed left Cairo.", **SAID},
]


@pytest.fixture(scope="module")
def bench(tmp_path_factory):
    """Two articles with the work of two annotators, and the scheme that says all that one can say."""
    home = tmp_path_factory.mktemp("scheme")
    loop = Loop(home / "corpus", {"toy": SCHEME}, TEXTS, "annotators: [a1, a2]")
    loop.annotate("toy", _work)
    return Bench(loop.folder, home / "scratch", "label_config/toy.yaml")


CONFIG = (("scheme",),), ("label_config/toy.xml", "schemas/annotation.toy.json")
PAGE = (("guidelines", "--html", "g.html"),), ("g.html",)
FINDINGS = (("validate", "--json"),), ()
TASKS = (("suggest",), ("tasks", "--layer", "toy")), ()
FIGURES = (("agreement", "--json"),), ()
EXPORT = (("export", "conll2003", "--to", "out", "--annotator", "a1"),), ("out/*.conll",)
RELEASE = (("agreement",), ("adjudicate",), ("release", "0.1.0", "--draft"))
TABLES = RELEASE, ("exports/releases/0.1.0/**/*.parquet",)
DOCUMENTS = RELEASE, ("exports/releases/0.1.0/GUIDELINES.md",)
CARD = RELEASE, ("exports/releases/0.1.0/README.md",)
REFUSED = None
"""The other value is refused: nothing else is taken."""

RULES = {
    "no_crossing": {"rule": "no_crossing"},
    "relation_count": {"rule": "relation_count", "relation": "r", "of": "A", "min": 2},
    "marks": {"rule": "marks", "of": "A"},
}
PLACES = {
    "labels": ("labels", 0),
    "context": ("context", 0),
    "relations": ("relations", 0),
    "table": ("table",),
    **{f"rules[{name}]": ("rules", 0) for name in RULES},
    **{
        f"attributes[{name}]": ("attributes", at)
        for at, name in enumerate(
            ("choice", "choices", "text", "texts", "scale", "number", "date", "tree"), start=1
        )
    },
}
EFFECTS = {
    "format": (REFUSED, 2),
    "layer": (REFUSED, "another"),
    "version": (DOCUMENTS, "2"),
    "title": (PAGE, {"en": "Another"}),
    "instructions": (PAGE, {"en": "Another."}),
    "instructions_for": (PAGE, {"en": {"en": "Another."}}),
    "granularity": (CONFIG, "word"),
    "control": (CONFIG, "spans"),
    "multiple": (CONFIG, True),
    "text_field": (CONFIG, "body"),
    "text_control": (CONFIG, "body"),
    "labels.name": (CONFIG, "D", {"relations": PLAIN["relations"][:3]}, ("labels", 2, "name")),
    "labels.title": (CONFIG, {"en": "Another"}),
    "labels.definition": (PAGE, {"en": "Another."}),
    "labels.example": (PAGE, {"en": "[another]"}),
    "labels.counter_example": (PAGE, {"en": "[another]"}),
    "labels.color": (CONFIG, "#445566"),
    "labels.hotkey": (CONFIG, "7"),
    "labels.unit": (FINDINGS, "clause"),
    "labels.gives": (TASKS, ...),
    "labels.finds": (TASKS, "date"),
    "context.field": (CONFIG, "kicker"),
    "context.title": (CONFIG, {"en": "Another"}),
    "context.show": (CONFIG, "beside"),
    "relations.name": (CONFIG, "q", {}, ("relations", 3, "name")),
    "relations.title": (PAGE, {"en": "Another"}),
    "relations.definition": (PAGE, {"en": "Another."}),
    "relations.from": (FINDINGS, ["B"]),
    "relations.to": (FINDINGS, ["A"]),
    "rules[no_crossing].labels": (FINDINGS, ["B"]),
    "rules[relation_count].relation": (FINDINGS, "more"),
    "rules[relation_count].of": (FINDINGS, "B"),
    "rules[relation_count].min": (FINDINGS, 0),
    "rules[relation_count].max": (FINDINGS, 0, {"rules": [{**RULES["relation_count"], "min": 0}]}),
    "rules[relation_count].where": (FINDINGS, {"tone": ["angry"]}),
    "rules[relation_count].unless": (FINDINGS, {"tone": ["calm"]}),
    "rules[marks].of": (FINDINGS, "B"),
    "rules[marks].where": (FINDINGS, {"tone": ["angry"]}),
    "table.name": (TABLES, "others"),
    "table.rows": (TABLES, "B"),
    "table.joined_by": (TABLES, ...),
    "table.columns": (TABLES, {"others": "r"}),
    "table.refers": (TABLES, ...),
    "table.speaker": (TABLES, ...),
    "projections.name": (TABLES, "another", {}, ("projections", 1, "name")),
    "projections.of": (REFUSED, "nobody", {}, ("projections", 1, "of")),
    "projections.values": (CARD, {"calm": "D", "angry": "N"}, {}, ("projections", 1, "values")),
    "projections.labels": (EXPORT, {"A": "PER", "B": "LOC"}, {}, ("projections", 0, "labels")),
    "projections.outermost": (EXPORT, False, {}, ("projections", 0, "outermost")),
    "attributes[choice].values.name": (CONFIG, "none"),
    "attributes[choice].values.title": (CONFIG, {"en": "Another"}),
    "attributes[choice].values.definition": (PAGE, {"en": "Another."}),
    "attributes[choice].values.hotkey": (CONFIG, "k"),
    "attributes[choice].ordered": (FIGURES, True),
    "attributes[choices].values.name": (CONFIG, "none"),
    "attributes[choices].values.title": (CONFIG, {"en": "Another"}),
    "attributes[choices].values.definition": (PAGE, {"en": "Another."}),
    "attributes[choices].values.hotkey": (CONFIG, "k"),
    "attributes[text].suggest": (CONFIG, ...),
    "attributes[scale].min": (CONFIG, 0),
    "attributes[scale].max": (CONFIG, 7),
    "attributes[scale].step": (CONFIG, 2),
    "attributes[number].min": (CONFIG, 1),
    "attributes[number].max": (CONFIG, 8),
    "attributes[number].step": (CONFIG, 0.5),
    "attributes[date].min": (CONFIG, "2002-01-01"),
    "attributes[date].max": (CONFIG, "2029-01-01"),
    "attributes[date].time": (CONFIG, True),
    "attributes[tree].values.name": (CONFIG, "Law"),
    "attributes[tree].values.title": (CONFIG, {"en": "Another"}),
    "attributes[tree].values.definition": (PAGE, {"en": "Another."}),
    "attributes[tree].values.values": (CONFIG, ["Elections"]),
    "attributes[tree].multiple": (CONFIG, True),
    "attributes[tree].leaves_only": (CONFIG, True),
    **{
        f"attributes[{kind}].{key}": effect
        for kind in KINDS
        for key, effect in {
            "name": (CONFIG, "another"),
            "title": (CONFIG, {"en": "Another"}),
            "of": (CONFIG, ["B"]),
            "required": (CONFIG, True),
            "definition": (PAGE, {"en": "Another."}),
            "when": (CONFIG, {"tone": ["calm"]}),
            "control": (CONFIG, "ctl"),
        }.items()
    },
}
SETS = {
    "labels": ...,
    "label_sets": [{"control": "one", "labels": ["A"]}, {"control": "two", "labels": ["B", "C"]}],
}
EFFECTS |= {
    "label_sets.control": (CONFIG, "three", SETS, ("label_sets", 0, "control")),
    "label_sets.labels": (CONFIG, ["A", "D"], SETS, ("label_sets", 0, "labels")),
    "label_sets.multiple": (CONFIG, True, SETS, ("label_sets", 0, "multiple")),
}


def _paths():
    """All keys, those of each kind of attribute under its name."""
    for path in walk(Scheme):
        if path.startswith("attributes["):
            continue
        yield path
    for kind, made in KINDS.items():
        yield from walk(made, f"attributes[{kind}].")


PATHS = list(dict.fromkeys(_paths()))
HOLDERS = {path.rpartition(".")[0].partition("[")[0] for path in PATHS}
HOLDERS |= {path.rpartition(".")[0] for path in PATHS}


def _elsewhere(path):
    return next((file for key, file in ELSEWHERE.items() if path.partition(".")[0] == key), None)


def test_every_key_has_an_entry(request):
    missing = [
        each for each in PATHS if not (each in EFFECTS or each in HOLDERS or _elsewhere(each))
    ]
    assert not missing, f"say here what shows the effect of {missing}"
    assert {*EFFECTS} <= {*PATHS}
    for path in PATHS:
        if file := _elsewhere(path):
            tests = (request.config.rootpath / "tests" / file).read_text("utf-8")
            assert path.rpartition(".")[2] in tests, f"{file} has no test of {path}"


def _set(bench, path):
    """(settings before, settings after) of a key."""
    _, new, *more = EFFECTS[path]
    stated = bench.plain
    holder, _, key = path.rpartition(".")
    if holder.startswith("rules["):
        stated = {**stated, "rules": [RULES[holder[6:-1]]]}
    for name, value in (more[0] if more else {}).items():
        stated = changed(stated, (name,), value)
    if len(more) > 1:
        where = more[1]
    elif holder.endswith(".values"):
        where = (*PLACES[holder.removesuffix(".values")], "values", 0, key)
    else:
        where = (*(PLACES[holder] if holder else ()), key)
    return stated, changed(stated, where, new)


@pytest.mark.parametrize("path", EFFECTS)
def test_a_key_has_an_effect(path, bench):
    before, after = _set(bench, path)
    look = EFFECTS[path][0]
    if look is REFUSED:
        said = bench.seen(after, (("scheme", "--check"),))
        assert "toy.yaml" in said
        assert path.partition(".")[0].rstrip("s") in said
        return
    one, other = (bench.seen(each, *look) for each in (before, after))
    assert one != other
    assert "toy.yaml:" not in one + other


def _holders(plain, at=()):
    """The paths of all mappings whose keys are Qawl's own."""
    words = (
        "title",
        "definition",
        "example",
        "counter_example",
        "instructions",
        "instructions_for",
    )
    if isinstance(plain, dict):
        yield at
        for key, each in plain.items():
            named = at[:1] == ("projections",) and key in ("labels", "values")
            if key not in (*words, "columns") and not named:
                yield from _holders(each, (*at, key))
    elif isinstance(plain, list):
        for number, each in enumerate(plain):
            yield from _holders(each, (*at, number))


@pytest.mark.parametrize("at", list(_holders(PLAIN)), ids=lambda at: ".".join(map(str, at)))
def test_a_key_that_is_not_known_is_refused_with_its_place(at, bench):
    said = bench.seen(changed(PLAIN, (*at, "unheard"), 1), (("scheme", "--check"),))
    assert "toy.yaml" in said
    assert "unheard" in said


@pytest.mark.parametrize("path", [each for each in EFFECTS if EFFECTS[each][0] is not REFUSED])
def test_a_value_of_a_wrong_type_is_refused_with_its_place(path, bench):
    before, _ = _set(bench, path)
    holder, _, key = path.rpartition(".")
    more = EFFECTS[path][3:]
    places = PLACES.get(holder.removesuffix(".values"), ())
    inner = (*places, "values", 0, key) if holder.endswith(".values") else (*places, key)
    said = bench.seen(
        changed(before, more[0] if more else inner, [[[1.5]]]), (("scheme", "--check"),)
    )
    assert "toy.yaml" in said


@pytest.mark.parametrize(
    ("where", "new"),
    [
        (("attributes", 0, "of"), ["NOBODY"]),
        (("attributes", 1, "when"), {"nobody": ["x"]}),
        (("attributes", 1, "when"), {"tone": ["nobody"]}),
        (("attributes", 1, "kind"), "nobody"),
        (("labels", 0, "finds"), "nobody"),
        (("relations", 0, "from"), ["NOBODY"]),
        (("relations", 0, "to"), ["NOBODY"]),
        (("rules",), [{"rule": "nobody"}]),
        (("rules",), [{"rule": "no_crossing", "labels": ["NOBODY"]}]),
        (("rules",), [{"rule": "relation_count", "relation": "nobody", "of": "A"}]),
        (("rules",), [{"rule": "relation_count", "relation": "r", "of": "NOBODY"}]),
        (("rules",), [{"rule": "marks", "of": "A", "where": {"nobody": ["x"]}}]),
        (("rules",), [{"rule": "marks", "of": "A", "where": {"tone": ["nobody"]}}]),
        (("table", "rows"), "NOBODY"),
        (("table", "joined_by"), "nobody"),
        (("table", "columns"), {"x": "nobody"}),
        (("table", "refers"), "nobody"),
        (("table", "speaker"), "nobody"),
        (("projections", 0, "labels"), {"NOBODY": "X"}),
        (("projections", 0, "name"), "nobody"),
        (("projections", 1, "of"), "nobody"),
        (("projections", 1, "values"), {"nobody": "X"}),
    ],
)
def test_a_name_that_there_is_not_is_refused(where, new, bench):
    said = bench.seen(changed(PLAIN, where, new), (("scheme", "--check"),))
    assert "toy.yaml" in said
    assert "nobody" in said.lower()


def test_all_kinds_are_walked():
    assert {f"attributes[{kind}]" for kind in KINDS} <= {*PLACES}
    assert all(issubclass(each, msgspec.Struct) for each in KINDS.values())
