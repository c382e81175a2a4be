"""Files of predictions as other tools leave them: what is wrong is one line, what is odd is counted."""

import gzip
import json
from unicodedata import normalize

import msgspec
import pytest
from click.testing import CliRunner

import corpora
from qawl import cli
from qawl.core.records import Disagreement
from scoring import releases

SCHEME = corpora.scheme("toy", ("PER", "ORG"), [corpora.choice("tone", "good", "bad", of=["PER"])])
TEXT = "قالت 🇸🇩 سلمى إن العمل بدأ"


@pytest.fixture
def release(tmp_path):
    """Three articles: with gold, with an open place, and one that all skipped."""
    one, two, three = (releases.article(n, TEXT + " " + str(n)) for n in (1, 2, 3))
    return releases.write(
        tmp_path / "r",
        [SCHEME],
        (one, {"toy": releases.gold(one, "toy", [("PER", 8, 12)])}, []),
        (two, {"toy": releases.gold(two, "toy", [("PER", 8, 12)], opened=[(0, 4)])}, []),
        (three, {"toy": releases.gold(three, "toy", [], status="skipped")}, []),
    )


def row(number=1, *spans, **more):
    return {"article_id": f"{number:012x}", "layer": "toy", "spans": list(spans), **more}


PER = {"label": "PER", "start": 8, "end": 12}


def run(release, content, *options):
    path = release.parent / "p.jsonl"
    path.write_bytes(content)
    return CliRunner().invoke(cli.group, ["score", str(release), str(path), "--json", *options])


def lines(*rows):
    return b"".join(json.dumps(each, ensure_ascii=False).encode() + b"\n" for each in rows)


def sentences(number, *scores):
    listed = [{"number": at, "score": score} for at, score in scores]
    return {"article_id": f"{number:012x}", "layer": "toy", "sentences": listed}


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + lines(row(1, PER)),  # Windows PowerShell and Excel begin with a mark
        lines(row(1, PER)).replace(b"\n", b"\r\n") + b"\r\n",
        b"\n  \n" + lines(row(1, PER)),
        lines(row(1, PER)).strip(),
        lines(row(1, {**PER, "text": "سلمى"})),
        lines(row(1, PER, {**PER, "id": "again"})),
        lines(row(1, PER, relations=[], tags=None)),
    ],
)
def test_what_other_tools_write_is_read(release, content):
    done = run(release, content)
    assert done.exit_code == 0, done.exception
    figures = json.loads(done.stdout)["layers"]["toy"]
    assert (figures["exact_precision"], figures["exact_recall"]) == (1, 0.5)
    assert figures["n_articles"] == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "holds no predictions"),
        (b"\n\r\n", "holds no predictions"),
        (json.dumps([row(1, PER)]).encode(), "line 1: no prediction"),
        # As Windows PowerShell 5 writes what a script prints, and editors that save as "Unicode".
        (lines(row(1, PER)).decode().encode("utf-16"), "no prediction: it is in UTF-16 or UTF-32"),
        (lines(row(1, PER)).decode().encode("utf-16-le"), "line 1: no prediction: it is in UTF-16"),
        (lines(row(1, PER)).decode().encode("utf-16-be"), "line 1: no prediction: it is in UTF-16"),
        (lines(row(1, PER)).decode().encode("utf-32"), "line 1: no prediction: it is in UTF-16"),
        (
            lines(row(1, PER)) + b'{"article_id": "\xff"}',
            "line 2: no prediction: not UTF-8 at byte 17",
        ),
        # A model that gives text byte by byte or unit by unit cuts an emoji in two.
        (lines(row(1, PER)) + b'{"article_id": "\\ud83c"}\n', "line 2: no prediction: it has half"),
        (b'{"article_id": "\\udde9 and more"}\n', "line 1: no prediction: it has half"),
        # Lines put together by hand, or from two dictionaries.
        (
            lines(row(1, PER)).replace(b'"spans"', b'"spans": [], "spans"'),
            'line 1: no prediction: "spans" is there twice in one object',
        ),
        (
            lines(row(1, PER)).replace(b'"label"', '"نبرة": "\\"", "نبرة": 1, "label"'.encode()),
            'line 1: no prediction: "نبرة" is there twice in one object',
        ),
        (lines(row(1, PER), row(1)), "line 2: toy of article 000000000001 is there twice"),
        (lines(row(9, PER)), "line 1: the release has no article 000000000009"),
        (lines({**row(1), "layer": "entity"}), "line 1: no layer entity: the release has toy"),
        (lines(row(1, {**PER, "end": 8})), "line 1: span 8 to 8 is empty"),
        (lines(row(1, {**PER, "end": 3})), "line 1: span 8 to 3 ends before it starts"),
        (lines(row(1, {**PER, "start": -1})), "line 1: span -1 to 12 lies outside"),
        (lines(row(1, {**PER, "end": 10**30})), "line 1: span 8 to 1"),
        (lines(row(1, {**PER, "start": 8.5})), "line 1: no prediction"),
        (lines(row(1, {**PER, "label": "per"})), "line 1: no label per"),
        (lines(row(1, {**PER, "attributes": {"mood": "x"}})), "line 1: no attribute mood"),
        (lines(row(1, attributes={"tone": "good"})), "line 1: no attribute tone"),
        (lines(row(1, {**PER, "id": "a"}, {**PER, "id": "a"})), "line 1: two spans have one id"),
        (lines(row(1, PER, tags=["O"] * 8)), "line 1: give spans or tags, not both"),
        (lines(row(1, tags=["O", "O"])), "line 1: 2 tags for "),
        (b"[" * 9000 + b"\n", "line 1: no prediction"),
        (
            b'{"article_id": NaN}\n',
            "line 1: no prediction: NaN and Infinity are no numbers in JSON",
        ),
        (gzip.compress(lines(row(1, PER)), mtime=0), "is a gzip file: predictions are JSON Lines"),
        (b"PAR1\x15\x04", "is a parquet file: predictions are JSON Lines"),
        (
            lines(row(1, {**PER, "scores": {"worth": 1}})),
            "line 1: no attribute worth: PER has tone",
        ),
        (lines(row(1, tags=["PER", *["O"] * 6])), "line 1: 'PER' is no tag: write O, or B- or I-"),
        (lines(row(1, tags=["B_PER", *["O"] * 6])), "line 1: 'B_PER' is no tag"),
        (lines(row(1, tags=[5, *[0] * 6])), "line 1: tag 5 is none of the 5 tags of toy"),
        (b'"text"\n', "line 1: no prediction"),
        (
            json.dumps(row(1, PER), indent=1).encode(),
            "truncated; write each prediction as an object",
        ),
        (
            lines(row(1, PER)).strip() * 2,
            "; write each prediction as an object in a line of its own",
        ),
    ],
)
def test_what_is_wrong_is_one_line(release, content, said):
    done = run(release, content)
    assert done.exit_code == 1
    message = str(done.exception)
    assert said in message
    assert "\n" not in message


@pytest.mark.parametrize("option", [(), ("--against",)])
def test_a_folder_in_place_of_a_file_is_named_as_one(release, tmp_path, option):
    (tmp_path / "good.jsonl").write_bytes(lines(row(1, PER)))
    (tmp_path / "run 1").mkdir()
    given = (
        [str(tmp_path / "good.jsonl"), *option, str(tmp_path / "run 1")]
        if option
        else [str(tmp_path / "run 1")]
    )
    done = CliRunner().invoke(cli.group, ["score", str(release), *given])
    assert done.exit_code == 1
    assert str(done.exception).endswith("run 1 is a folder: give the file of predictions in it")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            lines(row(1, {**PER, "score": 0.9}), row(2, {**PER, "score": 1})),
            "2 × keys 'score' are not",
        ),
        (lines(row(1, {**PER, "text": "إن"})), "1 × spans have another text"),
        (lines(row(1, PER, PER)), "1 × spans are there twice"),
        (
            lines(row(1, {**PER, "scores": {"tone": 0.5}})),
            "1 × scores of tone rank nothing: its values have no order",
        ),
        (lines(sentences(1, (0, -2.5))), "1 × scores of sentences lie outside 0 to 1"),
        (
            lines(row(1), row(2), row(3, PER)),
            "1 × articles have no gold in toy, and are not scored",
        ),
        (lines(row(1, PER)), "1 × articles have no line in toy, and count as empty"),
    ],
)
def test_what_is_odd_is_counted_and_said_last(release, content, said):
    done = run(release, content)
    assert done.exit_code == 0, done.exception
    assert said in done.stderr.splitlines()[-1]
    assert any(said in each for each in json.loads(done.stdout)["warnings"])


def test_spans_in_one_place_with_other_attributes_count_alike_in_all_figures(release):
    """A classifier that gives its two best values as two spans."""
    twins = [{**PER, "attributes": {"tone": value}} for value in ("good", "bad", "bad")]
    found = json.loads(run(release, lines(row(1, *twins), row(2, PER))).stdout)["layers"]["toy"]
    shares = [found[f"exact_{name}"] for name in ("precision", "recall")]
    assert (*shares, found["exact_f1"]["value"]) == pytest.approx((2 / 3, 1, 0.8))
    assert found["labels"]["PER"]["exact_precision"] == pytest.approx(2 / 3)
    assert found["confusion"]["labels"] == ["PER", "ORG", ""]
    assert found["confusion"]["counts"] == [[2, 0, 0], [0, 0, 0], [1, 0, 0]]


def test_what_is_odd_in_the_second_file_is_said_too(release):
    second = release.parent / "theirs.jsonl"
    second.write_bytes(lines(row(1, PER, PER)))
    done = run(release, lines(row(1, PER)), "--against", str(second))
    assert done.exit_code == 0, done.exception
    assert "theirs.jsonl: 1 × spans are there twice" in done.stderr.splitlines()[-1]
    assert json.loads(done.stdout)["layers"]["toy"]["paired"]["exact_f1"]["difference"] == 0


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("r/page.html", "is inside the release"),
        ("r/articles/../README.md", "is inside the release"),
        ("p.jsonl", "is a file of predictions"),
        ("q.jsonl", "is a file of predictions"),
    ],
)
def test_a_page_replaces_nothing_that_is_scored(release, place, said):
    """A file more in a release, and `qawl verify` refuses it."""
    content, target = lines(row(1, PER)), release.parent / place
    other = release.parent / "q.jsonl"
    other.write_bytes(content)
    before = target.read_bytes() if target.exists() else None
    done = run(release, content, "--against", str(other), "--html", str(target))
    assert done.exit_code == 1
    assert said in str(done.exception)
    after = target.read_bytes() if target.exists() else None
    assert after == (content if place == "p.jsonl" else before)


def test_layers_that_one_of_two_systems_lacks_are_named(tmp_path):
    made = releases.article(1, TEXT)
    layers = {name: releases.gold(made, name, [("PER", 8, 12)]) for name in ("toy", "more")}
    schemes = [SCHEME, corpora.scheme("more", ("PER",))]
    folder = releases.write(tmp_path / "r", schemes, (made, layers, []))
    both = lines(row(1, PER), {**row(1, PER), "layer": "more"})
    one = tmp_path / "one.jsonl"
    one.write_bytes(lines(row(1, PER)))
    done = run(folder, both, "--against", str(one))
    assert done.exit_code == 0, done.exception
    said = "not compared, since one of the two has no predictions: more"
    assert said in done.stderr.splitlines()[-1]
    assert "paired" in json.loads(done.stdout)["layers"]["toy"]


def test_an_open_place_and_a_skipped_article_count_for_nobody(release):
    wrong = {"label": "ORG", "start": 0, "end": 4}
    done = run(release, lines(row(1, PER), row(2, PER, wrong), row(3, wrong)))
    figures = json.loads(done.stdout)["layers"]["toy"]
    assert (figures["exact_precision"], figures["exact_recall"]) == (1, 1)


def test_the_page_shows_what_only_one_side_has(release):
    path = release.parent / "page.html"
    done = run(release, lines(row(1, {"label": "ORG", "start": 0, "end": 4})), "--html", str(path))
    assert done.exit_code == 0, done.exception
    page = path.read_text("utf-8")
    assert "<mark class='missed'>سلمى</mark>" in page
    assert "<mark class='extra'>قالت</mark>" in page
    assert "http" not in page.replace("http-equiv", "")
    table = run(release, lines(row(1, PER)))
    assert "exact_f1" in table.stdout


def test_sentences_are_ranked_as_checkthat_ranks_them(tmp_path):
    worth = corpora.choice("worth", "no", "some", "much", "most", of=["PER"], ordered=True)
    made = corpora.scheme("toy", ("PER",), [worth])
    one = releases.article(1, "قال نعم. ثم لا. وأخيرا ربما! End.")
    two = releases.article(2, "He said yes. Then no.")
    spans = [("PER", 0, 3, {"worth": "most"}), ("PER", 9, 11, {"worth": "some"})]
    folder = releases.write(
        tmp_path / "r",
        [made],
        (one, {"toy": releases.gold(one, "toy", spans, opened=[(16, 20)])}, []),
        (two, {"toy": releases.gold(two, "toy", [("PER", 0, 2, {"worth": "much"})])}, []),
    )
    # of five decided sentences three have a span; sentence 2 of the first is undecided
    rows = [sentences(1, (0, 0.9), (1, 0.2), (2, 0.99), (3, 0.8)), sentences(2, (0, 0.7))]
    path = releases.lines(tmp_path / "p.jsonl", rows)
    found = releases.score(folder, path)["layers"]["toy"]
    assert found.keys() == {"n_articles", "sentences"}
    figures = found["sentences"]
    assert (figures["f1"]["precision"], figures["f1"]["recall"]) == (2 / 3, 2 / 3)
    assert figures["average_precision"]["value"] == pytest.approx(
        (1 / 1 + 2 / 3 + 3 / 4) / 3, abs=1e-6
    )
    worth = figures["average_precision of worth"]
    assert worth["value"] == pytest.approx((1 / 1 + 2 / 3) / 2, abs=1e-6)
    nothing = releases.lines(tmp_path / "q.jsonl", [row(1, PER)])
    ranking = releases.score(folder, nothing)["layers"]["toy"]["ranking"]["worth"]
    assert (ranking["average_precision"], ranking["ranked"], ranking["n"]) == (None, 0, 2)
    shown = CliRunner().invoke(
        cli.group, ["score", str(folder), str(path), "--html", str(tmp_path / "x")]
    )
    assert shown.exit_code == 0, shown.exception
    assert "average precision" in shown.stdout


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (sentences(1, (7, 0.5)), "line 1: sentence 7 is none of the article"),
        (sentences(1, (0, 0.5), (0, 0.5)), "line 1: sentence 0 is there twice"),
    ],
)
def test_a_sentence_that_there_is_not_is_one_line(release, row, said):
    done = run(release, lines(row))
    assert done.exit_code == 1
    assert said in str(done.exception)


def test_an_undecided_relation_counts_for_nobody(tmp_path):
    made = corpora.scheme("toy", ("PER", "ORG"), (), ("of",))
    of = releases.article(1, TEXT)
    spans = [("PER", 0, 4), ("ORG", 8, 12), ("ORG", 13, 15)]
    gold = releases.gold(of, "toy", spans, [("of", 1, 2)])
    point = Disagreement(kind="relation", start=0, end=4, label="PER", name="of", readings={})
    gold = msgspec.structs.replace(gold, open=(point,), complete=False)
    folder = releases.write(tmp_path / "r", [made], (of, {"toy": gold}, []))

    def f1(*arrows):
        said = [
            {"id": str(at), "label": s[0], "start": s[1], "end": s[2]} for at, s in enumerate(spans)
        ]
        drawn = [{"label": "of", "from": a, "to": b} for a, b in arrows]
        rows = [row(1, *said, relations=drawn)]
        path = releases.lines(tmp_path / "p.jsonl", rows)
        return releases.score(folder, path)["layers"]["toy"]["relation_f1"]["value"]

    assert f1(("1", "2")) == 1
    assert f1(("1", "2"), ("0", "1")) == 1  # undecided
    assert f1(("1", "2"), ("2", "1")) == pytest.approx(2 / 3)


@pytest.mark.parametrize(("single", "last"), ["SE", "UL", "BI"])
def test_tags_of_other_schemes_say_the_same_spans(release, single, last):
    """IOBES and BILOU, as taggers such as Flair, Stanza and spaCy give them."""
    tags = ["O", "O", f"{single}-PER", "B-ORG", f"{last}-ORG", "O", "O"]
    found = json.loads(run(release, lines(row(1, tags=tags))).stdout)["layers"]["toy"]
    assert (found["exact_precision"], found["exact_recall"]) == (0.5, 0.5)


def test_a_split_of_which_a_file_says_nothing_is_named(tmp_path):
    """A system that predicted the test split alone, scored without --split."""
    made = [releases.article(n, f"{TEXT} {n}") for n in (1, 2)]
    items = [(of, {"toy": releases.gold(of, "toy", [("PER", 8, 12)])}, []) for of in made]
    folder = releases.write(tmp_path / "r", [SCHEME], *items, splits=["train", "test"])
    path = releases.lines(tmp_path / "p.jsonl", [row(2, PER)])
    said = releases.score(folder, path)["warnings"]
    assert said == [
        "1 × articles of train have no line in toy, and count as empty: --split scores one split alone"
    ]
    assert releases.score(folder, path, "--split", "test")["warnings"] == []


def test_relations_that_no_gold_can_have_are_counted(tmp_path):
    """As systems draw them that know no scheme: from a span to itself, again, between any labels."""
    made = corpora.scheme("toy", ("PER", "ORG"), (), ("of",))
    made["relations"][0] |= {"from": ["PER"], "to": ["ORG"]}
    of = releases.article(1, TEXT)
    gold = releases.gold(of, "toy", [("PER", 0, 4), ("ORG", 8, 12)], [("of", 0, 1)])
    folder = releases.write(tmp_path / "r", [made], (of, {"toy": gold}, []))
    said = [
        {"id": "a", "label": "PER", "start": 0, "end": 4},
        {"id": "b", "label": "ORG", "start": 8, "end": 12},
    ]
    pairs = [("a", "b", "right"), ("b", "a", "left"), ("b", "a", "bi"), ("a", "b", "bi")]
    pairs += [("a", "a", "right"), ("b", "a", "right")]
    drawn = [{"label": "of", "from": a, "to": b, "direction": way} for a, b, way in pairs]
    found = releases.score(
        folder, releases.lines(tmp_path / "p.jsonl", [row(1, *said, relations=drawn)])
    )
    assert found["warnings"] == [
        "2 × relations are there twice in one article, and count once",
        "1 × relations join labels that of can't join",
        "1 × relations lead from a span to itself: none of gold does",
    ]


QUOTES = {
    **corpora.scheme(
        "toy",
        ("CONTENT",),
        [{"name": "speaker", "title": {"en": "s"}, "of": ["CONTENT"], "kind": "text"}],
        ("goes_on",),
    ),
    "table": {"name": "sayings", "rows": "CONTENT", "joined_by": "goes_on", "speaker": "speaker"},
}


@pytest.mark.parametrize(
    ("decided", "guess", "expected"),
    [
        # Three annotators agreed on a quote and typed three names: none of them is right or wrong.
        (False, "Ann", (1, 1)),
        (False, None, (1, 1)),
        (False, "Bo", (1, 1)),
        # All of the article is decided: a quote of nobody.
        (True, None, (1, 1)),
        (True, "Ann", (0.5, 1)),
    ],
)
def test_an_undecided_speaker_counts_for_nobody(tmp_path, decided, guess, expected):
    of = releases.article(1, "He said so. And that, he went on, is that. Lee left.")
    spans = [("CONTENT", 0, 7), ("CONTENT", 12, 20), ("CONTENT", 34, 41, {"speaker": "Lee"})]
    gold = releases.gold(of, "toy", spans, [("goes_on", 1, 0)])
    point = Disagreement(
        kind="attribute", start=0, end=7, label="CONTENT", name="speaker",
        readings={"a1": "Ann", "a2": "An", "a3": "Lee"},
    )  # fmt: skip
    if not decided:
        gold = msgspec.structs.replace(gold, open=(point,), complete=False)
    folder = releases.write(tmp_path / "r", [QUOTES], (of, {"toy": gold}, []))
    said = [
        {"id": str(at), "label": "CONTENT", "start": s[1], "end": s[2], "attributes": dict(*s[3:])}
        for at, s in enumerate(spans)
    ]
    said[0]["attributes"] = {"speaker": guess}
    rows = [row(1, *said, relations=[{"label": "goes_on", "from": "1", "to": "0"}])]
    found = releases.score(folder, releases.lines(tmp_path / "p.jsonl", rows))["layers"]["toy"]
    who = found["who_said_what"]
    assert (who["precision"], who["recall"]) == expected
    assert found["whole"]["value"] == 1


def test_of_two_speakers_of_one_sentence_the_known_one_counts(tmp_path):
    of = releases.article(1, "We are ready, both said.")
    spans = [("CONTENT", 0, 12, {"speaker": "Lee"}), ("CONTENT", 0, 12)]
    gold = msgspec.structs.replace(releases.gold(of, "toy", spans), complete=False)
    folder = releases.write(tmp_path / "r", [QUOTES], (of, {"toy": gold}, []))

    def f1(*names):
        said = [
            {"label": "CONTENT", "start": 0, "end": 12, "attributes": {"speaker": name}}
            for name in names
        ]
        path = releases.lines(tmp_path / "p.jsonl", [row(1, *said)])
        return releases.score(folder, path)["layers"]["toy"]["who_said_what"]["value"]

    assert f1("Lee", "Ann") == f1("lee ", "Bo") == 1
    assert f1("Ann", "Bo") == 0


WORTH = corpora.scheme(
    "toy", ("CLAIM",), [corpora.choice("worth", "low", "mid", "high", of=["CLAIM"], ordered=True)]
)


@pytest.mark.parametrize(
    ("second", "ranked", "said"),
    [
        # A pipeline of two models: one gives scores, the other only its class.
        (
            {"attributes": {"worth": "mid"}},
            1,
            "1 × spans have a value of worth and no score: where",
        ),
        ({"attributes": {"worth": "high"}, "scores": {"worth": 0.01}}, 2, None),
        ({}, 1, None),
    ],
)
def test_values_do_not_stand_among_scores_in_a_ranking(tmp_path, second, ranked, said):
    of = releases.article(1, "It rained. It will snow.")
    spans = [("CLAIM", 0, 9, {"worth": "high"}), ("CLAIM", 11, 23, {"worth": "low"})]
    folder = releases.write(
        tmp_path / "r", [WORTH], (of, {"toy": releases.gold(of, "toy", spans)}, [])
    )
    first, other = ({"label": label, "start": a, "end": b} for label, a, b, _ in spans)

    def ranking(*spans):
        found = releases.score(folder, releases.lines(tmp_path / "p.jsonl", [row(1, *spans)]))
        return found["layers"]["toy"]["ranking"]["worth"], found["warnings"]

    figures, warnings = ranking({**first, "scores": {"worth": 0.99}}, {**other, **second})
    assert figures["average_precision"] == 1
    assert figures["ranked"] == ranked
    assert [each[: len(said or "")] for each in warnings] == ([said] if said else [])
    # Where no span has a score, their values rank them.
    figures, warnings = ranking(
        {**first, "attributes": {"worth": "high"}}, {**other, "attributes": {"worth": "mid"}}
    )
    assert (figures["average_precision"], figures["ranked"], warnings) == (1, 2, [])


def test_typed_texts_of_a_system_are_read_as_those_of_annotators(tmp_path):
    """Tokenizers leave a space before a word, and chat models write line ends and marks of their own."""
    kinds = {"note": "text", "notes": "texts"}
    texts = [{"name": name, "title": {"en": name}, "kind": kind} for name, kind in kinds.items()]
    of = releases.article(1, TEXT)
    gold = releases.gold(of, "toy", [])
    gold = msgspec.structs.replace(gold, attributes={"note": "سلمى Lee", "notes": ["é", "b"]})
    folder = releases.write(
        tmp_path / "r", [corpora.scheme("toy", (), texts)], (of, {"toy": gold}, [])
    )

    def found(**said):
        path = releases.lines(tmp_path / "p.jsonl", [row(1, attributes=said)])
        scores = releases.score(folder, path)["layers"]["toy"]["article_attributes"]
        return scores["precision"], scores["recall"]

    assert found(note=" سلمى\u00a0 Lee\u200f\r\n", notes=["b ", "e\u0301"]) == (1, 1)
    assert found(note=" ", notes=["\u200b"]) == (None, 0)


def test_typed_texts_of_earlier_releases_are_compared_as_those_of_new_ones(tmp_path):
    """Gold of earlier versions has typed texts as they were sent, with a space after the name."""
    of = releases.article(1, "It rained, he said.")
    spans = [
        ("CONTENT", 0, 9, {"speaker": "Ana\u00a0Lee "}),
        ("CONTENT", 11, 13, {"speaker": "Bo\r\nX"}),
    ]
    folder = releases.write(
        tmp_path / "r", [QUOTES], (of, {"toy": releases.gold(of, "toy", spans)}, [])
    )
    said = [
        {"label": label, "start": start, "end": end, "attributes": {"speaker": name}}
        for (label, start, end, _), name in zip(spans, ("Ana Lee", "Bo\nX"), strict=True)
    ]
    found = releases.score(folder, releases.lines(tmp_path / "p.jsonl", [row(1, *said)]))
    assert found["layers"]["toy"]["attributes"]["speaker"]["percent"]["value"] == 1
    assert found["layers"]["toy"]["who_said_what"]["value"] == 1


@pytest.mark.parametrize("ours", ["NFC", "NFD"])
@pytest.mark.parametrize("theirs", ["NFC", "NFD"])
@pytest.mark.parametrize("escaped", [True, False])
def test_names_and_words_that_look_alike_are_one(tmp_path, ours, theirs, escaped):
    """Where a label was decomposed, the message was «no label É: it has É»; a typed text counted as another
    without a word. Gold and what is pulled are composed."""
    label, values = normalize(ours, "PÉR"), [normalize(ours, each) for each in ("glád", "sad")]
    mood = corpora.choice(normalize(ours, "moód"), *values, of=[label])
    note = {"name": "note", "title": {"en": "note"}, "kind": "text", "of": [label]}
    of = releases.article(1, TEXT)
    gold = releases.gold(
        of, "toy", [(label, 8, 12, {mood["name"]: values[0], "note": "caf\u00e9"})]
    )
    made = releases.write(
        tmp_path / "r", [corpora.scheme("toy", (label,), [mood, note])], (of, {"toy": gold}, [])
    )
    said = {normalize(theirs, name): normalize(theirs, each) for name, each in (
        ("moód", "glád"), ("note", "café"),
    )}  # fmt: skip
    span = {**PER, "label": normalize(theirs, "PÉR"), "attributes": said}
    found = run(made, json.dumps(row(1, span), ensure_ascii=escaped).encode())
    assert found.exit_code == 0, found.output
    figures = json.loads(found.stdout)["layers"]["toy"]
    assert figures["exact_f1"]["value"] == 1
    assert {each["percent"]["value"] for each in figures["attributes"].values()} == {1.0}
    assert "values are none" not in found.stderr
