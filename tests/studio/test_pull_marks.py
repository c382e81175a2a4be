"""Where a pull goes on (.qawl/pulled.json), when the file is damaged or the server's clock was wrong."""

import json
from datetime import timedelta

import pytest
from memory import NOW, Working

import corpora
from qawl.annotations import derive
from qawl.studio import client as studio_client
from qawl.studio import clocks, pull, push

MARKED = "أحمد"


class Here:
    """The clock of this machine, which shows another time where it was set, and when it was started."""

    def __init__(self, server):
        self.server, self.behind, self.up = server, timedelta(), timedelta(hours=1)

    def now(self):
        return self.server.now - self.behind

    def uptime(self):
        return self.up.total_seconds()


@pytest.fixture
def server():
    return Working()


@pytest.fixture
def here(server, monkeypatch):
    found = Here(server)
    monkeypatch.setattr(clocks, "now", found.now)
    monkeypatch.setattr(clocks, "uptime", found.uptime)
    return found


@pytest.fixture
def made(make_corpus, server, here):
    found = make_corpus("قال أحمد نعم", settings="layers: [entity]\nannotators: [a1]")
    push.bring(server, found)
    server.annotate(server.made[0]["id"], MARKED, "PERS")
    pull.pull(server, found)
    assert labels(found) == ["PERS"]
    return found


def labels(made):
    return [span.label for each in derive.read(made, "entity") for span in each.spans]


def test_what_changed_after_a_clock_went_back_is_read(made, server):
    # The count of annotations stays, so that nothing but the time tells of the change.
    server.now = NOW - timedelta(hours=3)
    server.annotate(server.made[0]["id"], MARKED, "LOC")
    (alarm,) = pull.pull(server, made).alarms
    assert "entity by a1: 1 annotation on the server differs from later versions" in alarm
    assert labels(made) == ["PERS"]
    assert len(made.journal_file("entity", "a1").read_bytes().splitlines()) == 2
    server.now = NOW + timedelta(minutes=20)
    server.annotate(server.made[0]["id"], MARKED, "ORG")
    assert not pull.pull(server, made).alarms
    assert labels(made) == ["ORG"]


def test_a_mark_ahead_of_the_server_s_clock_does_not_hide_what_changes(made, server):
    path = made.state / "pulled.json"
    marks = json.loads(path.read_bytes())
    marks[server.url][0]["since"] = "2031-01-01T00:00:00Z"
    path.write_text(json.dumps(marks), "utf-8")
    server.now += timedelta(hours=1)
    server.annotate(server.made[0]["id"], MARKED, "LOC")
    assert not pull.pull(server, made).alarms
    assert labels(made) == ["LOC"]


@pytest.mark.parametrize(
    "moment", ["", "gestern", "2026-13-01T00:00:00Z", "2026-05-01T12:00:00", 5]
)
def test_a_mark_whose_time_is_none_is_put_aside_and_all_is_read(made, server, moment, caplog):
    path = made.state / "pulled.json"
    marks = json.loads(path.read_bytes())
    marks[server.url][0]["since"] = moment
    path.write_text(json.dumps(marks), "utf-8")
    server.annotate(server.made[0]["id"], MARKED, "LOC")
    pull.pull(server, made)
    assert labels(made) == ["LOC"]
    assert "put aside as pulled.json.damaged" in caplog.text


def test_marks_that_an_earlier_version_wrote_are_read(made, server, caplog):
    path = made.state / "pulled.json"
    marks = json.loads(path.read_bytes())
    marks[server.url][0] |= {"since": "2026-05-01T12:00:00+00:00", "until": None}
    path.write_text(json.dumps(marks), "utf-8")
    server.now += timedelta(hours=1)
    pull.pull(server, made)
    assert "put aside" not in caplog.text
    assert labels(made) == ["PERS"]


def is_read_whole(server, made):
    """Whether a pull reads all tasks; whatever it is, the next one does not."""
    server.asked.clear()
    assert not pull.pull(server, made).alarms
    (first,) = server.asked
    server.asked.clear()
    pull.pull(server, made)
    assert server.asked == [["annotations_ids", "updated_at"]]
    return "updated_at" not in first


@pytest.mark.parametrize("ahead", [timedelta(minutes=20), timedelta(hours=3), timedelta(days=400)])
@pytest.mark.parametrize("local", [True, False], ids=["here", "elsewhere"])
@pytest.mark.parametrize("restarted", [True, False])
def test_edits_from_before_a_clock_caught_up_are_read(made, server, here, ahead, local, restarted):
    """A reading while the clock was ahead; an edit by the right time; a reading when that is past both."""
    if local:
        (made.state / "label-studio.json").write_text("{}", "utf-8")
    right = NOW + timedelta(days=1)
    server.now, here.behind = right + ahead, timedelta() if local else ahead
    here.up += timedelta(days=1)
    pull.pull(server, made)
    server.now, here.behind = right + ahead / 4, timedelta()
    server.annotate(server.made[0]["id"], MARKED, "LOC")
    server.now = right + 2 * ahead
    here.up = timedelta(minutes=1) if restarted else here.up + 2 * ahead
    assert is_read_whole(server, made)
    assert labels(made) == ["LOC"]


@pytest.mark.parametrize("local", [True, False], ids=["here", "elsewhere"])
def test_nothing_is_read_again_where_clocks_run_steadily(made, server, here, local):
    """Hours and days go by, the machine sleeps, and the clocks differ by a little."""
    if local:
        (made.state / "label-studio.json").write_text("{}", "utf-8")
        pull.pull(server, made)
    for gone in (timedelta(seconds=1), timedelta(hours=9), timedelta(days=30)):
        server.now += gone
        here.up += gone + timedelta(seconds=3)
        here.behind += timedelta(seconds=20)
        assert not is_read_whole(server, made)


def test_a_restart_of_this_machine_says_nothing_of_another_server(made, server, here):
    server.now += timedelta(days=1)
    here.up = timedelta(minutes=1)
    assert not is_read_whole(server, made)


@pytest.mark.parametrize(
    ("layer", "annotator"), [("quote", "a1"), ("entity", "../../a1"), ("../entity", "a1"), ("entity", "")]
)  # fmt: skip
def test_marks_of_another_corpus_open_no_journal(made, server, layer, annotator):
    """Its layers and annotators are others; a name that a path could read leads nowhere."""
    path = made.state / "pulled.json"
    marks = json.loads(path.read_bytes())
    marks[server.url].append({"layer": layer, "annotator": annotator, "home": [99, "x"]})
    path.write_text(json.dumps(marks), "utf-8")
    before = {each for each in made.root.rglob("*") if each.is_file()}
    outside = {*made.root.parent.iterdir()}
    assert not pull.pull(server, made).alarms
    assert {each for each in made.root.rglob("*") if each.is_file()} == before
    assert {*made.root.parent.iterdir()} == outside
    assert [each["home"][0] for each in json.loads(path.read_bytes())[server.url]] != [99]


def gone(folder):
    """What three pulls say of a project that was deleted."""
    found = []
    for _ in range(3):
        code, said = corpora.main(folder, "pull")
        assert code == 0
        found.append([line for line in said.splitlines() if "gone from" in line])
    return found


def test_a_project_that_is_gone_is_an_alarm_once_and_a_note_until_it_is_put_back(
    tmp_path, monkeypatch, server
):
    """The alarm was raised at each pull, so that nobody saw another."""
    current = corpora.scheme("ner", ["PER"])
    folder = corpora.corpus(tmp_path / "corpus", current, {"1": "Sami met Layla."}, ["a1"])
    monkeypatch.setattr(studio_client, "connect", lambda corpus: server)
    assert corpora.main(folder, "push")[0] == 0
    (project,) = (each["id"] for each in server.made)
    server.annotate(project, "Sami", "PER", control="ner")
    assert corpora.main(folder, "pull")[0] == 0
    server.delete_project(project)
    (alarm,), *later = gone(folder)
    assert alarm.startswith(f"ALARM: project {project} (ner, a1) with 1 annotation is gone from ")
    assert "run `qawl push --recover`" in alarm
    note = (
        f"still gone from Label Studio: project {project} (ner, a1), 1 annotation is in the journal"
    )
    assert later == [[f"{note} alone (`qawl push --recover`)"]] * 2


@pytest.mark.parametrize("judged", ["skipped", "pulled", "adjudicated"])
def test_a_judges_project_that_is_gone_is_said_as_long_as_something_can_be_done(
    tmp_path, monkeypatch, server, judged
):
    """Verdicts that nothing waits for are never put back: their project raised its alarm for ever. A verdict
    decides once it is pulled; what the judge skipped waits for them."""
    decided = judged != "skipped"
    texts = {"1": "Sami met Layla."}
    current = corpora.scheme("ner", ["PER", "LOC"])
    folder = corpora.corpus(tmp_path / "corpus", current, texts, ["a1", "a2"])
    done = {
        who: {"1": corpora.work([corpora.mark("r", label, 0, 4)])}
        for who, label in (("a1", "PER"), ("a2", "LOC"))
    }
    corpora.pull(folder, "ner", texts, done)
    corpora.qawl(folder, "adjudicate")
    monkeypatch.setattr(studio_client, "connect", lambda corpus: server)
    assert corpora.main(folder, "push")[0] == 0
    (judges,) = (each["id"] for each in server.made if "adjudication" in each["description"])
    server.annotate(judges, "Sami", "PER", control="ner", user=9)
    server.held[judges][0]["annotations"][0]["was_cancelled"] = not decided
    assert corpora.main(folder, "pull")[0] == 0
    if judged == "adjudicated":
        corpora.qawl(folder, "adjudicate")
    server.delete_project(judges)
    (alarm, *first), *later = gone(folder)
    assert (first, "(ner, adjudication) with 1 annotation is gone" in alarm) == ([], True)
    assert ("said once" in alarm) == decided
    assert ("push --recover" in alarm) != decided
    note = f"still gone from Label Studio: project {judges} (ner, adjudication), 1 annotation is in the"
    assert [[note in each for each in said] for said in later] == (
        [[], []] if decided else [[True]] * 2
    )
    if decided:
        corpora.qawl(folder, "adjudicate")
        assert b'"decided_by":"adjudicator"' in (folder / "exports/gold/ner.jsonl").read_bytes()
