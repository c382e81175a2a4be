"""Coefficients of attributes through `qawl agreement --json`: published examples, and the packages that
define the same thing, on tables of ratings (items × annotators, None where a rating is missing)."""

import random

import numpy as np
import pytest
from krippendorff import alpha as krippendorff_alpha
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import fleiss_kappa

import corpora
import definitions
from corpora import choice, mark, scheme, work

WORD = "river"
KINDS = {
    "nominal": lambda values, **more: choice("said", *values, **more),
    "ordinal": lambda values, **more: choice("said", *values, ordered=True, **more),
    "set": lambda values, **more: choice("said", *values, kind="choices", **more),
    "text": lambda values, **more: {
        "name": "said",
        "title": {"en": "said"},
        "kind": "text",
        **more,
    },
}


def of_articles(table):
    """Each item is an article; who gives no value has not done it, or left the value unset."""
    texts = {f"t{row}": f"Letter {row}: the river stands." for row in range(len(table))}
    done = {f"a{who}": {} for who in range(1, len(table[0]) + 1)}
    for row, (name, ratings) in enumerate(zip(texts, table, strict=True)):
        for who, value in zip(done, ratings, strict=True):
            if value is not None:
                done[who][name] = work(said=value)
            elif (row + len(who)) % 2:
                done[who][name] = work()
    return texts, done, {}


def of_spans(table):
    """Each item is a span, ten in an article; who gives no value has not marked it, or left it unset."""
    texts, done = {}, {f"a{who}": {} for who in range(1, len(table[0]) + 1)}
    for first in range(0, len(table), 10):
        name, rows = f"t{first}", table[first : first + 10]
        texts[name] = f"{first:4} " + " ".join([WORD] * len(rows))
        for column, who in enumerate(done):
            marks = []
            for row, ratings in enumerate(rows):
                start = 5 + row * (len(WORD) + 1)
                given = {} if ratings[column] is None else {"said": ratings[column]}
                if given or (row + column) % 2:
                    marks.append(mark(f"m{row}", "A", start, start + len(WORD), **given))
            done[who][name] = work(marks)
    return texts, done, {"of": ["A"]}


@pytest.fixture(params=[of_articles, of_spans])
def figures(request, tmp_path):
    """figures(table, kind, values=…) → the figures of the attribute; once on articles, once on spans."""

    def measure(table, kind="nominal", values=None):
        texts, done, more = request.param([[*row] for row in table])
        known = values or sorted({each for row in table for each in row if each is not None})
        current = scheme("ner", ["A"], [KINDS[kind](known, **more)])
        found = corpora.measured(tmp_path / "corpus", current, texts, done)
        return found["attributes"]["said"]

    return measure


def value(said, name):
    return said[name]["value"]


def named(rows):
    return [[None if each is None else f"v{each}" for each in row] for row in rows]


KRIPPENDORFF_2011 = [
    *zip(
        [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
        [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
        strict=True,
    )
]
HAYES_2007 = [
    [None if each == "." else int(each) for each in row]
    for row in [
        "112.2",
        "1101.",
        "2333.",
        ".00.0",
        "000.0",
        "000.0",
        "102.1",
        "1.20.",
        "222.2",
        "2111.",
        ".100.",
        "0000.",
        "1222.",
        "33223",
        "111.1",
        "111.1",
        "212.2",
        "1233.",
        "1101.",
        "000.0",
        "0011.",
        "00.00",
        "2333.",
        "0000.",
        "12.22",
        "0111.",
        "00010",
        "1212.",
        "1122.",
        "112.2",
        "110.0",
        "2121.",
        "22.22",
        "3222.",
        "222.2",
        "223.2",
        "222.2",
        "22.12",
        "2222.",
        "111.1",
    ]
]
FLEISS_1971 = [
    "00060",
    "03003",
    "01401",
    "00006",
    "03030",
    "20400",
    "00402",
    "20310",
    "20040",
    "00006",
    "10050",
    "11040",
    "03300",
    "10050",
    "02031",
    "00501",
    "30012",
    "51000",
    "02040",
    "10203",
    "00006",
    "01050",
    "02013",
    "20040",
    "10041",
    "05010",
    "40002",
    "02040",
    "10500",
    "00006",
]


def test_cohen_1960(figures):
    """Table 1 of Cohen (1960): three categories, proportions of 200 cases, kappa .492."""
    counts = [[88, 14, 18], [10, 40, 10], [2, 6, 12]]
    table = [(a, b) for a in range(3) for b in range(3) for _ in range(counts[a][b])]
    found = figures(named(table))
    assert value(found, "cohen_kappa") == pytest.approx(0.492, abs=0.0005)
    assert found["cohen_kappa"]["n"] == 200
    assert found["pairs"]["a1 a2"]["cohen_kappa"] == found["cohen_kappa"]


def test_fleiss_1971(figures):
    """Table 1 of Fleiss (1971): 30 patients, six psychiatrists, five diagnoses: kappa .430, alpha .4334."""
    table = [
        [each for each, count in enumerate(row) for _ in range(int(count))] for row in FLEISS_1971
    ]
    found = figures(named(table))
    assert value(found, "fleiss_kappa") == pytest.approx(0.430, abs=0.0005)
    assert value(found, "alpha") == pytest.approx(0.4334, abs=0.00005)
    assert found["alpha"]["n"] == 30


@pytest.mark.parametrize(("kind", "expected"), [("nominal", 0.743), ("ordinal", 0.815)])
def test_krippendorff_2011_with_missing_data(figures, kind, expected):
    """Section C and D of Krippendorff (2011): four observers, twelve units, missing data."""
    found = figures(named(KRIPPENDORFF_2011), kind)
    assert value(found, "alpha") == pytest.approx(expected, abs=0.0006)
    assert found["alpha"]["n"] == 11


@pytest.mark.parametrize(("kind", "expected"), [("nominal", 0.477), ("ordinal", 0.7598)])
def test_hayes_and_krippendorff_2007(figures, kind, expected):
    """Table 1 of Hayes and Krippendorff (2007): five observers, forty articles, two to four of them each."""
    assert value(figures(named(HAYES_2007), kind), "alpha") == pytest.approx(expected, abs=0.0005)


def test_artstein_and_poesio_2008(figures):
    """The dialogue act table of Artstein and Poesio (2008), 100 utterances: agreement .88, by chance
    .52 * .46 + .16 * .16 + .32 * .38 = .3864, so kappa .8044."""
    counts = [[46, 6, 0], [0, 10, 6], [0, 0, 32]]
    table = [(a, b) for a in range(3) for b in range(3) for _ in range(counts[a][b])]
    found = figures(named(table))
    assert value(found, "percent") == pytest.approx(0.88)
    assert value(found, "cohen_kappa") == pytest.approx((0.88 - 0.3864) / (1 - 0.3864), abs=1e-6)


def test_gwet_2008_stays_where_one_category_dominates(figures):
    """Two raters, 125 items, 118 and 5 and 2: kappa is near 0 though they agree on .944; AC1 is not."""
    table = [("yes", "yes")] * 118 + [("yes", "no")] * 5 + [("no", "yes")] * 2
    found = figures(table)
    assert value(found, "cohen_kappa") < 0
    assert value(found, "ac1") == pytest.approx(0.9408, abs=0.0005)


@pytest.mark.parametrize("annotators", [2, 3, 4, 5])
@pytest.mark.parametrize("missing", [0, 0.4])
def test_the_oracles_say_the_same(figures, annotators, missing):
    """krippendorff for alpha, statsmodels for Fleiss' kappa without gaps, scikit-learn for Cohen's."""
    rng = random.Random(annotators * 10 + int(missing * 10))
    table = [
        [None if rng.random() < missing else rng.choice([0, 0, 1, 2]) for _ in range(annotators)]
        for _ in range(23)
    ]
    values = ["v0", "v1", "v2"]
    data = np.array([[np.nan if each is None else each for each in row] for row in table]).T
    found = figures(named(table), "ordinal", values)
    assert value(found, "alpha") == near(alpha_of(data, "ordinal"))
    if not missing:
        counts = [[row.count(each) for each in range(3)] for row in table]
        assert value(found, "fleiss_kappa") == near(fleiss_kappa(np.array(counts)))
    for pair, each in found["pairs"].items():
        one, other = (int(name[1:]) - 1 for name in pair.split())
        both = [(row[one], row[other]) for row in table if None not in (row[one], row[other])]
        assert value(each, "cohen_kappa") == near(cohen_kappa_score(*zip(*both, strict=True)))
    kappas = [value(each, "cohen_kappa") for each in found["pairs"].values()]
    assert value(found, "cohen_kappa") == near(np.mean(kappas))
    assert value(found, "ac1") == near(definitions.ac1(table, 3))


def alpha_of(data, level):
    return krippendorff_alpha(data, level_of_measurement=level, value_domain=[0, 1, 2])


def near(expected):
    return pytest.approx(expected, abs=2e-6)


def test_sets_of_choices_have_an_alpha_by_their_masi_distance(figures):
    """Passonneau (2006). A single choice is a set of one; the order of choices does not matter. Kappa and
    AC1 know no distances, so that they are undefined."""
    table = [
        [["x"], ["x"], ["x", "y"]],
        [["x", "y"], ["y", "x"], None],
        [["z"], ["x", "y", "z"], ["z"]],
        [["y"], ["z"], None],
        [["x", "z"], ["x", "y"], ["x"]],
    ]
    found = figures(table, "set", ["x", "y", "z"])
    sets = [[None if each is None else tuple(sorted(each)) for each in row] for row in table]
    known = sorted({each for row in sets for each in row if each})
    data = [[np.nan if each is None else known.index(each) for each in row] for row in sets]
    by_oracle = krippendorff_alpha(
        np.array(data).T,
        value_domain=[*range(len(known))],
        level_of_measurement=lambda a, b, **_: np.vectorize(
            lambda one, other: definitions.masi(known[int(one)], known[int(other)], None)
        )(a, b),
    )
    assert found["alpha"]["distance"] == "MASI"
    assert value(found, "alpha") == near(by_oracle)
    assert value(found, "alpha") == near(definitions.alpha(sets, definitions.masi))
    assert value(found, "percent") == near((1 / 3 + 1 + 1 / 3 + 0 + 0) / 5)
    assert [value(found, name) for name in ("fleiss_kappa", "cohen_kappa", "ac1")] == [None] * 3


def test_typed_names_are_equal_or_not(figures):
    """Names that people type have no list to choose from: AC1, which asks for its length, is undefined."""
    table = [
        ['"Layla Haddad"', '"Layla Haddad"', '"ليلى حداد"'],
        ['"南风"', '"南风"', '"南风"'],
        ['"Noor"', '"noor"', None],
    ]
    found = figures(table, "text")
    assert value(found, "alpha") == near(definitions.alpha(table))
    assert value(found, "fleiss_kappa") == near(definitions.fleiss_kappa(table))
    assert value(found, "cohen_kappa") == near(definitions.mean_kappa(table))
    assert value(found, "ac1") is None


@pytest.mark.parametrize("annotators", [2, 4])
def test_one_category_is_undefined_but_for_percent(figures, annotators):
    """Where nobody said anything else, nothing tells agreement from habit: neither 0 nor 1."""
    found = figures([["calm"] * annotators] * 4, values=["glad", "calm", "angry"])
    assert value(found, "percent") == 1
    for name in ("alpha", "fleiss_kappa", "cohen_kappa", "ac1"):
        assert found[name]["value"] is found[name]["low"] is found[name]["high"] is None
        assert found[name]["n"] == (
            4 if name != "cohen_kappa" else 4 * annotators * (annotators - 1) / 2
        )


def test_nothing_in_common_is_undefined(figures):
    found = figures([["x", None], [None, "y"], ["y", None]], values=["x", "y"])
    assert {(each["value"], each["n"]) for each in found.values() if "n" in each} == {(None, 0)}
    assert found["pairs"] == {}


def test_no_figure_depends_on_names_of_annotators(tmp_path):
    """The same people under other pseudonyms, with gaps, and spans that match in part."""
    rng = random.Random(7)
    texts = {f"t{n}": f"{n} " + "the river stands near a bridge " * 2 for n in range(6)}
    people = [{}, {}, {}, {}]
    for name in texts:
        for person in people:
            if rng.random() < 0.7:
                marks = [
                    mark(f"m{at}", "A", at, at + rng.randint(3, 9), said=rng.choice("xyz"))
                    for at in rng.sample(range(0, 50, 3), 5)
                ]
                person[name] = work(marks)
    found = []
    for turn, order in enumerate([(0, 1, 2, 3), (3, 1, 0, 2), (2, 3, 1, 0)]):
        done = {f"a{number}": people[who] for number, who in enumerate(order, start=1)}
        current = scheme("ner", ["A"], [choice("said", *"xyz", of=["A"])])
        report = corpora.measured(tmp_path / str(turn), current, texts, done)
        del report["attributes"]["said"]["pairs"]
        figures = {
            name: each
            for name, each in report.items()
            if name.endswith(("_f1", "alpha", "alpha_u"))
        }
        found.append((figures, report["attributes"], report["labels"]))
    assert found[0] == found[1] == found[2]


def test_an_unset_attribute_pairs_with_no_neighbour(tmp_path):
    """One left it unset on the span that both marked, and set it on a longer one that they alone marked."""
    texts = {"t": "Minister Layla Haddad spoke."}
    one = [mark("x", "A", 9, 21, said="sure")]
    other = [mark("y", "A", 9, 21), mark("z", "A", 0, 21, said="unsure")]
    current = scheme("ner", ["A"], [choice("said", "sure", "unsure", of=["A"])])
    done = {"a1": {"t": work(one)}, "a2": {"t": work(other)}}
    found = corpora.measured(tmp_path / "corpus", current, texts, done)["attributes"]["said"]
    assert {(each["value"], each["n"]) for each in found.values() if "n" in each} == {(None, 0)}


def test_spans_of_one_extent_are_compared_with_their_like(tmp_path):
    """Two quotes in one stretch, of two kinds: their order in a record says nothing."""
    texts = {"t": "He said that she had said so.", "u": "Nobody came."}
    one = [mark("a", "A", 8, 28, said="direct"), mark("b", "A", 8, 28, said="indirect")]
    other = [mark("a", "A", 8, 28, said="indirect"), mark("b", "A", 8, 28, said="direct")]
    third = [mark("c", "A", 8, 28, said="indirect")]
    current = scheme("ner", ["A"], [choice("said", "direct", "indirect", of=["A"])])
    done = {who: {"t": work(marks)} for who, marks in (("a1", one), ("a2", other), ("a3", third))}
    found = corpora.measured(tmp_path / "corpus", current, texts, done)
    assert found["exact_f1"]["value"] == near(2 * (2 + 1 + 1) / (4 + 3 + 3))
    assert found["attributes"]["said"]["percent"] == {
        **found["attributes"]["said"]["percent"],
        "value": 1,
        "n": 2,
    }


def test_a_value_that_is_not_on_the_scale_is_no_point_on_it(tmp_path):
    """A value that the scheme lost stands in records still; it is a category, but no rank."""
    texts = {f"t{n}": f"Letter {n}." for n in range(3)}
    table = [("low", "low"), ("high", "low"), ("lost", "low")]
    done = {
        who: {name: work(said=row[column]) for name, row in zip(texts, table, strict=True)}
        for column, who in enumerate(["a1", "a2"])
    }
    current = scheme("ner", ["A"], [choice("said", "low", "high", ordered=True)])
    found = corpora.measured(tmp_path / "corpus", current, texts, done)["attributes"]["said"]
    assert (found["alpha"]["n"], found["fleiss_kappa"]["n"]) == (2, 3)
    assert value(found, "alpha") == near(
        definitions.alpha(table[:2], definitions.ordinal(["low", "high"]))
    )
    assert value(found, "ac1") == near(definitions.ac1(table, 3))
