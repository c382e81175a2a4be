"""A command in a folder of a corpus, and an option that is given twice: one line says what to do."""

import pytest
from click.testing import CliRunner

from corpora import main
from qawl import cli


def run(*words):
    return CliRunner().invoke(cli.group, words, catch_exceptions=False)


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    """A corpus in a folder with a space in its name, which is the current one."""
    root = tmp_path / "my corpus"
    made = run("init", str(root))
    # A licence that nobody chose is said, as `qawl adopt` and `qawl release` say it.
    assert (made.exit_code, "the annotations under cc-by-4.0" in made.output) == (0, True)
    monkeypatch.chdir(root)
    return root


def test_a_command_below_a_corpus_names_it(corpus):
    """To run `qawl init` there would make a corpus inside the corpus."""
    status, told = main(corpus / "corpus", "validate")
    assert status == 1
    assert f"the corpus is {corpus.resolve()}, run `qawl -C '{corpus.resolve()}'" in told
    assert run("-C", str(corpus), "validate").exit_code == 0


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("agreement", "--layer", "quote", "--layer", "entity"), "--layer"),
        (("validate", "--check", "format", "--level", "1", "--check=rule"), "--check"),
    ],
)
def test_an_option_of_one_value_is_not_given_twice(corpus, words, option):
    """Of two values only the last would count."""
    done = run(*words)
    assert done.exit_code == 2
    assert f"{option} is given 2 times: it takes one value" in done.output


@pytest.mark.parametrize(
    ("words", "option"),
    [
        (("publish", "0.1.0", "--repo", ""), "--repo"),
        (("suggest", "--layer", "entity", "--layer="), "--layer"),
        (("agreement", "--html", ""), "--html"),
    ],
)
def test_an_option_with_an_empty_value_is_refused(corpus, words, option):
    """As from a variable that is not set: `publish --repo "$REPO"` published to the repository of qawl.yaml."""
    done = run(*words)
    assert done.exit_code == 2
    assert f"{option} is given without a value" in done.output


def test_options_that_may_repeat_and_flags_are_not_refused(corpus):
    assert run("-C", ".", "-C", ".", "validate", "--json", "--json").exit_code == 0
    _, told = main(
        corpus, "export", "jsonl", "--to", "out", "--layer", "quote", "--layer", "entity"
    )
    assert "nothing to export" in told


@pytest.mark.parametrize(
    "place",
    [
        ".",
        "corpus",
        "corpus/silver",
        "label_config",
        "schemas/x",
        ".qawl/x",
        "exports",
        "exports/gold",
        "exports/journal/x",
        "exports/releases/0.1.0",
        "sources",
        "qawl.yaml",
    ],
)
@pytest.mark.parametrize(
    "words",
    [
        ("suggest", "--silver"),
        ("validate", "--html"),
        ("tasks", "--layer", "entity", "--out"),
        ("export", "jsonl", "--to"),
    ],
    ids=lambda words: words[0],
)
def test_nothing_is_written_over_what_a_corpus_keeps(corpus, words, place):
    """`validate --html corpus/articles.jsonl` put a page in the place of the articles, and silver put its folders
    among the corpus's own. A link that leads there, and a path from elsewhere, are the same place."""
    (corpus / "sources").symlink_to(corpus / "corpus")
    before = {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}
    for given in (place, str(corpus / place)):
        done = run(*words, given)
        assert done.exit_code == 2, done.output
        if (corpus / place).suffix or words[0] in {"suggest", "export"}:
            assert "a corpus keeps its own data there" in done.output
    assert before == {path: path.read_bytes() for path in corpus.rglob("*") if path.is_file()}


def test_pages_and_silver_stand_beside_what_a_corpus_keeps(corpus, tmp_path):
    for words in (
        ("validate", "--html"),
        ("suggest", "--silver"),
        ("tasks", "--layer", "entity", "--out"),
    ):
        for place in ("exports/mine", "own", str(tmp_path / "own")):
            assert "keeps its own data" not in run(*words, f"{place}.{words[0]}").output


def test_a_current_folder_that_is_gone_is_named(tmp_path, monkeypatch):
    """A shell may stand in a folder that was removed: it was "No such file or directory", of no file."""
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    told = main("nowhere", "validate")
    monkeypatch.chdir(tmp_path)
    assert told == (1, "qawl: the current folder is removed: go to another one (cd)\n")
