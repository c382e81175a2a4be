"""Agreement on spans: what must always hold, published examples, and packages that define the same."""

import json
import random

import msgspec
import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

import corpora
import definitions
from conftest import ROOT
from corpora import mark, work
from qawl import cli
from qawl.agreement import matching, page, report, spans_table
from qawl.agreement.matching import Spans
from qawl.agreement.spans_table import Text
from qawl.core.records import Annotation, Relation, Span
from qawl.scheme import scheme

SCHEME = scheme.load_file(ROOT / "label_config" / "entity.yaml")
CLAIMS = scheme.load_file(ROOT / "label_config" / "claim.yaml")
TEXT = "قال الوزير الأردني أحمد علي إن العمل بدأ اليوم في بيروت ولبنان"


def record(who, spans, article="x", layer="entity", relations=()):
    """An annotation from (label, start, end) or (label, start, end, attributes)."""
    made = tuple(
        Span(
            f"r{n}",
            each[0],
            each[1],
            each[2],
            TEXT[each[1] : each[2]],
            dict(each[3]) if len(each) > 3 else {},
        )
        for n, each in enumerate(spans)
    )
    drawn = tuple(Relation(label=label, from_=f"r{a}", to=f"r{b}") for label, a, b in relations)
    return Annotation(
        article_id=article,
        layer=layer,
        annotator=who,
        text_sha256="",
        scheme_version="",
        spans=made,
        relations=drawn,
    )


def measured(records, current=SCHEME):
    given = [(each, Text(TEXT, "s")) for each in records]
    return msgspec.to_builtins(report.measure(given, current))


def test_what_a_span_covers_outside_its_text_does_not_count():
    inside = [("PERS", 0, 3), ("GPE", len(TEXT) - 5, len(TEXT))]
    far = [("PERS", 0, 3), ("GPE", len(TEXT) - 5, len(TEXT) + 9), ("GPE", 2**40, 2**41)]
    pairs = [
        [record(who, spans, article) for article in ("x", "y") for who in ("a", "b")]
        for spans in (inside, far)
    ]
    one, other = (measured(each) for each in pairs)
    assert one["alpha"] == other["alpha"]
    assert one["labels"]["GPE"]["alpha"] == other["labels"]["GPE"]["alpha"]
    assert one["alpha"]["n"] == 4 * len(TEXT)


def test_blocks_of_articles_give_what_the_whole_gives(monkeypatch):
    rng = random.Random(1)
    records = [
        record(
            who,
            [
                (rng.choice(["PERS", "GPE", "ORG"]), at, at + rng.randint(1, 5), {"gpe_role": role})
                for at in rng.sample(range(40), 4)
                for role in [rng.choice(["place", "state"])]
            ],
            f"x{number}",
            relations=[("r", 0, 1), ("r", 2, 1)],
        )
        for number in range(7)
        for who in ("a", "b", "c")
        if (who, number % 3) != ("c", 1)
    ]
    current = msgspec.structs.replace(SCHEME, relations=CLAIMS.relations)
    whole = measured(records, current)
    assert whole["relation_f1"]["n"]
    for size in (1, 9, 30):
        monkeypatch.setattr(spans_table, "BLOCK", size)
        assert measured(records, current) == whole


spans = st.lists(
    st.builds(
        lambda label, start, length: (label, start, min(start + length, len(TEXT))),
        st.sampled_from(["PERS", "ORG", "OCC"]),
        st.integers(0, 50),
        st.integers(1, 12),
    ),
    max_size=7,
)


def arrays(rows):
    known = sorted(
        {(("PERS", "ORG", "OCC").index(label), start, end) for label, start, end in rows}
    )
    columns = np.array(known, np.int64).reshape(-1, 3).T
    return Spans(*columns), known


@given(spans.map(lambda rows: rows[:5]), spans.map(lambda rows: rows[:5]))
def test_matching_is_optimal(first, second):
    (one, rows), (other, others) = arrays(first), arrays(second)

    def best(weight):
        return definitions.best(rows, others, weight)

    assert matching.overlapping(one, other, 3).sum() == best(definitions.overlapping)
    assert matching.within(one, other, 3, 0).sum() == best(definitions.exactly)
    assert matching.within(one, other, 3, 3).sum() == best(definitions.within_three)
    left, right = matching.best_pairs(one, other)
    total = sum(definitions.share(rows[a], others[b]) for a, b in zip(left, right, strict=True))
    assert total == pytest.approx(best(definitions.share))


@given(spans, spans)
def test_matching_is_the_same_from_both_sides(first, second):
    one, other = arrays(first)[0], arrays(second)[0]
    there = zip(*matching.best_pairs(one, other), strict=True)
    back = zip(*matching.best_pairs(other, one), strict=True)
    assert {(int(a), int(b)) for a, b in there} == {(int(a), int(b)) for b, a in back}


def plain(found):
    """The figures of a layer without those of articles and intervals."""
    return {
        name: said["value"]
        for name, said in found.items()
        if isinstance(said, dict) and "value" in said
    }


@given(spans, spans, st.randoms(use_true_random=False))
def test_no_order_and_no_duplicate_changes_a_value(first, second, rng):
    before = plain(measured([record("a", first), record("b", second)]))
    mixed, doubled = list(first), [*second, *second[:2]]
    rng.shuffle(mixed)
    rng.shuffle(doubled)
    assert plain(measured([record("b", doubled), record("a", mixed)])) == before
    assert plain(measured([record("b", first), record("a", second)])) == pytest.approx(
        before, nan_ok=True
    )


@given(spans.filter(bool))
def test_identity_is_one(rows):
    for name, value in plain(measured([record("a", rows), record("b", rows)])).items():
        assert value == pytest.approx(1) or (value is None and name.startswith("alpha")), name


def test_renaming_labels_changes_no_value():
    rng = random.Random(1)
    rows = [
        [
            (rng.choice(["PERS", "ORG"]), start, start + rng.randint(2, 6))
            for start in range(0, 50, 5)
        ]
        for _ in range(2)
    ]
    swap = {"PERS": "GPE", "ORG": "LOC"}
    before = plain(measured([record("a", rows[0]), record("b", rows[1])]))
    after = plain(
        measured(
            [
                record(who, [(swap[label], s, e) for label, s, e in each])
                for who, each in zip("ab", rows, strict=True)
            ]
        )
    )
    assert after == before


def between(folder, texts, *annotators):
    """The figures of (label, start, end) by annotator and article, as the command prints them."""
    labels = sorted({span[0] for spans in annotators for rows in spans.values() for span in rows})
    done = {
        f"a{number}": {
            name: work([mark(f"m{n}", *span) for n, span in enumerate(rows)])
            for name, rows in spans.items()
        }
        for number, spans in enumerate(annotators, start=1)
    }
    return corpora.measured(folder, corpora.scheme("ner", labels), texts, done)


def test_krippendorff_2004_unitizing(tmp_path):
    """The example of Krippendorff (2004): two observers, a continuum of 300, alpha-U .729, 1 and joint .859."""
    k = [("k", 30, 90), ("k", 150, 200)]
    one = [("c", 75, 145), ("c", 220, 250), *k]
    other = [("c", 70, 150), ("c", 205, 225), ("c", 250, 270), *k]
    found = between(tmp_path / "corpus", {"t": "x" * 300}, {"t": one}, {"t": other})
    values = [each["alpha_u"]["value"] for each in (*found["labels"].values(), found)]
    assert values == pytest.approx([0.7286, 1.0, 0.8587], abs=0.0001)
    assert found["alpha_u"]["n"] == 300


def flat(rng, length):
    """Spans that do not touch, as most packages want them."""
    bounds = sorted(rng.sample(range(length), 10))
    return [
        (rng.choice("AB"), low, high) for low, high in zip(bounds[::2], bounds[1::2], strict=True)
    ]


def nervaluate(kind, *annotators):
    """F1 as nervaluate gives it: `kind` is strict or partial."""
    from nervaluate import Evaluator

    sides = [
        [[{"label": a, "start": b, "end": c} for a, b, c in rows] for rows in spans.values()]
        for spans in annotators
    ]
    return Evaluator(*sides, tags=["A", "B"], loader="default").evaluate()["overall"][kind].f1


def test_exact_f1_is_the_strict_one_of_nervaluate(tmp_path):
    rng = random.Random(4)
    texts = {f"t{n}": f"{n} " + "the river stands " * 3 for n in range(6)}
    one = {name: flat(rng, len(text)) for name, text in texts.items()}
    other = {name: [each for each in rows if rng.random() < 0.7] for name, rows in one.items()}
    other["t1"] = flat(rng, len(texts["t1"]))
    found = between(tmp_path / "corpus", texts, one, other)["exact_f1"]["value"]
    assert 0.5 < found < 1
    assert found == pytest.approx(nervaluate("strict", one, other), abs=2e-6)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [([("A", 0, 3)], [("A", 3, 6)], 0), ([("A", 0, 3)], [("A", 0, 3), ("A", 0, 3)], 1)],
)
def test_faults_of_nervaluate_that_are_not_here(tmp_path, one, other, expected):
    """There, half-open spans that touch count as overlapping, and a span given twice changes the score.
    (A third that was known, another value for two equal documents, is gone in nervaluate 1.2.)"""
    assert nervaluate("partial", {"t": one}, {"t": other}) != expected
    found = between(tmp_path / "corpus", {"t": "The river stands."}, {"t": one}, {"t": other})
    assert found["overlap_f1"]["value"] == expected


def test_two_equal_documents_score_as_one():
    half = [record("a", [("PERS", 0, 5)]), record("b", [("PERS", 0, 3)])]
    again = [
        record(each.annotator, [("PERS", span.start, span.end) for span in each.spans], article="y")
        for each in half
    ]
    one, two = (plain(measured(each)) for each in (half, [*half, *again]))
    assert {name: two[name] for name in one if name.endswith("f1")} == {
        name: one[name] for name in one if name.endswith("f1")
    }


def test_a_proclitic_more_or_less_is_no_difference_for_clitic_f1():
    start = TEXT.index("ولبنان")
    found = measured(
        [record("a", [("GPE", start, start + 6)]), record("b", [("GPE", start + 1, start + 6)])]
    )
    assert (found["exact_f1"]["value"], found["clitic_f1"]["value"]) == (0, 1)


def test_relations_are_compared_between_matched_ends():
    one = [("CLAIM", 0, 20), ("CLAIMER", 22, 27)]
    other = [("CLAIMER", 22, 27), ("CLAIM", 1, 20)]
    found = measured(
        [
            record("a", one, layer="claim", relations=[("made_by", 0, 1)]),
            record("b", other, layer="claim", relations=[("made_by", 1, 0)]),
        ],
        CLAIMS,
    )
    assert found["relation_f1"] == {"value": 1.0, "low": None, "high": None, "n": 2}


@pytest.mark.parametrize(
    "records",
    [
        [record("a", [("PERS", 0, 3)])],
        [record("a", [], "x"), record("b", [("PERS", 0, 3)], "y")],
        [record("a", []), record("b", [])],
        [],
    ],
)
def test_nothing_to_compare_is_undefined_not_zero(records):
    found = measured(records)
    assert found["exact_f1"]["value"] is None
    json.dumps(found, allow_nan=False)


def test_one_annotator_with_no_spans_scores_zero():
    assert measured([record("a", []), record("b", [("PERS", 0, 3)])])["exact_f1"]["value"] == 0


def test_thousands_of_overlapping_spans_are_no_trap():
    rng = random.Random(3)
    records = [
        record(
            who,
            [("PERS", start := rng.randrange(50), start + rng.randint(1, 12)) for _ in range(3000)],
        )
        for who in "ab"
    ]
    assert measured(records)["exact_f1"]["value"] > 0


def test_the_command_prints_stores_and_writes_a_page(recorded, monkeypatch, tmp_path):
    monkeypatch.chdir(recorded.root)
    done = CliRunner().invoke(
        cli.group, ["agreement", "--json", "--html", str(tmp_path / "page.html")]
    )
    assert done.exit_code == 0, done.output
    assert report.stored(recorded) is not None
    assert (tmp_path / "page.html").read_text("utf-8").startswith("<!doctype html>")
    shown = CliRunner().invoke(cli.group, ["agreement", "--layer", "quote"])
    assert shown.exit_code == 0
    assert "no annotator is a person" in shown.output
    path = recorded.exports / "annotations" / "quote.jsonl"
    path.write_text(path.read_text("utf-8").replace("submitted", "skipped", 1), "utf-8")
    assert report.stored(recorded) is None


def test_the_page_has_no_chart_of_articles_that_nobody_did_twice(recorded):
    """It was a chart of undefined figures, as in the first weeks of a campaign."""
    (recorded.exports / "annotations" / "quote.jsonl").write_bytes(b"")
    shown = page.page(recorded, report.report(recorded).layers)
    layers = shown.split("<section>")[1:]
    charts = {each.partition("</h2>")[0]: each.count("<svg") for each in layers}
    assert sorted(charts.values()) == [0, 1, 1]


def test_what_is_stored_gives_the_figures_of_a_new_report(recorded):
    path = recorded.agreement_file
    path.unlink(missing_ok=True)
    made = report.fresh(recorded)
    assert report.stored(recorded) == report.fresh(recorded) == made
    assert set(made) == set(recorded.settings.layers)
    assert not any(said.of_articles for said in made.values())
    assert all("exact_f1" in said.figures for said in made.values())


def test_a_damaged_report_is_made_anew(recorded):
    path = recorded.agreement_file
    made = report.fresh(recorded)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    assert report.stored(recorded) is None
    assert report.fresh(recorded) == made
    assert path.read_bytes() == whole


def test_a_span_past_its_text_counts_for_what_there_is_of_it():
    """Such a span is a finding, but a report must stand until it is mended."""
    inside = [("PERS", len(TEXT) - 6, len(TEXT))]
    past = [("PERS", len(TEXT) - 6, len(TEXT) + 20)]
    for first, second in (("x", "y"), ("y", "x")):  # in the last article, and before another
        clean = [record(who, inside, article=first) for who in ("a", "b")]
        ill = [record(who, past, article=first) for who in ("a", "b")]
        others = [record(who, inside, article=second) for who in ("a", "b")]
        assert measured([*ill, *others])["alpha"] == measured([*clean, *others])["alpha"]


TWINS = corpora.scheme("toy", ["A"], [corpora.choice("tone", "x", "y", "z", of=["A"])])
"""Two speakers of one sentence: one place, two spans, what is said of each."""


def shared_place(*said):
    """Spans of one annotator from (start, end, tone)."""
    return [
        mark(f"m{at}", "A", start, end, **({"tone": tone} if tone else {}))
        for at, (start, end, tone) in enumerate(said)
    ]


@pytest.mark.parametrize(
    "people",
    [
        # Found by a search over small corpora: whom the spans without a partner were paired with
        # followed from whose record came first.
        [
            [(3, 5, "x"), (2, 5, "z")],
            [(2, 5, "z"), (2, 5, "y")],
            [(2, 5, None), (2, 5, "x"), (2, 5, "y")],
        ],
        # Two annotators: only Cohen's kappa moved.
        [[(2, 5, "z"), (2, 5, "x")], [(2, 5, "y"), (2, 5, "z")]],
        # As other tools write it: the same span again without its attributes.
        [[(2, 5, "y"), (2, 5, None)], [(2, 5, "x"), (2, 5, "z")], [(2, 5, "z"), (2, 5, "y")]],
    ],
)
def test_names_do_not_say_which_of_several_spans_in_one_place_are_compared(tmp_path, people):
    def figures(name, people):
        done = {
            f"a{at}": {"1": work(shared_place(*said))} for at, said in enumerate(people, start=1)
        }
        found = corpora.measured(tmp_path / name, TWINS, {"1": TEXT}, done)["attributes"]["tone"]
        return {name: each for name, each in found.items() if name != "pairs"}

    first = figures("first", people)
    assert first["percent"]["n"]
    assert figures("second", people[::-1]) == first
    assert figures("third", [each[::-1] for each in people[1:] + people[:1]]) == first


def test_numbers_in_one_place_are_compared_in_their_order(tmp_path):
    # 2 stands beside 3 and 10 beside 9, also where they are sorted as texts or given crosswise.
    number = {"name": "sum", "title": {"en": "sum"}, "kind": "number", "of": ["A"]}
    current = corpora.scheme("toy", ["A"], [number])

    def figures(name, *people):
        done = {
            f"a{at}": {"1": work([mark(f"m{n}", "A", 2, 5, sum=n) for n in said])}
            for at, said in enumerate(people)
        }
        return corpora.measured(tmp_path / name, current, {"1": TEXT}, done)["attributes"]["sum"]

    apart = figures("first", (10, 2), (3, 9))["alpha"]
    assert apart["n"] == 2
    assert apart["value"] > 0.9
    assert figures("second", (9, 3), (2, 10))["alpha"] == apart


def test_names_and_orders_change_no_figure_of_spans_in_one_place():
    rng = random.Random(4)
    for _ in range(60):
        people = [
            [
                ("PERS", *rng.choice([(2, 5), (2, 5), (3, 5)]), {"gpe_role": rng.choice("xyz")})
                for _ in range(rng.randint(1, 3))
            ]
            for _ in range(3)
        ]
        found = []
        for _ in range(3):
            rng.shuffle(people)
            records = [
                record(f"a{at}", rng.sample(said, len(said))) for at, said in enumerate(people)
            ]
            each = measured(rng.sample(records, len(records)))
            figures = each["attributes"]["gpe_role"]
            found.append([figures[name] for name in figures if name != "pairs"])
        assert found[0] == found[1] == found[2]


TONE = corpora.scheme("toy", [], [corpora.choice("tone", "calm", "angry")])
PEOPLE = corpora.scheme("toy", ["A", "B"], [corpora.choice("tone", "calm", "angry")], ["of"])
TEXTS = {"1": TEXT, "2": TEXT + " 2", "3": TEXT + " 3"}


@pytest.mark.parametrize(
    ("current", "said"),
    [
        # A third of the configs that teams have asks of the text as a whole alone: no labels at all.
        (TONE, None),
        # A sparse layer in a small trial: all did it, nobody found anything.
        (PEOPLE, "  no annotator marked a span, so there are no figures of spans"),
    ],
)
def test_a_layer_without_spans_shows_attributes_alone(tmp_path, current, said):
    done = {
        who: {name: work(tone=tone) for name, tone in zip(TEXTS, tones, strict=True)}
        for who, tones in (("a", ("calm", "angry", "calm")), ("b", ("calm", "angry", "angry")))
    }
    folder = tmp_path / "c"
    assert corpora.measured(folder, current, TEXTS, done)["exact_f1"]["value"] is None
    shown = corpora.qawl(folder, "agreement", "--html", tmp_path / "page.html").stdout
    assert "tone alpha" in shown
    for spans in ("exact", "alpha_u", "label against label", "F1"):
        assert spans not in shown
    assert (said or "tone") in shown
    assert ("no annotator marked" in shown) == bool(said)
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<table aria-label=" not in page
    assert page.count("<rect") + page.count("undefined") <= 2  # kappa and alpha of the attribute


def test_figures_of_nothing_are_counted_and_the_title_of_a_small_matrix_is_one_line(tmp_path):
    # A relation that nobody drew, a label that nobody used, two who share no article.
    done = {
        "a": {"1": work([mark("m", "A", 0, 3)]), "2": work([mark("m", "A", 0, 3)])},
        "b": {"1": work([mark("m", "A", 0, 3)])},
        "c": {"2": work([mark("m", "A", 0, 3)])},
    }
    folder = tmp_path / "c"
    corpora.measured(folder, PEOPLE, TEXTS, done)
    shown = corpora.qawl(folder, "agreement").stdout.splitlines()
    assert "label against label, counted from both sides" in shown
    assert not [line for line in shown if "b c exact_f1" in line or "relation" in line]
    assert "  not shown: 2 figures without anything to compare (--json has them)" in shown
    assert [line for line in shown if "a b exact_f1" in line]
    assert [line for line in shown if "of 1" in line or "B exact_f1" in line] == []


@pytest.mark.parametrize(
    ("tones", "card", "croissant"),
    [
        (
            ("calm", "angry"),
            "| tone, alpha | 1.000 |",
            "toy: alpha of tone between annotators 1.000",
        ),
        # All say the same of all: no figure that is corrected for chance is defined.
        (
            ("calm", "calm"),
            "two annotators have articles in common, but no figure of them is defined.",
            "but no figure of them is defined, so no agreement can be given",
        ),
    ],
)
def test_a_release_of_a_layer_without_spans_says_how_far_annotators_agree(
    tmp_path, tones, card, croissant
):
    done = {
        who: {name: work(tone=tone) for name, tone in zip(TEXTS, tones, strict=False)}
        for who in ("a", "b")
    }
    folder = tmp_path / "c"
    corpora.measured(folder, TONE, TEXTS, done)
    with (folder / "qawl.yaml").open("a", encoding="utf-8") as file:
        file.write("release: {license: cc-by-4.0}\n")
    for words in (("adjudicate",), ("release", "0.1.0", "--draft")):
        corpora.qawl(folder, *words)
    release = folder / "exports" / "releases" / "0.1.0"
    readme = (release / "README.md").read_text("utf-8")
    assert card in readme
    assert "no article of this layer has two annotators" not in readme
    assert "without a second annotator" not in readme
    assert croissant in (release / "croissant.json").read_text("utf-8")
