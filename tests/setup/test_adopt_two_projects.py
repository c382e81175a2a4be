"""Label Studio Community keeps no annotators apart, so teams give each a project: the same texts come in
two exports. Each text is an article for each project, in one group; `qawl pull --from` makes it one."""

import json

import pytest

from corpora import agreement, main, qawl

TEXTS = ["Mona lives in Bonn.", "Omar lives in Cairo."]


def export(folder, name, project, users, texts=TEXTS, *, first=0, label="P"):
    """An export of one project in which each user did each text; returns its path."""
    tasks = []
    for number, text in enumerate(texts, first + 1):
        span = {"start": 0, "end": 4, "text": text[:4], "labels": [label]}
        result = [
            {"id": "r", "from_name": "label", "to_name": "text", "type": "labels", "value": span}
        ]
        work = [
            {"id": 100 * number + at, "completed_by": user, "result": result}
            for at, user in enumerate(users)
        ]
        tasks.append(
            {"id": number, "project": project, "data": {"text": text}, "annotations": work}
        )
    (folder / name).write_text(json.dumps(tasks), "utf-8")
    return str(folder / name)


def account(name):
    return {"id": len(name), "email": f"{name}@team.example"}


def adopted(folder, *exports):
    """(report, articles, what `qawl agreement` says of the layer)."""
    into = folder / "corpus"
    report = json.loads(qawl(folder, "adopt", *exports, "--into", into, "--json").stdout)
    lines = (into / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    return report, [json.loads(each) for each in lines], agreement(into, "label")


@pytest.mark.parametrize("turned", [False, True])
def test_a_text_in_the_projects_of_two_people_is_two_articles_and_the_report_says_so(
    tmp_path, turned
):
    """Tasks stay apart; without a word, nobody would know why nobody can be compared."""
    mine = export(tmp_path, "mine.json", 1, [account("ann")])
    theirs = export(tmp_path, "theirs.json", 2, [account("bruno")], first=10)
    exports = [theirs, mine] if turned else [mine, theirs]
    report, articles, _ = adopted(tmp_path, *exports)
    assert (report["records"]["tasks"], report["records"]["annotations"]) == (4, 4)
    assert (len(articles), len({each["group"] for each in articles})) == (4, 2)
    [said] = [each for each in report["notes"] if "`qawl pull --from`" in each]
    assert said.startswith("2 tasks have a text that others did in another project")


@pytest.mark.parametrize(
    ("project", "who"),
    [(1, "bruno"), (1.0, "bruno"), (2, "ann")],
    ids=["one project has it twice", "written as 1.0", "one annotator did it twice"],
)
def test_other_equal_texts_stay_articles_of_one_group(tmp_path, project, who):
    """They were told apart on purpose, and no work may stand in the place of other work."""
    mine = export(tmp_path, "mine.json", 1, [account("ann")])
    again = export(tmp_path, "again.json", project, [account(who)], first=10)
    report, articles, _ = adopted(tmp_path, mine, again)
    assert not [each for each in report["notes"] if "another project" in each]
    assert (len(articles), len({each["group"] for each in articles})) == (4, 2)
    assert report["records"]["annotations"] == 4


def test_a_layer_that_is_there_says_how_more_work_of_it_comes_in(tmp_path):
    """It advised `--layer`, and the second annotator's work became a layer of its own."""
    mine = export(tmp_path, "mine.json", 1, [account("ann")])
    theirs = export(tmp_path, "theirs.json", 2, [account("bruno")], first=10)
    into = tmp_path / "corpus"
    qawl(tmp_path, "adopt", mine, "--into", into)
    code, said = main(tmp_path, "adopt", theirs, "--into", str(into))
    assert code == 1
    assert "more work of this layer comes in with `qawl pull --from FILE`" in said
    qawl(into, "pull", "--from", theirs)
    assert agreement(into, "label")["exact_f1"]["n"] == 4
