"""Names as people give them: `init` and `adopt` write what YAML would read as something else, and what was
written works in every command that takes it back; what can't be a name is refused where it is given."""

import json

import pytest
import yaml

import corpora
from qawl.core import project

TEXT = "Layla Haddad opened the well of Deir Amar today."
NAMES = [
    "2024", "yes", "null", "~", "12e3", "0x1F", "1:30", "2024-05-01",  # YAML reads numbers, truths, dates
    "a: b", "[a]", "x # y", "'q'", '"q"', "{x", "- x", "%x", "&a *b", "a, b", "!x", "? x", "|",  # its signs
    "My corpus", "a@b#c", "أخبار ٢٠٢٤", "خبر‌ها", "Zeitung für 100 %", "x\\n",  # what people call theirs
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_one_that_was_given(name, tmp_path):
    code, said = corpora.main(tmp_path, "init", "n", "--name", name)
    assert (code, said.splitlines()[0]) == (0, f"n: corpus {name}, language ar")
    assert project.load(tmp_path / "n").settings.name == name


@pytest.mark.parametrize("name", ["  ", "a\nb", "a\u2028b", "a\x00b", "\u200b"])
def test_what_is_no_name_is_refused_where_it_is_given(name, tmp_path):
    code, said = corpora.main(tmp_path, "init", "n", "--name", name)
    assert code == 1
    assert said.startswith("qawl: --name: ")
    assert not (tmp_path / "n").exists()


@pytest.mark.parametrize("name", ["yes", "null", "1e5", "no"])
def test_the_name_of_a_folder_is_taken_as_it_is(name, tmp_path):
    assert corpora.main(tmp_path, "init", name)[0] == 0
    assert project.load(tmp_path / name).settings.name == name


def test_languages(tmp_path):
    """`no` is Norwegian, and to YAML it is false."""
    assert corpora.main(tmp_path, "init", "n", "--language", "no")[0] == 0
    assert project.load(tmp_path / "n").settings.language == "no"
    for wrong in ("ar # x", "[ar]", "Arabic", "ar\nx: 1"):
        code, said = corpora.main(tmp_path, "init", "m", "--language", wrong)
        assert code == 1
        assert said.startswith(f"qawl: --language: {wrong!r} is not a language tag")
        assert not (tmp_path / "m").exists()


def test_a_name_in_qawl_yaml_is_one_line_too(tmp_path):
    """push tells projects by one line that has the name."""
    corpora.qawl(tmp_path, "init", "n")
    (tmp_path / "n" / "qawl.yaml").write_text('name: "a\\nb"\n', "utf-8")
    code, said = corpora.main(tmp_path / "n", "validate")
    assert code == 1
    assert said.startswith("qawl: qawl.yaml: name: 'a\\nb' is not a name: give one line")


@pytest.mark.parametrize("layer", ["no", "yes", "2024", "null", "1e5"])
def test_adopt_takes_a_layer_by_any_name_that_a_layer_can_have(layer, tmp_path):
    """Teams number their layers, and `no` is short for Norwegian."""
    config = (
        '<View><Labels name="label" toName="text"><Label value="A"/></Labels>'
        '<Text name="text" value="$text"/></View>'
    )
    (tmp_path / "c.xml").write_text(config)
    value = {"start": 0, "end": 5, "text": TEXT[:5], "labels": ["A"]}
    region = {"id": "r", "from_name": "label", "to_name": "text", "type": "labels", "value": value}
    work = {"id": 1, "completed_by": 1, "result": [region]}
    tasks = [{"id": 1, "project": 3, "data": {"text": TEXT}, "annotations": [work]}]
    (tmp_path / "e.json").write_text(json.dumps(tasks))
    files = tmp_path / "e.json", tmp_path / "c.xml"
    corpora.qawl(tmp_path, "adopt", *files, "--into", tmp_path / "yes", "--layer", layer)
    corpora.qawl(tmp_path, "adopt", *files, "--into", tmp_path / "yes", "--layer", "off")
    made = project.load(tmp_path / "yes")
    assert (made.settings.name, made.settings.layers) == ("yes", (layer, "off"))
    assert made.settings.overlap == {layer: 1, "off": 1}
    said = yaml.safe_load((tmp_path / "yes" / "qawl.yaml").read_text("utf-8"))
    assert said["layers"] == [layer, "off"]
    assert corpora.main(tmp_path / "yes", "validate")[0] == 0
