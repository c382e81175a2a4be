"""The frozen articles on disk."""

import pytest

from corpora import write_articles
from qawl.articles import store as article_store
from qawl.articles.by_id import Articles
from qawl.core.errors import InputError
from qawl.setup import init
from strategies import article


def test_articles_are_read_by_id_and_in_order(tmp_path):
    trial = init.init(tmp_path / "trial", name="trial")
    records = [article(f"خبر\u2028رقم {number}") for number in range(9)]
    write_articles(trial, records)
    assert [each.id for each in article_store.articles(trial)] == sorted(
        each.id for each in records
    )
    by_id = article_store.by_id(trial)
    assert {identity: by_id[identity] for identity in by_id} == {each.id: each for each in records}
    assert [each.id for each in by_id.many([records[3].id, records[0].id])] == [
        records[3].id,
        records[0].id,
    ]


def test_text_that_was_touched_is_an_error(tmp_path):
    trial = init.init(tmp_path / "trial", name="trial")
    write_articles(trial, [article("خبر قديم")])
    path = trial.corpus / "articles.jsonl"
    path.write_text(path.read_text("utf-8").replace("قديم", "جديد"), "utf-8")
    with pytest.raises(InputError, match="not the one that was frozen"):
        list(article_store.articles(trial))


def test_a_line_that_is_no_article_is_named(make_corpus):
    made = make_corpus("نص", "آخر")
    path = made.corpus / "articles.jsonl"
    path.write_bytes(b"\n" + path.read_bytes() + b'{"id": 1\n')
    with pytest.raises(InputError, match=r"articles.jsonl, line 4: "):
        article_store.by_id(made)
    path.write_bytes(b'{"id":"x"}\n')
    with pytest.raises(InputError, match=r"line 1: .*missing required field"):
        article_store.by_id(made)
    with pytest.raises(InputError, match=r"line 1: article x: ids have 12 digits"):
        Articles(path)
    identity = "00000000000f"
    path.write_text(f'{{"id":"{identity}"}}\n', "utf-8")
    with pytest.raises(InputError, match=r"article 00000000000f: .*missing required field"):
        Articles(path)[identity]
    with pytest.raises(InputError, match=r"article 00000000000f: .*missing required field"):
        list(Articles(path).beside([identity], str))


def test_of_an_id_that_stands_in_two_files_the_last_counts(make_corpus, tmp_path):
    """Places are kept in the order of ids, whatever the order in which the lines stand."""
    made = make_corpus("نص", "آخر", "ثالث")
    lines = made.articles_file.read_bytes().splitlines(keepends=True)
    other = tmp_path / "other.jsonl"
    other.write_bytes(b"".join(reversed(lines)).replace(b'"language":"ar"', b'"language":"fa"'))
    both = Articles(made.articles_file, other)
    assert list(both) == sorted(both)
    assert len(both) == 3
    assert {each.language for each in both.many(both)} == {"fa"}
    assert [both.number(each) for each in both] == [0, 1, 2]
    assert "0_0000000001" not in both
