"""`qawl adopt`: projects as others have them become corpora; what comes in stands in the records, or is named.

Configs are written as public projects have them: controls called `label`, aliases, hotkeys, conditions,
texts in other fields, several label sets, no labels at all.
"""

import json
import unicodedata

import pytest
import yaml
from click.testing import CliRunner

from qawl import cli

NAMES = """<View>
  <Header value="$headline"/>
  <Labels name="label" toName="txt">
    <Label value="شخص" alias="PER" background="#c33" hotkey="1"/>
    <Label value="مكان" alias="LOC"/>
  </Labels>
  <Relations><Relation value="born_in"/></Relations>
  <Text name="txt" value="$body" granularity="word"/>
  <Choices name="sure" toName="txt" perRegion="true" whenLabelValue="PER" visibleWhen="region-selected" whenTagName="label">
    <Choice value="yes"/><Choice value="no"/>
  </Choices>
  <Choices name="complete" toName="txt" required="true"><Choice value="all"/><Choice value="some"/></Choices>
  <Pairwise name="pair" toName="a,b"/>
</View>"""
TEXT = "ولدت ليلى في بيروت سنة 1980.\r\nوعاشت فيها."


def region(identity, label, text, surface, control="label", to="txt"):
    start = text.index(surface)
    place = {"start": start, "end": start + len(surface), "text": surface}
    return {
        "id": identity, "from_name": control, "to_name": to, "type": "labels", "value": {**place, "labels": [label]},
    }  # fmt: skip


def work(number, results, user, **more):
    return {
        "id": number,
        "completed_by": user,
        "result": results,
        "updated_at": "2026-03-01T10:00:00Z",
        **more,
    }


def task(number, text, annotations, project=3, field="body", **data):
    return {
        "id": number, "project": project, "data": {field: text, **data}, "annotations": annotations,
        "drafts": [], "predictions": [],
    }  # fmt: skip


def write(path, tasks):
    path.write_text(json.dumps(tasks, ensure_ascii=False), "utf-8")
    return path


def run(*arguments):
    return CliRunner().invoke(cli.group, list(map(str, arguments)))


def adopt(tmp_path, *sources, **options):
    more = [word for name, value in options.items() for word in (f"--{name}", value)]
    done = run("adopt", *sources, "--into", tmp_path / "c", "--json", *more)
    assert done.exit_code == 0, (done.output, done.exception)
    return json.loads(done.stdout)


def lines(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def errors(folder):
    done = run("-C", folder, "validate", "--json")
    return [each for each in json.loads(done.stdout)["findings"] if each["severity"] == "error"]


@pytest.fixture
def named(tmp_path, monkeypatch):
    """A project of names with an arrow, an attribute and a choice on the whole text, by two people."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.xml").write_text(NAMES, "utf-8")
    place = region("a", "PER", TEXT, "ليلى")
    results = [
        place,
        region("b", "LOC", TEXT, "بيروت"),
        {"type": "relation", "from_id": "a", "to_id": "b", "direction": "right", "labels": ["born_in"]},
        {"id": "a", "from_name": "sure", "to_name": "txt", "type": "choices", "value": {**{k: place["value"][k] for k in ("start", "end")}, "choices": ["yes"]}},
        {"id": "d", "from_name": "complete", "to_name": "txt", "type": "choices", "value": {"choices": ["all"]}},
        {"id": "p", "from_name": "pair", "to_name": "a", "type": "pairwise", "value": {"selected": "left"}},
    ]  # fmt: skip
    other = [*results[:2], results[4]]
    skipped = work(3, [], {"id": 9, "email": "rana@team.example"}, was_cancelled=True)
    tasks = [
        task(1, TEXT, [work(1, results, {"id": 8, "email": "sami@team.example"}), work(2, other, {"id": 9, "email": "rana@team.example"})], headline="سيرة", source="wire"),
        task(2, "نص آخر قصير.", [skipped]),
    ]  # fmt: skip
    return write(tmp_path / "export.json", tasks)


def test_a_region_of_two_labels_has_what_is_required_for_both(tmp_path, monkeypatch):
    """It becomes two spans with the value, but counted as one with it: "work lacks it" was not true."""
    monkeypatch.chdir(tmp_path)
    config = NAMES.replace('name="sure" toName="txt"', 'name="sure" toName="txt" required="true"')
    (tmp_path / "config.xml").write_text(config, "utf-8")
    both = region("a", "PER", TEXT, "ليلى")
    both["value"]["labels"].append("LOC")
    value = {
        "id": "a",
        "from_name": "sure",
        "to_name": "txt",
        "type": "choices",
        "value": {"choices": ["yes"]},
    }
    export = write(tmp_path / "e.json", [task(1, TEXT, [work(1, [both, value], 8)])])
    said = adopt(tmp_path, export, tmp_path / "config.xml")
    assert not [each for each in said["notes"] if each.startswith("sure is required")]
    assert errors(tmp_path / "c") == []


@pytest.mark.parametrize(
    ("asked", "done_on", "note"),
    [
        # Required of regions of PER alone, as Qawl's own configs say it, and each has it: it stays required.
        ('perRegion="true" visibleWhen="region-selected" whenTagName="label" whenLabelValue="PER"', ["a"], None),
        ('perRegion="true" whenLabelValue="PER"', ["a"], None),
        ('perRegion="true" visibleWhen="region-selected"', ["a", "b"], None),
        ('perRegion="true"', None, None),
        # Required of all regions, and one label never has it: it would be an error on each of them.
        ('perRegion="true"', ["a"], "work lacks it"),
        ('perRegion="true" visibleWhen="region-selected" whenTagName="label" whenLabelValue="PER"', [], "work lacks it"),
        # One region has two values, which is no value of another region.
        ('perRegion="true"', ["a", "a"], "work lacks it"),
        ('perRegion="true" visibleWhen="choice-selected" whenTagName="complete"', [], "only where its condition holds"),
    ],
)  # fmt: skip
def test_what_a_config_requires_stays_required_where_no_work_lacks_it(
    tmp_path, monkeypatch, asked, done_on, note
):
    """A condition on labels counted as lacking work: whole configs lost what they required."""
    monkeypatch.chdir(tmp_path)
    config = NAMES.replace('name="sure" toName="txt"', 'name="sure" toName="txt" required="true"')
    before = (
        'perRegion="true" whenLabelValue="PER" visibleWhen="region-selected" whenTagName="label"'
    )
    assert before in config
    (tmp_path / "config.xml").write_text(config.replace(before, asked), "utf-8")
    results = [region("a", "PER", TEXT, "ليلى"), region("b", "LOC", TEXT, "بيروت")]
    results += [
        {"id": each, "from_name": "sure", "to_name": "txt", "type": "choices", "value": {"choices": ["yes"]}}
        for each in done_on or []
    ]  # fmt: skip
    work_of = [] if done_on is None else [work(1, results, 8)]
    said = adopt(
        tmp_path, write(tmp_path / "e.json", [task(1, TEXT, work_of)]), tmp_path / "config.xml"
    )
    scheme = yaml.safe_load((tmp_path / "c/label_config/label.yaml").read_text("utf-8"))
    (sure,) = [each for each in scheme["attributes"] if each["name"] == "sure"]
    assert sure.get("required", False) is (note is None)
    told = [each for each in said["notes"] if each.startswith("sure is required")]
    assert told == ([f"sure is required, but {note}: it is optional in the scheme"] if note else [])
    assert errors(tmp_path / "c") == []


def test_a_project_becomes_a_corpus_with_everything_in_it(named, tmp_path):
    said = adopt(tmp_path, named, tmp_path / "config.xml")
    assert said["in"] == {"tasks": 2, "annotations": 3, "spans": 4, "relations": 1, "attributes": 3}
    assert said["records"] == said["in"]
    assert {"reason": "results of type pairwise", "count": 1} in said["left_out"]
    folder = tmp_path / "c"
    articles = lines(folder / "corpus" / "articles.jsonl")
    assert {each["text"] for each in articles} == {TEXT.replace("\r\n", "\n"), "نص آخر قصير."}
    [first] = [each for each in articles if "context" in each]
    assert (first["context"]["headline"], first["source"], first["language"]) == (
        "سيرة",
        "wire",
        "ar",
    )
    records = lines(folder / "exports" / "annotations" / "label.jsonl")
    assert [(each["annotator"], each["status"]) for each in records].count(("a2", "skipped")) == 1
    spans = {(s["label"], s["text"]) for each in records for s in each["spans"]}
    assert spans == {("PER", "ليلى"), ("LOC", "بيروت")}
    assert not errors(folder)
    everything = "".join(p.read_text("utf-8") for p in (folder / "exports").rglob("*.jsonl"))
    assert "@team.example" not in everything


def test_what_the_config_says_is_in_the_scheme(named, tmp_path):
    said = adopt(tmp_path, named, tmp_path / "config.xml")
    text = (tmp_path / "c" / "label_config" / "label.yaml").read_text("utf-8")
    for word in (
        "granularity: word",
        "text_field: body",
        "text_control: txt",
        "'#c33'",
        "شخص",
        "headline",
    ):
        assert word in text
    config = (tmp_path / "c" / "label_config" / "label.xml").read_text("utf-8")
    assert (
        'name="complete"' in config
    )  # its column would be one of a release's own: only that is renamed
    assert any("complete" in each for each in said["notes"])
    assert any("Pairwise" in each for each in said["notes"])


def test_an_adopted_corpus_is_released_and_loads(named, tmp_path, monkeypatch):
    adopt(tmp_path, named, tmp_path / "config.xml")
    folder = tmp_path / "c"
    for arguments in (
        ["adjudicate"],
        ["agreement"],
        ["release", "0.1.0", "--draft"],
        ["verify", folder / "exports/releases/0.1.0"],
    ):
        done = run("-C", folder, *arguments)
        assert done.exit_code == 0, (arguments, done.output, done.exception)


def test_adopting_is_the_same_in_any_order_of_tasks_and_files(named, tmp_path):
    tasks = json.loads(named.read_text("utf-8"))
    adopt(tmp_path, named, tmp_path / "config.xml")
    one = write(tmp_path / "one.json", tasks[1:])
    two = write(tmp_path / "two.json", tasks[:1])
    done = run("adopt", two, tmp_path / "config.xml", one, "--into", tmp_path / "d", "--json")
    assert done.exit_code == 0, done.output
    for name in ("corpus/articles.jsonl", "exports/annotations/label.jsonl"):
        first, second = lines(tmp_path / "c" / name), lines(tmp_path / "d" / name)
        assert [each.get("id", each.get("article_id")) for each in first] == [
            each.get("id", each.get("article_id")) for each in second
        ]


def test_a_second_layer_is_of_the_same_articles(named, tmp_path):
    adopt(tmp_path, named, tmp_path / "config.xml")
    other = task(
        7,
        TEXT,
        [work(5, [region("x", "CITY", TEXT, "بيروت", "places", "text")], 4)],
        project=4,
        field="text",
    )
    said = adopt(tmp_path, write(tmp_path / "more.json", [other]))
    assert said["layer"] == "places"
    settings = yaml.safe_load((tmp_path / "c" / "qawl.yaml").read_text("utf-8"))
    assert settings["overlap"] == {"label": 1, "places": 1}
    assert len(lines(tmp_path / "c" / "corpus" / "articles.jsonl")) == 2
    assert not errors(tmp_path / "c")
    done = run("adopt", tmp_path / "more.json", "--into", tmp_path / "c")
    assert "has a layer places already" in str(done.exception)


def test_the_licence_that_releases_will_state_is_said(named, tmp_path):
    """It is a default of ours: nobody who annotated elsewhere chose it."""
    done = run("adopt", named, tmp_path / "config.xml", "--into", tmp_path / "c")
    assert (
        "releases put the annotations under cc-by-4.0: if that is not their licence" in done.output
    )


def stand(folder):
    """What stands in a folder, but for what is kept of it in `.qawl`."""
    return {
        path.relative_to(folder): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".qawl" not in path.parts
    }


def test_a_dry_run_gives_the_report_and_writes_nothing(named, tmp_path):
    """Of what is left out too: a task without a text, with work, and an older annotation of somebody."""
    tasks = json.loads(named.read_text("utf-8"))
    again = work(77, tasks[0]["annotations"][0]["result"][:1], 1)
    tasks[0]["annotations"].append({**again, "updated_at": "2020-01-02T03:04:05Z"})
    tasks.append({**task(99, "", [work(99, [], 1)]), "data": {"note": 5}})
    write(named, tasks)
    words = [named, tmp_path / "config.xml", "--into", tmp_path / "c", "--json"]
    tried = run("adopt", *words, "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert not (tmp_path / "c").exists()
    assert json.loads(tried.stdout) == json.loads(run("adopt", *words).stdout)
    assert len(json.loads(tried.stdout)["left_out"]) >= 2


def test_a_dry_run_of_another_layer_leaves_the_corpus_as_it_is(named, tmp_path):
    adopt(tmp_path, named, tmp_path / "config.xml")
    results = [region("x", "CITY", TEXT, "بيروت", "places", "text")]
    other = task(7, TEXT, [work(5, results, 4)], project=4, field="text")
    words = [write(tmp_path / "more.json", [other]), "--into", tmp_path / "c", "--json"]
    before = stand(tmp_path / "c")
    tried = run("adopt", *words, "--dry-run")
    assert tried.exit_code == 0, tried.output
    assert stand(tmp_path / "c") == before
    assert json.loads(tried.stdout) == json.loads(run("adopt", *words).stdout)
    refused = run("adopt", *words, "--dry-run")
    assert f"{tmp_path / 'c'} has a layer places already" in str(refused.exception)


def test_one_person_under_one_number_on_two_servers_are_two(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, label in (("north", "A"), ("south", "B")):
        results = [region("r", label, "Ada came.", "Ada", to="text")]
        one = work(1, results, 1, unique_id=f"{name}-1")
        write(tmp_path / f"{name}.json", [task(1, "Ada came.", [one], field="text")])
    said = adopt(tmp_path, tmp_path / "north.json", tmp_path / "south.json")
    assert said["records"]["annotations"] == 2
    records = lines(tmp_path / "c" / "exports" / "annotations" / "label.jsonl")
    assert [each["annotator"] for each in records] == ["a1", "a2"]


@pytest.mark.parametrize("common", ["Ada came.", None])
@pytest.mark.parametrize("numbers", [(1, 2), (7, 8)], ids=["same-annotations", "same-tasks"])
def test_two_servers_that_count_alike_without_unique_ids_are_two(
    tmp_path, monkeypatch, common, numbers
):
    """Early servers and the server's API give no unique id, and every server counts from 1."""
    monkeypatch.chdir(tmp_path)
    texts = {"north": ["Ada came.", "Eve sat."], "south": [common or "Nora ran.", "Omar sat."]}
    for name, written in texts.items():
        ids = (1, 2) if name == "north" or common else numbers
        tasks = [
            task(
                at, text, [work(i, [region("r", "A", text, text[:4], to="text")], 1)], field="text"
            )
            for at, (text, i) in enumerate(zip(written, ids, strict=True), 1)
        ]
        write(tmp_path / f"{name}.json", tasks)
    said = adopt(tmp_path, tmp_path / "north.json", tmp_path / "south.json")
    assert said["records"]["annotations"] == said["records"]["spans"] == 4
    records = lines(tmp_path / "c" / "exports" / "annotations" / "label.jsonl")
    assert sorted(each["annotator"] for each in records) == ["a1", "a1", "a2", "a2"]
    assert any("from several servers: north.json (server 1)" in each for each in said["notes"])


def test_a_number_that_is_named_on_two_servers_is_told(tmp_path, monkeypatch):
    """`--annotator 1=mona` made one annotator of two people, one of whose works did not count, while the
    report said that they are two."""
    monkeypatch.chdir(tmp_path)
    for name, start in (("north", 0), ("south", 4)):
        text = "Ada came."
        place = region("r", "A", text, text[start : start + 4].strip(), to="text")
        who = {"id": 1, "email": f"{name}@team.example"}
        made = {**work(1, [place], 1), "completed_by": who}
        write(tmp_path / f"{name}.json", [task(1, text, [made], field="text")])
    sources = [tmp_path / "north.json", tmp_path / "south.json"]
    both = "several servers have a user 1: --annotator makes each of them mona"
    said = adopt(tmp_path, *sources, annotator="1=mona")
    assert any(each.startswith(both) for each in said["notes"])
    said = adopt(tmp_path / "named", *sources, annotator="north@team.example=mona")
    assert not any(each.startswith(both) for each in said["notes"])
    records = lines(tmp_path / "named" / "c" / "exports" / "annotations" / "label.jsonl")
    assert [each["annotator"] for each in records] == ["a1", "mona"]


def test_parts_of_one_export_are_of_one_server(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text, number in (("a", "Ada came.", 1), ("b", "Eve sat.", 2)):
        made = [work(number, [region("r", "A", text, text[:4], to="text")], 1)]
        write(tmp_path / f"{name}.json", [task(number, text, made, field="text")])
    said = adopt(tmp_path, tmp_path / "a.json", tmp_path / "b.json")
    records = lines(tmp_path / "c" / "exports" / "annotations" / "label.jsonl")
    assert {each["annotator"] for each in records} == {"a1"}
    assert not any("servers" in each for each in said["notes"])


def test_the_same_export_twice_is_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    one = work(1, [region("r", "A", "Ada came.", "Ada", to="text")], 1, unique_id="u")
    for name in ("monday", "friday"):
        write(tmp_path / f"{name}.json", [task(1, "Ada came.", [one], field="text")])
    said = adopt(tmp_path, tmp_path / "monday.json", tmp_path / "friday.json")
    assert said["records"]["annotations"] == 1
    assert len(lines(tmp_path / "c" / "corpus" / "articles.jsonl")) == 1


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("<View><Labels name='l' toName='t'/></View>", "shows no text"),
        ("<View><Text name='t' value='$t'>", "not XML"),
        ("<!DOCTYPE x [<!ENTITY a 'b'>]><View>&a;</View>", "no document type"),
        ("<View>" * 3000, "not XML"),
        (
            "<View>" * 3000 + "<Text name='t' value='$t'/>" + "</View>" * 3000,
            "nested too deeply",
        ),
    ],
)
def test_a_config_that_is_none_is_one_line(named, tmp_path, content, said):
    (tmp_path / "config.xml").write_text(content, "utf-8")
    done = run("adopt", named, tmp_path / "config.xml", "--into", tmp_path / "c")
    assert said in str(done.exception)
    assert not (tmp_path / "c").exists()


@pytest.mark.parametrize(
    ("tasks", "said"),
    [
        ([], "nothing is in this file"),
        ([{"id": 1, "data": {"body": "x"}, "annotations": 5}], None),
        (
            [{"id": 1, "data": {"a": "x", "b": "y"}, "annotations": []}],
            "which field holds the text",
        ),
        ([{"id": 1, "annotation_id": 2, "text": "x"}], "there are no annotations to infer"),
    ],
)
def test_an_export_that_says_too_little_is_one_line(tmp_path, monkeypatch, tasks, said):
    monkeypatch.chdir(tmp_path)
    done = run("adopt", write(tmp_path / "e.json", tasks), "--into", tmp_path / "c")
    if said is not None:
        assert said in str(done.exception)
    else:
        assert done.exit_code == 0 or done.exception is not None


def test_an_address_that_names_no_project_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setenv("LABEL_STUDIO_API_KEY", "x" * 40)
    for address in (
        "https://labels.example.org/",
        "http://[bad/projects/1",
        "http://a..b/projects/1",
        "Http://labels.example.org/",
    ):
        done = run("adopt", address, "--into", tmp_path / "c")
        assert "address" in str(done.exception) or "name a project" in str(done.exception)


MIN = """<View><Text name="txt" value="$body"/><Labels name="names" toName="txt"><Label value="PER"/></Labels>
<Choices name="tone" toName="txt"><Choice value="calm"/><Choice value="loud"/></Choices>
<Choices name="topics" toName="txt" choice="multiple"><Choice value="a"/><Choice value="b"/></Choices>
<Choices name="sure" toName="txt" perRegion="true"><Choice value="yes"/></Choices>
<Rating name="stars" toName="txt"/><Taxonomy name="field" toName="txt"><Choice value="x"><Choice value="y"/></Choice></Taxonomy>
<TextArea name="note" toName="txt"/></View>"""


@pytest.fixture
def minimal(tmp_path, monkeypatch):
    """JSON_MIN as Label Studio 1.13 writes it: a row an annotation, two of the same task."""
    monkeypatch.chdir(tmp_path)
    common = {
        "id": 5,
        "body": "Ada came.",
        "source": "wire",
        "created_at": "2026-03-01T10:00:00Z",
        "updated_at": "2026-03-01T10:00:00Z",
        "lead_time": 3.5,
    }
    rows = [
        {**common, "names": [{"start": 0, "end": 3, "text": "Ada", "labels": ["PER"]}], "tone": "calm", "topics": {"choices": ["a", "b"]}, "sure": "yes", "stars": [{"rating": 4}], "field": [{"taxonomy": [["x", "y"]]}], "note": "fine", "annotator": 1, "annotation_id": 7},
        {**common, "names": [], "tone": "loud", "note": {"text": ["one", "two"]}, "annotator": 2, "annotation_id": 8},
    ]  # fmt: skip
    return write(tmp_path / "min.json", rows)


def test_json_min_is_read_with_a_word_on_what_it_has_lost(minimal, tmp_path):
    (tmp_path / "config.xml").write_text(MIN, "utf-8")
    said = adopt(tmp_path, minimal, tmp_path / "config.xml")
    assert any("JSON_MIN has lost relations" in each for each in said["notes"])
    lost = "values of regions that JSON_MIN does not name: sure"
    assert {"reason": lost, "count": 1} in said["left_out"]
    assert said["records"]["annotations"] == 2
    one, two = lines(tmp_path / "c" / "exports" / "annotations" / "names.jsonl")
    assert [(each["label"], each["text"]) for each in one["spans"]] == [("PER", "Ada")]
    assert one["attributes"] == {
        "tone": "calm", "topics": ["a", "b"], "stars": 4, "field": [["x", "y"]], "note": ["fine"],
    }  # fmt: skip
    assert two["attributes"] == {"tone": "loud", "note": ["one", "two"]}
    assert (one["provenance"]["lead_time"], not errors(tmp_path / "c")) == (3.5, True)
    [article] = lines(tmp_path / "c" / "corpus" / "articles.jsonl")
    assert (article["text"], article["source"]) == ("Ada came.", "wire")


def test_json_min_without_a_config_is_told_by_its_values(minimal, tmp_path):
    said = adopt(tmp_path, minimal)
    assert said["layer"] == "names"
    assert said["records"]["spans"] == 1


def test_json_min_is_pulled_by_the_controls_of_the_schemes(minimal, tmp_path):
    (tmp_path / "config.xml").write_text(MIN, "utf-8")
    adopt(tmp_path, minimal, tmp_path / "config.xml")
    rows = json.loads(minimal.read_text("utf-8"))
    rows[0] |= {"annotation_id": 9, "tone": "loud", "updated_at": "2026-04-01T10:00:00Z"}
    write(minimal, rows[:1])
    done = run("-C", tmp_path / "c", "pull", "--from", minimal, "--annotator", "a3")
    assert done.exit_code == 0, (done.output, done.exception)
    assert "JSON_MIN has lost relations" in done.output
    records = lines(tmp_path / "c" / "exports" / "annotations" / "names.jsonl")
    assert [each["annotator"] for each in records] == ["a1", "a2", "a3"]
    assert records[2]["attributes"]["tone"] == "loud"


def test_json_min_that_was_adopted_and_is_pulled_again_is_no_other_work(minimal, tmp_path):
    """Schemes do not tell a rating from a number: the same annotation was refused as other work."""
    (tmp_path / "config.xml").write_text(MIN, "utf-8")
    adopt(tmp_path, minimal, tmp_path / "config.xml")
    done = run("-C", tmp_path / "c", "pull", "--from", minimal)
    assert done.exit_code == 0, (done.output, done.exception)
    assert "0 new versions" in done.output, done.output


@pytest.mark.parametrize("nothing", [None, "", {}])
@pytest.mark.parametrize("config", [["config.xml"], []])
def test_a_row_of_json_min_that_nobody_made_is_an_open_task(minimal, tmp_path, config, nothing):
    """An export of all tasks has a row for each open one, with null for who, when and what, or an empty
    text after a spreadsheet: each was a submitted annotation without spans."""
    (tmp_path / "config.xml").write_text(MIN, "utf-8")
    rows = json.loads(minimal.read_text("utf-8"))
    fields = ("annotator", "annotation_id", "created_at", "updated_at", "lead_time")
    nobody = dict.fromkeys(fields, nothing)
    write(minimal, [*rows, {"id": 6, "body": "Ben left.", "source": "wire", **nobody}])
    said = adopt(tmp_path, minimal, *(tmp_path / each for each in config))
    assert (said["in"]["tasks"], said["records"]["annotations"]) == (2, 2)
    users = ("--annotator", "1=a1", "--annotator", "2=a2")
    done = run("-C", tmp_path / "c", "pull", "--from", minimal, *users)
    assert "read 2 tasks with 2 annotations" in done.output


@pytest.mark.parametrize("size", [50_000_000, 10])
def test_a_failure_leaves_nothing_half_written(named, tmp_path, monkeypatch, size):
    """Also where the articles, or the journals, are too many for one file."""
    from qawl.annotations import import_files, segments
    from qawl.articles import shards

    monkeypatch.setattr(shards, "SEAL", size)
    monkeypatch.setattr(segments, "SEAL", size)

    def fails(*_, **__):
        raise OSError(28, "No space left on device")

    (tmp_path / "there").mkdir()
    adopt(tmp_path, named, tmp_path / "config.xml")
    before = {each: each.read_bytes() for each in (tmp_path / "c").rglob("*") if each.is_file()}
    monkeypatch.setattr(import_files, "pull_files", fails)
    for into, layer in (("new", "x"), ("c", "other")):
        done = run(
            "adopt", named, tmp_path / "config.xml", "--into", tmp_path / into, "--layer", layer
        )
        assert done.exit_code != 0
    assert not (tmp_path / "new").exists()
    after = {each: each.read_bytes() for each in (tmp_path / "c").rglob("*") if each.is_file()}
    assert before.keys() == after.keys()
    assert all(after[each] == was for each, was in before.items() if ".qawl" not in each.parts)


def test_work_of_several_annotators_on_one_text_is_one_article(tmp_path, monkeypatch):
    """Prodigy writes an answer a line, doccano a file a user, brat a folder an annotator."""
    monkeypatch.chdir(tmp_path)
    row = {"text": "Ada came.", "_input_hash": 7, "answer": "accept"}
    span = {"start": 0, "end": 3, "label": "PER"}
    answers = [
        {**row, "spans": [span], "_session_id": "db-mona"},
        {**row, "spans": [], "_session_id": "db-omar"},
        {**row, "spans": [{**span, "label": "ORG"}], "_session_id": "db-mona"},
    ]
    (tmp_path / "prodigy.jsonl").write_text("".join(json.dumps(each) + "\n" for each in answers))
    for user in ("mona", "omar"):
        said = {"id": 3, "text": "Ada came.", "label": [[0, 3, user]]}
        (tmp_path / f"{user}.jsonl").write_text(json.dumps(said) + "\n")
        (tmp_path / "brat" / user / "news").mkdir(parents=True)
        (tmp_path / "brat" / user / "news" / "1.txt").write_text("Ada came.")
        (tmp_path / "brat" / user / "news" / "1.ann").write_text("T1\tPER 0 3\tAda\n")
    for name, sources, expected in (
        ("p", ["prodigy.jsonl"], [["a1", "a2"], ["a1"]]),
        ("d", ["mona.jsonl", "omar.jsonl"], [["a1", "a2"]]),
        ("b", ["brat"], [["a1", "a2"]]),
    ):
        done = run("adopt", *sources, "--into", tmp_path / name)
        assert done.exit_code == 0, (done.output, done.exception)
        (path,) = (tmp_path / name / "exports" / "annotations").glob("*.jsonl")
        found = {}
        for each in lines(path):
            found.setdefault(each["article_id"], []).append(each["annotator"])
        assert sorted(found.values(), key=len, reverse=True) == expected, name
        articles = lines(tmp_path / name / "corpus" / "articles.jsonl")
        assert len(articles) == len(expected)
        assert len({each["group"] for each in articles}) == 1
        settings = (tmp_path / name / "qawl.yaml").read_text("utf-8")
        assert f"overlap: {{{path.stem}: {min(map(len, expected))}}}" in settings


def test_subfolders_of_brat_with_other_texts_are_no_annotators(tmp_path):
    for name in ("train", "dev"):
        folder = tmp_path / "brat" / name
        folder.mkdir(parents=True)
        (folder / "1.txt").write_text(f"Ada came to {name}.")
        (folder / "1.ann").write_text("T1\tPER 0 3\tAda\n")
    said = adopt(tmp_path, tmp_path / "brat")
    assert said["records"]["annotations"] == 2
    records = lines(tmp_path / "c" / "exports" / "annotations" / "label.jsonl")
    assert {each["annotator"] for each in records} == {"a1"}


def test_a_table_is_adopted_by_the_column_that_is_named(tmp_path):
    table = tmp_path / "rows.csv"
    table.write_text("id,story,text\n1,Ada came.,no\n2,Omar left.,no\n", "utf-8")
    (tmp_path / "c.xml").write_text(
        "<View><Text name='t' value='$text'/><Labels name='l' toName='t'><Label value='A'/></Labels></View>"
    )
    done = run("adopt", table, tmp_path / "c.xml", "--map", "text=story", "--into", tmp_path / "c")
    assert done.exit_code == 0, done.exception
    texts = {each["text"] for each in lines(tmp_path / "c" / "corpus" / "articles.jsonl")}
    assert texts == {"Ada came.", "Omar left."}
    assert run("adopt", table, "--map", "story", "--into", tmp_path / "d").exit_code == 2


REGION = '[{""start"":0,""end"":5,""text"":""Layla"",""labels"":[""PER""]}]'
TABLE = f"""body,id,label,mood,tags,stars,annotator,annotation_id,lead_time
Layla here,1,"{REGION}",glad,"{{""choices"": [""a"", ""b""]}}",4,7,5,1.5
Layla here,1,"[{{broken",sad,,,8,6,2
Sami there,2,,,,,,,
"""
CONTROLS = """<View><Labels name="label" toName="t"><Label value="PER"/></Labels>
<Text name="t" value="$body"/>
<Choices name="mood" toName="t"><Choice value="glad"/><Choice value="sad"/></Choices>
<Choices name="tags" toName="t" choice="multiple"><Choice value="a"/><Choice value="b"/></Choices>
<Rating name="stars" toName="t"/></View>"""


def test_label_studios_csv_keeps_its_spans_and_choices(tmp_path, monkeypatch):
    """A cell holds regions as JSON, one choice as a word, several as an object; one is damaged here."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text(TABLE, "utf-8")
    (tmp_path / "c.xml").write_text(CONTROLS, "utf-8")
    said = adopt(tmp_path, tmp_path / "x.csv", tmp_path / "c.xml")
    assert said["records"] == {**said["in"], "tasks": 2}
    assert said["records"]["annotations"] == 2
    assert {"reason": "value of the column label that is no JSON list of regions", "count": 1} in (
        said["left_out"]
    )
    found = {
        each["annotator"]: each
        for each in lines(tmp_path / "c" / "exports" / "annotations" / "label.jsonl")
    }
    assert [each["text"] for each in found["a1"]["spans"]] == ["Layla"]
    assert found["a1"]["attributes"] == {"mood": "glad", "tags": ["a", "b"], "stars": 4}
    assert found["a2"]["attributes"] == {"mood": "sad"}
    articles = lines(tmp_path / "c" / "corpus" / "articles.jsonl")
    assert sorted(each["text"] for each in articles) == ["Layla here", "Sami there"]
    assert not any(each.get("context") for each in articles)


def test_a_table_of_choices_is_read_by_the_config_and_names_other_columns(tmp_path, monkeypatch):
    """A spreadsheet whose ids are not those of tasks: equal ids are no reason to lose a text."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.tsv").write_text("id\tbody\tmood\tpaper\nk\tAda\tglad\tX\nk\tEve\tsad\tY\n")
    (tmp_path / "c.xml").write_text(CONTROLS, "utf-8")
    said = adopt(tmp_path, tmp_path / "x.tsv", tmp_path / "c.xml", format="csv")
    assert said["records"]["attributes"] == said["records"]["tasks"] == 2
    assert (
        "x.tsv: no control of the config is called paper: columns of the context" in said["notes"]
    )
    assert not any("CSV has lost" in each for each in said["notes"])


def brat(tmp_path, files):
    for name, content in files.items():
        (tmp_path / "brat").mkdir(exist_ok=True)
        (tmp_path / "brat" / name).write_bytes(content.encode())
    return tmp_path / "brat"


def test_of_a_brat_folder_nothing_is_lost_without_a_word(tmp_path, monkeypatch):
    """An .ann whose text was moved, endings of Windows in capitals, ids and values given twice, damage."""
    monkeypatch.chdir(tmp_path)
    ann = (
        "T1\tPER 0 4\tSami\nT1\tORG 9 14\tLayla\nT2\tPER 0 4\tSami\nT3\tPER 9 14\tLayla\n"
        "A1\tConf T2 High\nA2\tConf T2 Low\nR1\tknows Arg1:T1 Arg2:T2\nR2\tknows Arg1:T3 Arg2:T2\n"
        "GARBAGE\nT9\tPER x\n"
    )
    texts = {"b.txt": "Sami met Layla.", "A.TXT": "Nora ran.", "A.ANN": "T1\tPER 0 4\tNora\n"}
    said = adopt(tmp_path, brat(tmp_path, {**texts, "b.ann": ann, "lone.ann": "T1\tPER 0 1\tx\n"}))
    assert (said["records"]["tasks"], said["records"]["spans"]) == (2, 5)
    assert (said["records"]["relations"], said["records"]["attributes"]) == (1, 1)
    told = {each["reason"] for each in said["left_out"]}
    assert told == {
        "task that can't be read: an .ann file without its .txt",
        "id T1 of a second span (b.ann:2): both spans are kept, what names the id is not",
        "second value of the attribute Conf of T2 (b.ann:6)",
        "relation to no span",
        "line that is no annotation of brat (b.ann:9)",
        "text-bound annotation without offsets (b.ann:10)",
    }
    records = lines(tmp_path / "c" / "exports" / "annotations" / "label.jsonl")
    spans = [(s["text"], s["attributes"]) for each in records for s in each["spans"]]
    assert ("Sami", {"Conf": "High"}) in spans
    assert ("Nora", {}) in spans


@pytest.mark.parametrize(("end", "counted"), [("\r\n", "\n"), ("\n", "\r\n"), ("\r\n", "\r\n")])
def test_brat_offsets_count_the_line_ends_that_the_words_tell(tmp_path, monkeypatch, end, counted):
    """Git and editors on Windows save a text with other line ends than brat counted."""
    monkeypatch.chdir(tmp_path)
    text = "وصل\nسامي\nإلى عمان"
    places = [(word, text.replace("\n", counted).index(word)) for word in ("سامي", "عمان")]
    ann = "".join(f"T{at}\tPER {at} {at + 4}\t{word}\n" for word, at in places)
    folder = brat(tmp_path, {"a.txt": text.replace("\n", end), "a.ann": ann.replace("\n", end)})
    adopt(tmp_path, folder)
    [record] = lines(tmp_path / "c" / "exports" / "annotations" / "label.jsonl")
    assert [(s["text"], s["start"]) for s in record["spans"]] == [("سامي", 4), ("عمان", 13)]
    assert not errors(tmp_path / "c")


def test_the_first_end_of_a_relation_of_brat_is_arg1_wherever_it_stands(tmp_path, monkeypatch):
    """An arrow whose Arg2 was written first led the other way. Roles without numbers stand as given."""
    monkeypatch.chdir(tmp_path)
    ann = (
        "T1\tPER 0 4\tSami\nT2\tPER 9 14\tLayla\n"
        "R1\tknows Arg2:T1 Arg1:T2\nR2\tsees Who:T2 What:T1\n"
    )
    adopt(tmp_path, brat(tmp_path, {"b.txt": "Sami met Layla.", "b.ann": ann}))
    [record] = lines(tmp_path / "c" / "exports" / "annotations" / "label.jsonl")
    drawn = [(each["label"], each["from"], each["to"]) for each in record["relations"]]
    assert drawn == [("knows", "T2", "T1"), ("sees", "T2", "T1")]


PAGE = "<div>قالت ليلى<br/>وصل <b>سامي</b></div><p>عمان</p>\n<ul><li>بيروت</li><li> Ada</li></ul>"


@pytest.mark.parametrize("breaks", [True, False], ids=["br-counted", "br-not-counted"])
def test_blocks_of_a_page_are_lines_and_regions_stand_where_they_stood(
    tmp_path, monkeypatch, breaks
):
    """Label Studio counts text nodes alone; versions differ in what a <br> is. One region goes over blocks."""
    monkeypatch.chdir(tmp_path)
    counted = "قالت ليلى" + "\n" * breaks + "وصل ساميعمان\nبيروت Ada"
    results = []
    for at, surface in enumerate(("ليلى", "سامي", "عمان", "بيروت", "Ada", "ساميعمان")):
        start = counted.index(surface)
        place = {"start": start, "end": start + len(surface)}
        value = {
            "start": "/p[1]/text()[1]",
            "end": "/p[1]/text()[1]",
            "startOffset": 0,
            "endOffset": 4,
        }
        value |= {"globalOffsets": place, "text": surface, "hypertextlabels": ["PER"]}
        results.append(
            {
                "id": f"r{at}",
                "from_name": "l",
                "to_name": "t",
                "type": "hypertextlabels",
                "value": value,
            }
        )
    write(tmp_path / "e.json", [task(1, PAGE, [work(1, results, 1)])])
    (tmp_path / "c.xml").write_text(
        '<View><HyperTextLabels name="l" toName="t"><Label value="PER"/></HyperTextLabels>'
        '<HyperText name="t" value="$body"/></View>'
    )
    adopt(tmp_path, tmp_path / "e.json", tmp_path / "c.xml")
    [article] = lines(tmp_path / "c" / "corpus" / "articles.jsonl")
    assert article["text"] == "قالت ليلى\nوصل سامي\nعمان\nبيروت\n Ada".replace("\n Ada", " \nAda")
    [record] = lines(tmp_path / "c" / "exports" / "annotations" / "l.jsonl")
    said = [each["text"] for each in record["spans"]]
    assert sorted(said) == sorted(["ليلى", "سامي", "عمان", "بيروت", "Ada", "سامي\nعمان"])
    assert all(article["text"][e["start"] : e["end"]] == e["text"] for e in record["spans"])
    assert not errors(tmp_path / "c")


@pytest.mark.parametrize("scheme", ["NFC", "NFD"])
@pytest.mark.parametrize("export", ["NFC", "NFD"])
def test_names_that_look_alike_are_alike(tmp_path, monkeypatch, scheme, export):
    """macOS and some keyboards decompose é and ệ; two annotators typed one note in two forms."""
    monkeypatch.chdir(tmp_path)
    config = """<View><Labels name="l" toName="t"><Label value="Tên Việt"/></Labels><Text name="t" value="$body"/>
    <Choices name="c" toName="t" perRegion="true"><Choice value="sûr"/><Choice value="لأ"/></Choices>
    <TextArea name="note" toName="t"/><Relations><Relation value="travaillé"/></Relations></View>"""
    (tmp_path / "c.xml").write_text(unicodedata.normalize(scheme, config), "utf-8")
    works = []
    for user, form in ((1, export), (2, "NFC")):
        said = lambda word, form=form: unicodedata.normalize(form, word)  # noqa: E731
        value = {"start": 0, "end": 3, "text": "Ada"}
        results = [
            {**region("a", said("Tên Việt"), "Ada met Eve.", "Ada", to="t"), "from_name": "l"},
            {**region("b", said("Tên Việt"), "Ada met Eve.", "Eve", to="t"), "from_name": "l"},
            {"id": "a", "from_name": "c", "to_name": "t", "type": "choices", "value": {**value, "choices": [said("sûr")]}},
            {"id": "n", "from_name": "note", "to_name": "t", "type": "textarea", "value": {"text": [said("André")]}},
            {"type": "relation", "from_id": "a", "to_id": "b", "labels": [said("travaillé")]},
        ]  # fmt: skip
        works.append(work(user, results, user))
    write(tmp_path / "e.json", [task(1, "Ada met Eve.", works)])
    adopt(tmp_path, tmp_path / "e.json", tmp_path / "c.xml")
    assert not errors(tmp_path / "c")
    records = lines(tmp_path / "c" / "exports" / "annotations" / "l.jsonl")
    one, two = ([s["attributes"] for s in each["spans"]] for each in records)
    assert one == two == [{"c": "sûr"}, {}]
    path = tmp_path / "c" / "label_config" / "l.yaml"
    path.write_text(unicodedata.normalize(scheme, path.read_text("utf-8")), "utf-8")
    assert run("-C", tmp_path / "c", "scheme").exit_code == 0
    done = run("-C", tmp_path / "c", "pull", "--from", tmp_path / "e.json", "--layer", "l")
    assert done.exit_code == 0, done.exception
    assert not errors(tmp_path / "c")
    assert run("-C", tmp_path / "c", "adjudicate").exit_code == 0
    [gold] = lines(tmp_path / "c" / "exports" / "gold" / "l.jsonl")
    assert not gold["open"]


def test_what_annotators_typed_in_prodigy_is_theirs_and_no_context(tmp_path, monkeypatch):
    """`user_input`, and a field that a block of the recipe names; a field that differs is counted."""
    monkeypatch.chdir(tmp_path)
    blocks = {"blocks": [{"view_id": "ner_manual"}, {"view_id": "text_input", "field_id": "why"}]}
    spans = [{"start": 0, "end": 3, "label": "PER"}]
    row = {
        "text": "Ada came.",
        "_input_hash": 1,
        "answer": "accept",
        "spans": spans,
        "config": blocks,
    }
    rows = [
        {**row, "_annotator_id": "amal", "user_input": "note A", "why": "سبب", "desk": "x"},
        {
            **row,
            "_annotator_id": "badr",
            "user_input": "note B",
            "why": ["one", "two"],
            "desk": "y",
        },
        {**row, "_annotator_id": "cem", "user_input": "", "answer": "reject", "why": "no"},
    ]
    path = tmp_path / "p.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in rows), "utf-8")
    said = adopt(tmp_path, path)
    records = lines(tmp_path / "c" / "exports" / "annotations" / "label.jsonl")
    found = {each["annotator"]: each["attributes"] for each in records}
    assert found["a1"]["user_input"] in ("note A", ["note A"])
    assert found["a1"]["why"] in ("سبب", ["سبب"])
    assert found["a2"] == {"user_input": "note B", "why": ["one", "two"]}
    assert found["a3"] == {}
    [article] = lines(tmp_path / "c" / "corpus" / "articles.jsonl")
    assert article["context"] == {"desk": "x"}
    told = {each["reason"]: each["count"] for each in said["left_out"]}
    assert told["typed answer of a text that was rejected or ignored"] == 1
    assert (
        told["other fields of a task whose text stands already: those of the first are the context"]
        == 2
    )
    assert "kind: text" in (tmp_path / "c" / "label_config" / "label.yaml").read_text("utf-8")
    assert not errors(tmp_path / "c")


def test_a_warning_names_no_project_that_is_not_known(tmp_path, monkeypatch):
    """Two numbers of one address are one annotator; exports of scripts name no project."""
    monkeypatch.chdir(tmp_path)
    tasks = []
    for number in (1, 2, 3):
        text = f"Ada came {number}."
        made = work(number, [region("r", "A", text, "Ada", to="text")], None)
        made["completed_by"] = {"id": max(number - 1, 1), "email": "ada@example.org"}
        tasks.append(task(number, text, [made], project=None, field="text"))
    adopt(tmp_path, write(tmp_path / "e.json", tasks))
    said = run("-C", tmp_path / "c", "validate").output
    assert "user 2 did task 3, which is the work of user 1" in said
    assert "None" not in said
