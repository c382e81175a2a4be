"""Adjudication and the judge's tasks hold one article at a time, however many wait for the judge."""

import tracemalloc

from conftest import TOY
from corpora import annotate, write_articles
from qawl.annotations import derive
from qawl.core.records import Annotation, Span
from qawl.gold import judge
from qawl.gold.judge_tasks import judge_tasks
from strategies import article

SIZE, COUNT = 50_000, 200


def test_tasks_of_the_judge_are_streamed(make_corpus):
    made = make_corpus(settings="layers: [toy]\nannotators: [a1, a2]")
    (made.root / "label_config" / "toy.yaml").write_text(TOY, "utf-8")
    texts = [article(f"{number:06d} " + "x" * SIZE) for number in range(COUNT)]
    write_articles(made, texts)
    records = [
        Annotation(
            article_id=each.id,
            layer="toy",
            annotator=name,
            text_sha256=each.text_sha256,
            scheme_version="1",
            spans=(Span("s", "A", 0, end, each.text[:end], {}),),
        )
        for each in sorted(texts, key=lambda one: one.id)
        for name, end in (("a1", 3), ("a2", 6))
    ]
    annotate(made, "toy", records)
    judge.adjudicate(made)  # what is loaded once is loaded
    tracemalloc.start()
    outcome = judge.adjudicate(made)
    asked = [each.article_id for each in judge_tasks(made, "toy")]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert outcome.incomplete == {"toy": COUNT}
    assert outcome.changed == {"toy": 0}
    assert peak < SIZE * COUNT / 4
    assert asked == sorted(each.id for each in texts)
    assert list(derive.read(made, "toy")) == records
