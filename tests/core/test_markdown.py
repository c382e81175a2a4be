"""What a user gave stands in Markdown as it is: whatever it holds, and wherever it stands."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from qawl.core.markdown import code, escaped, plain

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
MARKS = st.text(st.sampled_from("ab ق1.)`*_{}[]()#+-=!|~<>&;\\/:^x")) | st.text()
PLACES = (
    "{}",
    "- {}",
    "x {} y",
    "| h |\n|---|\n| {} |",
    "| a | b |\n|---|---|\n| x | {} |",
    "**{}** y",
)


def shown(text):
    """The words that a reader sees, what is code, and whether any of it is more than words."""
    found, codes, odd = [], [], []
    for token in READER.parse(text):
        if token.type in (
            "html_block",
            "code_block",
            "fence",
            "hr",
            "heading_open",
            "blockquote_open",
        ):
            odd.append(token.type)
        for each in token.children or ():
            if each.type in ("text", "code_inline"):
                found.append(each.content)
                codes += [each.content] if each.type == "code_inline" else []
            elif each.type not in ("strong_open", "strong_close"):
                odd.append(each.type)
    return "".join(found), codes, odd


def words(text):
    return " ".join(text.split())


@pytest.mark.parametrize("place", PLACES)
@given(MARKS)
def test_what_is_escaped_is_shown_as_it_is(place, text):
    """A label `a_b_*c*|d<e>` broke tables and emphasis of the guidelines."""
    text = words(text).replace("\0", "")
    if text:
        seen, _, odd = shown(place.format(escaped(text)))
        around = {"x {} y": f"x {text} y", "**{}** y": f"{text} y"}
        before = {PLACES[3]: "h", PLACES[4]: "abx"}.get(place, "")
        assert seen == before + around.get(place, text)
        assert not odd
    assert plain(escaped(text)) == text


@given(MARKS)
def test_a_name_is_code_as_it_is(text):
    text = words(text).replace("\0", "")
    if text:
        assert shown(f"- {code(text)}: x")[:2] == (f"{text}: x", [text])
        assert shown(f"| h |\n|---|\n| {code(text, table=True)} |")[:2] == (f"h{text}", [text])


@pytest.mark.parametrize(
    "text", ["quote_type", "[The director] said (again)!", "a - b", "C1: 3 > 2", "«نص»", "1.5"]
)
def test_what_is_no_mark_where_it_stands_is_not_touched(text):
    """Documents are read as they are, too."""
    assert escaped(text) == text
    assert not re.search(r"\\", code(text))
