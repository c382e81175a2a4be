"""Pipes and devices where files of a corpus should be, YAML that stands for gigabytes, reasons that show nothing."""

import json
import os
import shutil
import signal

import pytest

import corpora
from whole import Whole

STATE = (
    "corpus/articles.jsonl",
    "exports/journal/heads.json",
    "exports/journal/ner.a1.jsonl",
    "exports/annotations/ner.jsonl",
    "exports/gold/ner.jsonl",
    "label_config/ner.yaml",
    "schemas/article.json",
    ".qawl/users.json",
)


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return Whole(tmp_path_factory.mktemp("special"))


@pytest.fixture
def folder(whole, tmp_path):
    return shutil.copytree(whole.folder, tmp_path / "corpus", symlinks=True)


@pytest.fixture(autouse=True)
def no_waiting():
    """A command that waits for a pipe fails here instead of standing still."""
    signal.signal(signal.SIGALRM, lambda *_: pytest.fail("it waits"))
    signal.alarm(60)
    yield
    signal.alarm(0)


@pytest.mark.parametrize("path", STATE)
@pytest.mark.parametrize(
    "words", [["validate"], ["release", "0.9.0", "--draft"], ["pull", "--rebuild"]]
)
def test_a_pipe_in_place_of_a_file_is_named(folder, path, words):
    place = folder / path
    place.parent.mkdir(exist_ok=True)
    place.unlink(missing_ok=True)
    os.mkfifo(place)
    code, said = corpora.main(folder, *words)
    assert (code, said.count("\n")) == (1, 1), said
    assert f"{path} is a pipe or a device" in said


def test_a_link_to_a_device_is_named_and_its_memory_is_not_taken(folder):
    place = folder / "exports/journal/heads.json"
    place.unlink()
    place.symlink_to("/dev/zero")
    code, said = corpora.main(folder, "validate")
    assert code == 1
    assert "heads.json is a pipe or a device" in said


def test_a_pipe_in_the_folder_to_be_joined_is_named(folder, tmp_path):
    other = shutil.copytree(folder, tmp_path / "other", symlinks=True)
    (other / "exports/journal/ner.a1.jsonl").unlink(missing_ok=True)
    os.mkfifo(other / "exports/journal/ner.a1.jsonl")
    for place in (other, other / "exports/journal", other / "exports/journal/ner.a1.jsonl"):
        code, said = corpora.main(folder, "pull", "--merge", str(place))
        assert code == 1
        assert "ner.a1.jsonl is a pipe or a device" in said


def test_a_link_to_a_file_elsewhere_is_a_file(folder, tmp_path):
    """Teams keep large files on another disk."""
    place = folder / "corpus/articles.jsonl"
    place.rename(tmp_path / "articles.jsonl")
    place.symlink_to(tmp_path / "articles.jsonl")
    code, said = corpora.main(folder, "validate")
    assert code == 0, said


LAUGH = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 11)
)


@pytest.mark.parametrize("path", ["label_config/ner.yaml", "qawl.yaml"])
def test_aliases_that_stand_for_gigabytes_are_refused(folder, path):
    place = folder / path
    place.write_text(LAUGH, "utf-8")
    code, said = corpora.main(folder, "validate")
    assert code == 1
    assert "its aliases stand for more than 1,000,000 values" in said


def test_a_value_that_holds_itself_is_refused(folder):
    place = folder / "label_config/ner.yaml"
    place.write_text(f"{place.read_text('utf-8')}\nguidelines: &g [*g]\n", "utf-8")
    code, said = corpora.main(folder, "validate")
    assert code == 1
    assert "ner.yaml" in said
    assert "fault" not in said


@pytest.mark.parametrize(
    "reason", ["", " ", "\u200b", "  \u200b\u2060\ufeff", "\u3164", "\u2800\u00ad", "\u0301"]
)
def test_a_reason_that_shows_nothing_is_none(folder, reason):
    """The next release would print it."""
    first = (folder / "corpus/articles.jsonl").read_text("utf-8").splitlines()[0]
    identity = json.loads(first)["id"]
    code, said = corpora.main(folder, "withdraw", identity, "--reason", reason)
    assert code == (1 if reason else 2)  # an option with an empty value is no option
    assert ("a reason is needed" if reason else "--reason is given without a value") in said
    settings = folder / "qawl.yaml"
    given = f'dispensations: [{{check: surface-mixed, reason: "{reason}"}}]\n'
    settings.write_text(settings.read_text("utf-8") + given, "utf-8")
    code, said = corpora.main(folder, "validate")
    assert code == 1
    assert "reason is empty" in said
