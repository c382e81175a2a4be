"""What `qawl score` prints is what other scorers say where they are defined (seqeval, conlleval, nervaluate)
and what plain counts say elsewhere, on random releases with texts of several scripts."""

import random
import warnings

import numpy as np
import pytest
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

import corpora
from conftest import needs
from qawl.release.tables.tokens import edges, iob2
from scoring import releases

LABELS = ("PER", "ORG", "مكان")
FLAT = corpora.scheme("toy", LABELS)
FEW, MANY = 24, 500


def both(few, many):
    """Seeds of a quick run, and those of a long one."""
    return pytest.mark.parametrize(
        "seed",
        [*range(few), *(pytest.param(each, marks=pytest.mark.soak) for each in range(few, many))],
    )


def tagging(rng, count):
    """Random IOB2 tags that are well formed."""
    tags, at = [], 0
    while at < count:
        if rng.random() < 0.4:
            size = min(rng.randrange(1, 4), count - at)
            label = rng.choice(LABELS)
            tags += [f"B-{label}", *[f"I-{label}"] * (size - 1)]
            at += size
        else:
            tags.append("O")
            at += 1
    return tags


def spans_of(tags, starts, ends):
    """The spans of well formed tags."""
    found = []
    for at, tag in enumerate(tags):
        if tag[0] == "B":
            last = at
            while last + 1 < len(tags) and tags[last + 1] == f"I-{tag[2:]}":
                last += 1
            found.append((tag[2:], int(starts[at]), int(ends[last])))
    return found


@both(FEW, MANY)
def test_tags_score_as_seqeval_conlleval_and_nervaluate_score_them(tmp_path, seed):
    seqeval = needs("seqeval.metrics")
    conlleval = needs("conlleval")
    rng = random.Random(seed)
    items, rows, true, given = [], [], [], []
    for number in range(rng.randrange(1, 6)):
        of = releases.article(number, releases.words(rng))
        starts, ends = edges(of.text)
        wanted = tagging(rng, len(starts))
        said = [w if rng.random() < 0.7 else rng.choice([*iob2(LABELS)]) for w in wanted]
        record = releases.gold(of, "toy", spans_of(wanted, starts, ends))
        items.append((of, {"toy": record}, []))
        numbers = [iob2(LABELS).index(each) for each in said]
        rows.append({"article_id": of.id, "layer": "toy", "tags": rng.choice([said, numbers])})
        true.append(wanted)
        given.append(said)
    folder = releases.write(tmp_path / "r", [FLAT], *items)
    figures = releases.score(folder, releases.lines(tmp_path / "p.jsonl", rows))["layers"]["toy"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report = seqeval.classification_report(true, given, output_dict=True, zero_division=0)
        total = seqeval.f1_score(true, given, zero_division=0)
    assert (figures["exact_f1"]["value"] or 0) == pytest.approx(total, abs=1e-6)
    for label in LABELS:
        mine = figures["labels"].get(label, {})
        other = report.get(label, {"precision": 0, "recall": 0, "f1-score": 0})
        assert (mine["exact_precision"] or 0) == pytest.approx(other["precision"], abs=1e-6)
        assert (mine["exact_recall"] or 0) == pytest.approx(other["recall"], abs=1e-6)
        assert (mine["exact_f1"]["value"] or 0) == pytest.approx(other["f1-score"], abs=1e-6)
    # Spans of one side must not overlap: nervaluate takes the first that it meets, not the one that is right.
    strict = nervaluate_strict(*(dict(enumerate(map(chunks, side))) for side in (true, given)))
    assert (figures["exact_precision"] or 0) == pytest.approx(strict[0], abs=1e-6)
    assert (figures["exact_recall"] or 0) == pytest.approx(strict[1], abs=1e-6)
    found = conlleval.evaluate(
        "\n\n".join(
            "\n".join(f"w {a} {b}" for a, b in zip(t, g, strict=True))
            for t, g in zip(true, given, strict=True)
        ).splitlines()
    )["overall"]["chunks"]["evals"]
    assert (figures["exact_precision"] or 0) == pytest.approx(found["prec"], abs=1e-6)
    assert (figures["exact_recall"] or 0) == pytest.approx(found["rec"], abs=1e-6)


def chunks(tags):
    """(label, first token, last token) of tags, as seqeval reads them."""
    from seqeval.metrics.sequence_labeling import get_entities

    return get_entities(tags)


def random_spans(rng, length):
    """Spans that nest, cross and touch."""
    found = {}
    for _ in range(rng.randrange(0, 9)):
        start = rng.randrange(length)
        span = rng.choice(LABELS), start, min(length, start + rng.randrange(1, 15))
        found[span] = span
    return list(found.values())


def written(spans):
    return [
        {"label": label, "start": start, "end": end, **({"attributes": more[0]} if more else {})}
        for label, start, end, *more in spans
    ]


@both(FEW, MANY)
def test_nested_spans_score_as_plain_counts_say(tmp_path, seed):
    rng = random.Random(seed)
    items, rows = [], []
    true, given = {}, {}
    for number in range(rng.randrange(1, 6)):
        of = releases.article(number, releases.words(rng))
        wanted = random_spans(rng, len(of.text))
        said = releases.shuffled(rng, wanted, LABELS, len(of.text))
        items.append((of, {"toy": releases.gold(of, "toy", wanted)}, []))
        if said or rng.random() < 0.5:
            rows.append({"article_id": of.id, "layer": "toy", "spans": written(said)})
        true[of.id], given[of.id] = wanted, said
    if not rows:
        rows.append({"article_id": items[0][0].id, "layer": "toy"})
    folder = releases.write(tmp_path / "r", [FLAT], *items)
    figures = releases.score(folder, releases.lines(tmp_path / "p.jsonl", rows))["layers"]["toy"]
    for label in (None, *LABELS):
        mine = figures if label is None else figures["labels"][label]
        sides = [
            {key: [s for s in spans if label in (None, s[0])] for key, spans in side.items()}
            for side in (true, given)
        ]
        for name, meets in (("exact_f1", same), ("overlap_f1", overlap), ("boundary_f1", near)):
            expected = f1(*sides, meets)
            assert (mine[name]["value"] or 0) == pytest.approx(expected, abs=1e-6), (name, label)


def same(one, other):
    return one[:3] == other[:3]


def overlap(one, other):
    return one[0] == other[0] and one[1] < other[2] and other[1] < one[2]


def near(one, other):
    return one[0] == other[0] and all(abs(one[at] - other[at]) <= 3 for at in (1, 2))


def f1(true, given, meets):
    """F1 of the greatest number of one-to-one pairs that meet."""
    paired = total = 0
    for key, wanted in true.items():
        said = given[key]
        total += len(wanted) + len(said)
        if wanted and said:
            table = csr_array(np.array([[meets(a, b) for b in said] for a in wanted], np.int8))
            paired += int((maximum_bipartite_matching(table) >= 0).sum())
    return 2 * paired / total if total else 0


def nervaluate_strict(true, given):
    """Precision and recall of nervaluate's strict scheme."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from nervaluate import Evaluator

        sides = [
            [[{"label": s[0], "start": s[1], "end": s[2]} for s in side[key]] for key in true]
            for side in (true, given)
        ]
        found = Evaluator(*sides, tags=list(LABELS), loader="dict").evaluate()["overall"]["strict"]
        return found.precision, found.recall


QUOTE = {
    **corpora.scheme(
        "saying",
        ("CONTENT", "SOURCE"),
        [
            {"name": "speaker", "title": {"en": "s"}, "of": ["CONTENT"], "kind": "text"},
            corpora.choice("worth", "none", "some", "much", "most", of=["CONTENT"], ordered=True),
        ],
        ("by", "goes_on"),
    ),
    "table": {
        "name": "sayings", "rows": "CONTENT", "joined_by": "goes_on", "columns": {"source": "by"},
        "speaker": "speaker",
    },
}  # fmt: skip
QUOTE["relations"][0] |= {"from": ["CONTENT"], "to": ["SOURCE"]}
QUOTE["relations"][1] |= {"from": ["CONTENT"], "to": ["CONTENT"]}


def random_quotes(rng, length):
    """Contents, some in pieces, with speakers, sources and a worth: (spans, relations)."""
    spans, relations, at = [], [], 0
    while at + 6 < length and len(spans) < 8:
        said = (
            {"speaker": rng.choice(["سلمى", "Sam  Lee", "sam lee"])} if rng.random() < 0.8 else {}
        )
        said["worth"] = rng.choice(["none", "some", "much", "most"])
        spans.append(("CONTENT", at, at + 3, said))
        if len(spans) > 1 and spans[-2][0] == "CONTENT" and rng.random() < 0.4:
            relations.append(("goes_on", len(spans) - 1, len(spans) - 2))
        elif rng.random() < 0.6:
            spans.append(("SOURCE", at + 4, at + 6))
            relations.append(("by", len(spans) - 2, len(spans) - 1))
        at += 7
    return spans, relations


@both(FEW, MANY)
def test_wholes_relations_speakers_and_rankings_are_those_of_plain_counts(tmp_path, seed):
    rng = random.Random(seed)
    items, rows, sides = [], [], []
    for number in range(rng.randrange(1, 5)):
        of = releases.article(number, releases.words(rng, 8, 40))
        spans, relations = random_quotes(rng, len(of.text))
        kept = [at for at in range(len(spans)) if rng.random() < 0.8]
        mine = [(*spans[at][:3], dict(*spans[at][3:])) for at in kept]
        for each in mine:
            if "speaker" in each[3] and rng.random() < 0.3:
                each[3]["speaker"] = "another"
        arrows = [
            (name, a, b)
            for name, a, b in relations
            if a in kept and b in kept and rng.random() < 0.8
        ]
        scores = [round(rng.random(), 3) for _ in kept]
        items.append((of, {"saying": releases.gold(of, "saying", spans, relations)}, []))
        rows.append(
            {
                "article_id": of.id,
                "layer": "saying",
                "spans": [
                    {
                        "id": f"x{at}", "label": label, "start": start, "end": end,
                        "attributes": said,
                        **({"scores": {"worth": score}} if label == "CONTENT" else {}),
                    }
                    for at, (label, start, end, said), score in zip(kept, mine, scores, strict=True)
                ],
                "relations": [{"label": n, "from": f"x{a}", "to": f"x{b}"} for n, a, b in arrows],
            }
        )  # fmt: skip
        system = dict(zip(kept, mine, strict=True))
        sides.append(
            (
                dict(enumerate(spans)),
                relations,
                system,
                arrows,
                dict(zip(kept, scores, strict=True)),
            )
        )
    folder = releases.write(tmp_path / "r", [QUOTE], *items)
    found = releases.score(folder, releases.lines(tmp_path / "p.jsonl", rows))["layers"]["saying"]
    for name, of in (("relation_f1", arrows_of), ("whole", wholes_of), ("who_said_what", said_of)):
        counts = [(of(a, b), of(c, d)) for a, b, c, d, _ in sides]
        total = sum(len(one) + len(other) for one, other in counts)
        expected = 2 * sum(len(one & other) for one, other in counts) / total if total else None
        got = found[name]["value"]
        assert (got is None) == (expected is None), name
        assert got is None or got == pytest.approx(expected, abs=1e-6), name
    ranked = sorted(
        (-score, number, system[at][1], system[at][1:3] in worth(spans))
        for number, (spans, _, system, _, scores) in enumerate(sides)
        for at, score in scores.items()
        if system[at][0] == "CONTENT"
    )
    wanted = sum(len(worth(spans)) for spans, *_ in sides)
    hits = [place for place, each in enumerate(ranked, start=1) if each[3]]
    none = not wanted or not ranked
    expected = None if none else sum(n / at for n, at in enumerate(hits, start=1)) / wanted
    got = found["ranking"]["worth"]["average_precision"]
    assert got == (None if expected is None else pytest.approx(expected, abs=1e-6))


def arrows_of(spans, relations):
    return {(n, spans[a][:3], spans[b][:3]) for n, a, b in relations}


def heads_of(spans, relations):
    """Content → the first piece of its whole, by following the pieces back."""
    back = {a: b for n, a, b in relations if n == "goes_on"}
    found = {}
    for at, span in spans.items():
        if span[0] == "CONTENT":
            head = at
            while head in back:
                head = back[head]
            found.setdefault(head, []).append(at)
    return found


def wholes_of(spans, relations):
    found = heads_of(spans, relations).values()
    return {tuple(sorted(spans[at][1:3] for at in pieces)) for pieces in found}


def said_of(spans, relations):
    return {
        (tuple(sorted(spans[at][1:3] for at in pieces)), " ".join(name.casefold().split()))
        for head, pieces in heads_of(spans, relations).items()
        if (name := spans[head][3].get("speaker"))
    }


def worth(spans):
    return {
        s[1:3] for s in spans.values() if s[0] == "CONTENT" and s[3]["worth"] in ("much", "most")
    }
