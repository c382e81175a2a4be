"""Gold by rule, through `qawl adjudicate`: cases of each kind, and what must hold for any annotations."""

import json
from collections import Counter

import msgspec
import pytest
import yaml
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import corpora
from qawl import cli
from qawl.core import files, project
from qawl.core.records import (
    Annotation,
    Gold,
    Relation,
    Span,
    as_annotation,
    relation_order,
    span_order,
)
from qawl.setup import init
from strategies import article

TEXT = "abcdefghijkl"
NAMES = ("a1", "a2", "a3", "a4", "a5")
SCHEME = corpora.scheme(
    "toy",
    ["A", "B"],
    [
        corpora.choice("kind", "direct", "indirect", of=["A", "B"]),
        corpora.choice("roles", "boss", "guest", "host", of=["A", "B"], kind="choices"),
        corpora.choice("mood", "good", "bad", of=[]),
    ],
    ["r", "s", "t"],
)
SCHEME["relations"][2] |= {"from": ["A"], "to": ["B"]}


@pytest.fixture(scope="module")
def room(tmp_path_factory):
    """room(rule, records) → the gold of one article, as the command writes it."""
    folder = tmp_path_factory.mktemp("vote") / "trial"
    made = init.init(folder, name="trial")
    made.scheme_file("toy").write_text(json.dumps(SCHEME), "utf-8")

    def adjudicated(records, rule="unanimous", names=NAMES, lines=None):
        said = {
            "name": "trial",
            "layers": ["toy"],
            "annotators": list(names),
            "adjudication": {"rule": rule},
            **(lines or {}),
        }
        (folder / "qawl.yaml").write_text(yaml.safe_dump(said), "utf-8")
        corpus = project.load(folder)
        text = article(TEXT)
        files.write(corpus.articles_file, [text])
        corpora.annotate(corpus, "toy", sorted(records, key=lambda each: each.annotator))
        done = CliRunner().invoke(cli.group, ["-C", str(folder), "adjudicate"])
        assert done.exit_code == 0, done.exception
        (gold,) = files.read(corpus.gold_file("toy"), Gold)
        return gold, done.output

    return adjudicated


def work(who, *marks, arrows=(), status="submitted", **attributes):
    """One annotator's work: marks are (label, start, end) or (label, start, end, attributes), arrows
    (label, number of a mark, number of a mark) or with a direction."""
    text = article(TEXT)
    spans = [
        Span(f"{who}-{number}", label, start, end, TEXT[start:end], *more)
        for number, (label, start, end, *more) in enumerate(marks)
    ]
    relations = [
        Relation(label=label, from_=f"{who}-{start}", to=f"{who}-{end}", **_way(*way))
        for label, start, end, *way in arrows
    ]
    return Annotation(
        article_id=text.id,
        layer="toy",
        annotator=who,
        status=status,
        text_sha256=text.text_sha256,
        scheme_version="1",
        spans=tuple(sorted(spans, key=span_order)),
        relations=tuple(sorted(relations, key=relation_order)),
        attributes=attributes,
    )


def _way(direction="right"):
    return {} if direction == "right" else {"direction": direction}


def places(gold):
    return [(span.label, span.start, span.end) for span in gold.spans]


def drawn(gold):
    where = {span.id: (span.label, span.start, span.end) for span in gold.spans}
    found = set()
    for each in gold.relations:
        both = each.direction == "bi"
        found.add((each.label, where[each.from_], where[each.to], both))
        if both:
            found.add((each.label, where[each.to], where[each.from_], both))
    return found


def opened(gold):
    return [(each.kind, each.label, each.start, each.end) for each in gold.open]


@pytest.mark.parametrize("rule", ["unanimous", "majority"])
def test_several_choices_are_a_set(room, rule):
    """Everybody chose the same values in another order; gold has them in the scheme's."""
    orders = (["guest", "boss"], ["boss", "guest"], ["guest", "boss"])
    records = [
        work(who, ("A", 0, 3, {"roles": roles}), mood="good")
        for who, roles in zip(NAMES, orders, strict=False)
    ]
    gold, _ = room(records, rule, NAMES[:3])
    assert gold.complete
    assert gold.spans[0].attributes == {"roles": ["boss", "guest"]}


@pytest.mark.parametrize(
    "bounds",
    [
        [(0, 3), (0, 5), (2, 3)],
        [(0, 3), (2, 6), (5, 9)],
        [(0, 3), (0, 3), (0, 5), (0, 5)],
        [(0, 3), (0, 4), (0, 5), (1, 3)],
        [(0, 3), (0, 3), (0, 5), (0, 5), (0, 7)],
        [(0, 2), (0, 3), (0, 4), (0, 5), (0, 6)],
    ],
)
def test_one_thing_with_several_bounds_is_open_and_one_question(room, bounds):
    names = NAMES[: len(bounds)]
    records = [work(who, ("A", *at)) for who, at in zip(names, bounds, strict=True)]
    gold, said = room(records, "majority", names)
    assert not gold.complete
    assert places(gold) == []
    ends = min(start for start, _ in bounds), max(end for _, end in bounds)
    assert opened(gold) == [("span", "A", *ends)]
    assert "1 waits for a judge" in said


def test_one_thing_with_several_labels_is_open(room):
    """Two labels of one extent, and of several: all mark something there."""
    for marks in ([("A", 0, 3), ("B", 0, 3)], [("A", 0, 3), ("B", 1, 3)]):
        records = [work(who, mark) for who, mark in zip(NAMES, marks, strict=False)]
        gold, _ = room(records, "majority", NAMES[:2])
        assert (gold.complete, places(gold)) == (False, [])
        assert [each.label for each in gold.open] == ["A | B"]


@pytest.mark.parametrize(
    ("bounds", "kept"),
    [
        ([(0, 3), (0, 3), (0, 5)], [("A", 0, 3)]),
        ([(0, 3), (0, 3), (0, 3), (0, 5), (2, 4)], [("A", 0, 3)]),
        ([(0, 3), None, None], []),
        ([(0, 3), (0, 3), None], [("A", 0, 3)]),
        ([(0, 3), (0, 5), None, None, None], []),
    ],
)
def test_a_majority_settles_the_bounds_or_that_there_is_nothing(room, bounds, kept):
    names = NAMES[: len(bounds)]
    records = [
        work(who, *([("A", *at)] if at else ())) for who, at in zip(names, bounds, strict=True)
    ]
    gold, _ = room(records, "majority", names)
    assert (gold.complete, gold.open, places(gold)) == (True, (), kept)


@pytest.mark.parametrize("bounds", [[(0, 3), None], [(0, 3), (0, 3), None, None]])
def test_a_tie_is_open(room, bounds):
    names = NAMES[: len(bounds)]
    records = [
        work(who, *([("A", *at)] if at else ())) for who, at in zip(names, bounds, strict=True)
    ]
    gold, _ = room(records, "majority", names)
    assert (gold.complete, places(gold)) == (False, [])


ENDS = (("A", 0, 3), ("B", 5, 8))


@pytest.mark.parametrize(
    ("arrows", "found"),
    [
        ([[("r", 0, 1)], [], None], "open"),
        ([[("r", 0, 1)], [("r", 0, 1)], None], "drawn"),
        ([[("r", 0, 1)], [], []], "none"),
        ([[("r", 0, 1)], [("r", 0, 1)], []], "drawn"),
        ([[("r", 0, 1)], [("r", 1, 0)], []], "open"),
        ([[("r", 0, 1)], [("r", 0, 1, "bi")], [("r", 1, 0)]], "open"),
        ([[("r", 0, 1)], [("s", 0, 1)], []], "open"),
        ([[("r", 0, 1, "left")], [("r", 1, 0)], []], "drawn"),
        ([[("r", 0, 1, "bi")], [("r", 1, 0, "bi")], []], "drawn"),
        ([[("r", 0, 1)], [], None, None, None], "none"),
        ([[("r", 0, 1)], [("r", 0, 1)], [], [], None], "open"),
    ],
)
def test_who_marked_both_ends_votes_on_an_arrow(room, arrows, found):
    """None: that annotator lacks an end. With five, an end that two of five marked is voted out."""
    names = NAMES[: len(arrows)]
    records = [
        work(who, ENDS[0], *([] if each is None else [ENDS[1]]), arrows=each or ())
        for who, each in zip(names, arrows, strict=True)
    ]
    gold, _ = room(records, "majority", names)
    assert len(gold.relations) == (found == "drawn")
    assert gold.complete == (found != "open")


@pytest.mark.parametrize("rule", ["unanimous", "majority"])
@pytest.mark.parametrize("label", ["s", "t"])
def test_an_arrow_both_ways_is_the_same_from_either_end(room, rule, label):
    """Where the scheme has it from A to B alone, gold has it so, whoever drew it from where."""
    ends = (("B", 0, 3), ("A", 5, 8))
    records = [
        work(who, *ends, arrows=[(label, *each, "bi")])
        for who, each in zip(NAMES[:3], [(0, 1), (1, 0), (0, 1)], strict=True)
    ]
    gold, _ = room(records, rule, NAMES[:3])
    assert gold.complete
    (relation,) = gold.relations
    starts = {span.id: span.label for span in gold.spans}
    assert (relation.direction, len(relation.support)) == ("bi", 3)
    assert starts[relation.from_] == ("A" if label == "t" else "B")


def test_an_arrow_that_one_alone_can_draw_is_open(room):
    """Three of five marked each end, and one both: nobody decides alone."""
    records = [
        work("a1", ENDS[0]),
        work("a2", ENDS[0]),
        work("a3", *ENDS, arrows=[("r", 0, 1)]),
        work("a4", ENDS[1]),
        work("a5", ENDS[1]),
    ]
    gold, _ = room(records, "majority")
    assert (len(gold.spans), gold.relations, gold.complete) == (2, (), False)


def test_rival_arrows_from_one_span_are_open(room):
    """All three say that A has an r; each leads to another B."""
    ends = (("A", 0, 2), ("B", 3, 5), ("B", 6, 8), ("B", 9, 11))
    records = [
        work(who, *ends, arrows=[("r", 0, number)]) for number, who in enumerate(NAMES[:3], start=1)
    ]
    gold, _ = room(records, "majority", NAMES[:3])
    assert (gold.relations, gold.complete, len(gold.open)) == ((), False, 3)


@pytest.mark.parametrize("rule", ["unanimous", "majority"])
@pytest.mark.parametrize(
    "ways", [("right", "bi"), ("right", "left"), ("left", "bi"), ("bi", "right")]
)
def test_arrows_of_other_directions_differ(room, rule, ways):
    records = [
        work(who, *ENDS, arrows=[("r", 0, 1, way)]) for who, way in zip(NAMES, ways, strict=False)
    ]
    gold, _ = room(records, rule, NAMES[:2])
    assert (gold.relations, gold.complete) == ((), False)
    (point,) = gold.open
    assert point.kind == "relation"
    assert len(set(map(str, point.readings.values()))) == 2


@pytest.mark.parametrize("rule", ["unanimous", "majority"])
@pytest.mark.parametrize("count", [2, 3])
def test_two_spans_of_one_extent_keep_what_each_has(room, rule, count):
    """One stretch is quoted twice, with other values and other arrows; everybody in another order."""
    names = NAMES[:count]
    marks = [("A", 0, 4, {"kind": "direct"}), ("A", 0, 4, {"kind": "indirect"})]
    targets = [("B", 5, 7), ("B", 8, 10)]
    records = []
    for number, who in enumerate(names):
        mine = marks if number % 2 else marks[::-1]
        arrows = [("r", 0, 2), ("r", 1, 3)] if number % 2 else [("r", 0, 3), ("r", 1, 2)]
        records.append(work(who, *mine, *targets, arrows=arrows))
    passed = {"dispensations": [{"check": "span-duplicate", "reason": "quoted twice"}]}
    gold, _ = room(records, rule, names, passed)
    assert gold.complete
    kinds = {span.id: span.attributes.get("kind") for span in gold.spans}
    ends = {span.id: span.start for span in gold.spans}
    assert {(kinds[each.from_], ends[each.to]) for each in gold.relations} == {
        ("direct", 5),
        ("indirect", 8),
    }
    ids = [span.id for span in gold.spans if span.label == "A"]
    assert ids[1] == f"{ids[0]}-2"
    untold, _ = room(records, rule, names)
    assert not untold.complete
    assert ("A", 0, 4) not in places(untold)


def test_two_spans_of_one_extent_that_differ_are_open(room):
    passed = {"dispensations": [{"check": "span-duplicate", "reason": "quoted twice"}]}
    one = work("a1", ("A", 0, 4, {"kind": "direct"}), ("A", 0, 4, {"kind": "indirect"}))
    for other in (
        work("a2", ("A", 0, 4, {"kind": "direct"})),
        work("a2", ("A", 0, 4, {"kind": "direct"}), ("A", 0, 4)),
        work("a2", ("A", 0, 4, {"kind": "direct"}), ("A", 0, 4, {"kind": "direct"})),
    ):
        gold, _ = room([one, other], names=NAMES[:2], lines=passed)
        assert not gold.complete
        assert len({str(span.attributes) for span in gold.spans}) == len(gold.spans)


def test_a_majority_keeps_the_copies_that_it_made(room):
    """Two of three quote one stretch twice; the third once."""
    twice = [("A", 0, 4, {"kind": "direct"}), ("A", 0, 4, {"kind": "indirect"})]
    passed = {"dispensations": [{"check": "span-duplicate", "reason": "quoted twice"}]}
    records = [work("a1", *twice), work("a2", *twice[::-1]), work("a3", twice[0])]
    gold, _ = room(records, "majority", NAMES[:3], passed)
    assert gold.complete
    assert [(each.attributes["kind"], each.support) for each in gold.spans] == [
        ("direct", ("a1", "a2", "a3")),
        ("indirect", ("a1", "a2")),
    ]


def test_relations_between_spans_of_one_extent(room):
    """Two labels on one stretch, and an arrow between them, there and back."""
    ends = (("A", 0, 4), ("B", 0, 4))
    records = [work(who, *ends, arrows=[("r", 0, 1), ("s", 1, 0)]) for who in NAMES[:3]]
    gold, _ = room(records, names=NAMES[:3])
    assert gold.complete
    assert drawn(gold) == {("r", *ends, False), ("s", *ends[::-1], False)}
    records[2] = work("a3", *ends, arrows=[("r", 1, 0), ("s", 1, 0)])
    gold, _ = room(records, names=NAMES[:3])
    assert (drawn(gold), opened(gold)) == ({("s", *ends[::-1], False)}, [("relation", "A", 0, 4)])
    (point,) = gold.open
    assert point.readings == {"a1": "→ B 0-4", "a2": "→ B 0-4", "a3": "← B 0-4"}


def test_nested_spans_are_decided_each_for_itself(room):
    """All agree on what stands around, and differ on what stands in it."""
    outer = ("A", 0, 12)
    records = [
        work(who, outer, ("B", 2, end)) for who, end in zip(NAMES[:3], (4, 5, 6), strict=True)
    ]
    for rule in ("unanimous", "majority"):
        gold, _ = room(records, rule, NAMES[:3])
        assert (places(gold), opened(gold)) == ([outer], [("span", "B", 2, 6)])
    records[1] = work("a2", outer, ("B", 2, 4))
    gold, _ = room(records, "majority", NAMES[:3])
    assert (places(gold), gold.complete) == ([outer, ("B", 2, 4)], True)


SKIPPED = "skipped"


@pytest.mark.parametrize("rule", ["unanimous", "majority"])
@pytest.mark.parametrize(
    ("done", "lines", "complete", "said"),
    [
        (["A", SKIPPED, SKIPPED], {}, False, "1 waits for a judge"),
        (["A", SKIPPED], {}, False, "1 waits for further annotators"),
        (["A"], {}, False, "1 waits for further annotators"),
        (["A"], {"overlap": {"toy": 2}}, False, "1 waits for further annotators"),
        (["A", SKIPPED], {"overlap": {"toy": 2}}, False, "1 waits for a judge"),
        (["A"], {"overlap": {"toy": 1}}, True, "all complete"),
        (["A", SKIPPED], {"overlap": {"toy": 1}}, True, "all complete"),
        (["A"], {"overlap": {"toy": 1}, "training": [article(TEXT).id]}, False, "1 wait"),
        (["A", "A", SKIPPED], {}, True, "all complete"),
        ([SKIPPED], {}, False, "1 waits for further annotators"),
        ([SKIPPED, SKIPPED, SKIPPED], {}, True, "all complete"),
    ],
)
def test_one_alone_completes_only_what_the_plan_gives_to_one(
    room, rule, done, lines, complete, said
):
    """Three annotate; who skipped has not done what was planned."""
    records = [
        work(who, status=SKIPPED) if each == SKIPPED else work(who, ("A", 0, 3))
        for who, each in zip(NAMES, done, strict=False)
    ]
    gold, output = room(records, rule, NAMES[:3], lines)
    assert gold.complete == complete
    assert gold.complete == (not gold.open)
    assert said in output
    assert places(gold) == ([("A", 0, 3)] if "A" in done else [])


def test_work_on_another_text_has_no_vote(room):
    """Its places mean nothing here; alone it decides nothing."""
    other = msgspec.structs.replace(work("a2", ("A", 6, 9)), text_sha256="0" * 64)
    gold, _ = room([work("a1", ("A", 0, 3)), other], names=NAMES[:2])
    assert (places(gold), gold.complete) == ([("A", 0, 3)], False)
    gold, _ = room([other], names=NAMES[1:2])
    assert (places(gold), gold.complete) == ([], False)


@pytest.mark.parametrize("at", [(-2, 3), (4, 400), (5, 5), (8, 4)])
def test_a_span_that_stands_nowhere_is_not_gold_and_is_open(room, at):
    """Also where a dispensation lets it pass, and where one annotated alone."""
    passed = [{"check": each, "reason": "x"} for each in ("offset-range", "span-empty")]
    for names in (NAMES[:1], NAMES[:2]):
        records = [work(who, ("A", *at), ("B", 0, 2)) for who in names]
        gold, _ = room(records, names=names, lines={"dispensations": passed})
        assert (places(gold), gold.complete) == ([("B", 0, 2)], False)


marks = st.tuples(
    st.sampled_from("AB"),
    st.integers(0, 4),
    st.integers(1, 4),
    st.fixed_dictionaries(
        {},
        optional={
            "kind": st.sampled_from(["direct", "indirect"]),
            "roles": st.lists(
                st.sampled_from(["boss", "guest", "host"]), min_size=1, max_size=2, unique=True
            ),
        },
    ),
).map(lambda each: (each[0], each[1], each[1] + each[2], each[3]))


@st.composite
def works(draw):
    """The work of two to five annotators: each takes some of a few common marks and some of their own."""
    common = draw(st.lists(marks, max_size=4))
    found = []
    for who in NAMES[: draw(st.integers(1, 5))]:
        mine = [each for each in common if draw(st.integers(0, 3))]
        mine += draw(st.lists(marks, max_size=2))
        arrows = set()
        for _ in range(draw(st.integers(0, 3)) if len(mine) > 1 else 0):
            ends = draw(
                st.lists(st.integers(0, len(mine) - 1), min_size=2, max_size=2, unique=True)
            )
            way = draw(st.sampled_from(["right", "right", "left", "bi"]))
            arrows.add((draw(st.sampled_from("rs")), *ends, way))
        status = draw(st.sampled_from(["submitted"] * 5 + [SKIPPED]))
        moods = draw(st.fixed_dictionaries({}, optional={"mood": st.sampled_from(["good", "bad"])}))
        if status == SKIPPED:
            mine, arrows = [], ()
        found.append(work(who, *mine, arrows=sorted(arrows), status=status, **moods))
    return found


def said_by(record):
    """What an annotation says: places with values, and arrows between places."""
    where = {span.id: (span.label, span.start, span.end) for span in record.spans}
    arrows = set()
    for each in record.relations:
        start, end = where[each.from_], where[each.to]
        if each.direction == "left":
            start, end = end, start
        both = each.direction == "bi"
        arrows.add((each.label, start, end, both))
        if both:
            arrows.add((each.label, end, start, both))
    values = Counter(
        (
            where[span.id],
            json.dumps(
                {name: sorted(value) for name, value in span.attributes.items()}, sort_keys=True
            ),
        )
        for span in record.spans
    )
    return values, arrows


def repeats(record):
    """Whether a record has two spans in one place, or two arrows of a name between two spans."""
    in_place = Counter((span.label, span.start, span.end) for span in record.spans)
    between = Counter((each.label, *sorted((each.from_, each.to))) for each in record.relations)
    return max([*in_place.values(), *between.values()], default=0) > 1


def anonymous(gold, names):
    """Gold with other names in the place of its annotators."""
    text = json.dumps(msgspec.to_builtins(gold))
    for old, new in names.items():
        text = text.replace(f'"{old}"', f'"<{new}>"')
    value = json.loads(text)
    for each in (*value["spans"], *value["relations"]):
        each["support"] = sorted(each["support"])
    return value | {"decided_from": sorted(value["decided_from"])}


@pytest.mark.parametrize(
    "lines", [{}, {"dispensations": [{"check": "span-duplicate", "reason": "x"}]}]
)
@pytest.mark.parametrize("rule", ["unanimous", "majority"])
@given(data=st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_what_holds_for_any_annotations(room, rule, lines, data):
    records = data.draw(works())
    gold, _ = room(records, rule, lines=lines)
    submitted = [each for each in records if each.status == "submitted"]
    said = [said_by(each) for each in submitted]

    # Nothing that nobody said.
    for span in gold.spans:
        mine = [each for each in submitted for each in each.spans]
        same = [
            each
            for each in mine
            if (each.label, each.start, each.end) == (span.label, span.start, span.end)
        ]
        assert same
        for name, value in span.attributes.items():
            assert any(sorted(each.attributes.get(name, "")) == sorted(value) for each in same)
        assert set(span.support) <= {each.annotator for each in submitted}
    every_arrow = set().union(*(arrows for _, arrows in said)) if said else set()
    assert drawn(gold) <= every_arrow

    # What all marked and drew alike is there; what is there twice breaks a rule of the scheme.
    if len(submitted) > 1 and not any(map(repeats, submitted)):
        alike = set.intersection(*(set(values) for values, _ in said))
        assert alike <= set(said_by(as_annotation(gold))[0])
        assert set.intersection(*(arrows for _, arrows in said)) <= drawn(gold)

    # Complete where nothing is open; unanimous gold is complete only where all say the same.
    assert gold.complete == (not gold.open)
    if rule == "unanimous" and len(submitted) > 1 and gold.complete:
        assert all(each == said[0] for each in said)

    # What a complete majority leaves out, more than half say nothing of.
    if rule == "majority" and len(submitted) > 1 and gold.complete:
        left = [
            [
                each
                for each in record.spans
                if (each.label, each.start, each.end) not in places(gold)
            ]
            for record in submitted
        ]
        for span in (span for each in left for span in each):
            near = [
                any(one.start < span.end and span.start < one.end for one in each) for each in left
            ]
            assert 2 * near.count(False) > len(near)

    # Pseudonyms change the names alone.
    order = data.draw(st.permutations(NAMES))
    names = dict(zip(NAMES, order, strict=True))
    renamed = [msgspec.structs.replace(each, annotator=names[each.annotator]) for each in records]
    again, _ = room(renamed, rule, lines=lines)
    same = {name: name for name in NAMES}
    assert anonymous(gold, names)["spans"] == anonymous(again, same)["spans"]
    assert anonymous(gold, names) | {"decided_from": 0} == anonymous(again, same) | {
        "decided_from": 0
    }
