"""Files in YAML are read by the parser in C where that is safe: the values are those of the other."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from qawl.core import strict_yaml
from qawl.core.errors import ProjectError

ROOT = Path(__file__).parents[2]
OURS = [*ROOT.glob("label_config/*.yaml"), *ROOT.glob("src/qawl/**/*.yaml"), ROOT / "qawl.yaml"]
ODD = [
    "",
    "a: 2020-01-01\nb: yes\nc: off\nd: true\ne: 012\nf: 1_000\ng: 1:30\nh: .inf\ni: ~\n",
    "x: |\n  قال\n  😀\ny: >-\n  a\n\n  b\n",
    "&one [1, *one]",
    "- 'it''s'\n- \"\\u0642\\t\"\n- {a: [b, c]}\n",
    "\ufeffa: 1",
    "a: b\r\nc: d\r\n",
]


def slowly(text, words):
    loader = strict_yaml._WordLoader if words else strict_yaml._Loader
    value = yaml.load(text, Loader=loader)
    return {} if value is None else value


@pytest.mark.parametrize("words", [False, True])
def test_both_parsers_read_the_same(words):
    for text in (*(path.read_text("utf-8") for path in OURS if path.is_file()), *ODD):
        assert repr(strict_yaml.read(text, "x", words=words)) == repr(slowly(text, words))


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
)


@given(VALUES, st.booleans())
def test_what_is_written_is_read(value, unicode):
    text = yaml.safe_dump(value, allow_unicode=unicode)
    assert strict_yaml.read(text, "x") == slowly(text, words=False)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: [", "x, line 1, column 5: not YAML: expected the node content"),
        ("a: 1\nb: 2\na: 3", "the key 'a' is there twice"),
        ("[" * 100_000, "too deep"),
        ("- " * 100_000, "too deep"),
        ("a: \x07", "special characters are not allowed"),
        ("a: \ud800", "x"),
        ("a: !!python/object:os.system {}", "could not determine a constructor"),
    ],
)
def test_what_can_not_be_read_is_said_as_ever(text, said):
    with pytest.raises(ProjectError, match=said):
        strict_yaml.read(text, "x")
