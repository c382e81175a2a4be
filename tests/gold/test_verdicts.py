"""A judge's verdicts over several rounds: which one counts, in whatever order their exports are pulled."""

import json
import shutil
from itertools import permutations

import pytest
from click.testing import CliRunner

import corpora
from qawl import cli
from qawl.core import files
from qawl.core.records import Gold

TEXTS = {"t1": "Minister Layla Haddad met the board of Northwind."}
SCHEME = corpora.scheme(
    "toy",
    ["PER", "ORG"],
    [corpora.choice("role", "speaker", "listener"), corpora.choice("sex", "woman", "man")],
    relations=["works_for"],
)
PLACES = {"short": (15, 21), "name": (9, 21), "long": (0, 21), "none": None}


def span(which):
    """The regions of an annotation that marks the minister so."""
    if PLACES[which] is None:
        return []
    start, end = PLACES[which]
    value = {"start": start, "end": end, "labels": ["PER"]}
    return [{"id": "r", "from_name": "toy", "to_name": "text", "type": "labels", "value": value}]


def annotation(number, which, hour, **more):
    """An annotation of Label Studio, last changed at this hour."""
    return {
        "id": number,
        "completed_by": number // 100,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": f"2026-01-01T{hour:02}:00:00Z",
        "result": span(which),
        **more,
    }


class Desk:
    """A corpus of one article; annotators and the judge send exports."""

    def __init__(self, folder):
        self.folder = corpora.corpus(folder, SCHEME, TEXTS, ["a1", "a2"])

    def copy(self, name):
        """The same corpus as it stands, somewhere else."""
        other = object.__new__(Desk)
        other.folder = self.folder.parent / name
        shutil.copytree(self.folder, other.folder)
        return other

    def pull(self, name, *tasks, judge=False, partial=False):
        path = self.folder.parent / f"{self.folder.name}-{name}.json"
        path.write_text(json.dumps(list(tasks)), "utf-8")
        who = ["--judge"] if judge else ["--annotator", name]
        who += ["--partial"] if partial else []
        return corpora.qawl(self.folder, "pull", "--from", path, "--layer", "toy", *who)

    def pull_partial(self, name, task):
        """Pulls a task in which an annotator may have an older annotation too."""
        path = self.folder.parent / f"{self.folder.name}-{name}-more.json"
        path.write_text(json.dumps([task]), "utf-8")
        words = ("pull", "--from", str(path), "--layer", "toy", "--annotator", name, "--partial")
        assert CliRunner().invoke(cli.group, ["-C", str(self.folder), *words]).exit_code == 0

    def annotate(self, name, which, hour):
        number = {"a1": 1, "a2": 2}[name]
        self.pull(
            name,
            {
                "id": number,
                "project": number,
                "data": {"text": TEXTS["t1"]},
                "annotations": [annotation(100 * number + 1, which, hour)],
            },
        )

    def adjudicate(self):
        """(gold, the judge's task or None, what the command said)."""
        done = CliRunner().invoke(cli.group, ["-C", str(self.folder), "adjudicate"])
        assert done.exit_code == 0, done.output
        gold = self.folder / "exports" / "gold"
        (found,) = files.read(gold / "toy.jsonl", Gold)
        tasks = corpora.judge_tasks(self.folder, "toy")
        return found, next(iter(tasks), None), done.output


def judged(number, task, *annotations):
    """The judge's task as their project exports it."""
    return {"id": number, "project": 9, "data": task["data"], "annotations": list(annotations)}


def marked(gold):
    return [(each.start, each.end) for each in gold.spans]


@pytest.fixture(scope="module")
def rounds(tmp_path_factory):
    """(a corpus after two rounds, the judge's task of each): a2 changed their mind in between."""
    desk = Desk(tmp_path_factory.mktemp("rounds") / "desk")
    desk.annotate("a1", "name", 1)
    desk.annotate("a2", "long", 1)
    _, first, _ = desk.adjudicate()
    desk.annotate("a2", "short", 5)
    _, second, _ = desk.adjudicate()
    assert first["data"]["basis"] != second["data"]["basis"]
    return desk, first, second


ONE = annotation(901, "long", 3)
ONE_EDITED = annotation(901, "none", 9)
TWO = annotation(902, "short", 7)
TWO_EDITED = annotation(902, "name", 8)


@pytest.mark.parametrize("order", list(permutations(range(4))), ids=str)
def test_the_newest_verdict_on_what_annotators_say_now_counts_in_any_order(rounds, order):
    """The judge edits the verdict of the first round after that of the second."""
    desk, first, second = rounds
    exports = [judged(1, first, ONE), judged(1, first, ONE_EDITED)]
    exports += [judged(2, second, TWO), judged(2, second, TWO_EDITED)]
    here = desk.copy("order-" + "".join(map(str, order)))
    for number in order:
        here.pull(f"judge{number}", exports[number], judge=True, partial=True)
    gold, task, said = here.adjudicate()
    assert (gold.decided_by, gold.complete, marked(gold)) == ("adjudicator", True, [PLACES["name"]])
    assert task is None
    assert "reopened" not in said
    rebuilt = here.folder / "exports" / "annotations" / "toy.jsonl"
    before = rebuilt.read_bytes()
    corpora.qawl(here.folder, "pull", "--rebuild")
    assert rebuilt.read_bytes() == before


def test_all_verdicts_in_one_export_count_alike(rounds):
    desk, first, second = rounds
    here = desk.copy("together")
    both = judged(2, second, TWO_EDITED), judged(1, first, ONE_EDITED)
    said = here.pull("both", *both, judge=True, partial=True).output
    assert "901 does not count, since its task is from before the annotations changed" in said
    gold, _, _ = here.adjudicate()
    assert marked(gold) == [PLACES["name"]]
    found = json.loads(corpora.qawl(here.folder, "validate", "--json").stdout)["findings"]
    (duplicate,) = [each for each in found if each["check"] == "annotation-duplicate"]
    assert "901 does not count" in duplicate["message"]


def test_of_two_verdicts_on_one_article_pull_says_which_does_not_count(rounds):
    """Two leads judged the same task: `validate` alone named the one that was left out."""
    desk, _, second = rounds
    here = desk.copy("two-leads")
    one, other = annotation(902, "short", 7), annotation(1003, "name", 8)
    here.pull("one", judged(2, second, one), judge=True)
    export = here.folder.parent / "two-leads.json"
    export.write_text(json.dumps([judged(2, second, one, other)]), "utf-8")
    for way in (["--judge"], []):  # Qawl knows its own tasks
        words = ["pull", "--from", export, "--layer", "toy", *way]
        code, said = corpora.main(here.folder, *map(str, words))
        assert code == 1
        *_, named, left = said.splitlines()
        assert named.startswith("twice: toy by adjudication: article ")
        assert named.endswith(
            "annotation 902 does not count, since 1003 of the same annotator is newer"
        )
        assert left == "LEFT OUT: 1 annotation, as listed above (--partial accepts that)"
    assert marked(here.adjudicate()[0]) == [PLACES["name"]]


def test_a_verdict_of_an_earlier_round_is_no_duplicate(rounds):
    """Rounds are how adjudication goes: nothing is to be mended."""
    desk, first, second = rounds
    here = desk.copy("quiet")
    here.pull("one", judged(1, first, ONE), judge=True)
    here.pull("two", judged(2, second, TWO), judge=True)
    found = json.loads(corpora.qawl(here.folder, "validate", "--json").stdout)["findings"]
    assert "annotation-duplicate" not in {each["check"] for each in found}


def test_a_verdict_on_what_annotators_said_before_does_not_count_and_is_where_the_judge_starts(
    rounds,
):
    desk, first, second = rounds
    here = desk.copy("before")
    here.pull("one", judged(1, first, ONE), judge=True)
    gold, task, said = here.adjudicate()
    assert (gold.decided_by, gold.complete) == ("unanimous", False)
    assert "reopened: toy" in said
    assert task["data"]["basis"] == second["data"]["basis"]
    assert [each["model_version"] for each in task["predictions"][:2]] == ["agreed", "agreed now"]
    start = task["predictions"][0]["result"]
    assert [(each["value"]["start"], each["value"]["end"]) for each in start] == [PLACES["long"]]
    assert "The annotations changed after you decided" in task["data"]["disagreements"]
    assert [each["model_version"] for each in second["predictions"]] == ["agreed", "A", "B"]


def test_a_verdict_counts_again_when_it_is_confirmed_in_the_new_task(rounds):
    desk, first, _ = rounds
    here = desk.copy("confirmed")
    here.pull("one", judged(1, first, ONE), judge=True)
    _, task, _ = here.adjudicate()
    here.pull("two", judged(2, task, annotation(902, "long", 8)), judge=True)
    gold, task, _ = here.adjudicate()
    assert (gold.decided_by, marked(gold), task) == ("adjudicator", [PLACES["long"]], None)


@pytest.mark.parametrize("hour", [6, 9])
def test_a_skip_is_no_verdict(rounds, hour):
    """A skip beside a verdict in the same task, before it or after it, does not undo it."""
    desk, _, second = rounds
    skip = annotation(903, "none", hour, was_cancelled=True)
    here = desk.copy(f"skip-{hour}")
    here.pull("skipped", judged(2, second, skip), judge=True)
    assert not here.adjudicate()[0].complete
    here.pull("both", judged(2, second, skip, TWO), judge=True, partial=True)
    assert marked(here.adjudicate()[0]) == [PLACES["short"]]


@pytest.mark.parametrize(
    "again",
    [
        annotation(201, "short", 11),
        annotation(201, "short", 11, ground_truth=True),
        annotation(201, "short", 11, lead_time=7.5),
        annotation(202, "short", 11),
    ],
    ids=["sent again", "starred", "longer", "put back with another number"],
)
def test_a_verdict_counts_while_annotators_say_the_same(rounds, again):
    """Their numbers and times are no part of what they say: a star in Label Studio, or a server that was
    filled again from the journal, undid verdicts, "its annotations changed"."""
    desk, _, second = rounds
    here = desk.copy(f"same-{again['id']}-{len(again)}-{again.get('lead_time')}")
    here.pull("two", judged(2, second, TWO), judge=True)
    gold, _, _ = here.adjudicate()
    data = {"text": TEXTS["t1"]}
    here.pull_partial("a2", {"id": 2, "project": 2, "data": data, "annotations": [again]})
    there, task, said = here.adjudicate()
    assert (there.decided_by, there.spans, task) == ("adjudicator", gold.spans, None)
    assert "reopened" not in said
    here.annotate("a1", "none", 12)
    assert "its annotations changed" in here.adjudicate()[2]


def test_a_verdict_counts_whatever_the_order_of_an_annotators_answers(tmp_path):
    """An answer that is taken back and given again stands last in what Label Studio sends: it undid
    verdicts."""
    here, place = Desk(tmp_path / "desk"), dict(zip(("start", "end"), PLACES["short"], strict=True))
    answers = [
        {"id": "r", "from_name": name, "to_name": "text", "type": "choices"}
        | {"value": {**place, "choices": [said]}}
        for name, said in (("role", "speaker"), ("sex", "woman"))
    ]

    def answered(hour, order):
        given = annotation(201, "short", hour, result=span("short") + order)
        here.pull("a2", {"id": 2, "data": {"text": TEXTS["t1"]}, "annotations": [given]})

    here.annotate("a1", "name", 1)
    answered(1, answers)
    _, first, _ = here.adjudicate()
    here.pull("one", judged(1, first, annotation(901, "long", 3)), judge=True)
    gold, _, _ = here.adjudicate()
    assert (gold.decided_by, marked(gold)) == ("adjudicator", [PLACES["long"]])
    answered(5, answers[::-1])
    again, task, said = here.adjudicate()
    assert (again.decided_by, again.spans, task) == ("adjudicator", gold.spans, None)
    assert "reopened" not in said
    answered(6, answers[:1])
    assert "its annotations changed" in here.adjudicate()[2]


def test_a_verdict_on_a_basis_of_earlier_versions_counts(rounds):
    """They have the digest of the annotations alone."""
    desk, _, second = rounds
    here = desk.copy("earlier")
    data = {**second["data"], "basis": second["data"]["basis"].partition("~")[0]}
    assert data != second["data"]
    here.pull("two", judged(2, {"data": data}, TWO), judge=True)
    gold, task, _ = here.adjudicate()
    assert (gold.decided_by, marked(gold), task) == ("adjudicator", [PLACES["short"]], None)


def test_a_verdict_that_was_taken_back_is_not_said_to_be_of_other_annotations(rounds):
    desk, _, second = rounds
    here = desk.copy("back")
    here.pull("two", judged(2, second, TWO), judge=True)
    here.adjudicate()
    skip = annotation(902, "none", 9, was_cancelled=True)
    here.pull("skip", judged(2, second, skip), judge=True)
    assert "what the judge decided was deleted, or skipped since" in here.adjudicate()[2]


def test_a_verdict_is_kept_when_annotators_agree_and_part_again(rounds):
    """Each change is another round; the judge always starts from the last verdict."""
    desk, _, second = rounds
    here = desk.copy("apart")
    here.pull("two", judged(2, second, TWO), judge=True)
    here.annotate("a2", "name", 11)
    gold, task, _ = here.adjudicate()
    assert (gold.decided_by, gold.complete, marked(gold)) == ("unanimous", True, [PLACES["name"]])
    assert task is None
    here.annotate("a1", "none", 12)
    gold, task, _ = here.adjudicate()
    assert not gold.complete
    (start,) = task["predictions"][0]["result"]
    assert (start["value"]["start"], start["value"]["end"]) == PLACES["short"]
    here.pull("three", judged(3, task, annotation(904, "none", 13)), judge=True)
    gold, task, _ = here.adjudicate()
    assert (gold.decided_by, marked(gold), task) == ("adjudicator", [], None)


def test_a_verdict_keeps_two_spans_of_one_extent_apart(rounds):
    """The judge marks the minister twice; both are gold, whatever the ids of their regions."""
    desk, _, second = rounds
    found = []
    for ids in ("xy", "yx"):
        here = desk.copy(f"twice-{ids}")
        (region,) = span("name")
        end = {**region, "id": "org", "value": {"start": 39, "end": 48, "labels": ["ORG"]}}
        arrow = {"type": "relation", "from_id": "y", "to_id": "org", "labels": ["works_for"]}
        verdict = annotation(902, "name", 8)
        verdict["result"] = [*({**region, "id": each} for each in ids), end, arrow]
        here.pull("twice", judged(2, second, verdict), judge=True)
        gold, _, _ = here.adjudicate()
        assert [each.label for each in gold.spans] == ["PER", "PER", "ORG"]
        assert gold.spans[1].id == f"{gold.spans[0].id}-2"
        found.append([(each.from_, each.to) for each in gold.relations])
    assert found[0] == found[1]
    assert len(found[0]) == 1


def test_a_verdict_in_a_task_that_qawl_did_not_make_is_said_to_be_one(rounds):
    """The judge works in a project of the team's own, `--judge` brings that; its annotations were said to have
    changed, which they had not."""
    desk, first, _ = rounds
    here = desk.copy("elsewhere")
    own = {**first, "data": {"text": TEXTS["t1"]}}
    here.pull("own", judged(1, own, ONE), judge=True)
    gold, task, said = here.adjudicate()
    assert not gold.complete
    assert "changed after" not in said
    assert "decided in a task that Qawl did not make" in said
    assert "You decided in another task" in task["data"]["disagreements"]
    start = task["predictions"][0]["result"]
    assert [(each["value"]["start"], each["value"]["end"]) for each in start] == [PLACES["long"]]
