"""The address of a finding leads to where the annotation is, or there is none.

All servers count their projects and tasks from 1: work that came in an export of another server got the address of
some other task on the server of qawl.yaml.
"""

import json

import pytest

from corpora import main
from qawl.articles import store as article_store

HERE = "http://127.0.0.1:8080/projects/"


@pytest.fixture
def corpus(recorded):
    """A corpus with work from its server, and with the same numbers in an export; each is a finding."""
    path = recorded.root / "label_config/entity.yaml"
    path.write_text(path.read_text("utf-8").replace("PERS", "SOMEONE"), "utf-8")
    main(recorded.root, "scheme")
    article = next(article_store.articles(recorded))
    value = {"start": 0, "end": 3, "text": article.text[:3], "labels": ["NONE"]}
    mark = {"id": "x", "type": "labels", "from_name": "entity", "to_name": "text", "value": value}
    work = {"id": 1, "completed_by": 1, "created_at": "2026-01-01T00:00:00Z", "result": [mark]}
    task = {"id": 1, "project": 1, "data": {"text": article.text}, "annotations": [work]}
    (recorded.root.parent / "theirs.json").write_text(json.dumps([task]), "utf-8")
    return recorded


def addresses(corpus):
    """Annotator → the addresses of what is found in their work in the layer."""
    said = json.loads(main(corpus.root, "validate", "--json")[1])
    found = {}
    for each in said["findings"]:
        if each["layer"] == "entity" and each["annotator"] and each["check"] == "label-unknown":
            found.setdefault(each["annotator"], set()).add(each["url"])
    return found


def test_work_of_an_export_has_no_address_on_our_server(corpus):
    theirs = str(corpus.root.parent / "theirs.json")
    main(corpus.root, "pull", "--from", theirs, "--annotator", "a9", "--layer", "entity")
    found = addresses(corpus)
    assert found.pop("a9") == {None}
    assert found
    assert all(each.startswith(HERE) for them in found.values() for each in them), found


def test_work_of_the_project_that_a_layer_was_adopted_from_has_its_address(corpus):
    theirs = str(corpus.root.parent / "theirs.json")
    main(corpus.root, "pull", "--from", theirs, "--annotator", "a9", "--layer", "entity")
    path = corpus.root / "qawl.yaml"
    url = f'label_studio: {{url: "{HERE.removesuffix("/projects/")}"'
    path.write_text(path.read_text("utf-8").replace(url, f"{url}, adopted: {{entity: 1}}"), "utf-8")
    assert addresses(corpus)["a9"] == {f"{HERE}1/data?task=1"}
