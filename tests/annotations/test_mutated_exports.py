"""An export that was mutated at random: no fault of Qawl's own, and what was not touched stays or is named."""

import json
import random
import shutil

import pytest
from test_foreign_exports import Foreign, region, task

import corpora
from mutants import mutated

TEXTS = [
    "Sami of Acme met Layla on Monday.",
    "قال سامي من شركة النور إن ليلى عادت أمس.",
    "Le président André parle à Genève 👩\u200d🚀 avec Acme.",
    "यह \u0958लम है और सामी नहीं।",
    "هذا نص\r\nفيه سطور كثيرة\r\n\r\n\r\n\r\nسامي هنا.",
]
MARKED = [
    [("Sami", "PER"), ("Acme", "ORG"), ("Layla", "PER")],
    [("سامي", "PER"), ("شركة النور", "ORG"), ("ليلى", "PER")],
    [("André", "PER"), ("Genève", "ORG"), ("Acme", "ORG")],
    [("सामी", "PER"), ("\u0958लम", "ORG")],
    [("سامي", "PER"), ("نص", "ORG")],
]


def export():
    """A task a text, each with the work of two users: regions, attributes, arrows, one that is skipped."""
    made = []
    for number, (text, marks) in enumerate(zip(TEXTS, MARKED, strict=True), 1):
        regions = [region(text, surface, label) for surface, label in marks]
        first, second = regions[0], regions[1]
        place = {key: first["value"][key] for key in ("start", "end", "text")}
        more = [
            {"id": first["id"], "from_name": "certainty", "to_name": "text", "type": "choices", "value": {**place, "choices": ["sure"]}},
            {"id": second["id"], "from_name": "note", "to_name": "text", "type": "textarea", "value": {"text": ["noted"]}},
            {"id": f"t{number}", "from_name": "topic", "to_name": "text", "type": "choices", "value": {"choices": ["sport"]}},
            {"type": "relation", "from_id": first["id"], "to_id": second["id"], "direction": "right", "labels": ["works_for"]},
        ]  # fmt: skip
        whole = task(text, *regions, *more, number=number)
        other = task(text, *regions[:2], number=number)["annotations"][0]
        dates = {"created_at": "2026-01-01T10:00:00Z", "lead_time": 12.5, "was_cancelled": False}
        whole["annotations"][0] |= {**dates, "updated_at": f"2026-01-0{number}T10:00:00.5Z"}
        other |= {
            **dates,
            "id": 200 + number,
            "completed_by": 2,
            "updated_at": f"2026-02-0{number}T10:00:00Z",
        }
        if number == 4:
            other |= {"was_cancelled": True, "result": []}
        whole["annotations"].append(other)
        made.append(whole)
    return json.loads(json.dumps(made))  # no value stands in two places


class Trial:
    """A corpus in which one mutated export after the other is pulled and validated."""

    def __init__(self, folder):
        self.corpus = Foreign(folder / "corpus")
        self.corpus.ingest(*TEXTS)
        self.tasks = export()
        self.articles = {each["text"]: each["id"] for each in self.corpus.articles()}
        code, said = self.pull(json.dumps(self.tasks))
        assert (code, "LEFT OUT" in said) == (0, False), said
        self.whole = self.records()
        assert len(self.whole) == 2 * len(TEXTS)
        found = json.loads(self.command("validate", "--json")[1])["findings"]
        assert {each["check"] for each in found if each["level"] < 5} == {"task-text-mapped"}
        by_annotation = {each["provenance"]["annotation"]: each for each in self.whole}
        self.expected = {
            (at, number): by_annotation[made["id"]]
            for at, each in enumerate(self.tasks)
            for number, made in enumerate(each["annotations"])
        }

    def command(self, *words):
        """(exit code, what was said) of a command, with main's own handling of errors."""
        return corpora.main(self.corpus.folder, *words)

    def pull(self, text):
        for name in ("exports", ".qawl"):
            shutil.rmtree(self.corpus.folder / name, ignore_errors=True)
        path = self.corpus.folder / "export.json"
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        return self.command("pull", "--from", str(path), "--layer", "ner")

    def records(self):
        path = self.corpus.folder / "exports" / "annotations" / "ner.jsonl"
        lines = path.read_text("utf-8").split("\n") if path.is_file() else []
        return [json.loads(line) for line in lines if line]


def work(record):
    """What an annotator did, whoever it is and whenever."""
    return json.dumps(
        [record[each] for each in ("article_id", "status", "spans", "relations", "attributes")]
    )


@pytest.fixture(scope="module")
def trial(tmp_path_factory):
    return Trial(tmp_path_factory.mktemp("mutants"))


def attempt(trial, seed):
    """Pulls and validates one mutant, and compares."""
    text, done, paths = mutated(trial.tasks, random.Random(seed))
    code, said = trial.pull(text)
    checked, found = trial.command("validate", "--json")
    where = f"seed {seed}, {done} at {paths}: {said}"
    for exit_code, output in ((code, said), (checked, found)):
        assert exit_code in (0, 1), where
        assert "a fault in qawl itself" not in output, where + output
        assert "Traceback" not in output, where + output
    findings = json.loads(found)["findings"]
    unexpected = {
        "annotation-unreadable",
        "annotations-stale",
        "format",
        "id-duplicate",
        "article-unknown",
    }
    assert not unexpected & {each["check"] for each in findings}, where + found
    if code == 1 and not trial.records():
        assert said.startswith("qawl: "), where
        return
    compare(trial, paths, said, findings, where)


def compare(trial, paths, said, findings, where):
    """What was not touched is in the records, or is named."""
    there = {work(each) for each in trial.records()}
    for (task_number, number), record in trial.expected.items():
        if (task_number,) in paths or (task_number, number) in paths:
            continue
        if work(record) in there or named(record, said, findings):
            continue
        results = trial.tasks[task_number]["annotations"][number]["result"]
        inside = {path[2] for path in paths if path[:2] == (task_number, number)}
        assert inside, f"{where}\nlost without a word: {work(record)}"
        lost = {results[each].get(name) for each in inside for name in ("id", "from_id", "to_id")}
        same = [each for each in trial.records() if each["article_id"] == record["article_id"]]
        marks = {mark(span) for made in same for span in made["spans"]}
        for span in record["spans"]:
            assert span["id"] in lost or mark(span) in marks, f"{where}\nlost: {span}"


def mark(span):
    """What a span is, whatever is said of it."""
    return tuple(span[each] for each in ("id", "label", "start", "end", "text"))


def named(record, said, findings):
    """Whether a finding or the pull speaks of the article, or of its task."""
    place = record["provenance"]
    words = (
        record["article_id"],
        f"task {place['task']} ",
        f"task {place['task']},",
        f"annotation {place['annotation']} ",
    )
    return any(each in said for each in words) or any(
        each["check"] != "task-text-mapped"
        and each["level"] < 5
        and (each["article_id"] == record["article_id"] or record["article_id"] in each["message"])
        for each in findings
    )


@pytest.mark.parametrize("start", range(0, 400, 50))
def test_a_mutated_export_gives_no_fault_and_loses_nothing_without_a_word(trial, start):
    for seed in range(start, start + 50):
        attempt(trial, seed)


@pytest.mark.soak
@pytest.mark.timeout(7200)
def test_five_thousand_mutated_exports(trial, tried):
    for seed in range(1000, 6000):
        attempt(trial, seed)
    tried("exports of Label Studio, mutated at random, pulled and validated", 5000)
