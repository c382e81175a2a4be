"""corpus/articles.jsonl is read in step with annotations: out of order or twice, it is refused by name.

A merge in git leaves lines in another order, or a line twice.
"""

import pytest
from click.testing import CliRunner

from qawl import cli


@pytest.mark.parametrize(
    ("change", "said"),
    [(reversed, "stands after"), (lambda those: [*those[:1], *those], "is there twice")],
)
@pytest.mark.parametrize(
    "command", [["release", "0.1.0"], ["tasks", "--layer", "quote"], ["validate"]]
)
def test_a_corpus_out_of_order_is_refused_by_name(recorded, monkeypatch, change, said, command):
    monkeypatch.chdir(recorded.root)
    path = recorded.articles_file
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))
    done = CliRunner().invoke(cli.group, command)
    assert said in str(done.exception) + done.output
    path.write_bytes(b"".join(sorted({*path.read_bytes().splitlines(keepends=True)})))
    assert path.read_bytes() == b"".join(lines)
