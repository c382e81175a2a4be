"""What annotators did with suggestions is seen: origins of spans, both arms, the fate by label."""

import json
from hashlib import sha256

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from qawl import cli

TEXTS = [
    f"زارت ليلى حداد مدينة بيروت يوم {day}، وقالت إن المعرض رقم {n} سيفتح أبوابه قريبا."
    for n, day in enumerate(
        ("الأحد", "الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة"), start=1
    )
]


def run(root, *arguments, code=0):
    done = CliRunner().invoke(cli.group, ["-C", str(root), *arguments], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A corpus of two annotators, one of six articles at least drawn to have no suggestions."""
    monkeypatch.chdir(tmp_path)
    root = tmp_path / "corpus"
    run(tmp_path, "init", str(root))
    lines = [
        json.dumps({"text": each, "language": "ar", "source": "s", "license": "CC0-1.0"})
        for each in TEXTS
    ]
    (tmp_path / "in.jsonl").write_text("\n".join(lines), "utf-8")
    run(root, "ingest", str(tmp_path / "in.jsonl"))
    settings = (root / "qawl.yaml").read_text("utf-8")
    (root / "qawl.yaml").write_text(f"{settings}\nsuggestions: {{without: 0.54}}\n", "utf-8")
    run(root, "suggest")
    return root


def tasks(root):
    return json.loads(run(root, "tasks", "--layer", "entity"))


def region(identity, label, start, end, text, origin):
    value = {"start": start, "end": end, "text": text[start:end], "labels": [label]}
    return {"id": identity, "from_name": "entity", "to_name": "text", "type": "labels",
            "origin": origin, "value": value}  # fmt: skip


def done(task, number, user):
    """What Label Studio sends of a task: of its suggestions the first is deleted, the second trimmed
    by a letter, the others kept; one span is made by hand."""
    text, results = task["data"]["text"], []
    for prediction in task.get("predictions", ()):
        marked = [each for each in prediction["result"] if each["type"] == "labels"]
        for at, each in enumerate(marked):
            value = each["value"]
            if at == 0:
                continue
            start = value["start"] + (1 if at == 1 else 0)
            origin = "prediction-changed" if at == 1 else each["origin"]
            results.append(region(f"r{at}", value["labels"][0], start, value["end"], text, origin))
    at = text.index("المعرض")
    results.append(region("hand", "EVENT", at, at + len("المعرض"), text, "manual"))
    return {
        "id": number,
        "data": task["data"],
        "annotations": [
            {"id": 100 * user + number, "completed_by": user, "result": results,
             "created_at": "2026-01-01T10:00:00Z", "updated_at": "2026-01-01T10:00:00Z", "lead_time": 9}
        ],
    }  # fmt: skip


def pull(root, folder):
    for user in (1, 2):
        export = [done(each, number, user) for number, each in enumerate(tasks(root), start=1)]
        path = folder / f"export{user}.json"
        path.write_text(json.dumps(export), "utf-8")
        run(root, "pull", "--from", str(path), "--layer", "entity", "--annotator", f"a{user}")
    return [
        json.loads(line)
        for line in (root / "exports/annotations/entity.jsonl").read_text("utf-8").splitlines()
    ]


def is_drawn(article_id, seed=0, layer="entity", share=0.54):
    digest = sha256(f"{seed} {layer} {article_id}".encode()).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def test_each_span_says_what_became_of_its_suggestion(corpus, tmp_path):
    for record in pull(corpus, tmp_path):
        origins = {span["id"]: span.get("origin") for span in record["spans"]}
        if is_drawn(record["article_id"]):
            assert set(origins.values()) == {None}
        else:
            assert origins.pop("hand") == "made"
            assert origins.pop("r1") == "changed"
            assert set(origins.values()) <= {"kept"}


def test_the_annotations_validate_with_their_origins(corpus, tmp_path):
    import jsonschema

    schema = json.loads((corpus / "schemas/annotation.entity.json").read_text("utf-8"))
    for record in pull(corpus, tmp_path):
        jsonschema.validate(record, schema)


def told(value):
    """All names of fields and all texts in a value, however deep."""
    if isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from told(each)
    elif isinstance(value, list):
        for each in value:
            yield from told(each)
    elif isinstance(value, str):
        yield value


def test_neither_origins_nor_doubts_reach_a_table_of_a_release(corpus, tmp_path):
    """Every cell of every table is read; what annotators did is in their records all the same."""
    records = pull(corpus, tmp_path)
    assert {"kept", "changed", "made"} <= {*told(records)}
    unsure = json.loads((tmp_path / "export1.json").read_text("utf-8"))
    for each in unsure:
        (annotation,) = each["annotations"]
        annotation["updated_at"] = "2026-01-02T10:00:00Z"
        first = annotation["result"][0]
        annotation["result"] += [
            {"id": first["id"], "from_name": "qawl_unsure_note", "to_name": "text", "type": "textarea",
             "value": {"text": ["a doubt of mine"]}},
            {"id": "t", "from_name": "qawl_unsure_task", "to_name": "text", "type": "choices",
             "value": {"choices": ["unsure"]}},
        ]  # fmt: skip
    (tmp_path / "unsure.json").write_text(json.dumps(unsure), "utf-8")
    given = ["--layer", "entity", "--annotator", "a1"]
    run(corpus, "pull", "--from", str(tmp_path / "unsure.json"), *given)
    assert "a doubt of mine" in (corpus / "exports/annotations/entity.jsonl").read_text("utf-8")
    run(corpus, "adjudicate")
    run(corpus, "release", "0.1.0", "--draft")
    tables = list((corpus / "exports/releases").rglob("*.parquet"))
    assert {each.parent.name for each in tables} >= {"articles", "annotations", "tokens", "votes"}
    seen = set()
    for path in tables:
        seen |= {*told(pq.read_table(path).to_pylist())}
    assert "EVENT" in seen
    assert not seen & {"origin", "unsure", "kept", "changed", "made", "a doubt of mine"}


def test_agreement_shows_both_arms_and_the_interval_of_their_difference(corpus, tmp_path):
    """Both annotators did the same, so both arms agree wholly; the counts are made again by hand."""
    records = pull(corpus, tmp_path)
    said = json.loads(run(corpus, "agreement", "--json"))["layers"]["entity"]["suggestions"]
    n = {"with": 0, "without": 0}
    for record in records:
        n["without" if is_drawn(record["article_id"]) else "with"] += len(record["spans"])
    assert all(n.values()), n
    for arm, count in n.items():
        assert said[arm]["exact_f1"]["value"] == 1
        assert said[arm]["exact_f1"]["n"] == count
    apart = said["difference"]["exact_f1"]
    assert apart["value"] == 0
    assert apart["low"] < 0 < apart["high"]
    shown = run(corpus, "agreement", "--html", "page.html")
    assert "what became of suggestions" in shown
    page = (corpus / "page.html").read_text("utf-8")
    assert "fate of suggestions in entity" in page
    # An interval is in the language of the page: it had English words in an Arabic one.
    assert f"<bdi>من {apart['low']:.3f} إلى {apart['high']:.3f}</bdi>" in page


def test_where_all_began_with_suggestions_no_table_compares(corpus, tmp_path):
    """The table had only `undefined` in it."""
    path = corpus / "qawl.yaml"
    path.write_text(path.read_text("utf-8").replace("without: 0.54", "without: 0"), "utf-8")
    run(corpus, "suggest")
    pull(corpus, tmp_path)
    shown = run(corpus, "agreement")
    assert "entity: what became of suggestions" in shown
    assert "entity: suggestions" not in shown


def test_the_fate_of_suggestions_is_a_table_by_label(corpus, tmp_path):
    records = pull(corpus, tmp_path)
    offered = {
        each["article_id"]: len(each["spans"])
        for each in map(
            json.loads,
            (corpus / "exports/suggestions/entity.jsonl").read_text("utf-8").splitlines(),
        )
    }
    begun = [each for each in records if not is_drawn(each["article_id"])]
    fate = json.loads(run(corpus, "agreement", "--json"))["layers"]["entity"]["suggestions"]["fate"]
    total = {
        what: sum(each[what] for each in fate.values()) for what in ("kept", "changed", "deleted")
    }
    assert sum(total.values()) == sum(offered[each["article_id"]] for each in begun)
    assert total["deleted"] == total["changed"] == len(begun)
    assert fate["EVENT"]["made"] == len(begun)


def test_without_suggestions_nothing_is_said_of_them(recorded, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    said = json.loads(run(recorded.root, "agreement", "--json"))
    assert all("suggestions" not in each for each in said["layers"].values())
