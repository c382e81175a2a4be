"""What a push plans and does, before a Label Studio in memory: what tasks carry, and their order."""

import copy
import json
import re

import msgspec
import pytest
from memory import Memory

import corpora
from qawl.annotations import tasks
from qawl.core import files, git_files, project
from qawl.core.errors import ProjectError, ServerError
from qawl.core.records import Annotation, Provenance, Span, Suggestion
from qawl.scheme import doubts
from qawl.studio import client as studio_client
from qawl.studio import plan, push
from strategies import article

TEXTS = ["قال أحمد سعيد نعم", "قالت ليلى حداد لا", "نص بلا أقوال", "Tom said no"]
LINES = "layers: [entity, quote]\nannotators: [a1]"


@pytest.fixture
def corpus(make_corpus):
    return make_corpus(*TEXTS, settings=LINES)


def pushed(server, made):
    """The lines of the plan, carried out; a second plan has nothing left."""
    made = project.load(made.root)
    lines = [line for step in plan.plan(server, made) for line in step.lines()]
    push.bring(server, made)
    return lines


def of(server, layer):
    (found,) = (each["id"] for each in server.made if f"layer={layer} " in each["description"])
    return server.held[found]


def named(made, text, name):
    """A record that marks a name as a person."""
    frozen = article(text)
    start = text.index(name)
    return Annotation(
        article_id=frozen.id, layer="entity", annotator="a1", text_sha256=frozen.text_sha256,
        scheme_version="0.1", spans=(Span("r", "PERS", start, start + len(name), name),),
    )  # fmt: skip


def record(made, *records):
    files.write(made.annotations_file("entity"), sorted(records, key=lambda each: each.article_id))


def suggest(made, layer, text, label, start, end, version="1"):
    frozen = article(text)
    span = Span("s", label, start, end, text[start:end])
    return Suggestion(
        article_id=frozen.id, layer=layer, model="rules", model_version=version,
        text_sha256=frozen.text_sha256, scheme_version="0.1", spans=(span,),
    )  # fmt: skip


def settle(made, more):
    path = made.root / "qawl.yaml"
    path.write_text(f"{path.read_text('utf-8')}\n{more}\n", "utf-8")
    return project.load(made.root)


def test_names_that_came_later_reach_the_tasks_that_nobody_has_begun(corpus):
    """The order of work is entities, then quotes: the names are there when quotes are pushed long ago."""
    server = Memory()
    pushed(server, corpus)
    one, two = (
        each
        for each in of(server, "quote")
        if "أحمد" in each["data"]["text"] or "ليلى" in each["data"]["text"]
    )
    assert one["data"]["speakers"] == two["data"]["speakers"] == []
    one["draft_exists"] = True
    begun = json.dumps(one)
    record(corpus, named(corpus, TEXTS[0], "أحمد سعيد"), named(corpus, TEXTS[1], "ليلى حداد"))
    lines = pushed(server, corpus)
    assert json.dumps(one) == begun
    assert two["data"]["speakers"] in ([{"value": "ليلى حداد"}], [{"value": "أحمد سعيد"}])
    assert any(
        "bring 1 task without work up to date in trial · quote · a1" in each for each in lines
    )
    assert any(
        "1 task with work keeps the names, context and suggestions that it had" in each
        for each in lines
    )
    assert not any("remove" in each for each in lines)
    server.calls.clear()
    assert not [each for each in pushed(server, corpus) if "bring" in each]
    assert server.calls == []


def test_suggestions_that_come_later_change_or_go_are_brought_up_to_date(corpus):
    corpus = settle(corpus, "suggestions: {without: 0}")
    server = Memory()
    pushed(server, corpus)
    text = TEXTS[3]
    (task,) = (each for each in of(server, "entity") if each["data"]["text"] == text)
    (corpus.exports / "suggestions").mkdir()
    for given, wanted in [
        ([suggest(corpus, "entity", text, "PERS", 0, 3)], (0, "rules 1")),
        ([suggest(corpus, "entity", text, "PERS", 4, 8, "2")], (4, "rules 2")),
        ([], None),
    ]:
        files.write(corpus.suggestions_file("entity"), given)
        lines = pushed(server, corpus)
        assert (
            "bring 1 task without work up to date in trial · entity · a1: names, context or suggestions changed"
            in lines
        )
        if wanted is None:
            assert task["predictions"] == []
            continue
        (shown,) = task["predictions"]
        assert (shown["result"][0]["value"]["start"], shown["model_version"]) == wanted
        (made,) = (each for each in server.made if "layer=entity " in each["description"])
        assert made["model_version"] == wanted[1]


def test_context_and_title_too_and_a_task_of_older_times(corpus):
    server = Memory()
    pushed(server, corpus)
    first, second, *_ = of(server, "quote")
    first["data"]["title"] = "by hand"
    del second["data"]["qawl_suggested"]
    assert sum("bring 2 tasks" in each for each in pushed(server, corpus)) == 1
    assert first["data"]["title"] == ""


def test_what_is_begun_between_plan_and_push_is_left(corpus):
    server = Memory()
    pushed(server, corpus)
    record(corpus, named(corpus, TEXTS[0], "أحمد سعيد"))
    (step,) = (each for each in plan.plan(server, project.load(corpus.root)) if each.update)
    (there, _) = step.update[0]
    server.task(there.id)["annotations"] = [{"result": []}]
    push.apply(server, step)
    assert server.task(there.id)["data"]["speakers"] == []


def in_order(server, layer="entity"):
    return [each["data"]["article_id"] for each in of(server, layer)]


def dated(made, *given):
    """Articles of the corpus: (text, source, day)."""
    corpora.write_articles(
        made, [article(text, source=source, published=day) for text, source, day in given]
    )
    return [article(text, source=source).id for text, source, _ in given]


MIXED = [
    ("one of a", "a", "2024-05-03"),
    ("two of a", "a", "2024-05-01"),
    ("three of a", "a", None),
    ("one of b", "b", "2024-05-02"),
    ("two of b", "b", "2024-06-01"),
    ("one of nobody", None, "2024-05-04"),
]


def test_as_published_the_oldest_come_first_and_those_without_a_date_last(make_corpus):
    made = make_corpus("x", settings="layers: [entity]\nannotators: [a1]\norder: published")
    a1, a2, a3, b1, b2, none = dated(made, *MIXED)
    server = Memory()
    pushed(server, made)
    assert in_order(server) == [a2, b1, a1, none, b2, a3]


def test_varied_one_of_each_source_after_the_other(make_corpus):
    made = make_corpus("x", settings="layers: [entity]\nannotators: [a1]\norder: varied")
    a1, a2, a3, b1, b2, none = dated(made, *MIXED)
    server = Memory()
    pushed(server, made)
    assert in_order(server) == [none, a2, b1, a1, b2, a3]


def test_random_is_another_order_by_the_seed_and_the_same_each_time(make_corpus):
    orders = set()
    for number, seed in enumerate((0, 0, 1)):
        lines = f"layers: [entity]\nannotators: [a1]\norder: random\nseed: {seed}"
        made = make_corpus(*(f"text {n}" for n in range(12)), name=f"n{number}", settings=lines)
        server = Memory()
        pushed(server, made)
        orders.add(tuple(in_order(server)))
    assert len(orders) == 2
    assert all(list(each) != sorted(each) for each in orders)


def test_a_new_order_moves_what_nobody_has_begun_but_the_next_one(make_corpus):
    made = make_corpus("x", settings="layers: [entity]\nannotators: [a1]")
    ids = dated(made, *MIXED)
    server = Memory()
    pushed(server, made)
    before = in_order(server)
    assert before == sorted(ids)
    of(server, "entity")[1]["annotations"] = [{"result": []}]
    of(server, "entity")[3]["draft_exists"] = True
    made = settle(made, "order: published")
    lines = pushed(server, made)
    assert any("the order of work puts others before it" in each for each in lines)
    after = in_order(server)
    assert after[:3] == [before[0], before[1], before[3]]
    a1, a2, a3, b1, b2, none = ids
    published = [a2, b1, a1, none, b2, a3]
    assert after[3:] == [each for each in published if each not in after[:3]]
    server.calls.clear()
    assert not any("remove" in each for each in pushed(server, made))
    assert server.calls == []


def test_without_an_order_nothing_moves_and_new_ones_come_last(make_corpus):
    made = make_corpus("x", settings="layers: [entity]\nannotators: [a1]")
    dated(made, *MIXED[:3])
    server = Memory()
    pushed(server, made)
    before = in_order(server)
    dated(made, *MIXED)
    pushed(server, made)
    assert in_order(server)[:3] == before
    assert len(in_order(server)) == 6


def test_most_useful_first_what_another_has_done_then_rare_labels(make_corpus):
    lines = "layers: [entity]\nannotators: [a1, a2]\noverlap: {entity: 2}\norder: useful\nsuggestions: {without: 0}"
    texts = ["Tom left", "Paris is far", "Ann left", "nothing here"]
    made = make_corpus(*texts, settings=lines)
    ids = [article(each).id for each in texts]
    done = msgspec.structs.replace(
        named(made, texts[2], "Ann"), annotator="a2", provenance=Provenance(task=1)
    )
    record(made, done)
    (made.exports / "suggestions").mkdir()
    given = [
        suggest(made, "entity", texts[0], "PERS", 0, 3),
        suggest(made, "entity", texts[1], "GPE", 0, 5),
    ]
    files.write(made.suggestions_file("entity"), sorted(given, key=lambda each: each.article_id))
    server = Memory()
    pushed(server, made)
    mine = next(each["id"] for each in server.made if "annotator=a1 " in each["description"])
    found = [each["data"]["article_id"] for each in server.held[mine]]
    assert found == [ids[2], ids[1], ids[0], ids[3]]


@pytest.mark.parametrize("said", ["order: newest", "order: [random]", "order: 3"])
def test_an_order_that_there_is_not_is_refused(make_corpus, said):
    with pytest.raises(ProjectError, match="order"):
        make_corpus("x", settings=said)


def test_a_scheme_can_not_name_the_field_by_which_suggestions_are_told(make_corpus):
    made = make_corpus("x", settings="layers: [t]")
    path = made.label_config / "t.yaml"
    path.write_text("layer: t\nlabels: [A]\ncontext: [qawl_suggested]\n", "utf-8")
    with pytest.raises(Exception, match=re.escape("a field qawl_suggested of Qawl's own")):
        plan.plan(Memory(), project.load(made.root))


@pytest.mark.parametrize("control", [*doubts.CONTROLS, "qawl_point_0", "qawl_point_12"])
def test_a_doubt_or_a_judges_click_does_not_stop_a_change_of_the_config(make_corpus, control):
    """They are of no scheme: a changed title or key once was refused as if their work would be lost."""
    made = make_corpus("x", settings="layers: [entity]\nannotators: [a1]")
    server = Memory()
    pushed(server, made)
    (mine,) = server.made
    said = {
        "id": "r", "from_name": control, "to_name": "text", "type": "choices",
        "value": {"choices": ["unsure"]},
    }  # fmt: skip
    server.held[mine["id"]][0]["annotations"] = [{"id": 1, "result": [said]}]
    path = made.scheme_file("entity")
    path.write_text(path.read_text("utf-8").replace("hotkey: p", "hotkey: y", 1), "utf-8")
    pushed(server, project.load(made.root))
    assert 'hotkey="y"' in server.made[0]["label_config"]
    server.held[mine["id"]][0]["annotations"][0]["result"][0]["from_name"] = "somebody's"
    path.write_text(path.read_text("utf-8").replace("hotkey: y", "hotkey: p", 1), "utf-8")
    with pytest.raises(ServerError, match="somebody's"):
        pushed(server, project.load(made.root))


def test_a_value_that_a_new_config_lacks_is_named_with_its_attribute(make_corpus):
    """The message said `9 1`: a value alone tells nobody where it is."""
    made = make_corpus("x", settings="layers: [toy]\nannotators: [a1]")
    stars = "layer: toy\nattributes: [{name: stars, kind: scale, max: 9}]"
    made.scheme_file("toy").write_text(stars, "utf-8")
    server = Memory()
    pushed(server, made)
    said = {"from_name": "stars", "to_name": "text", "type": "rating", "value": {"rating": 9}}
    server.held[server.made[0]["id"]][0]["annotations"] = [{"id": 1, "result": [said]}]
    made.scheme_file("toy").write_text(stars.replace("9", "5"), "utf-8")
    with pytest.raises(ServerError, match=r"or its drafts: 9 of stars \(1\);"):
        pushed(server, project.load(made.root))


# The judge's tasks

TWO = {"1": "Sami met Layla.", "2": "Omar left Acme."}


@pytest.fixture
def waiting(tmp_path, monkeypatch):
    """A corpus with two articles that wait for the judge, and the server that `qawl push` finds."""
    folder = corpora.corpus(tmp_path / "corpus", corpora.scheme("ner", ["PER"]), TWO, ["a1", "a2"])
    second_says(folder, 8)
    corpora.qawl(folder, "adjudicate")
    server = Memory()
    monkeypatch.setattr(studio_client, "connect", lambda corpus: server)
    return folder, server


def second_says(folder, end):
    """The second annotator's spans end here in both texts; the first one's end at 4."""
    ends = {"a1": 4, "a2": end}
    done = {
        who: dict.fromkeys(TWO, corpora.work([corpora.mark("r", "PER", 0, to)]))
        for who, to in ends.items()
    }
    corpora.pull(folder, "ner", TWO, done)


def judges(server):
    """The articles in the judge's project."""
    return sorted(
        task["data"]["article_id"]
        for made in server.made
        if "adjudication" in made["description"]
        for task in server.held[made["id"]]
    )


def test_the_judge_is_asked_what_annotators_say_now(waiting):
    """The judge's tasks were kept from `adjudicate` on: work that was corrected before the push was asked
    as it had been, and the verdict on it counted nothing."""
    folder, server = waiting
    second_says(folder, 4)
    assert corpora.main(folder, "push")[0] == 0
    assert not judges(server)
    second_says(folder, 6)
    assert corpora.main(folder, "push")[0] == 0
    (made,) = (each for each in server.made if "adjudication" in each["description"])
    bases = {each["data"]["article_id"]: each["data"]["basis"] for each in server.held[made["id"]]}
    corpora.qawl(folder, "adjudicate")
    asked = corpora.judge_tasks(folder, "ner")
    assert {each["data"]["article_id"]: each["data"]["basis"] for each in asked} == bases
    assert len(bases) == 2


def test_what_differs_only_since_gold_was_made_waits_for_the_next(waiting):
    """The lead says with `adjudicate` when a judge is to decide."""
    folder, server = waiting
    second_says(folder, 4)
    corpora.qawl(folder, "adjudicate")
    second_says(folder, 7)
    assert corpora.main(folder, "push")[0] == 0
    assert not judges(server)
    corpora.qawl(folder, "adjudicate")
    assert corpora.main(folder, "push")[0] == 0
    assert len(judges(server)) == 2


def told(folder, *words):
    code, said = corpora.main(folder, *words)
    assert code == 0, said
    return said


def test_what_the_judge_s_tasks_lack_is_told_by_push_and_by_tasks(waiting, tmp_path):
    """`push` said nothing of edited annotations, on which a verdict counts no more once they are derived
    again; both said nothing of gold that had lost lines, and wrote "0 tasks"."""
    folder, _ = waiting
    written = ("tasks", "--layer", "ner", "--judge", "--out", str(tmp_path / "judge.json"))
    lacks = "ner: gold lacks what is open in {}: run `qawl adjudicate`"
    for words in (["push"], written):
        said = told(folder, *words)
        assert ("warning:" in said, "gold lacks" in said) == (False, False)
    gold_, made = folder / "exports/gold/ner.jsonl", folder / "exports/annotations/ner.jsonl"
    first, second = gold_.read_bytes().splitlines(keepends=True)
    for lines, count in ((first, "1 article"), (b"", "2 articles")):
        gold_.write_bytes(lines)
        for words in (["push"], ["push", "--dry-run"], written):
            assert told(folder, *words).count(lacks.format(count)) == 1
    assert f"{tmp_path / 'judge.json'}: 0 tasks" in told(folder, *written)
    gold_.write_bytes(first + second)
    made.write_bytes(made.read_bytes().replace(b'"end":8', b'"end":9'))
    stale = "warning: exports/annotations/ner.jsonl is not what the journal and the scheme give now"
    for words in (["push"], written):
        assert told(folder, *words).count(stale) == 1


def test_a_push_without_gold_says_that_the_judge_gets_nothing(tmp_path, monkeypatch):
    """A release decides by itself and says that a judge has open points; `push` sent no task of them, as
    there was no gold, and said that all was in step."""
    folder = corpora.corpus(tmp_path / "corpus", corpora.scheme("ner", ["PER"]), TWO, ["a1", "a2"])
    server = Memory()
    monkeypatch.setattr(studio_client, "connect", lambda corpus: server)
    assert "no gold" not in told(folder, "push")
    second_says(folder, 8)
    assert "no gold" not in told(folder, "push"), "annotators have only begun"
    corpora.qawl(folder, "release", "0.1.0")
    assert told(folder, "push").count("ner has no gold here: run `qawl adjudicate`") == 1
    corpora.qawl(folder, "adjudicate")
    assert "add 2 tasks to" in told(folder, "push")


def test_a_judge_whose_annotations_are_gone_keeps_their_tasks(waiting):
    """Annotations that are gone, as in a copy without them, looked as if nothing were left to decide: the
    judge's tasks would be taken from the server."""
    folder, server = waiting
    assert corpora.main(folder, "push")[0] == 0
    (folder / "exports/annotations/ner.jsonl").unlink()
    code, said = corpora.main(folder, "push")
    assert (code, "qawl pull --rebuild" in said) == (1, True), said
    assert len(judges(server)) == 2


def test_a_judge_whose_gold_is_gone_keeps_their_tasks(waiting):
    """In a copy without exports/gold nothing was left to decide: push took the judge's open tasks away."""
    folder, server = waiting
    assert corpora.main(folder, "push")[0] == 0
    (folder / "exports/gold/ner.jsonl").unlink()
    for words in (["push"], ["push", "--dry-run"], ["push", "--recover"]):
        code, said = corpora.main(folder, *words)
        assert (code, "no gold here: run `qawl adjudicate`" in said) == (1, True), said
        assert len(judges(server)) == 2
    corpora.qawl(folder, "adjudicate")
    assert "nothing to do" in corpora.main(folder, "push")[1]


def test_a_clone_without_what_git_leaves_out_takes_nothing_from_the_server(waiting, monkeypatch):
    """A push of a clone without suggestions took them from all open tasks, and without gold from the judge
    what waits: it looked as if nobody wanted them."""
    folder, server = waiting
    monkeypatch.setattr(git_files, "LARGEST", 10)
    for words in (["pull", "--rebuild"], ["adjudicate"], ["suggest", "--layer", "ner"]):
        corpora.qawl(folder, *words)
    assert corpora.main(folder, "push")[0] == 0
    before = copy.deepcopy(server.held)
    for of, command in git_files.MADE_BY.items():
        path = folder / f"exports/{of}/ner.jsonl"
        content = path.read_bytes()
        path.unlink()
        code, said = corpora.main(folder, "push")
        path.write_bytes(content)
        assert (code, f"exports/{of}/ner.jsonl is not here" in said) == (1, True), said
        assert f"run `{command}`" in said
        assert server.held == before
    assert "nothing to do" in corpora.main(folder, "push")[1]


@pytest.mark.parametrize("skipped", [False, True])
def test_a_first_annotation_is_no_disagreement_with_what_comes_after(waiting, skipped):
    """Gold of one annotator alone is open until the second has come; the judge was asked at once, though
    the lead had not said so with `adjudicate`."""
    folder, server = waiting
    (folder / "in.jsonl").write_text(json.dumps({"text": "Bo met Ana.", "source": "desk"}), "utf-8")
    corpora.qawl(folder, "ingest", folder / "in.jsonl")
    lines = (folder / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    (new,) = (each["id"] for each in map(json.loads, lines) if each["text"] == "Bo met Ana.")
    for who, end, user in (("a1", 2, 1), ("a2", 6, 2)):
        marks = [corpora.mark("r", "PER", 0, end)]
        work = corpora.work(marks, skipped=skipped and who == "a2")
        task = corpora._task("ner", 3, user, "Bo met Ana.", work)
        (folder / "work.json").write_text(json.dumps([task]), "utf-8")
        words = ["--layer", "ner", "--annotator", who]
        corpora.qawl(folder, "pull", "--from", folder / "work.json", *words)
        if who == "a1":
            corpora.qawl(folder, "adjudicate")
        assert corpora.main(folder, "push")[0] == 0
        assert new not in judges(server)
    corpora.qawl(folder, "adjudicate")
    assert corpora.main(folder, "push")[0] == 0
    assert new in judges(server)


def test_the_judge_gets_no_article_that_was_withdrawn_since(waiting):
    folder, server = waiting
    corpora.main(folder, "push")
    first, second = judges(server)
    corpora.qawl(folder, "withdraw", first, "--reason", "asked for")
    assert corpora.main(folder, "push")[0] == 0
    assert judges(server) == [second]


def test_a_further_question_to_the_judge_is_no_lost_work(waiting, tmp_path):
    """After a reader's correction, or where an annotator changed work, `push` said that the server had
    lost the judge's work, and to put it back."""
    folder, server = waiting
    corpora.main(folder, "push")
    (made,) = (each for each in server.made if "adjudication" in each["description"])
    verdicts = [
        {"id": number, "data": each["data"], "annotations": [{"id": number, "result": []}]}
        for number, each in enumerate(server.held[made["id"]], 50)
    ]
    (tmp_path / "judged.json").write_text(json.dumps(verdicts), "utf-8")
    corpora.qawl(
        folder, "pull", "--from", str(tmp_path / "judged.json"), "--layer", "ner", "--judge"
    )
    corpora.qawl(folder, "adjudicate")
    work = {"a1": {name: corpora.work([corpora.mark("r", "PER", 0, 3)]) for name in TWO}}
    corpora.pull(folder, "ner", TWO, work)
    assert "2 wait for a judge" in corpora.qawl(folder, "adjudicate").output
    code, said = corpora.main(folder, "push")
    assert (code, "add 2 tasks" in said, "--recover" in said) == (0, True, False)


def test_a_project_whose_mark_looks_like_an_annotators_is_refused(waiting):
    """Whoever may edit projects can write any name into the mark."""
    folder, server = waiting
    corpora.main(folder, "push")
    for made in server.made:
        made["description"] = made["description"].replace("annotator=a1", "annotator=ａ１")
    code, output = corpora.main(folder, "push")
    assert code == 1
    assert "ａ１ and a1 look alike" in output


def test_a_server_that_keeps_keys_in_another_order_has_the_same_tasks():
    """PostgreSQL's jsonb does: a push of the judge's tasks never came to an end there."""
    data = {"text": "x", "points": [{"label": "PER", "a": {"z": 1, "b": None}}], "names": {}}
    other = {"names": {}, "points": [{"a": {"b": None, "z": 1}, "label": "PER"}], "text": "y"}
    assert tasks.digest(data, "text") == tasks.digest(other, "text")
    other["points"][0]["a"]["z"] = 2
    assert tasks.digest(data, "text") != tasks.digest(other, "text")


@pytest.mark.parametrize("name", ["My corpus, 2024", "x layer=toy annotator=a1 scheme=1", "a@b#c"])
def test_projects_are_known_again_whatever_the_name_of_the_corpus(name, make_corpus):
    """People's names have spaces, which part the words of the mark: each push made new projects."""
    made = make_corpus(*TEXTS, settings=LINES)
    path = made.root / "qawl.yaml"
    lines = path.read_text("utf-8").splitlines()
    path.write_text(
        "\n".join(f"name: '{name}'" if each.startswith("name:") else each for each in lines)
    )
    server = Memory()
    pushed(server, made)
    assert len(server.made) == 2
    assert pushed(server, made) == []


def test_a_second_corpus_of_one_name_does_not_touch_the_projects_of_the_first(
    tmp_path, monkeypatch
):
    """They are known by the name alone: a push removed the open tasks of the other team."""
    server = Memory()
    monkeypatch.setattr(studio_client, "connect", lambda corpus: server)
    current = corpora.scheme("ner", ["PER"])
    first, second = (
        corpora.corpus(tmp_path / name, current, those, ["a1"])
        for name, those in (("first", TWO), ("second", {"1": "Nobody knows it yet."}))
    )
    assert corpora.main(first, "push")[0] == 0
    before = copy.deepcopy((server.made, server.held))
    for words in (["push"], ["push", "--dry-run"], ["push", "--recover"]):
        code, said = corpora.main(second, *words)
        assert code == 1
        assert "are of another corpus that is called 'trial' too" in said
        assert "give this corpus another name in qawl.yaml" in said
    # Where the file of the articles is gone, to delete the projects would be the wrong way out.
    articles = first / "corpus" / "articles.jsonl"
    there = articles.read_bytes()
    articles.unlink()
    code, said = corpora.main(first, "push")
    articles.write_bytes(there)
    assert code == 1
    assert "articles.jsonl has no articles" in said
    assert "bring the file back" in said
    assert "delete" not in said
    assert (server.made, server.held) == before
    # The same corpus on another lead's machine, where an article came meanwhile.
    clone = corpora.corpus(tmp_path / "clone", current, {**TWO, "3": "A new one."}, ["a1"])
    assert corpora.main(clone, "push")[0] == 0
    assert sum(map(len, server.held.values())) == 3
    settings = second / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8").replace("name: trial", "name: other"), "utf-8")
    assert corpora.main(second, "push")[0] == 0
    assert sum(map(len, server.held.values())) == 4


def test_what_changed_after_a_verdict_goes_to_the_judge_anew(waiting, tmp_path):
    """Push said that nothing was left to decide there."""
    folder, server = waiting
    corpora.qawl(folder, "push")
    (project_,) = (each["id"] for each in server.made if "adjudication" in each["description"])
    first, _ = server.held[project_]
    (path,) = tmp_path.glob("*-a2.json")
    tasks = json.loads(path.read_text("utf-8"))
    result = tasks[0]["annotations"][0]["result"]
    times = dict.fromkeys(("created_at", "updated_at"), "2026-03-01T00:00:00Z")
    first["annotations"] = [{"id": 90, "completed_by": 9, "result": result, **times}]
    export = tmp_path / "judged.json"
    export.write_text(json.dumps([first]), "utf-8")
    corpora.qawl(folder, "pull", "--from", export)
    corpora.qawl(folder, "adjudicate")
    for task in tasks:
        changed = task["annotations"][0]
        changed["updated_at"] = "2027-01-01T00:00:00Z"
        changed["result"][0]["value"] |= {"end": 2, "text": task["data"]["text"][:2]}
    path.write_text(json.dumps(tasks), "utf-8")
    corpora.qawl(folder, "pull", "--from", path, "--layer", "ner", "--annotator", "a2")
    corpora.qawl(folder, "adjudicate")
    said = corpora.qawl(folder, "push").output
    assert "add 2 tasks to trial · ner · adjudication\n" in said
    assert "remove 1 task without work from trial · ner · adjudication: what annotators did" in said
    assert "--recover" not in said
