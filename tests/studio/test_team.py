"""The pages for the team, in three languages, through the functions that the commands call on a corpus."""

import contextlib
import re

import pytest
from click.testing import CliRunner
from memory import Memory

from qawl import cli
from qawl.core import files, project
from qawl.core.records import Annotation, Gold, GoldSpan, Span
from qawl.studio import client as studio_client
from qawl.studio import push, status
from strategies import article

TEXT = "قال أحمد سعيد نعم"
SAID = {
    "ar": ("أين وصلنا", "الكيانات", "المهمة التالية", "rtl"),
    "en": ("where we stand", "Entities", "next task", "ltr"),
    "fr": ("où nous en sommes", "Entities", "tâche suivante", "ltr"),
    "he": ("where we stand", "Entities", "next task", "ltr"),
}


class Counting(Memory):
    """With the counts that `qawl status` asks a server for."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass

    def projects(self):
        for each in super().projects():
            done = [task for task in self.held[each["id"]] if task["annotations"]]
            yield {
                **each, "task_number": len(self.held[each["id"]]), "total_annotations_number": 0,
                "skipped_annotations_number": 0, "num_tasks_with_annotations": len(done),
            }  # fmt: skip

    def count(self, project_, where):
        found = [each["id"] for each in self.tasks(project_, where=where)]
        return len(found), next(iter(found), None)


@pytest.fixture(params=sorted(SAID))
def page(request, make_corpus, monkeypatch, tmp_path):
    identity = article(TEXT).id
    lines = f"language: {request.param}\nlayers: [entity]\nannotators: ['<b>', a2]\ntraining: [{identity}]"
    made = make_corpus(TEXT, "two", settings=lines.replace("'<b>'", "a1"))
    server = Counting()
    push.bring(server, made)
    mine = Span("r", "PERS", 4, 13, TEXT[4:13], {}, unsure="?")
    record = Annotation(
        article_id=identity, layer="entity", annotator="a1", text_sha256=article(TEXT).text_sha256,
        scheme_version="0.1", spans=(mine, Span("s", "ORG", 0, 3, TEXT[:3])),
    )  # fmt: skip
    files.write(made.annotations_file("entity"), [record])
    gold = Gold(
        article_id=identity, layer="entity", text_sha256=record.text_sha256, scheme_version="0.1",
        decided_by="adjudicator", complete=True,
        spans=(GoldSpan(id="g", label="PERS", start=4, end=13, text=TEXT[4:13]),),
    )  # fmt: skip
    files.write(made.gold_file("entity"), [gold])
    monkeypatch.setattr(studio_client, "connect", lambda _: server)
    with contextlib.chdir(made.root):
        done = CliRunner().invoke(cli.group, ["status", "--html", str(tmp_path / "team.html")])
    assert done.exit_code == 0, done.output
    return request.param, (tmp_path / "team.html").read_text("utf-8")


def test_the_page_says_who_has_done_what_in_the_corpuss_language(page):
    language, said = page
    title, layer, following, way = SAID[language]
    assert f'dir="{way}"' in said
    assert title in said
    assert layer in said
    assert said.count("?labeling=1") == 2
    assert f">{following}</a>" in said
    first = said[said.index("<bdi>a1") : said.index("<bdi>a2")]
    assert "<td>0.67</td>" in first
    assert re.search(r"<td>1</td><td><a", first)
    assert "entity" not in re.sub(r"<[^>]*>", "", said)


def test_the_next_task_is_where_label_studio_hands_them_out(make_corpus):
    made = make_corpus(TEXT, settings="layers: [entity]\nannotators: [a1]")
    server = Counting()
    push.bring(server, made)
    (found,) = status.standings(server, project.load(made.root))
    assert found.next == f"{server.url}/projects/1/data?labeling=1"


@pytest.mark.parametrize(("language", "task"), [("ar", "الأخطاء: 0"), ("fr", "Erreurs : 0")])
def test_findings_and_feedback_speak_it_too_by_titles(recorded, tmp_path, language, task):
    path = recorded.root / "qawl.yaml"
    path.write_text(
        path.read_text("utf-8").replace("language: ar", f"language: {language}", 1), "utf-8"
    )
    with contextlib.chdir(recorded.root):
        for command in ("validate", "agreement"):
            done = CliRunner().invoke(
                cli.group, [command, "--html", str(tmp_path / f"{command}.html")]
            )
            assert done.exit_code == 0, done.output
    findings = (tmp_path / "validate.html").read_text("utf-8")
    assert task in findings
    feedback = (tmp_path / "agreement.html").read_text("utf-8")
    shown = re.sub(r"<[^>]*>", " ", feedback)
    title = {"ar": "مضمون القول", "fr": "Content"}[language]
    assert title in shown
    for code in ("CONTENT", "quote_type", "exact_f1", "has_source", "not_checkable"):
        assert code not in shown, code
