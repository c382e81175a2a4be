"""Splits of any name load; names that `datasets` can't take and shares that are none are refused at once."""

import datasets
import pytest

from qawl.core.errors import ProjectError
from qawl.core.settings import parse_settings
from qawl.release import build

TEXTS = [f"The council met on day {number} and spoke of road {number * 7}." for number in range(12)]


def test_every_article_of_a_split_of_any_name_loads(make_corpus, tmp_path, monkeypatch):
    monkeypatch.setattr(datasets.config, "HF_DATASETS_CACHE", tmp_path / "cache")
    made = make_corpus(
        *TEXTS, settings="layers: [entity]\nrelease: {splits: {train: 0.4, dev: 0.3, exam.b: 0.3}}"
    )
    built = build.build(made, "0.1.0", notes=["a draft"])
    loaded = datasets.load_dataset(str(built.folder), "articles")
    assert sum(map(len, loaded.values())) == 12
    assert {"train", "dev"} <= {*map(str, loaded)}


@pytest.mark.parametrize(
    ("splits", "said"),
    [
        ("{all: 1}", "'all'"),
        ("{a-b: 1}", "'a-b'"),
        ("{train: 2, dev: -1}", "between 0 and 1"),
        ("{'': 1}", "''"),
        # One file on macOS and Windows.
        ("{train: 0.5, Train: 0.5}", "in another case"),
    ],
)
def test_what_names_no_split_is_refused(splits, said):
    with pytest.raises(ProjectError, match=said):
        parse_settings(f"name: x\nrelease: {{splits: {splits}}}", "qawl.yaml")
