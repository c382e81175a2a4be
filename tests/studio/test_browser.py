"""What annotators see and do, in a real headless Chromium before a real Label Studio."""

import shutil
import time

import pytest

from browser import Hands
from conftest import needs, skip_or_fail
from qawl.annotations import derive
from qawl.core import files
from qawl.core.records import Span, Suggestion
from qawl.scheme import scheme
from qawl.studio import plan, pull, push, status
from qawl.validation import validate
from strategies import article

pytestmark = [pytest.mark.live, pytest.mark.browser]

TEXT = (
    "سطر قصير.\n"
    "وكتب أحد السكان: «أول كوب ماء 👩‍🚀 شكرا لمن صبر».\n"
    "وانتهى اليوم الأول\n"
    "ثم بدأ الثاني.\n"
    + "وهذا سطر يملأ الصفحة حتى يصير المقال أطول من الشاشة.\n" * 45
    + "وأكد الوزير كريم الصافي الأربعاء أن المشروع بدأ"
)


LINES = """() => [...document.querySelectorAll('.lsf-richtext__line')].map((line) => {
  const range = document.createRange();
  range.selectNodeContents(line);
  const rects = [...range.getClientRects()];
  return [Math.min(...rects.map((r) => r.left)), Math.max(...rects.map((r) => r.right))];
})"""
"""Left and right end of the text of each line."""
INSTRUCTIONS = "text=Labeling Instructions"


@pytest.fixture(scope="module")
def browser():
    playwright = needs("playwright.sync_api")
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
def signed_in(browser, label_studio):
    """signed_in(width, height) → a page of somebody who is signed in."""
    contexts = []

    def opened(width, height):
        context = browser.new_context(viewport={"width": width, "height": height})
        contexts.append(context)
        page = context.new_page()
        page.goto(f"{label_studio.url}/user/login/")
        page.fill("input[name=email]", label_studio.username)
        page.fill("input[name=password]", label_studio.password)
        page.click("button[type=submit]")
        page.wait_for_url("**/*", wait_until="networkidle")
        return page

    yield opened
    for context in contexts:
        context.close()


def to_the_stream(page, address):
    """Opens a labelling stream, and closes the instructions that it shows first."""
    page.goto(address)
    page.locator(INSTRUCTIONS).first.wait_for(timeout=60_000)
    page.keyboard.press("Escape")
    page.locator(INSTRUCTIONS).first.wait_for(state="hidden")


@pytest.fixture
def open_task(signed_in, served, label_studio):
    """open_task(layer, name, …) → (corpus, client, Hands on the layer's first task)."""

    def opened(layer, name, *, text=TEXT, suggested=None, stream=False, size=(1400, 900), **fields):
        language = fields.pop("corpus", "ar")
        settings = f"language: {language}\nlayers: [{layer}]\nannotators: [a1]\nsuggestions: {{without: 0}}"
        corpus, client = served(text, name=name, settings=settings, **{"title": "عنوان", **fields})
        if suggested:
            corpus.suggestions_file(layer).parent.mkdir(parents=True)
            files.write(corpus.suggestions_file(layer), [suggested(text)])
        for step in plan.plan(client, corpus):
            for task in step.add:
                if "speakers" in task.data:
                    task.data["speakers"] = [{"value": "كريم الصافي"}, {"value": "وزارة المياه"}]
            push.apply(client, step)
        remote = plan.remotes(client, corpus)[0]
        task = next(plan.remote_tasks(client, remote))
        page = signed_in(*size)
        if stream:
            to_the_stream(page, status.standings(client, corpus)[0].next)
        else:
            page.goto(f"{label_studio.url}/projects/{remote.id}/data?task={task.id}")
        page.wait_for_selector(".lsf-richtext__line", timeout=60_000)
        time.sleep(1)
        return corpus, client, Hands(page, text)

    return opened


def submit(page):
    """Submits what is open."""
    with page.expect_response(
        lambda answer: "/annotations" in answer.url and answer.request.method == "POST"
    ) as sent:
        page.click("[data-testid=bottombar-submit-button]")
    assert sent.value.ok, sent.value.text()


def submit_and_pull(hands, corpus, client, layer):
    """Submits, pulls, and returns the record that arrived."""
    submit(hands.page)
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
    left, right = hands.page.evaluate(LINES)[0]
    assert right > box["x"] + box["width"] - 20
    assert left > box["x"] + box["width"] / 2


def test_the_head_shows_what_is_known_of_an_article_and_nothing_else(open_task):
    """The editor has words of its own, as `source`, for which it shows the whole task as JSON."""
    known = {"title": "عنوان", "source": "رويترز", "published": "2024-05-18"}
    _, _, hands = open_task("entity", "browser-head", **known)
    shown = hands.page.locator(".qawl-head").locator("h3, h4, h5, h6")
    assert [each for each in shown.all_inner_texts() if each] == [*known.values()]
    _, _, hands = open_task("entity", "browser-bare", title=None, source=None, published=None)
    shown = hands.page.locator(".qawl-head").locator("h3, h4, h5, h6")
    assert not any(shown.all_inner_texts())


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


STORY = (
    "أعلنت وزارة المياه أن الضخ بدأ.\n"
    "وقال الوزير كريم الصافي للصحافيين إن المشروع سيكتمل في مرسى النور.\n"
    + "وهذا سطر آخر يملأ الصفحة.\n"
    * 12
)


def story(layer, version, *spans, relations=()):
    """suggested(text) for `open_task`: spans as (id, label, words)."""

    def made(text):
        frozen = article(text)
        places = [(name, label, text.index(words), words) for name, label, words in spans]
        return Suggestion(
            article_id=frozen.id, layer=layer, model="rules", model_version=version,
            text_sha256=frozen.text_sha256, scheme_version="0.1", relations=relations,
            spans=tuple(
                Span(name, label, start, start + len(words), words)
                for name, label, start, words in places
            ),
        )  # fmt: skip

    return made


WORK = {
    # What is suggested: right, a character too long, wrong. Then what is marked by hand, and keys of values.
    "entity": (
        [("k", "ORG", "وزارة المياه"), ("t", "PERS", "كريم الصافي ل"), ("w", "EVENT", "المشروع")],
        ("t", "كريم الصافي"), ("g", "GPE", "مرسى النور"), None, "",
    ),
    "quote": (
        [("k", "CUE", "قال"), ("t", "SOURCE", "الوزير كريم الصافي ل"), ("w", "ADDRESSEE", "الضخ")],
        ("t", "الوزير كريم الصافي"), ("1", "CONTENT", "إن المشروع سيكتمل في مرسى النور"), "k", "wa",
    ),
    "claim": (
        [("k", "CLAIMER", "وزارة المياه"), ("t", "CLAIMER", "كريم الصافي ل"), ("w", "CLAIMER", "المشروع")],
        ("t", "كريم الصافي"), ("1", "CLAIM", "الضخ بدأ"), "k", "qaxj",
    ),
}  # fmt: skip


@pytest.mark.parametrize("layer", list(WORK))
def test_suggestions_are_kept_trimmed_and_deleted_and_what_was_done_arrives(open_task, layer):
    """In the labelling stream of a screen of 1280×720: one suggestion stays, one loses a character by the
    mouse, one goes; a span is marked, an arrow drawn, values are set."""
    spans, (trimmed, right), (key, label, words), to, keys = WORK[layer]
    corpus, client, hands = open_task(
        layer, f"screen-{layer}", text=STORY, stream=True, size=(1280, 720),
        suggested=story(layer, "1", *spans),
    )  # fmt: skip
    page = hands.page
    given = {name: hands.place(surface) for name, _, surface in spans}
    hands.delete(given["w"])
    wanted = hands.place(right)
    hands.select(*wanted)
    hands.trim(given[trimmed], wanted)
    page.keyboard.press("Escape")
    made = hands.mark(key, words)
    hands.select(*made)
    for each in keys:
        hands.choose(each)
    if to:
        hands.arrow_to(*given[to])
    record = submit_and_pull(hands, corpus, client, layer)
    labels = {name: of for name, of, _ in spans}
    assert {(each.label, each.start, each.end, each.origin) for each in record.spans} == {
        (labels["k"], *given["k"], "kept"),
        (labels["t"], *wanted, "changed"),
        (label, *made, "made"),
    }
    assert all(each.text == STORY[each.start : each.end] for each in record.spans)
    by_label = {each.id: (each.label, each.start) for each in record.spans}
    drawn = [(by_label[each.from_], by_label[each.to]) for each in record.relations]
    assert drawn == ([((label, made[0]), (labels[to], given[to][0]))] if to else [])
    (mine,) = (each for each in record.spans if each.origin == "made")
    assert len(mine.attributes) == len(keys)
    errors = {each.check for each in validate.validate(corpus) if each.severity == "error"}
    assert errors <= {"relation-missing", "attribute-missing"}


def test_a_quote_with_suggestions_takes_at_most_eight_actions(open_task):
    """Cue, source, content and both arrows are suggested; type, status and speaker are set."""
    from qawl.core.records import Relation

    spans = [
        ("c", "CONTENT", "إن المشروع سيكتمل في مرسى النور"), ("u", "CUE", "قال"),
        ("s", "SOURCE", "الوزير كريم الصافي"),
    ]  # fmt: skip
    arrows = (
        Relation(label="has_cue", from_="c", to="u"),
        Relation(label="has_source", from_="c", to="s"),
    )
    corpus, client, hands = open_task(
        "quote", "screen-actions", text=STORY, stream=True, size=(1280, 720),
        suggested=story("quote", "1", *spans, relations=arrows),
    )  # fmt: skip
    hands.select(*hands.place(spans[0][2]))
    hands.choose("w")
    hands.choose("a")
    hands.click_name("كريم الصافي")
    record = submit_and_pull(hands, corpus, client, "quote")
    assert hands.actions + 1 <= 8, hands.done  # and the click that submits
    content = next(each for each in record.spans if each.label == "CONTENT")
    assert content.attributes["speaker"] == "كريم الصافي"
    assert len(record.relations) == 2
    assert not [each for each in validate.validate(corpus) if each.severity == "error"]


ENGLISH = "The minister said water would flow.\nShort.\n" + "One more line of text.\n" * 12


@pytest.mark.parametrize("layer", ["entity", "quote", "claim"])
@pytest.mark.parametrize(("corpus", "text", "side"), [("ar", ENGLISH, 0), ("en", STORY, 1)])
def test_a_text_stands_by_its_own_script_and_ten_lines_are_seen(
    open_task, layer, corpus, text, side
):
    """An English article in an Arabic corpus, and the other way round; in the stream there is Skip."""
    name = f"screen-{layer}-{corpus}"
    _, _, hands = open_task(
        layer, name, text=text, stream=True, size=(1280, 720), corpus=corpus, title="A title"
    )
    page = hands.page
    assert page.locator("button:has-text('Skip')").count() == 1
    box = page.locator(".lsf-htx-richtext").bounding_box()
    ends = page.evaluate(LINES)[1]
    edge = box["x"] + (box["width"] if side else 0)
    assert abs(ends[side] - edge) < 20
    bottom = page.locator(".lsf-bottombar").bounding_box()["y"]
    shown = page.evaluate(
        "() => [...document.querySelectorAll('.lsf-richtext__line')].map((e) => e.getBoundingClientRect().bottom)"
    )
    assert sum(each <= bottom for each in shown) >= 10


def test_a_long_span_is_cut_in_the_list_and_no_arrow_stands_over_the_head(open_task):
    """Rows of Label Studio's list went on past the edge of the window; the arrows of the first line lay on
    the title."""
    from qawl.core.records import Relation

    spans = [("c", "CONTENT", STORY[: STORY.index("إن المشروع")].strip()), ("u", "CUE", "أعلنت")]
    arrows = (Relation(label="has_cue", from_="c", to="u"),)
    _, _, hands = open_task(
        "quote", "screen-long", text=STORY, stream=True, size=(1280, 720),
        suggested=story("quote", "1", *spans, relations=arrows),
    )  # fmt: skip
    hands.wait("() => document.querySelectorAll('.lsf-outliner-item__text').length == 2")
    boxes = [each.bounding_box() for each in hands.page.locator(".lsf-outliner-item").all()]
    assert all(each["x"] + each["width"] <= 1280 for each in boxes)
    head = hands.page.locator(".qawl-head").bounding_box()
    text = hands.page.locator(".lsf-htx-richtext").first.bounding_box()
    assert text["y"] - (head["y"] + head["height"]) >= 7


def test_label_studio_asks_for_what_is_required_before_it_takes_the_work(open_task):
    corpus, client, hands = open_task("quote", "screen-required", text=STORY, stream=True)
    hands.mark("1", "إن المشروع سيكتمل في مرسى النور")
    hands.page.click("[data-testid=bottombar-submit-button]")
    hands.page.locator(".ant-modal-content").first.wait_for(timeout=20_000)
    pull.pull(client, corpus)
    assert not list(derive.read(corpus, "quote"))


def test_a_doubt_is_said_by_its_key_and_arrives(open_task):
    corpus, client, hands = open_task("claim", "screen-doubt", text=STORY, stream=True)
    made = hands.mark("2", "وزارة المياه")
    hands.select(*made)
    hands.choose_box("Shift+u")
    hands.page.locator(".qawl-bar input[name=qawl_unsure_note]").fill("من هي؟")
    hands.page.locator(".qawl-bar input[name=qawl_unsure_note]").press("Enter")
    record = submit_and_pull(hands, corpus, client, "claim")
    assert [each.unsure for each in record.spans] == ["من هي؟"]
    (found,) = (each for each in validate.validate(corpus) if each.check == "unsure")
    assert found.message == "من هي؟"
    assert "?task=" in found.url


def test_the_feedback_page_opens_fast_and_filters(browser, make_corpus):
    """One self-contained page with a thousand disagreements: under two seconds, offline."""
    from qawl.agreement import page as agreement_page
    from qawl.agreement import report
    from qawl.core import files
    from qawl.core.records import Annotation, Span

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
