"""Pseudonyms come from qawl.yaml, options, servers and state files; each door asks the same."""

import pytest

from qawl.core import names, settings
from qawl.core.errors import ProjectError

GOOD = ("a1", "ruba", "سلمى", "नीता", "李四", "Ж-1_b", "١٢", "x" * 64)
BAD = ("", " ", "../x", "a/b", "a\\b", ".", "..", "a b", "a.b", "x" * 65, "-", "__", "a\n", "a\0")
MORE = (
    "adjudication",
    "ａｄｊｕｄｉｃａｔｉｏｎ",
    "Adjudication",
    "x@example.org",
    "C:",
    "~",
    "a\u202eb",
    "\u200c",
    "é" * 65,
    None,
    5,
)


@pytest.mark.parametrize("name", GOOD)
def test_letters_of_any_script_make_a_pseudonym(name):
    assert names.pseudonym(name) == name
    assert name in settings.parse_settings(f"name: x\nannotators: ['{name}']", "here").annotators


@pytest.mark.parametrize("name", BAD + MORE)
def test_what_a_path_or_the_judge_could_be_is_refused(name):
    with pytest.raises(ValueError, match="pseudonym"):
        names.pseudonym(name)


def test_a_decomposed_name_is_the_composed_one():
    assert names.pseudonym("e\u0301") == "\u00e9"
    with pytest.raises(ProjectError, match="one twice"):
        settings.parse_settings("name: x\nannotators: [\u00e9, e\u0301]", "here")


def test_names_that_are_one_file_on_some_machines_are_refused():
    with pytest.raises(ProjectError, match="look alike"):
        settings.parse_settings("name: x\nannotators: [a1, A1]", "here")


@pytest.mark.parametrize(
    ("one", "other"), [("a1", "ａ１"), ("سلمى", "ﺳﻠﻤﻰ"), ("ｶ", "カ"), ("strasse", "straße")]
)
def test_names_that_look_alike_are_refused(one, other):
    """Keyboards and fonts of other systems give letters of another width or form (NFKC)."""
    with pytest.raises(ProjectError, match="look alike"):
        settings.parse_settings(f"name: x\nannotators: [{one}, {other}]", "here")
