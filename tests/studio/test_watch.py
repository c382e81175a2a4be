"""`qawl pull --watch` before a Label Studio in memory: nothing is left out without a word."""

from memory import Working

from corpora import main
from qawl.cli import watch
from qawl.studio import client as studio_client
from qawl.studio import push


def test_work_on_a_task_of_no_article_is_said_once_though_nothing_else_came(
    make_corpus, monkeypatch
):
    """Nothing was said while only such work came: whoever watched took it for journalled."""
    server, turns = Working(), iter([None, None])
    made = make_corpus("قال أحمد نعم", settings="layers: [entity]\nannotators: [a1]")
    push.bring(server, made)
    number = server.made[0]["id"]
    server.annotate(number, "أحمد", "PERS")
    server.held[number][0]["data"] |= {"text": "قال أحمد لا", "article_id": "gone"}

    def turn(_):
        for each in turns:
            return each
        raise KeyboardInterrupt

    monkeypatch.setattr(watch._Turns, "next", turn)
    monkeypatch.setattr(studio_client, "connect", lambda _: server)
    code, said = main(made.root, "pull", "--watch")
    assert code == 130
    task = server.held[number][0]["id"]
    assert said.count(f"set aside: 1 × task of no article (task {task})") == 1
    assert said.count("LEFT OUT: 1 annotation, as listed above") == 1
