"""A reader's correction: from an address of a release to the judge, and into the errata of the next one."""

import json
from unicodedata import normalize

import pytest
import yaml
from test_growing import SCHEME, TEXTS, WORK, addresses, annotate, desk, grow, run

import corpora

WHO = ("--by", "Layla Haddad", "--reason", "it is the name of a place")
CHOICE = corpora.choice("sure", "yes", "no", of=["PER", "ORG"])


@pytest.fixture
def made(tmp_path, once):
    """A corpus with a release of two articles."""
    return once("two articles corrected", tmp_path / "trial", _made)


def _made(folder):
    desk(folder, "t1", "t2")
    annotate(folder, "t1", "t2")
    assert run(folder, "release", "0.1.0").exit_code == 0


def ids(folder):
    lines = (folder / "corpus/articles.jsonl").read_text("utf-8").splitlines()
    return {each["source_id"]: each["id"] for each in map(json.loads, lines)}


def address(folder, name, surface, version="0.1.0"):
    """The address of the span with this surface."""
    spans, _ = addresses(folder, version)
    (found,) = (
        identity
        for (article, _, start, end), identity in spans.items()
        if article == name and TEXTS[name][start:end] == surface
    )
    return f"trial@{version}#{ids(folder)[name]}:{found}"


def correct(folder, where, *words):
    return run(folder, "correct", where, *map(str, words))


def task(folder):
    """The judge's one task."""
    corpora.qawl(folder, "adjudicate")
    (found,) = corpora.judge_tasks(folder, "toy")
    return found


def judge(folder, made, which, number=1, hour=1):
    """The judge takes this suggestion of the task as it is."""
    results = next(each["result"] for each in made["predictions"] if each["model_version"] == which)
    annotation = {
        "id": 900 + number,
        "completed_by": 9,
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": f"2026-01-01T{hour:02}:00:00Z",
        "result": results,
    }
    path = folder.parent / f"judge-{number}.json"
    one = {"id": number, "project": 9, "data": made["data"], "annotations": [annotation]}
    path.write_text(json.dumps([one]), "utf-8")
    corpora.qawl(folder, "pull", "--from", path, "--layer", "toy", "--judge")
    return corpora.qawl(folder, "adjudicate")


def gold(folder):
    lines = (folder / "exports/gold/toy.jsonl").read_text("utf-8").splitlines()
    return {
        (record["article_id"], span["label"], span["text"])
        for record in map(json.loads, lines)
        for span in record["spans"]
    }


def errata(folder, version):
    folder = folder / "exports/releases" / version
    corpora.fits_schema(folder)
    told = json.loads((folder / "manifest.json").read_text("utf-8")).get("errata", [])
    entry = (folder / "CHANGELOG.md").read_text("utf-8").split("\n## ")[1]
    return told, entry


def test_a_correction_goes_to_the_judge_and_the_next_release_thanks_the_reader(made):
    corpora.qawl(made, "adjudicate")
    before = gold(made)
    where = address(made, "t1", "Northwind")
    done = correct(made, where, "--label", "PER", "--start", 36, *WHO, "--credit")
    assert done.exit_code == 0, done.output
    asked = task(made)
    assert gold(made) == before, "a correction changes no gold"
    assert "Reported by readers: 1" in asked["data"]["disagreements"]
    assert "it is the name of a place" in asked["data"]["disagreements"]
    assert "Layla Haddad" not in json.dumps([asked["data"]["disagreements"]])
    assert "1 correction of a reader waits" in corpora.qawl(made, "adjudicate").output
    draft = run(made, "release", "0.2.0", "--draft")
    assert "1 correction of a reader waits for a decision (1 pending;" in draft.output
    assert "pending" in run(made, "correct").output
    judge(made, asked, "reported 1")
    assert (ids(made)["t1"], "PER", TEXTS["t1"][36:48]) in gold(made)
    assert "corrected" in run(made, "correct").output
    released = run(made, "release", "0.2.0")
    assert released.exit_code == 0, released.output
    told, entry = errata(made, "0.2.0")
    assert [each["address"] for each in told] == [where]
    assert "of a reader wait" not in released.output
    assert f"- `{where}` (ORG 39-48): now PER 36-48. Reported by Layla Haddad." in entry
    assert "it is the name" not in (made / "exports/releases/0.2.0/manifest.json").read_text(
        "utf-8"
    )
    again = run(made, "release", "0.2.0")
    assert again.exit_code == 0, again.output
    grow(made, "t5")
    annotate(made, "t1", "t2", "t5")
    assert run(made, "release", "0.3.0").exit_code == 0
    told, entry = errata(made, "0.3.0")
    assert len(told) == 1
    assert "Errata" not in entry, "each is named once"
    for version, times in (("0.1.0", 0), ("0.2.0", 1), ("0.3.0", 1)):
        card = (made / "exports/releases" / version / "README.md").read_text("utf-8")
        assert card.count("\n## Errata\n") == times
        assert card.count(f"- `{where}` (ORG 39-48): now PER 36-48. Reported by Layla H") == times
        judged = "Annotators: 2, of whom people: 2; and a judge." in card
        assert judged == bool(times), "the judge was counted as an annotator"


def test_readers_correct_a_corpus_that_grows_and_loses_an_article_over_five_releases(made):
    """What readers reported changes its address and is named; every other span keeps its own."""

    def released(version):
        done = run(made, "release", version)
        assert done.exit_code == 0, done.output
        told, entry = errata(made, version)
        card = (made / "exports/releases" / version / "README.md").read_text("utf-8")
        assert card.count("\n- `trial@") == len(told)
        assert all(f"- `{each['address']}` (" in card for each in told)
        named = entry.partition("Errata")[2]
        return [each["address"] for each in told], [
            each["address"] for each in told if f"`{each['address']}`" in named
        ]

    grow(made, "t3", "t4")
    annotate(made, "t1", "t2", "t3", "t4")
    assert released("0.2.0") == ([], [])
    first = address(made, "t4", "Sour Water Works", "0.2.0")
    start = TEXTS["t4"].index("the Sour")
    assert correct(made, first, "--start", start, *WHO, "--credit").exit_code == 0
    judge(made, task(made), "reported 1")
    assert released("0.3.0") == ([first], [first])
    corpora.qawl(made, "withdraw", ids(made)["t2"], "--reason", "the source asked")
    assert released("0.4.0") == ([first], [])
    second = address(made, "t1", "Northwind")
    assert correct(made, second, "--delete", *WHO).exit_code == 0
    judge(made, task(made), "reported 1", 2)
    grow(made, "t5")
    for who, user in (("a1", 1), ("a2", 2)):
        path = made.parent / f"last-{who}.json"
        path.write_text(json.dumps([corpora._task("toy", 5, user, TEXTS["t5"], WORK["t5"])]))
        corpora.qawl(made, "pull", "--from", path, "--layer", "toy", "--annotator", who)
    assert released("0.5.0") == ([first, second], [second])
    card = (made / "exports/releases/0.5.0/README.md").read_text("utf-8")
    assert f"now ORG {start}-{start + 20}. Reported by Layla Haddad.\n" in card
    assert "(ORG 39-48): removed.\n" in card, "nobody is named who did not ask for it"
    found = [addresses(made, f"0.{number}.0") for number in range(1, 6)]
    known = {}
    for spans, arrows in found:
        for place, identity in spans.items():
            assert known.setdefault(place, identity) == identity
        assert all(
            {start, end} <= {spans[each] for each in spans if each[0] == name}
            for name, start, end in arrows
        )
    places = [spans.keys() for spans, _ in found]
    moved = ("t4", "ORG", start + 4, start + 20)
    assert places[0] < places[1]
    assert places[1] - places[2] == {moved}
    assert places[2] - places[1] == {("t4", "ORG", start, start + 20)}
    assert {place[0] for place in places[2] - places[3]} == {"t2"}
    assert not places[3] - places[2]
    assert places[3] - places[4] == {("t1", "ORG", 39, 48)}
    assert {place[0] for place in places[4] - places[3]} == {"t5"}


def test_what_the_judge_declines_stays_as_it_is_and_is_not_asked_again(made):
    where = address(made, "t1", "Layla Haddad")
    assert correct(made, where, "--delete", *WHO).exit_code == 0
    corpora.qawl(made, "adjudicate")
    before = gold(made)
    judge(made, task(made), "agreed")
    assert gold(made) == before
    assert not corpora.judge_tasks(made, "toy")
    assert "declined" in run(made, "correct").output
    assert correct(made, where, "--delete", *WHO).output.endswith("lists what became of it\n")
    assert correct(made, where, "--end", 14, *WHO).exit_code == 0
    second = task(made)
    assert "Reported by readers: 1" in second["data"]["disagreements"]
    judge(made, second, "reported 1", 2, 2)
    assert (ids(made)["t1"], "PER", TEXTS["t1"][9:14]) in gold(made)
    assert run(made, "release", "0.2.0").exit_code == 0
    (told,), entry = errata(made, "0.2.0")
    assert told["became"] == "PER 9-14"
    assert "Reported by" not in entry, "nobody is named who did not ask for it"


def test_an_address_of_an_old_release_is_carried_to_gold_as_it_is(made):
    """The corpus went on; the span did not change."""
    where = address(made, "t2", "Omar Said")
    grow(made, "t3")
    annotate(made, "t1", "t2", "t3")
    assert run(made, "release", "0.2.0").exit_code == 0
    assert address(made, "t2", "Omar Said", "0.2.0").partition("#")[2] == where.partition("#")[2]
    assert correct(made, where, "--label", "ORG", *WHO).exit_code == 0
    judge(made, task(made), "reported 1")
    assert (ids(made)["t2"], "ORG", "Omar Said") in gold(made)
    late = correct(made, where, "--delete", *WHO)
    assert late.exit_code == 1
    assert "was changed since: now it is ORG 15-24, in a release that has it trial@0.2.0#" in str(
        late.exception
    )


@pytest.mark.parametrize(
    ("change", "words", "said"),
    [
        ({}, ["--label", "PLACE"], "no label PLACE: toy has PER, ORG"),
        ({}, ["--label", "ORG"], "that is what gold has"),
        ({}, ["--end", "9000"], "is not a place in the text of 49 code points"),
        ({}, ["--start", "-1"], "is not a place in the text"),
        ({}, ["--set", "sure=yes"], "ORG has no attribute sure: it has none"),
        ({}, ["--set", "sure"], "write NAME=VALUE"),
        ({}, [], "say what is right"),
        ({"trial": "other"}, ["--delete"], "this corpus is trial, not other"),
        ({"0.1.0": "0.9.0"}, ["--delete"], "no release 0.9.0: it has 0.1.0"),
        ({"0.1.0": "٠.١.٠"}, ["--delete"], "is not an address"),
        ({"#": "/"}, ["--delete"], "is not an address"),
        ({":s": ":x"}, ["--delete"], "has no span x"),
        ({"#": "#0"}, ["--delete"], "has no article 0"),
    ],
)
def test_what_leads_nowhere_is_said(made, change, words, said):
    where = address(made, "t1", "Northwind")
    for was, now in change.items():
        where = where.replace(was, now, 1)
    done = correct(made, where, *words, *WHO)
    assert done.exit_code == 1, done.output
    assert said in str(done.exception)
    assert not (made / "exports/corrections.jsonl").exists()


def test_a_span_that_is_removed_has_nothing_to_change(made):
    done = correct(made, address(made, "t1", "Northwind"), "--delete", "--label", "PER", *WHO)
    assert done.exit_code == 2
    assert "--label does not go with --delete" in done.output
    assert not (made / "exports/corrections.jsonl").exists()


@pytest.mark.parametrize("name", ["a\nb", "a@b.org", "x" * 101, "<b>", "a\u2028b", "\x1b[1m"])
def test_a_name_that_can_not_be_printed_is_refused(made, name):
    where = address(made, "t1", "Northwind")
    done = correct(made, where, "--delete", "--by", name, "--reason", "r")
    assert "is not a name that can be printed" in str(done.exception)


def test_whatever_is_missing_is_asked_for_at_once(made):
    where = address(made, "t1", "Northwind")

    def said(*words):
        return str(correct(made, where, "--delete", *words).exception)

    assert "give --reason WHY" in said("--by", "A")
    assert "give --by NAME (" in said("--reason", "r")
    assert "give --by NAME (" in said("--reason", "r", "--by", "  ")
    assert "give --by NAME and --reason WHY" in said()


def test_names_of_any_script_are_shown_as_they_are(made):
    where = address(made, "t1", "Northwind")
    name = "ليلى *حداد* [x](y)"
    assert (
        correct(made, where, "--delete", "--by", name, "--reason", "r", "--credit").exit_code == 0
    )
    judge(made, task(made), "reported 1")
    assert run(made, "release", "0.2.0").exit_code == 0
    _, entry = errata(made, "0.2.0")
    assert "(ORG 39-48): removed. Reported by ليلى \\*حداد\\* [x\\](y)." in entry


def test_a_withdrawn_article_has_nothing_to_correct(made):
    where = address(made, "t1", "Northwind")
    corpora.qawl(made, "withdraw", ids(made)["t1"], "--reason", "the source asked")
    done = correct(made, where, "--delete", *WHO)
    assert "was withdrawn (the source asked): nothing is left to correct" in str(done.exception)
    # A release without it is no reason: that said only that the version has no such article.
    assert run(made, "release", "0.2.0").exit_code == 0
    done = correct(made, where.replace("0.1.0", "0.2.0"), "--delete", *WHO)
    assert "was withdrawn (the source asked): nothing is left to correct" in str(done.exception)


def test_values_are_corrected(tmp_path):
    folder = tmp_path / "trial"
    scheme = {**SCHEME, "attributes": [CHOICE]}
    corpora.corpus(folder, scheme, TEXTS, ["a1", "a2"])
    settings = yaml.safe_load((folder / "qawl.yaml").read_text("utf-8"))
    (folder / "qawl.yaml").write_text(
        yaml.safe_dump({**settings, "release": {"splits": {"train": 1.0}}}), "utf-8"
    )
    work = corpora.work([corpora.mark("r", "PER", 9, 21, sure="yes")])
    corpora.pull(folder, "toy", TEXTS, {"a1": {"t1": work}, "a2": {"t1": work}})
    assert run(folder, "release", "0.1.0").exit_code == 0
    where = address(folder, "t1", "Layla Haddad")
    wrong = correct(folder, where, "--set", "sure=maybe", *WHO)
    assert "sure can't be 'maybe'" in str(wrong.exception)
    assert correct(folder, where, "--set", "sure=no", *WHO).exit_code == 0
    judge(folder, task(folder), "reported 1")
    assert run(folder, "release", "0.2.0").exit_code == 0
    (told,), entry = errata(folder, "0.2.0")
    assert told["attributes"] == ["sure"]
    assert "(PER 9-21): corrected in sure." in entry
    assert correct(folder, where, "--unset", "sure", *WHO).exit_code == 0


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_names_are_known_in_whatever_form_they_are_typed(tmp_path, form):
    """A Mac gives names decomposed. `correct` had no such attribute, and other commands no such annotator."""
    folder = tmp_path / "trial"
    scheme = {
        **SCHEME,
        "attributes": [
            corpora.choice(normalize(form, "sûr"), "oui", normalize(form, "né"), of=["PER"])
        ],
    }
    corpora.corpus(folder, scheme, TEXTS, ["a1", "rené"])
    work = corpora.work([corpora.mark("r", "PER", 9, 21)])
    corpora.pull(folder, "toy", TEXTS, {"a1": {"t1": work}, "rené": {"t1": work}})
    assert run(folder, "release", "0.1.0", "--draft").exit_code == 0
    for each in ("NFC", "NFD"):
        who = normalize(each, "rené")
        assert run(folder, "validate", "--annotator", who).exit_code == 0
        assert run(folder, "tasks", "--layer", "toy", "--annotator", who).exit_code == 0
        done = run(folder, "export", "jsonl", "--to", str(tmp_path / each), "--annotator", who)
        assert done.exit_code == 0, done.output
    where = address(folder, "t1", "Layla Haddad")
    asked = [normalize(each, "sûr=né") for each in ("NFC", "NFD")]
    assert correct(folder, where, "--set", asked[1], *WHO).exit_code == 0
    assert "reported before" in correct(folder, where, "--set", asked[0], *WHO).output


def test_a_corrected_label_takes_along_what_it_can_have_alone(tmp_path):
    """The judge was offered a record with a value and an arrow that the new label can't have, and who took it had
    findings that hold the release."""
    folder = tmp_path / "trial"
    more = corpora.choice("grade", "high", "low", of=["PER"])
    works_for = {"name": "works_for", "title": {"en": "w"}, "from": ["PER"], "to": ["ORG"]}
    scheme = {**SCHEME, "attributes": [CHOICE, more], "relations": [works_for]}
    corpora.corpus(folder, scheme, TEXTS, ["a1", "a2"])
    settings = yaml.safe_load((folder / "qawl.yaml").read_text("utf-8"))
    (folder / "qawl.yaml").write_text(
        yaml.safe_dump({**settings, "release": {"splits": {"train": 1.0}}}), "utf-8"
    )
    spans = [
        corpora.mark("r", "PER", 9, 21, sure="yes", grade="low"),
        corpora.mark("o", "ORG", 39, 48, sure="no"),
    ]
    work = corpora.work(spans, [corpora.arrow("works_for", "r", "o")])
    corpora.pull(folder, "toy", TEXTS, {"a1": {"t1": work}, "a2": {"t1": work}})
    assert run(folder, "release", "0.1.0").exit_code == 0
    where = address(folder, "t1", "Layla Haddad")
    assert correct(folder, where, "--label", "ORG", *WHO).exit_code == 0
    assert correct(folder, where, "--start", 15, *WHO).exit_code == 0
    asked = task(folder)
    offered = {
        each["model_version"]: sorted(
            (one["type"], *one["value"].get("choices", ())) if "value" in one else ("relation",)
            for one in each["result"]
        )
        for each in asked["predictions"]
    }
    label = ("labels",), ("labels",)
    assert offered["reported 1"] == [("choices", "no"), ("choices", "yes"), *label]
    whole = [("choices", "low"), ("choices", "no"), ("choices", "yes"), *label, ("relation",)]
    assert offered["reported 2"] == whole
    judge(folder, asked, "reported 1")
    done = run(folder, "release", "0.2.0")
    assert done.exit_code == 0, done.output


ADDRESSES = {
    "plain": "l.haddad@paper.jo",
    "a domain that nobody can have": "layla@example.org",
    "reserved": "desk@team.example",
    "full-width": "l.haddad＠paper.jo",
    "full-width throughout": "ｌａｙｌａ＠ｐａｐｅｒ．ｊｏ",
    "small": "l.haddad﹫paper.jo",
    "of a link": "mailto:l.haddad%40paper.jo",
    "of a page": "l.haddad&#64;paper.jo and l.haddad&#x40;paper.jo",
    "of a page by name": "l.haddad&commat;paper.jo",
    "with marks of direction": "l.haddad\u200e@\u200epaper.jo",
    "cut by a space without width": "l.haddad@pa\u200bper.jo",
    "Arabic": "مكتب@صحيفة.شبكة",
    "two": "a%40b@paper.jo",
}


@pytest.mark.parametrize("text", ADDRESSES.values(), ids=ADDRESSES)
def test_an_address_in_a_reason_is_refused(made, text):
    """Reasons are kept in git, and those of withdrawals are published."""
    where = address(made, "t1", "Northwind")
    mine = ("--by", "D", "--reason", f"says {text}")
    assert "an e-mail address" in str(correct(made, where, "--delete", *mine).exception)
    assert not (made / "exports/corrections.jsonl").exists()
    named = correct(made, where, "--delete", "--by", text, "--reason", "r")
    assert "is not a name that can be printed" in str(named.exception)
    identity = where.partition("#")[2].partition(":")[0]
    words = ("withdraw", identity, "--reason", f"asked by <{text}>")
    done = run(made, *words)
    assert (done.exit_code, "an e-mail address" in str(done.exception)) == (1, True)
    assert not (made / "corpus/withdrawn.jsonl").exists()


@pytest.mark.parametrize(
    "text",
    ["at 3 @ noon", "@paper.jo wrote", "100%40", "R&#38;D.x", "渋谷＠東京", "转发@新华社。他说"],
)
def test_what_is_no_address_may_stand_in_a_reason(made, text):
    where = address(made, "t1", "Northwind")
    assert correct(made, where, "--delete", "--by", "D", "--reason", text).exit_code == 0


def test_validate_names_every_line_that_can_not_be_read(made):
    """The first would stop adjudicate; who puts it right should see the others too."""
    where = address(made, "t1", "Northwind")
    assert correct(made, where, "--delete", "--by", "D", "--reason", "r").exit_code == 0
    path = made / "exports/corrections.jsonl"
    (good,) = path.read_text("utf-8").splitlines()
    said = json.loads(good)
    lines = [
        good,
        "<<<<<<< ours",
        '{"id": "x"',
        good,
        json.dumps({**said, "id": "c1", "article_id": "0" * 12}),
        json.dumps({**said, "id": "c2", "was": {**said["was"], "end": 10**9}}),
        json.dumps({**said, "id": "c3", "reporter": "\ud800"}),
        json.dumps({**said, "id": "c4", "format": 99}),
        json.dumps({**said, "id": "c5", "reporter": "ليلى"}, ensure_ascii=False),
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    found = unreadable(made)
    numbers = [int(each.partition("line ")[2].partition(":")[0]) for each in found]
    assert numbers == [2, 3, 4, 5, 6, 7, 8]
    assert "git could not merge" in found[0]
    assert "stands twice" in found[2]
    assert "is no article of this corpus" in found[3]
    assert "outside the text" in found[4]
    path.write_bytes("رأي".encode("cp1256") + b"\n" + b"{" * (1 << 20) + b"\n" + good.encode())
    assert "line 1: " in unreadable(made)[0]
    assert run(made, "adjudicate").exit_code == 1
    path.write_text(good + "\n", "utf-8")
    assert unreadable(made) == []
    assert run(made, "adjudicate").exit_code == 0


def unreadable(made):
    """The lines of corrections that `qawl validate` names as errors."""
    done = run(made, "validate", "--json", "--check", "corrections-unreadable")
    found = json.loads(done.stdout)["findings"]
    assert {each["severity"] for each in found} <= {"error"}
    assert done.exit_code == bool(found)
    return [each["message"] for each in found]


@pytest.mark.parametrize("name", ["a@b#c", "My corpus, 2024", "x@0.1.0#a:b"])
def test_an_address_works_whatever_the_name_of_the_corpus(name, tmp_path):
    """Spaces, @ and # are what parts an address; names of people's corpora have them."""
    folder = desk(tmp_path / "trial", "t1", "t2")
    settings = folder / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8").replace("name: trial", f"name: '{name}'"))
    annotate(folder, "t1", "t2")
    corpora.qawl(folder, "release", "0.1.0")
    where = address(folder, "t1", "Layla Haddad").replace("trial", name, 1)
    assert "kept for the judge" in correct(folder, where, "--delete", *WHO).output
    assert where in corpora.qawl(folder, "correct").output
    card = (folder / "exports/releases/0.1.0/README.md").read_text("utf-8")
    key = card.partition("@misc{")[2].partition(",\n")[0]
    assert not set(key) & set(" ,#@{}=")  # BibTeX has no such keys


def test_a_correction_of_a_layer_that_is_gone_is_listed_still(made):
    """It went from the list without a word."""
    said = correct(made, address(made, "t1", "Layla Haddad"), "--delete", *WHO)
    assert said.exit_code == 0, said.output
    (line,) = run(made, "correct").output.splitlines()
    assert " pending: " in line
    settings = made / "qawl.yaml"
    settings.write_text(settings.read_text("utf-8").replace("[toy]", "[entity]"), "utf-8")
    corpora.qawl(made, "scheme")
    (other,) = run(made, "correct").output.splitlines()
    assert other == line.replace(" pending: ", " of no layer: ")


def test_a_verdict_of_before_a_correction_is_told_so(made):
    """Edited after the verdict that saw the correction, it was said to be from before the annotations
    changed: nobody had changed any."""
    where = address(made, "t1", "Northwind")
    correct(made, where, "--label", "PER", *WHO)
    first = task(made)
    judge(made, first, "agreed", number=1, hour=1)
    correct(made, where, "--delete", *WHO)
    judge(made, task(made), "agreed", number=2, hour=2)
    edited = (
        (901, first["data"], "since its task lacks a reader's correction that the task of 902 has"),
        (903, {"text": TEXTS["t1"]}, "since Qawl did not make its task and can't tell which"),
    )
    path = made.parent / "edited.json"
    for number, data, why in edited:
        done = {"id": number, "completed_by": 9, "created_at": "2026-01-01T00:00:00Z"}
        done |= {"updated_at": "2026-01-01T05:00:00Z", "result": []}
        one = {"id": number, "project": 9, "data": data, "annotations": [done]}
        path.write_text(json.dumps([one]), "utf-8")
        words = ("pull", "--from", str(path), "--layer", "toy", "--judge")
        code, said = corpora.main(made, *words)
        assert (code, f"annotation {number} does not count, {why}" in said) == (1, True), said
