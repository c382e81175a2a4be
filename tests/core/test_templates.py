"""Templates that come with Qawl are compiled once; whatever is kept of that, the text is the same."""

import sys
from pathlib import Path

import pytest

from qawl.core import templates


@pytest.fixture
def kept(tmp_path, monkeypatch):
    """Where compiled templates are kept, of this test alone."""
    monkeypatch.setattr(sys, "pycache_prefix", str(tmp_path / "cache"))
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    Path(templates.cache_from_source(templates.__file__)).parent.mkdir(parents=True)
    yield tmp_path / "cache"
    templates._compiled.cache_clear()


def filled():
    templates._compiled.cache_clear()
    text = templates.bundled("qawl.release.documents", "card.md.j2")
    return templates._compiled(text, "card.md.j2")


def files(folder):
    return [*folder.rglob("templates.*.pyc")]


def test_a_template_of_qawl_is_compiled_once(kept, monkeypatch):
    first = filled()
    assert len(files(kept)) == 1
    monkeypatch.setattr("jinja2.environment.generate", lambda *_, **__: pytest.fail("again"))
    assert filled().root_render_func.__code__ == first.root_render_func.__code__


@pytest.mark.parametrize("damage", [b"", b"j2", b"\x80\x05", bytes(range(256)) * 40, None])
def test_what_is_kept_and_damaged_is_made_again(kept, damage):
    """A file that is cut, of zeros, of another program, or with bytes turned."""
    first = filled()
    (path,) = files(kept)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    assert filled().root_render_func.__code__ == first.root_render_func.__code__
    assert path.read_bytes() == whole


def test_a_template_of_somebody_else_is_not_kept(kept):
    """Beside qawl.yaml a team has a card of its own: nothing of it goes into Qawl's folder."""
    assert templates.rendered("{{ name }}", "card.md.j2", {"name": "x"}) == "x"
    assert not files(kept)


def test_nothing_is_kept_where_python_keeps_nothing(kept, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    filled()
    assert not files(kept)


def test_a_folder_that_can_not_be_written_is_left_alone(kept):
    """As an installation of the administrator's is; the folder is a file here, since root may write
    everywhere."""
    folder = Path(templates.cache_from_source(templates.__file__)).parent
    folder.rmdir()
    folder.write_bytes(b"")
    assert filled() is not None
