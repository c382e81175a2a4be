"""A judge decides by clicks: what each choice of a task says is what gold says then, through the commands."""

import json

import pytest
from click.testing import CliRunner

import corpora
from corpora import arrow, choice, mark, work
from qawl import cli

TEXT = "قال أحمد سعيد: the plan begins on Monday 👩‍🚀 in Lyon, 北京 et ailleurs."
LABELS = ["A", "B", "a label 3-9", "x | y", "تسمية → سهم"]
SCHEME = corpora.scheme(
    "toy",
    LABELS,
    [
        choice("kind", "direct", "indirect", of=["A"]),
        choice("roles", "boss", "guest", "host", of=["A"], kind="choices"),
        choice("mood", "good", "bad", of=[]),
    ],
    ["r", "s of all"],
)


def place(words):
    """Where these words stand."""
    start = TEXT.index(words)
    return start, start + len(words)


class Court:
    """A corpus of one article, with annotators and a judge who clicks."""

    def __init__(self, folder, done, settings=""):
        self.folder = corpora.corpus(folder, SCHEME, {"t": TEXT}, sorted(done))
        yaml = self.folder / "qawl.yaml"
        yaml.write_text(yaml.read_text("utf-8") + settings, "utf-8")
        corpora.pull(
            self.folder, "toy", {"t": TEXT}, {who: {"t": each} for who, each in done.items()}
        )
        self.qawl("adjudicate")

    def qawl(self, *words):
        done = CliRunner().invoke(cli.group, ["-C", str(self.folder), *map(str, words)])
        assert "a fault in qawl" not in done.output, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.output

    def task(self):
        (task,) = corpora.judge_tasks(self.folder, "toy")
        return task

    def points(self):
        return self.task()["data"]["qawl_points"]

    def judge(self, choose, *by_hand):
        """Submits what the task opens with, a choice for each point, and what is marked by hand."""
        task = self.task()
        results = [*task["predictions"][0]["result"], *by_hand]
        for number, point in enumerate(task["data"]["qawl_points"]):
            said = choose(point)
            (alias,) = {each["alias"] for each in point["choices"] if each["value"] == said} or [
                said
            ]
            results.append(
                {
                    "id": f"p{number}", "from_name": f"qawl_point_{number}", "to_name": "text",
                    "type": "choices", "value": {"choices": [alias]}, "origin": "manual",
                }
            )  # fmt: skip
        sent = {"id": 9, "completed_by": 9, "result": results, "updated_at": "2026-02-01T00:00:00Z"}
        path = self.folder.parent / "verdict.json"
        path.write_text(
            json.dumps([{"id": 9, "project": 9, "data": task["data"], "annotations": [sent]}]),
            "utf-8",
        )
        said = self.qawl("pull", "--from", path, "--layer", "toy", "--judge")
        return said + self.qawl("adjudicate")

    def gold(self):
        return corpora.gold(self.folder, "toy")


def spans(gold):
    return {
        (each["label"], each["start"], each["end"]): each["attributes"] for each in gold["spans"]
    }


def arrows(gold):
    ids = {each["id"]: each["label"] for each in gold["spans"]}
    return {(each["label"], ids[each["from"]], ids[each["to"]]) for each in gold["relations"]}


def letter(which):
    """Chooses what a letter says."""

    def choose(point):
        (said,) = [
            each["value"]
            for each in point["choices"]
            if which in each["value"].partition(":")[0].split(" · ")
        ]
        return said

    return choose


ONE = work(
    [
        mark("u", "A", *place("قال"), kind="direct", roles=["guest", "boss"]),
        mark("s", "B", *place("أحمد")),
        mark("o", "a label 3-9", *place("the plan")),
        mark("p", "تسمية → سهم", *place("in Lyon")),
    ],
    [arrow("r", "u", "s"), arrow("s of all", "o", "p", "bi"), arrow("r", "u", "o")],
    mood="good",
)
OTHER = work(
    [
        mark("u", "A", *place("قال"), kind="indirect"),
        mark("s", "B", *place("أحمد سعيد")),
        mark("o", "a label 3-9", *place("the plan")),
        mark("p", "x | y", *place("in Lyon")),
    ],
    [arrow("s of all", "u", "s")],
)


@pytest.fixture
def court(tmp_path):
    return Court(tmp_path / "court", {"a1": ONE, "a2": OTHER})


def said_by(court, which):
    """What an annotator's suggestion in the judge's task shows, to be compared with gold."""
    (given,) = [each for each in court.task()["predictions"] if each["model_version"] == which]
    return given["result"]


@pytest.mark.parametrize("which", ["A", "B"])
def test_a_letter_at_every_point_is_that_annotators_work(court, which):
    """Spans, edges, values of spans and of the article, relations of every direction: one click each."""
    results = said_by(court, which)
    marks = {
        each["id"]: (each["value"]["labels"][0], each["value"]["start"], each["value"]["end"])
        for each in results
        if each["type"] == "labels"
    }
    drawn = [
        (each.get("labels", [None])[0], marks[each["from_id"]][0], marks[each["to_id"]][0])
        for each in results
        if each["type"] == "relation"
    ]
    values = [each for each in results if each["type"] == "choices"]
    count = len(court.points())
    # Two values, two spans, the value of the article, the arrow between spans on which both agree.
    assert count == 6
    assert "all complete" in court.judge(letter(which))
    gold = court.gold()
    assert (gold["decided_by"], gold["complete"]) == ("adjudicator", True)
    assert set(spans(gold)) == set(marks.values())
    assert arrows(gold) == set(drawn)
    for each in values:
        said = each["value"]["choices"]
        name = each["from_name"]
        given = (
            gold["attributes"] if "start" not in each["value"] else spans(gold)[marks[each["id"]]]
        )
        assert given[name] in (said[0], said), name
    assert sum(map(len, spans(gold).values())) + len(gold["attributes"]) == len(values)


def test_all_of_these_none_and_as_marked_in_the_text(court):
    """What is marked by hand stands where the judge says so, and a point may have all or nothing."""

    def choose(point):
        if "أحمد" in point["about"] and "all of these" in str(point):
            return "all of these"
        return "as marked in the text" if "Lyon" in point["about"] else letter("A")(point)

    start, end = place("Lyon")
    value = {"start": start, "end": end, "text": "Lyon", "labels": ["B"]}
    by_hand = {"id": "h", "from_name": "toy", "to_name": "text", "type": "labels", "value": value}
    court.judge(choose, by_hand)
    found = spans(court.gold())
    assert {("B", *place("أحمد")), ("B", *place("أحمد سعيد")), ("B", start, end)} <= found.keys()
    assert not {each for each in found if each[1:] == place("in Lyon")}


def test_what_is_no_choice_is_a_finding_and_the_rest_of_the_verdict_stands(court):
    """Another tool, an older page or somebody's script sent it: words, JSON of another kind, a lone brace."""
    odd = iter(["A", '{"drop":3}', "{", '{"later":[]}', "[]", "null"])
    court.judge(lambda _: next(odd))
    found = json.loads(court.qawl("validate", "--json"))["findings"]
    assert [each["check"] for each in found if each["layer"] == "toy"].count(
        "result-unreadable"
    ) == 6
    assert spans(court.gold()).keys() >= {("A", *place("قال")), ("a label 3-9", *place("the plan"))}


def test_a_verdict_without_clicks_counts_as_before(court):
    """Verdicts of older journals, and of people who marked all by hand."""
    task = court.task()
    sent = {"id": 9, "completed_by": 9, "result": task["predictions"][0]["result"]}
    data = {name: each for name, each in task["data"].items() if name != "qawl_points"}
    path = court.folder.parent / "old.json"
    path.write_text(
        json.dumps([{"id": 9, "project": 9, "data": data, "annotations": [sent]}]), "utf-8"
    )
    court.qawl("pull", "--from", path, "--layer", "toy", "--judge")
    court.qawl("adjudicate")
    gold = court.gold()
    assert gold["decided_by"] == "adjudicator"
    assert set(spans(gold)) == {("A", *place("قال")), ("a label 3-9", *place("the plan"))}


def test_three_sides_and_a_majority(tmp_path):
    """Two of three say so: settled. A third reading of one place is a point, with three letters."""
    one, two, three = (
        work([mark("u", label, *place("the plan"))]) for label in ("A", "B", "x | y")
    )
    court = Court(
        tmp_path / "three", {"a1": one, "a2": two, "a3": three}, "adjudication: {rule: majority}\n"
    )
    (point,) = court.points()
    assert len(point["choices"]) == 6  # three letters, none, all, as marked
    court.judge(letter("C"))
    assert len(spans(court.gold())) == 1


def test_several_spans_of_one_label_in_one_place_are_decided_in_the_text(tmp_path):
    """No click could say which of them; the judge is told so."""
    twice = work(
        [
            mark("u", "A", *place("the plan"), kind="direct"),
            mark("v", "A", *place("the plan"), kind="indirect"),
        ]
    )
    court = Court(
        tmp_path / "twice", {"a1": twice, "a2": work([mark("u", "A", *place("the plan"))])}
    )
    assert not [each for each in court.points() if "choices" not in each]
    assert "To be decided in the text: 1" in court.task()["data"]["disagreements"]


def test_a_change_after_the_verdict_asks_again_from_what_was_decided(court):
    """The earlier clicks are spans by then; choosing the other side replaces them, and keeps the rest."""
    court.judge(letter("A"))
    other = {**OTHER, "marks": [*OTHER["marks"], mark("n", "x | y", *place("ailleurs"))]}
    task = corpora._task("toy", 1, 2, TEXT, other)
    task["annotations"][0]["updated_at"] = "2026-01-01T00:00:00Z"
    path = court.folder.parent / "later.json"
    path.write_text(json.dumps([task]), "utf-8")
    court.qawl("pull", "--from", path, "--layer", "toy", "--annotator", "a2")
    court.qawl("adjudicate")
    assert not court.gold()["complete"]
    sides = {
        which: {
            (each["value"]["labels"][0], each["value"]["start"], each["value"]["end"])
            for each in said_by(court, which)
            if each["type"] == "labels"
        }
        for which in ("A", "B")
    }
    court.judge(letter("B"))
    assert set(spans(court.gold())) == sides["B"]
