"""An annotation is the same however its JSON is written: PostgreSQL's jsonb writes keys by their length,
`jq -S` by the alphabet, others break lines or write 1 as 1.0. Label Studio does so after a move from SQLite.
Scripts and other tools write results in an order of their own each time."""

import json
import shutil

import pytest

import corpora

TEXTS = {"1": "Sami met Layla in Oslo.", "2": "Layla left Acme."}


def export(text, label="PER", changed="2026-01-02T03:04:05Z"):
    return [
        {
            "id": number,
            "project": 1,
            "data": {"text": each},
            "annotations": [
                {
                    "id": 10 * user + number,
                    "unique_id": f"00000000-0000-4000-8000-0000000000{user}{number}",
                    "completed_by": user,
                    "created_at": "2026-01-02T03:04:05Z",
                    "updated_at": changed,
                    "result": [
                        {
                            "id": "r1", "from_name": "ner", "to_name": "text", "type": "labels",
                            "value": {"start": 0, "end": 4, "text": each[:4], "labels": [label]},
                            "meta": {"text": [text], "who": "x@example.org"},
                        },
                        {
                            "id": "r2", "from_name": "ner", "to_name": "text", "type": "labels",
                            "value": {"start": 5, "end": 8, "text": each[5:8], "labels": ["ORG"]},
                        },
                    ],
                }
                for user in (1, 2)
            ],
        }
        for number, each in enumerate(TEXTS.values(), start=1)
    ]  # fmt: skip


def without(given, *names):
    for each in given:
        each["annotations"] = [
            {name: value for name, value in annotation.items() if name not in names}
            for annotation in each["annotations"]
        ]
    return given


def ordered(given, key):
    if isinstance(given, dict):
        return {name: ordered(given[name], key) for name in sorted(given, key=key)}
    return [ordered(each, key) for each in given] if isinstance(given, list) else given


def floats(given):
    if isinstance(given, dict):
        return {
            name: float(each) if name in {"start", "end"} else floats(each)
            for name, each in given.items()
        }
    return [floats(each) for each in given] if isinstance(given, list) else given


def shuffled(given):
    for task in given:
        for annotation in task["annotations"]:
            annotation["result"].reverse()
    return json.dumps(given)


WRITTEN = {
    "results backwards": shuffled,
    "as PostgreSQL has it": lambda given: json.dumps(
        ordered(given, lambda name: (len(name), name)), ensure_ascii=False
    ),
    "sorted": lambda given: json.dumps(given, sort_keys=True, indent=2),
    "backwards": lambda given: json.dumps(ordered(given, lambda name: [-ord(c) for c in name])),
    "numbers with a point": lambda given: json.dumps(floats(given)),
}
NAMELESS = {
    "unique ids": (),
    "numbers alone": ("unique_id",),
    "no number": ("id", "unique_id"),
    "no number and no time": ("id", "unique_id", "created_at", "updated_at"),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("order") / "corpus"
    return corpora.corpus(folder, corpora.scheme("ner", ["PER", "ORG"]), TEXTS, ["a1", "a2"])


@pytest.fixture
def folder(made, tmp_path):
    return shutil.copytree(made, tmp_path / "corpus")


def pull(folder, content):
    path = folder.parent / "export.json"
    path.write_text(content, "utf-8")
    code, said = corpora.main(folder, "pull", "--from", str(path))
    assert code == 0, said
    return said


def journals(folder):
    return {
        path.name: path.read_bytes() for path in folder.joinpath("exports/journal").glob("*.jsonl")
    }


@pytest.mark.parametrize("written", WRITTEN)
@pytest.mark.parametrize("names", NAMELESS)
def test_another_order_of_keys_is_no_new_version(folder, written, names):
    given = without(export("محمد ١"), *NAMELESS[names])
    assert "4 new versions" in pull(folder, json.dumps(given))
    before = journals(folder)
    assert sorted(before) == ["ner.a1.jsonl", "ner.a2.jsonl"]
    assert "0 new versions" in pull(folder, WRITTEN[written](given))
    assert journals(folder) == before


@pytest.mark.parametrize("written", WRITTEN)
def test_what_an_older_version_said_is_known_in_any_order(folder, written):
    first, second = export("1"), export("1", "ORG", changed="2026-02-02T03:04:05Z")
    pull(folder, json.dumps(first))
    assert "4 new versions" in pull(folder, WRITTEN[written](second))
    before = journals(folder)
    assert "0 new versions" in pull(folder, WRITTEN[written](first))
    assert journals(folder) == before


def test_labels_that_change_places_are_a_new_version(folder):
    """The same words in the same number are not the same work."""
    first = without(export("1"), "updated_at")
    pull(folder, json.dumps(first))
    for each in first:
        for annotation in each["annotations"]:
            one, other = (region["value"] for region in annotation["result"])
            one["labels"], other["labels"] = other["labels"], one["labels"]
    assert "4 new versions" in pull(folder, json.dumps(first))


@pytest.mark.parametrize("written", WRITTEN)
def test_branches_that_wrote_the_same_work_in_other_orders_are_joined_without_doubles(
    folder, made, tmp_path, written
):
    """One lead pulled before the server moved to PostgreSQL, the other after."""
    other = shutil.copytree(made, tmp_path / "other")
    given = without(export("1"), "unique_id")
    pull(folder, json.dumps(given))
    pull(other, WRITTEN[written](given))
    before = journals(folder)
    code, said = corpora.main(folder, "pull", "--merge", str(other))
    assert code == 0, said
    assert journals(folder) == before


def test_attributes_in_another_order_give_the_same_release(tmp_path):
    """People set attributes in any order and databases list them in any: releases of the same work had
    other bytes and another content digest."""
    known = [corpora.choice(name, "a", "b", of=["PER"]) for name in ("sex", "age")]
    known += [corpora.choice(name, "a", "b") for name in ("tone", "mood")]
    place = {"start": 0, "end": 4, "text": "Sami"}
    region = {"id": "r1", "to_name": "text"}
    said = [
        {**region, "from_name": name, "type": "choices", "value": {**place, "choices": ["a"]}}
        for name in ("sex", "age")
    ] + [
        {"id": name, "to_name": "text", "from_name": name, "type": "choices", "value": {"choices": ["b"]}}
        for name in ("mood", "tone")
    ]  # fmt: skip
    first = {**region, "from_name": "ner", "type": "labels", "value": {**place, "labels": ["PER"]}}
    found = []
    for step in (1, -1):
        root = tmp_path / str(step)
        root.mkdir()
        folder = corpora.corpus(root / "c", corpora.scheme("ner", ["PER"], known), {"1": TEXTS["1"]}, ["a1", "a2"])  # fmt: skip
        works = [
            {"id": user, "completed_by": user, "result": [first, *said[:: step if user == 1 else 1]]}
            for user in (1, 2)
        ]  # fmt: skip
        pull(folder, json.dumps([{"id": 1, "data": {"text": TEXTS["1"]}, "annotations": works}]))
        corpora.qawl(folder, "adjudicate")
        corpora.qawl(folder, "release", "0.1.0", "--draft")
        paths = (folder / "exports/releases").rglob("*")
        found.append(
            {path.relative_to(root): path.read_bytes() for path in paths if path.is_file()}
        )
    assert found[0] == found[1]
