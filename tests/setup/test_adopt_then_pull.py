"""An adopted export is given to `qawl pull --from` again, as leads do when more work has come.

Label Studio gives numbers to users and annotations; other programs that write its format often give
neither. Such work became that of new annotators, without a word: each article had twice as many.
"""

import json
import shutil

import pytest
from click.testing import CliRunner

from qawl import cli

CONFIG = """<View><Text name="text" value="$text"/>
<Labels name="label" toName="text"><Label value="A"/></Labels></View>"""
SIGNED = {
    "addresses": ({"completed_by": "a@x.org"}, {"completed_by": "b@x.org"}),
    "names": ({"completed_by": {"username": "Ada"}}, {"completed_by": {"username": "آدم"}}),
    "names of older exports": ({"created_username": "ada"}, {"created_username": "ben"}),
    "nobody": ({"completed_by": None},),
}


def work(who, article, start, time=True):
    """An annotation without a number; of the last article, all say the same: that there is nothing."""
    value = {
        "start": start,
        "end": start + 4,
        "text": f"Text {article} is"[start : start + 4],
        "labels": ["A"],
    }
    region = {"id": "r", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
    when = {"created_at": f"2026-01-0{start + 1}T00:00:00Z"} if time else {}
    return {**who, **when, "result": [] if article == 3 else [region]}


def tasks(signed, time=True):
    return [
        {
            "id": number,
            "data": {"text": f"Text {number} is short."},
            "annotations": [work(who, number, start, time) for start, who in enumerate(signed)],
        }
        for number in (1, 2, 3)
    ]


@pytest.fixture(params=SIGNED.values(), ids=SIGNED)
def signed(request):
    return request.param


@pytest.fixture(params=[True, False], ids=["times", "no times"])
def adopted(tmp_path, signed, request):
    """A corpus adopted from the export beside it."""
    return adopt(tmp_path, tasks(signed, request.param))


def run(*words):
    return CliRunner().invoke(cli.group, list(map(str, words)))


def write(folder, given):
    """The export that the commands read."""
    (folder / "export.json").write_text(json.dumps(given), "utf-8")


def adopt(folder, given):
    """A corpus adopted from tasks, which are the export beside it."""
    (folder / "config.xml").write_text(CONFIG, "utf-8")
    write(folder, given)
    done = run("adopt", folder / "export.json", folder / "config.xml", "--into", folder / "c")
    assert done.exit_code == 0, done.output
    return folder / "c"


def pull(corpus, *more):
    return run("-C", corpus, "pull", "--from", corpus.parent / "export.json", *more)


def journals(corpus):
    return {each.name: each.read_bytes() for each in (corpus / "exports/journal").glob("*.jsonl")}


def test_the_same_export_is_the_same_work(adopted, signed):
    before = journals(adopted)
    assert len(before) == len(signed)
    done = pull(adopted)
    assert (done.exit_code, journals(adopted)) == (0, before), done.output


def test_more_work_of_the_same_people_is_theirs(tmp_path, signed):
    given = tasks(signed)
    later = given[0].pop("annotations")
    corpus = adopt(tmp_path, given)
    given[0]["annotations"] = later
    write(tmp_path, given)
    done = pull(corpus)
    assert done.exit_code == 0, done.output
    assert f"{len(signed)} new version" in done.output
    assert len(journals(corpus)) == len(signed)


def test_on_another_machine_pull_asks_once_who_they_are(adopted, signed):
    """The names of users stay on one machine. It asked at each pull, for it did not keep the answer."""
    shutil.rmtree(adopted / ".qawl")
    before = journals(adopted)
    done = pull(adopted)
    assert (done.exit_code, journals(adopted)) == (1, before)
    assert "3 annotations say what work of a1 says" in str(done.exception)
    assert "say it once" in str(done.exception)
    whose = [next(iter(each.values())) for each in signed]
    names = [each["username"] if isinstance(each, dict) else each for each in whose]
    answers = [f"{name}=a{number}" if name else "a1" for number, name in enumerate(names, start=1)]
    told = [word for each in answers for word in ("--annotator", each)]
    done = pull(adopted, *told)
    assert (done.exit_code, journals(adopted)) == (0, before), done.output
    done = pull(adopted)
    assert (done.exit_code, journals(adopted)) == (0, before), done.exception


def test_who_has_another_name_is_somebody_new_though_all_work_is_alike(tmp_path):
    """Two people who find nothing, or the same, are two."""
    corpus = adopt(tmp_path, tasks([{"completed_by": "a@x.org"}], time=False))
    write(tmp_path, tasks([{"completed_by": "b@x.org"}], time=False))
    done = pull(corpus)
    assert done.exit_code == 0, done.output
    assert set(journals(corpus)) == {"label.a1.jsonl", "label.a2.jsonl"}


@pytest.mark.parametrize(("first", "second"), [("nobody", "a name"), ("a name", "nobody")])
def test_who_has_a_name_is_not_nobody(tmp_path, first, second):
    """Neither has a number; that alone made them one person."""
    who = {"nobody": {"completed_by": None}, "a name": {"completed_by": "a@x.org"}}
    corpus = adopt(tmp_path, tasks([who[first]]))
    other = tasks([who[second]])
    for each in other:
        each["annotations"] = [work(who[second], 1, 5)]
    write(tmp_path, other)
    assert pull(corpus).exit_code == 0
    assert set(journals(corpus)) == {"label.a1.jsonl", "label.a2.jsonl"}


@pytest.mark.parametrize("user", [["a@x.org", "b@x.org"], [1, 2], 1.5, True], ids=str)
def test_work_of_several_people_is_adopted_only_with_a_name(tmp_path, user):
    """It became that of one annotator, as did the work of any others that were named so."""
    given = tasks([{"completed_by": 1}, {"completed_by": user}])
    (tmp_path / "config.xml").write_text(CONFIG, "utf-8")
    write(tmp_path, given)
    words = ["adopt", tmp_path / "export.json", tmp_path / "config.xml", "--json", "--into"]
    report = json.loads(run(*words, tmp_path / "c").stdout)
    assert (report["in"]["annotations"], report["records"]["annotations"]) == (6, 3)
    (left,) = report["left_out"]
    assert left["count"] == 3
    assert left["reason"].startswith("annotation of several people")
    assert set(journals(tmp_path / "c")) == {"label.a1.jsonl"}
    assert pull(tmp_path / "c").exit_code == 1
    only = [{**each, "annotations": each["annotations"][1:]} for each in given]
    write(tmp_path, only)
    done = run(*words, tmp_path / "named", "--annotator", "b1")
    assert json.loads(done.stdout)["records"]["annotations"] == 3
    assert set(journals(tmp_path / "named")) == {"label.b1.jsonl"}
