"""Corpora written by tests and taken through the commands that users type: what Label Studio exports
goes in by `qawl pull --from`, figures come out of `qawl agreement --json`."""

import contextlib
import hashlib
import io
import json
import re
import sys
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from qawl import cli
from qawl.annotations import heads, journal, journal_entries
from qawl.annotations import store as annotation_store
from qawl.annotations.to_label_studio import write_results
from qawl.articles import shards
from qawl.core import files
from qawl.core.records import to_json
from qawl.release.versions import manifest
from qawl.scheme import scheme as scheme_reader
from qawl.setup import init

ARABIC = re.compile("[\u0600-\u06ff]")
RIGHTS = {"license": "CC-BY-4.0", "redistribute": True}


def qawl(folder, *words):
    """Runs a command in a corpus and returns its result; what fails is shown."""
    with contextlib.chdir(folder):
        done = CliRunner().invoke(cli.group, [str(each) for each in words])
    assert done.exit_code == 0, f"qawl {' '.join(map(str, words))}: {done.output} {done.exception}"
    return done


def main(folder, *words):
    """(exit code, what was said) of a command, with main's own handling of errors."""
    out, argv = io.TextIOWrapper(io.BytesIO(), "utf-8", newline=""), sys.argv
    sys.argv = ["qawl", "-C", str(folder), *words]
    try:
        with (
            contextlib.redirect_stdout(out),
            contextlib.redirect_stderr(out),
            pytest.raises(SystemExit) as stopped,
        ):
            cli.main()
    finally:
        sys.argv = argv
    out.seek(0)
    return stopped.value.code or 0, out.read()


def judge_tasks(folder, layer):
    """The tasks of a layer's judge, as `tasks` writes them for import by hand."""
    path = Path(folder).with_name(f"{Path(folder).name}-judge.json")
    qawl(folder, "tasks", "--layer", layer, "--judge", "--out", path)
    return json.loads(path.read_text("utf-8"))


def write_articles(project, records):
    """Replaces the articles of a corpus by these."""
    ordered = sorted(records, key=lambda article: article.id)
    shards.replace(project, (to_json(each) + b"\n" for each in ordered))


def suggested(folder, layer, texts):
    """Text → what `qawl suggest` suggests for it in a layer; all texts are articles of one new corpus.

    Spans have their words under `text`. Texts with Arabic letters are Arabic, others English.
    """
    root = init.init(Path(folder) / "c", name="c", language="en").root
    texts = [*dict.fromkeys(texts)]
    given = [
        {
            "text": text,
            "source": f"s{n}",
            "language": "ar" if ARABIC.search(text) else "en",
            **RIGHTS,
        }
        for n, text in enumerate(texts)
    ]
    (root / "in.jsonl").write_text("".join(json.dumps(each) + "\n" for each in given), "utf-8")
    qawl(root, "ingest", root / "in.jsonl")
    qawl(root, "suggest", "--layer", layer)
    articles = (root / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    text_of = {each["id"]: each["text"] for each in map(json.loads, articles)}
    found = {text: {"spans": [], "relations": []} for text in texts}
    records = (root / f"exports/suggestions/{layer}.jsonl").read_text("utf-8").splitlines()
    for record in map(json.loads, records):
        text = text_of[record["article_id"]]
        for each in record["spans"]:
            each["text"] = text[each["start"] : each["end"]]
        found[text] = record
    return found


def say_again(folder, **said):
    """Makes the manifest of a release list its files as they are now, and say this."""
    path = Path(folder) / manifest.MANIFEST
    listed = msgspec.to_builtins(manifest.file_digests(Path(folder)))
    content = json.dumps({**json.loads(path.read_bytes()), "files": listed, **said}).encode()
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    path.with_name(manifest.SUM).write_text(f"{digest}  {manifest.MANIFEST}\n")


def annotate(made, layer, records):
    """Puts these annotations into a corpus, in place of those of the layer, with a journal that gives
    them; what no journal can give stands in exports/annotations alone."""
    records = list(records)
    for _, path in list(journal.files(made, layer)):
        path.unlink()
    _forget(made.journal, layer)
    made.annotations_file(layer).unlink(missing_ok=True)
    current = scheme_reader.load(made, layer)
    for who in dict.fromkeys(each.annotator for each in records):
        mine = [each for each in records if each.annotator == who]
        entries = [_entry(each, number, current) for number, each in enumerate(mine)]
        journal.load(made.journal_file(layer, who)).append(entries)
    annotation_store.rebuild(made, layer)
    if list(files.read(made.annotations_file(layer), type(records[0]))) != records:
        files.write(made.annotations_file(layer), records)


def _forget(folder, layer):
    path = folder / heads.NAME
    if path.is_file():
        said = json.loads(path.read_bytes())
        others = {
            name: each
            for name, each in said["journals"].items()
            if not name.startswith(f"{layer}.")
        }
        path.write_text(json.dumps({**said, "journals": others}), "utf-8")


def _entry(record, number, current):
    sent = {
        "result": write_results(record, current),
        "was_cancelled": record.status == "skipped",
        "lead_time": record.provenance.lead_time,
        "updated_at": record.provenance.updated_at,
        "created_at": record.provenance.created_at,
    }
    return journal_entries.Entry(
        key=f"{record.article_id}/{number}",
        article_id=record.article_id,
        scheme_version=record.scheme_version,
        annotation=msgspec.Raw(
            json.dumps({key: each for key, each in sent.items() if each is not None}).encode()
        ),
    )


def choice(name, *values, **more):
    """An attribute of a scheme, with its values."""
    listed = [{"name": each, "title": {"en": each}} for each in values]
    return {"name": name, "title": {"en": name}, "values": listed, **more}


def scheme(layer, labels, attributes=(), relations=()):
    """A layer's scheme; relations (named) may join any labels."""
    return {
        "format": 1,
        "layer": layer,
        "version": "1",
        "title": {"en": layer},
        "labels": [
            {
                "name": each,
                "title": {"en": each},
                "definition": {"en": each},
                "example": {"en": "[x]"},
                "color": f"#{number:06x}",
                "hotkey": chr(ord("a") + number),
            }
            for number, each in enumerate(labels)
        ],
        "attributes": list(attributes),
        "relations": [
            {"name": each, "title": {"en": each}, "from": list(labels), "to": list(labels)}
            for each in relations
        ],
    }


def corpus(folder, current, texts, annotators):
    """A corpus of one layer: `texts` by the id of their source, frozen as they are."""
    folder = Path(folder)
    qawl(folder.parent, "init", folder, "--name", "trial", "--language", "en")
    layer = current["layer"]
    folder.joinpath("qawl.yaml").write_text(
        f"name: trial\nlanguage: en\nlayers: [{layer}]\nannotators: [{', '.join(annotators)}]\n",
        "utf-8",
    )
    folder.joinpath("label_config", f"{layer}.yaml").write_text(json.dumps(current), "utf-8")
    received = folder.parent / f"{folder.name}.jsonl"
    lines = (
        json.dumps({"id": name, "text": text, "source": "desk", **RIGHTS})
        for name, text in texts.items()
    )
    received.write_text("\n".join(lines) + "\n", "utf-8")
    qawl(folder, "scheme")
    qawl(folder, "ingest", received)
    return folder


def mark(identity, label, start, end, **attributes):
    """A span of an annotation."""
    return {"id": identity, "label": label, "start": start, "end": end, "attributes": attributes}


def arrow(label, start, end, direction="right"):
    """A relation of an annotation, between the ids of two spans."""
    return {
        "type": "relation",
        "from_id": start,
        "to_id": end,
        "direction": direction,
        "labels": [label],
    }


def work(marks=(), arrows=(), *, skipped=False, **attributes):
    """One annotator's work on one article; `attributes` are those of the article."""
    return {"marks": marks, "arrows": arrows, "skipped": skipped, "attributes": attributes}


def pull(folder, layer, texts, done):
    """Brings work in as Label Studio exports it: `done[annotator][article]` is `work(…)`."""
    for user, (annotator, of) in enumerate(done.items(), start=1):
        tasks = [
            _task(layer, number, user, texts[name], each)
            for number, (name, each) in enumerate(of.items(), start=1)
        ]
        path = folder.parent / f"{folder.name}-{annotator}.json"
        path.write_text(json.dumps(tasks), "utf-8")
        qawl(folder, "pull", "--from", path, "--layer", layer, "--annotator", annotator)


def agreement(folder, layer):
    """The figures of a layer as the command prints them."""
    return json.loads(qawl(folder, "agreement", "--json").stdout)["layers"][layer]


def gold(folder, layer):
    """The gold of the one article of a corpus, as `qawl adjudicate` writes it."""
    qawl(folder, "adjudicate")
    (line,) = (folder / "exports" / "gold" / f"{layer}.jsonl").read_text("utf-8").splitlines()
    return json.loads(line)


def measured(folder, current, texts, done):
    """The figures of a new corpus with this work in it."""
    corpus(folder, current, texts, done)
    pull(folder, current["layer"], texts, done)
    return agreement(folder, current["layer"])


def _task(layer, number, user, text, each):
    results = [one for span in each["marks"] for one in _span(layer, text, span)]
    results += [_value(None, name, value) for name, value in each["attributes"].items()]
    annotation = {
        "id": 1000 * user + number,
        "completed_by": user,
        "was_cancelled": each["skipped"],
        "created_at": "2025-05-01T10:00:00Z",
        "updated_at": "2025-05-01T10:00:00Z",
        "lead_time": 30.0,
        "result": [*results, *each["arrows"]],
    }
    return {"id": number, "data": {"text": text}, "annotations": [annotation]}


def _span(layer, text, span):
    place = {"start": span["start"], "end": span["end"]}
    surface = text[span["start"] : span["end"]]
    yield {
        "id": span["id"],
        "from_name": layer,
        "to_name": "text",
        "type": "labels",
        "value": {**place, "text": surface, "labels": [span["label"]]},
    }
    for name, value in span["attributes"].items():
        found = _value(span["id"], name, value)
        found["value"] |= place
        yield found


def _value(identity, name, value):
    """A choice, several choices (a list), a typed text (a string that starts with a quote), a number."""
    if isinstance(value, int | float):
        return {
            "id": identity,
            "from_name": name,
            "to_name": "text",
            "type": "number",
            "value": {"number": value},
        }
    typed = isinstance(value, str) and value.startswith('"')
    kind, key = ("textarea", "text") if typed else ("choices", "choices")
    given = [value.strip('"')] if typed else [value] if isinstance(value, str) else list(value)
    return {
        "id": identity or f"{name}-of-all",
        "from_name": name,
        "to_name": "text",
        "type": kind,
        "value": {key: given},
    }


def fits_schema(release):
    """The manifest of a release, which fits the schema of manifests."""
    import jsonschema

    from qawl.scheme import json_schema

    told = json.loads((release / "manifest.json").read_text("utf-8"))
    jsonschema.validate(told, json_schema.load("release"))
    return told
