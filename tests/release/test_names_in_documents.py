"""Names, titles, definitions and examples of a scheme stand in the documents of a release as they are."""

import pytest
from markdown_it import MarkdownIt

import corpora
from corpora import arrow, mark, work

LABEL, OTHER = "a_b_*c*|d<e>", "`x` [y](z)"
TONE, RELATION = "to|ne *a*", "r`1` __b__"
VALUES = ("g_o_ *o*", "[b](http://x)")
WORDS = "x | <i>y</i> *z* `k` [m](n) &lt; ~~o~~"
TEXTS = {"one": "Ann *met* Bob <b>today</b>.", "two": "Bob `left` [us](x)."}
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@pytest.fixture(scope="module")
def documents(tmp_path_factory):
    """Name → text of each document of the second release of a corpus whose scheme has such names."""
    current = corpora.scheme("toy", [LABEL, OTHER], relations=[RELATION])
    current["attributes"] = [
        corpora.choice(TONE, *VALUES, of=[LABEL], definition={"en": WORDS}),
        corpora.choice("more", "yes", when={TONE: [VALUES[0]]}, of=[LABEL]),
    ]
    current["title"] = {"en": WORDS}
    current["instructions"] = {"en": f"{WORDS}\n1. first\n# second"}
    for name in ("title", "definition", "example", "counter_example"):
        current["labels"][0][name] = {"en": f"{name} {WORDS} [x]"}
    current["relations"][0] |= {"title": {"en": WORDS}, "definition": {"en": WORDS}}
    current["rules"] = [
        {
            "rule": "relation_count",
            "relation": RELATION,
            "of": LABEL,
            "max": 1,
            "where": {TONE: [VALUES[1]]},
        }
    ]
    folder = corpora.corpus(tmp_path_factory.mktemp("names") / "c", current, TEXTS, ["a1", "a2"])
    with (folder / "qawl.yaml").open("a", encoding="utf-8") as settings:
        settings.write("release: {title: 'News *of* a_b_ <i>', license: cc-by-4.0}\n")
    marks = [mark("x", LABEL, 0, 3, **{TONE: VALUES[0]}), mark("y", OTHER, 4, 9)]
    done = {"one": work(marks, [arrow(RELATION, "x", "y")]), "two": work([mark("x", LABEL, 4, 10)])}
    corpora.pull(folder, "toy", TEXTS, {who: {"one": done["one"]} for who in ("a1", "a2")})
    release(folder, "0.1.0")
    corpora.pull(folder, "toy", TEXTS, dict.fromkeys(("a1", "a2"), done))
    release(folder, "0.2.0")
    made = folder / "exports" / "releases" / "0.2.0"
    return {path.name: path.read_text("utf-8") for path in made.glob("*.md")}


def release(folder, version):
    for words in (["adjudicate"], ["agreement"], ["release", version]):
        corpora.qawl(folder, *words)


def shown(text):
    """(the cells of tables, all other lines, the tags and links) as a reader sees them."""
    cells, lines, odd, within = [], [], [], False
    for token in READER.parse(text.partition("\n---\n")[2] if text.startswith("---") else text):
        within = {"table_open": True, "table_close": False}.get(token.type, within)
        if token.type == "inline":
            said = "".join(
                each.content for each in token.children if each.type in ("text", "code_inline")
            )
            (cells if within else lines).append(said)
            odd += [
                each.content
                for each in token.children
                if each.type in ("html_inline", "em_open", "s_open")
            ]
            odd += [each.attrs["href"] for each in token.children if each.type == "link_open"]
    return cells, lines, odd


@pytest.mark.parametrize("name", ["README.md", "GUIDELINES.md", "CHANGELOG.md"])
def test_no_word_of_a_scheme_is_taken_for_a_mark(documents, name):
    """A label with pipes broke tables, one with angle brackets vanished."""
    cells, lines, odd = shown(documents[name])
    assert LABEL in cells
    assert any("News *of* a_b_ <i>" in each for each in lines)
    assert not {"", "x", "z", "n", "http://x", "<i>", "<b>", "<e>"} & {*odd}


def test_the_guidelines_say_each_name_and_its_words(documents):
    cells, lines, _ = shown(documents["GUIDELINES.md"])
    for name in ("title", "definition", "example", "counter_example"):
        assert f"{name} {WORDS} [x]" in cells
    assert {OTHER, RELATION, f"{LABEL}, {OTHER}", *VALUES} <= {*cells}
    assert {WORDS, "1. first", "# second"} <= {*lines}
    assert any(each.startswith(f"{TONE} · {TONE}:") and WORDS in each for each in lines)
    assert any(f"only where {TONE} is {VALUES[0]}." in each for each in lines)
    assert f"{LABEL} where {TONE} is {VALUES[1]} has at most 1 {RELATION}." in lines
    assert f"{LABEL}: Bob [`left`] [us](x)." in lines


def test_the_card_says_each_name(documents):
    cells, lines, _ = shown(documents["README.md"])
    assert f"title {WORDS} [x]" in cells
    assert any(each.startswith(f"Attributes: {TONE} ({', '.join(VALUES)}); more") for each in lines)
    assert any(
        f"Relations: {RELATION} ({LABEL}, {OTHER} → {LABEL}, {OTHER})." in each for each in lines
    )


def test_a_scheme_in_another_language_is_said_in_it_and_examples_stand_as_in_the_text(tmp_path):
    """The card had columns for English and Arabic alone, empty ones; and the guidelines parted a proclitic
    from its word, and a word from its comma."""
    current = corpora.scheme("toy", ["QUI"])
    current["title"] = {"fr": "Prises de parole"}
    current["labels"][0] = {
        "name": "QUI",
        "title": {"fr": "Locuteur"},
        "definition": {"fr": "Qui parle."},
    }
    texts = {"one": "قال والوزير، أمس.", "two": "Odile, la maire, parle."}
    folder = corpora.corpus(tmp_path / "c", current, texts, ["a1", "a2"])
    marks = {"one": work([mark("x", "QUI", 5, 11)]), "two": work([mark("x", "QUI", 0, 5)])}
    corpora.pull(folder, "toy", texts, {"a1": marks, "a2": marks})
    release(folder, "0.1.0")
    made = folder / "exports" / "releases" / "0.1.0"
    card, guide = ((made / name).read_text("utf-8") for name in ("README.md", "GUIDELINES.md"))
    assert "| label | n | title (fr) | definition (fr) |\n" in card
    assert "| QUI | 2 | Locuteur | Qui parle. |\n" in card
    assert "### Prises de parole (`toy`" in card
    assert "## Prises de parole (`toy`" in guide
    assert "Gold decided by: all annotators alike (2)." in card
    assert "قال و[الوزير]، أمس." in guide
    assert "[Odile], la maire, parle." in guide
