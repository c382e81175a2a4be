"""What a scheme can say, before a real Label Studio: it takes each config, and saves what it asks for."""

import time

import pytest
from test_browser import browser  # noqa: F401 - a fixture

from qawl.annotations import derive
from qawl.annotations.to_label_studio import write_results
from qawl.core import project
from qawl.core.records import Annotation, Span
from qawl.scheme import scheme
from qawl.studio import plan, pull
from qawl.studio import push as studio_push
from qawl.validation import validate

pytestmark = pytest.mark.live

TEXT = "Mona opened the bank in Tripoli."
STRANGE = ['"q" & <b>', "[/x]", "人名", "a,b", "$100"]
SCHEMES = {
    "documents": "attributes: [{name: tone, values: [calm, angry], required: true}]",
    "names": "labels: [PER, LOC]\nrelations: [in]",
    "sets": "label_sets: [{control: a, labels: [PER], multiple: true}, {control: b, labels: [LOC]}]\n"
    "attributes: [{name: sure, of: [PER, LOC], values: [yes, no], required: true}]",
    "scale": "attributes: [{name: stars, kind: scale, max: 7}, "
    "{name: likert, kind: scale, min: -2, max: 2}]",
    "number": "attributes: [{name: n, kind: number}, {name: m, kind: number, min: 0, max: 9, step: 1}]",
    "date": "attributes: [{name: day, kind: date, min: 2001-01-01}, {name: at, kind: date, time: true}]",
    "tree": "attributes: [{name: t, kind: tree, values: [{A: [b, {C: [d]}]}, E]}, "
    "{name: u, kind: tree, multiple: true, leaves_only: true, values: [{A: [b, c]}]}]",
    "texts": "attributes: [{name: notes, kind: texts}, {name: note, kind: text}]",
    "when": "attributes: [{name: tone, values: [calm, angry]}, "
    "{name: why, kind: choices, values: [a, b], when: {tone: angry}, required: true}, "
    "{name: how, kind: text, when: {tone: angry, why: b}}]",
    "context": "text_field: body\ntext_control: txt\ncontext: [headline, {field: thread, show: beside}]\n"
    "labels: [PER]\ngranularity: word\ncontrol: label",
    "strange": f'labels: {STRANGE}\nattributes: [{{name: "نوع <x>", of: {STRANGE}, values: {STRANGE}}}]',
    "region": "labels: [PER, LOC]\nattributes: [{name: n, of: [PER], kind: number}, "
    "{name: s, of: [LOC], kind: scale, max: 5}, {name: t, of: [LOC], kind: tree, values: [a]}, "
    "{name: d, of: [PER], kind: date}, {name: notes, of: [PER], kind: texts}]",
}
SAID = {
    "documents": {"tone": "calm"},
    "scale": {"stars": 7, "likert": -2},
    "number": {"n": 0.25, "m": 9},
    "date": {"day": "2024-02-29", "at": "2024-02-29T10:30"},
    "tree": {"t": ["A", "C", "d"], "u": [["A", "b"], ["A", "c"]]},
    "texts": {"notes": ["one", "two"], "note": "three"},
    "when": {"tone": "angry", "why": ["a", "b"], "how": "loudly"},
}
MARKED = {
    "names": [("PER", {}), ("LOC", {})],
    "sets": [("PER", {"sure": "yes"}), ("LOC", {"sure": "no"})],
    "context": [("PER", {})],
    "strange": [(name, {"نوع <x>": STRANGE[-1 - at]}) for at, name in enumerate(STRANGE)],
    "region": [
        ("PER", {"n": 1.5, "d": "2024-05-01", "notes": ["a", "b"]}),
        ("LOC", {"s": 3, "t": ["a"]}),
    ],
}


@pytest.fixture
def layered(served):
    """layered(scheme text, name) → (corpus, client) with one project in which a1 annotates TEXT."""

    def make(text, name):
        made, client = served(
            TEXT, name=f"scheme-{name}", settings="language: en\nlayers: [x]\nannotators: [a1]",
            context={"headline": "A bank", "thread": "First\nSecond"},
        )  # fmt: skip
        (made.label_config / "x.yaml").write_text(f"layer: x\n{text}\n", "utf-8")
        made = project.load(made.root)
        for step in plan.plan(client, made):
            studio_push.apply(client, step)
        return made, client

    return make


@pytest.mark.parametrize("name", SCHEMES)
def test_label_studio_takes_the_config_and_gives_back_what_is_said(layered, name):
    made, client = layered(SCHEMES[name], name)
    (remote,) = plan.remotes(client, made)
    current = scheme.load(made, "x")
    spans = tuple(
        Span(f"r{at}", label, at, at + 4, TEXT[at : at + 4], dict(said))
        for at, (label, said) in enumerate(MARKED.get(name, []))
    )
    record = Annotation(
        article_id="", layer="x", annotator="a1", text_sha256="", scheme_version="1",
        spans=spans, attributes=SAID.get(name, {}),
    )  # fmt: skip
    assert [step.lines() for step in plan.plan(client, made) if not step.empty] == []
    (task,) = plan.remote_tasks(client, remote)
    client.submit(task.id, {"result": write_results(record, current)})
    pull.pull(client, made)
    (found,) = derive.read(made, "x")
    assert found.attributes == record.attributes
    assert [(each.label, each.attributes) for each in found.spans] == MARKED.get(name, [])
    errors = [each for each in validate.validate(made) if each.severity == "error"]
    assert [each for each in errors if each.check != "edge-whitespace"] == []
    assert [
        line for step in plan.plan(client, made) for line in step.lines() if not step.empty
    ] == []


@pytest.fixture
def at_work(browser, label_studio):  # noqa: F811
    """at_work(corpus, client) → the page of a browser in which the first task is open."""
    contexts = []

    def opened(made, client):
        (remote,) = plan.remotes(client, made)
        (task,) = plan.remote_tasks(client, remote)
        contexts.append(browser.new_context(viewport={"width": 1400, "height": 900}))
        page = contexts[-1].new_page()
        page.goto(f"{label_studio.url}/user/login/")
        page.fill("input[name=email]", label_studio.username)
        page.fill("input[name=password]", label_studio.password)
        page.click("button[type=submit]")
        page.wait_for_url("**/*", wait_until="networkidle")
        page.goto(f"{label_studio.url}/projects/{remote.id}/data?task={task.id}")
        page.wait_for_selector(".lsf-richtext__line", timeout=60_000)
        time.sleep(1)
        return page

    yield opened
    for each in contexts:
        each.close()


def submit(page):
    page.click("[data-testid=bottombar-submit-button]")
    time.sleep(1.5)


@pytest.mark.browser
def test_label_studio_asks_for_what_is_required_where_it_is_asked_for(layered, at_work):
    made, client = layered(
        "attributes: [{name: tone, values: [calm, angry], required: true}, "
        "{name: why, values: [insult, threat], when: {tone: angry}, required: true}, "
        "{name: stars, kind: scale, max: 5}]",
        "asked",
    )
    page = at_work(made, client)
    (remote,) = plan.remotes(client, made)

    def done():
        return [task.annotated for task in plan.remote_tasks(client, remote)] == [True]

    assert not page.get_by_text("insult").is_visible()
    submit(page)
    assert not done()  # tone is required
    page.keyboard.press("Escape")
    page.get_by_text("angry").click()
    assert page.get_by_text("insult").is_visible()
    submit(page)
    assert not done()  # and why, of an angry one
    page.keyboard.press("Escape")
    page.get_by_text("threat").click()
    page.locator(".ant-rate-star").nth(3).click()
    submit(page)
    assert done()
    pull.pull(client, made)
    (found,) = derive.read(made, "x")
    assert found.attributes == {"tone": "angry", "why": "threat", "stars": 4}


@pytest.mark.browser
def test_what_is_asked_of_one_label_is_not_asked_of_others(layered, at_work):
    from browser import Hands

    made, client = layered(
        "label_sets: [{control: a, labels: [PER, {name: ORG, hotkey: '8'}]}, "
        "{control: b, labels: [{name: LOC, hotkey: '9'}]}]\n"
        "attributes: [{name: sex, of: [PER], values: [w, m], required: true},\n"
        " {name: big, of: [PER, LOC], values: [small, large], required: true}]",
        "regions",
    )
    page = at_work(made, client)
    hands = Hands(page, TEXT)
    (remote,) = plan.remotes(client, made)

    def done():
        return [task.annotated for task in plan.remote_tasks(client, remote)] == [True]

    hands.mark("8", "bank")
    hands.mark("9", "Tripoli")
    submit(page)
    assert not done()  # Tripoli wants to be big or small; the bank wants nothing
    page.keyboard.press("Escape")
    assert not page.get_by_text("m", exact=True).is_visible()
    page.get_by_text("large").click()
    submit(page)
    assert done()
    pull.pull(client, made)
    (found,) = derive.read(made, "x")
    assert [(each.label, each.attributes) for each in found.spans] == [
        ("ORG", {}),
        ("LOC", {"big": "large"}),
    ]


@pytest.mark.browser
def test_numbers_dates_trees_and_texts_are_entered_and_arrive(layered, at_work):
    made, client = layered(
        "attributes: [{name: n, kind: number, required: true}, {name: m, kind: number, max: 9, step: 3},\n"
        " {name: day, kind: date}, {name: t, kind: tree, values: [{Alpha: [beta]}, gamma]},\n"
        " {name: likert, kind: scale, min: -1, max: 1}, {name: notes, kind: texts}]",
        "entered",
    )
    page = at_work(made, client)
    page.fill("input[name=n]", "0.25")
    page.fill("input[name=m]", "6")
    page.fill("input[name=day-date]", "2024-02-29")
    page.locator("label").filter(has_text="-1").click()
    for words in ("first", "second"):
        page.locator(".qawl-bar :is(textarea, input.ant-input[type=text])").last.fill(words)
        page.keyboard.press("Shift+Enter")
        time.sleep(0.5)
    page.locator(".ant-select-selector").click()
    time.sleep(0.5)
    page.locator(".ant-select-tree-title, [class*=tree-title]").filter(
        has_text="gamma"
    ).last.click()
    page.keyboard.press("Escape")
    submit(page)
    pull.pull(client, made)
    (found,) = derive.read(made, "x")
    assert found.attributes == {
        "n": 0.25, "m": 6, "day": "2024-02-29", "t": ["gamma"], "likert": -1, "notes": ["first", "second"],
    }  # fmt: skip


ENTERED = """() => {
  const inside = document.querySelector('.qawl-attributes').getBoundingClientRect();
  const those = '.ant-rate, .lsf-number input, .htx-datetime input, .ant-select-selector, '
    + '[data-testid=htx-textbox-content], [data-testid=textarea-input]';
  const boxes = [...document.querySelectorAll('.qawl-attributes :is(' + those + ')')]
    .map((e) => e.getBoundingClientRect()).filter((box) => box.height);
  const over = boxes.filter((one, at) => one.top < inside.top || boxes.some((other, number) =>
    number > at && one.left < other.right && other.left < one.right
    && one.top < other.bottom - 1 && other.top < one.bottom - 1));
  return [boxes.length, over.length];
}"""
"""How many controls of a span are shown, and how many of them stand over another or are cut off."""


@pytest.mark.browser
def test_what_was_entered_for_a_span_stands_over_nothing_else(layered, at_work):
    from browser import Hands

    # Label Studio makes a text that was typed, stars, numbers, dates and trees higher than a row.
    made, client = layered(
        "labels: [PER]\nattributes: [{name: n, of: [PER], kind: number}, {name: note, of: [PER], kind: text},\n"
        " {name: s, of: [PER], kind: scale, max: 5}, {name: t, of: [PER], kind: tree, values: [here, there]},\n"
        " {name: day, of: [PER], kind: date}, {name: notes, of: [PER], kind: texts}]",
        "over",
    )
    page = at_work(made, client)
    Hands(page, TEXT).select(*Hands(page, TEXT).mark("1", "bank"))
    page.locator(".qawl-attributes .ant-select-selector").click()
    page.locator("[class*=tree-title]").filter(has_text="there").last.click()
    page.keyboard.press("Escape")
    page.fill("input[name=n]", "7")
    for name in ("note", "notes", "notes", "notes", "notes"):
        page.fill(f"[name={name}]", f"words {time.monotonic_ns()}")
        page.keyboard.press("Enter")
        time.sleep(0.5)
    assert page.evaluate(ENTERED) == [11, 0]
