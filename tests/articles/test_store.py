"""The frozen articles on disk."""

import pytest

from qawl.articles import store as article_store
from qawl.core.errors import InputError
from qawl.setup import init
from strategies import article


def test_articles_are_read_by_id_and_in_order(tmp_path):
    trial = init.init(tmp_path / "trial", name="trial")
    records = [article(f"خبر\u2028رقم {number}") for number in range(9)]
    article_store.write(trial, records)
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
    article_store.write(trial, [article("خبر قديم")])
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
    with pytest.raises(InputError, match=r"article x: .*missing required field"):
        article_store.Articles(path)["x"]
    with pytest.raises(InputError, match=r"article x: .*missing required field"):
        list(article_store.Articles(path).beside(["x"], str))
