"""Which articles go to annotation."""

import pytest

from corpora import write_articles
from qawl.articles import selection, withdrawal
from qawl.articles import store as article_store
from qawl.core import project
from qawl.core.errors import ProjectError
from qawl.setup import init
from strategies import article


def chosen(folder, **sample):
    lines = "\n".join(f"  {key}: {value}" for key, value in sample.items())
    (folder / "qawl.yaml").write_text(
        f"name: trial\nsample:\n{lines}\n" if sample else "name: trial\n", "utf-8"
    )
    return {each.id for each in selection.chosen(project.load(folder))}


@pytest.fixture
def folder(tmp_path):
    """A corpus of forty articles of two sources, and a near-duplicate of one of them."""
    trial = init.init(tmp_path / "trial", name="trial")
    records = [article(f"خبر {number}", source="ab"[number % 2]) for number in range(40)]
    write_articles(trial, [*records, article("خبر 0 مكرر", source="a", group=records[0].id)])
    return trial.root


def test_one_of_each_group_is_chosen(folder):
    assert len(chosen(folder)) == 40


def test_the_next_of_a_group_stands_for_a_withdrawn_first(folder):
    """The text of a group whose first was withdrawn went to nobody, and no message said so."""
    before = chosen(folder)
    trial = project.load(folder)
    (copy,) = (each for each in article_store.articles(trial) if each.group != each.id)
    withdrawal.withdraw(trial, copy.group, "wrong source")
    assert chosen(folder) ^ before == {copy.group, copy.id}
    assert copy.id in chosen(folder, others=40)
    withdrawal.withdraw(trial, copy.id, "that one too")
    assert copy.id not in {*selection.planned(project.load(folder))}


def test_larger_sample_holds_the_smaller(folder):
    small, large = (
        chosen(folder, sources="{a: 5}", others=3),
        chosen(folder, sources="{a: 9}", others=4),
    )
    assert small < large
    assert (len(small), len(large)) == (8, 13)


def test_seed_decides(folder):
    assert chosen(folder, others=5) == chosen(folder, others=5)
    assert chosen(folder, others=5) != chosen(folder, others=5, seed=1)


def test_source_that_is_not_named_goes_whole(folder):
    assert len(chosen(folder, sources="{a: 2}")) == 22


def test_negative_size_is_refused(folder):
    with pytest.raises(ProjectError, match="sample"):
        chosen(folder, others=-1)
