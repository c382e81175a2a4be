"""What annotators see and do, in a real headless Chromium before a real Label Studio."""

import shutil
import time

import pytest

from browser import Hands
from conftest import skip_or_fail
from qawl.annotations import derive
from qawl.scheme import scheme
from qawl.studio import plan, pull, push
from qawl.validation import validate

pytestmark = [pytest.mark.live, pytest.mark.browser]

TEXT = (
    "سطر قصير.\n"
    "وكتب أحد السكان: «أول كوب ماء 👩‍🚀 شكرا لمن صبر».\n"
    "وانتهى اليوم الأول\n"
    "ثم بدأ الثاني.\n"
    + "وهذا سطر يملأ الصفحة حتى يصير المقال أطول من الشاشة.\n" * 45
    + "وأكد الوزير كريم الصافي الأربعاء أن المشروع بدأ"
)


@pytest.fixture(scope="module")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium")
    if chromium is None:
        skip_or_fail("no Chromium: install Debian's package chromium")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(
            executable_path=chromium,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--no-first-run",
                "--disable-sync",
            ],
        )
        yield opened
        opened.close()


@pytest.fixture
def open_task(browser, served, label_studio):
    """open_task(layer, name, …) → (corpus, client, Hands on the layer's first task)."""
    contexts = []

    def opened(layer, name, **fields):
        settings = f"layers: [{layer}]\nannotators: [a1]"
        corpus, client = served(TEXT, name=name, settings=settings, **{"title": "عنوان", **fields})
        for step in plan.plan(client, corpus):
            for task in step.add:
                if "speakers" in task.data:
                    task.data["speakers"] = [{"value": "كريم الصافي"}, {"value": "وزارة المياه"}]
            push.apply(client, step)
        remote = plan.remotes(client, corpus)[0]
        task = next(plan.remote_tasks(client, remote))
        context = browser.new_context(viewport={"width": 1400, "height": 900})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{label_studio.url}/user/login/")
        page.fill("input[name=email]", label_studio.username)
        page.fill("input[name=password]", label_studio.password)
        page.click("button[type=submit]")
        page.wait_for_url("**/*", wait_until="networkidle")
        page.goto(f"{label_studio.url}/projects/{remote.id}/data?task={task.id}")
        page.wait_for_selector(".lsf-richtext__line", timeout=60_000)
        time.sleep(1)
        return corpus, client, Hands(page, TEXT)

    yield opened
    for context in contexts:
        context.close()


def submit_and_pull(hands, corpus, client, layer):
    """Submits, pulls, and returns the record that arrived."""
    with hands.page.expect_response(
        lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
    ) as sent:
        hands.page.click("[data-testid=bottombar-submit-button]")
    assert sent.value.ok
    pull.pull(client, corpus)
    return next(derive.read(corpus, layer))


@pytest.mark.parametrize(
    ("layer", "keys"),
    [("entity", ["p", "e", "o"]), ("quote", ["3", "4", "2"]), ("claim", ["2", "2", "2"])],
)
def test_what_is_selected_is_what_arrives(open_task, layer, keys):
    """Labels without required attributes: others Label Studio does not take unless they are set."""
    corpus, client, hands = open_task(layer, f"browser-{layer}")
    labels = {label.hotkey: label.name for label in scheme.load(corpus, layer).labels}
    wanted = {
        (labels[keys[0]], *hands.mark(keys[0], "أحد السكان")),
        (labels[keys[1]], *hands.mark(keys[1], "الأول\nثم بدأ")),
        (labels[keys[2]], *hands.mark(keys[2], "شكرا", after="🚀")),
    }
    record = submit_and_pull(hands, corpus, client, layer)
    assert {(span.label, span.start, span.end) for span in record.spans} == wanted
    for span in record.spans:
        assert span.text == TEXT[span.start : span.end]


def test_short_arabic_lines_stand_on_the_right(open_task):
    _, _, hands = open_task("entity", "browser-right")
    box = hands.page.locator(".lsf-htx-richtext").bounding_box()
    start = hands.page.evaluate(
        "() => document.querySelector('.lsf-richtext__line').getClientRects()[0].right"
    )
    end = hands.page.evaluate(
        "() => document.querySelector('.lsf-richtext__line').getClientRects()[0].left"
    )
    assert start > box["x"] + box["width"] - 20
    assert end > box["x"] + box["width"] / 2


def test_the_head_shows_what_is_known_of_an_article_and_nothing_else(open_task):
    """The editor has words of its own, as `source`, for which it shows the whole task as JSON."""
    known = {"title": "عنوان", "source": "رويترز", "published": "2024-05-18"}
    _, _, hands = open_task("entity", "browser-head", **known)
    assert hands.page.locator(".qawl-head").inner_text().split() == [*known.values()]
    _, _, hands = open_task("entity", "browser-bare", title=None, source=None, published=None)
    assert not hands.page.locator(".qawl-head").inner_text().strip()


def test_a_whole_quote_in_the_last_paragraph(open_task):
    """Attributes are in view, nothing moves, and cue, source, content, two arrows, type, status and
    speaker take at most 16 actions."""
    corpus, client, hands = open_task("quote", "browser-whole-quote")
    start, end = hands.place("أن المشروع بدأ")
    hands.show(start)
    cue = hands.mark("2", "أكد")
    source = hands.mark("3", "الوزير كريم الصافي")
    content = hands.mark("1", "أن المشروع بدأ")
    before = hands.middle(start, end)
    hands.select(*content)
    assert hands.middle(start, end) == before
    page = hands.page
    for name in ("غير مباشر", "مذكور بالاسم", "كريم الصافي"):
        box = page.locator(f"label:has-text('{name}')").first.bounding_box()
        assert box is not None, name
        assert 0 < box["y"] < 880, name
    hands.choose("w")
    hands.choose("a")
    hands.click_name("كريم الصافي")
    hands.arrow_to(*cue)
    hands.select(*content)
    hands.arrow_to(*source)
    assert hands.actions <= 16, hands.done
    record = submit_and_pull(hands, corpus, client, "quote")
    spans = {span.label: span for span in record.spans}
    assert spans["CONTENT"].attributes == {
        "quote_type": "indirect",
        "source_status": "named",
        "speaker": "كريم الصافي",
    }
    drawn = {(each.label, each.from_, each.to) for each in record.relations}
    assert drawn == {
        ("has_cue", spans["CONTENT"].id, spans["CUE"].id),
        ("has_source", spans["CONTENT"].id, spans["SOURCE"].id),
    }
    assert not [each for each in validate.validate(corpus) if each.severity == "error"]


def test_the_feedback_page_opens_fast_and_filters(browser, make_corpus):
    """One self-contained page with a thousand disagreements: under two seconds, offline."""
    from qawl.agreement import page as agreement_page
    from qawl.agreement import report
    from qawl.core import files
    from qawl.core.records import Annotation, Span
    from strategies import article

    words = "قال الوزير إن المشروع بدأ في المدينة "
    text = words * 60
    made = make_corpus(
        *(f"{text}{n}" for n in range(10)), settings="layers: [entity]\nannotators: [a1, a2]"
    )
    records = []
    for n in range(10):
        frozen = article(f"{text}{n}")
        for who, label in (("a1", "PERS"), ("a2", "ORG")):
            starts = [at for at, each in enumerate(frozen.text) if each == " "][:200:2]
            spans = tuple(
                Span(f"{who}{at}", label, at + 1, at + 3, frozen.text[at + 1 : at + 3])
                for at in starts
            )
            records.append(
                Annotation(
                    article_id=frozen.id,
                    layer="entity",
                    annotator=who,
                    text_sha256=frozen.text_sha256,
                    scheme_version="0.1",
                    spans=spans,
                )
            )
    records.sort(key=lambda each: (each.article_id, each.annotator))
    files.write(made.annotations_file("entity"), records)
    path = made.root / "page.html"
    files.write_text(path, agreement_page.page(made, report.report(made).layers))
    page = browser.new_page()
    requests = []
    page.on("request", lambda request: requests.append(request.url))
    started = time.monotonic()
    page.goto(path.as_uri())
    assert page.locator(".place").count() == 1000
    assert time.monotonic() - started < 2
    assert requests == [path.as_uri()]
    assert page.locator(".place").first.get_attribute("dir") == "rtl"
    page.select_option("#who", "a1")
    assert page.locator("#count").inner_text() == "1000"
    page.select_option("#label", "GPE")
    assert page.locator("#count").inner_text() == "0"
    page.close()
