"""A judge decides by clicks alone, in a real headless Chromium before a real Label Studio."""

import re
from string import ascii_letters

import pytest
from test_browser import browser, signed_in, submit, to_the_stream  # noqa: F401 - fixtures

from conftest import ROOT
from loop import Loop
from qawl.core import project
from qawl.core.records import JUDGE
from qawl.studio import plan

pytestmark = [pytest.mark.live, pytest.mark.browser]

LETTERS = set(ascii_letters)
WORDS = {"ar": ("المخاطَب", "مختلط"), "en": ("Addressee", "Mixed")}
TEXT = "قال أحمد سعيد للصحافيين إن المشروع بدأ أمس\n" + "وهذا سطر آخر يملأ الصفحة.\n" * 12


def place(words):
    """Where these words stand."""
    start = TEXT.index(words)
    return start, start + len(words)


def results(who, text):
    """Two annotators: they differ in a type, in an edge, in whether there is an addressee."""
    found = []

    def mark(identity, label, place, **values):
        where = {"start": place[0], "end": place[1], "text": text[slice(*place)]}
        one = {"id": identity, "to_name": "text"}
        found.append(
            {**one, "from_name": "quote", "type": "labels", "value": {**where, "labels": [label]}}
        )
        for name, value in values.items():
            found.append(
                {
                    **one,
                    "from_name": name,
                    "type": "choices",
                    "value": {**where, "choices": [value]},
                }
            )

    def arrow(to):
        found.append({"type": "relation", "from_id": "c", "to_id": to, "direction": "right"})

    mark("c", "CONTENT", place("إن المشروع بدأ أمس"), quote_type="indirect" if who == 1 else "mixed",
         source_status="named")  # fmt: skip
    mark("u", "CUE", place("قال"))
    mark("s", "SOURCE", place("أحمد" if who == 1 else "أحمد سعيد"))
    arrow("u")
    arrow("s")
    if who == 1:
        mark("a", "ADDRESSEE", place("للصحافيين"))
        arrow("a")
    return found


@pytest.fixture
def asked(tmp_path, label_studio, monkeypatch, signed_in):  # noqa: F811
    """Takes a corpus in which two annotators differ to its judge: the loop, and the page with the task open."""

    def ask(name, layer, scheme, work, **more):
        monkeypatch.setenv("LABEL_STUDIO_API_KEY", label_studio.token)
        settings = f"label_studio: {{url: {label_studio.url}}}\nannotators: [a1, a2]"
        loop = Loop(tmp_path / "c", {layer: scheme}, [TEXT], settings, **more)
        yaml = (loop.folder / "qawl.yaml").read_text("utf-8")
        (loop.folder / "qawl.yaml").write_text(yaml.replace("loop", name), "utf-8")
        loop.annotate(layer, work)
        loop.run("adjudicate")
        loop.run("push")
        _, judge = project_of_the_judge(loop)
        page = signed_in(1280, 720)
        to_the_stream(page, f"{label_studio.url}/projects/{judge.id}/data?labeling=1")
        page.wait_for_selector(".qawl-point", timeout=60_000)
        return loop, page

    return ask


def project_of_the_judge(loop):
    """The corpus, and the judge's project as Label Studio has it now."""
    from qawl.studio.client import connect

    corpus = project.load(loop.folder)
    with connect(corpus) as client:
        (judge,) = (each for each in plan.remotes(client, corpus) if each.annotator == JUDGE)
    return corpus, judge


@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_verdict_by_clicks(asked, language, label_studio):
    """One click a point, nothing typed and nothing marked by hand; the verdict arrives and is gold."""
    scheme = (ROOT / "label_config/quote.yaml").read_text("utf-8")
    loop, page = asked(f"clicks-{language}", "quote", scheme, results, languages=language)
    points = page.locator(".qawl-point")
    said = [points.nth(number).inner_text() for number in range(points.count())]
    assert [each.split("»")[0] for each in said] == [
        "1. «أحمد سعيد", "2. «للصحافيين", "3. «إن المشروع بدأ أمس",
    ]  # fmt: skip
    if language == "ar":
        assert not [each for each in said if set(re.sub(r"\[.\]", "", each)) & LETTERS - {"A", "B"}]
    page.click("[data-testid=bottombar-submit-button]")
    page.locator(".ant-modal-content").first.wait_for(timeout=20_000)
    page.keyboard.press("Escape")
    page.locator(".ant-modal-content").first.wait_for(state="hidden", timeout=20_000)
    for number, words in enumerate(["«أحمد سعيد»", WORDS[language][0], WORDS[language][1]]):
        points.nth(number).locator(f"label:has-text('{words}')").first.click()
        page.wait_for_timeout(200)
    submit(page)
    loop.run("pull")
    assert "all complete" in loop.run("adjudicate")
    (gold,) = loop.records("quote", "gold")
    assert gold["decided_by"] == "adjudicator"
    assert {(each["label"], each["text"]) for each in gold["spans"]} == {
        ("CUE", "قال"), ("SOURCE", "أحمد سعيد"), ("ADDRESSEE", "للصحافيين"),
        ("CONTENT", "إن المشروع بدأ أمس"),
    }  # fmt: skip
    content = next(each for each in gold["spans"] if each["label"] == "CONTENT")
    assert content["attributes"] == {"quote_type": "mixed", "source_status": "named"}
    labels = ["has_addressee", "has_cue", "has_source"]
    assert [each["label"] for each in gold["relations"]] == labels
    assert not loop.findings(severity="error")
    look_again(loop, page, points, label_studio.url)


def said_of_the_article(who, text):
    """Two annotators who differ in all that is required of the article."""

    def said(kind, name, value):
        return {"type": kind, "from_name": name, "to_name": "text", "value": value}

    return [
        said("choices", "tone", {"choices": ["calm" if who == 1 else "angry"]}),
        said("rating", "stars", {"rating": who}),
        said("taxonomy", "field", {"taxonomy": [["Law"] if who == 1 else ["Law", "courts"]]}),
        said("number", "number", {"number": who}),
        said("textarea", "note", {"text": [f"note {who}"]}),
    ]


def test_what_is_required_of_the_article_is_decided_by_clicks_alone(asked):
    """Label Studio asked for it in the bar too, and refused a task of which every point was decided."""
    scheme = (
        "layer: x\nattributes: [{name: tone, values: [calm, angry], required: true},\n"
        " {name: stars, kind: scale, max: 5, required: true}, {name: number, kind: number, required: true},\n"
        " {name: field, kind: tree, values: [{Law: [courts]}], required: true}, {name: note, kind: text, required: true}]"
    )
    loop, page = asked("clicks-of-articles", "x", scheme, said_of_the_article)
    assert page.locator(".qawl-point").count() == 5
    said = {"tone": "angry", "stars": 2, "number": 2, "field": ["Law", "courts"], "note": "note 2"}
    for name, value in said.items():
        words = value[-1] if name == "field" else value
        point = page.locator(".qawl-point").filter(has_text=f": {name}")
        point.locator(f"label:has-text('{words}')").first.click()
        page.wait_for_timeout(200)
    submit(page)
    loop.run("pull")
    assert "all complete" in loop.run("adjudicate")
    (gold,) = loop.records("x", "gold")
    assert gold["attributes"] == said
    assert not loop.findings(severity="error")


def look_again(loop, page, points, url):
    """A verdict opens as it was clicked, is changed by a click, and outlives a change of the config; a task
    that an earlier version made, without points, opens too."""
    from qawl.studio.client import connect

    corpus, judge = project_of_the_judge(loop)
    with connect(corpus) as client:
        (task,) = plan.remote_tasks(client, judge)
    page.goto(f"{url}/projects/{judge.id}/data?task={task.id}")
    page.wait_for_selector(".qawl-point", timeout=60_000)
    page.wait_for_function(
        "() => document.querySelectorAll('.qawl-point .ant-radio-wrapper-checked').length === 3",
        timeout=20_000,
    )
    points.nth(0).locator("label:has-text('«أحمد»')").first.click()
    with page.expect_response(lambda answer: answer.request.method == "PATCH") as sent:
        page.click("[data-testid=bottombar-update-button]")
    assert sent.value.ok
    loop.run("pull")
    loop.run("adjudicate")
    (gold,) = loop.records("quote", "gold")
    assert {each["text"] for each in gold["spans"] if each["label"] == "SOURCE"} == {"أحمد"}
    scheme = loop.folder / "label_config/quote.yaml"
    scheme.write_text(scheme.read_text("utf-8").replace("hotkey: q", "hotkey: y", 1), "utf-8")
    loop.run("scheme")
    loop.run("push")
    corpus, judge = project_of_the_judge(loop)
    assert 'hotkey="y"' in judge.config
    with connect(corpus) as client:
        old = next(client.tasks(judge.id, fields=("id", "data")))["data"]
        del old["qawl_points"]
        client.update_task(task.id, old)
    page.goto(f"{url}/projects/{judge.id}/data?task={task.id}")
    page.wait_for_selector(".lsf-richtext__line:has-text('قال أحمد')", timeout=60_000)
    assert points.count() == 0
