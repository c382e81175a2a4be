"""`.qawl/users.json` against the journal: git keeps the journal, the map may be of another machine or corpus.

Nothing is attributed by a map that contradicts the journal; what the map alone says is named.
"""

import json
import shutil

import pytest
import yaml
from click.testing import CliRunner
from test_foreign_exports import SAMI, Foreign
from test_whose_work import OMAR, person, pull, whose, work

from qawl import cli
from qawl.core.records import JUDGE

ONE, TWO = "a@team.example", "b@team.example"
LATER = "Layla met Sami later."


@pytest.fixture
def corpus(tmp_path):
    """A corpus with three texts."""
    made = Foreign(tmp_path / "corpus")
    made.ingest(SAMI, OMAR, LATER)
    return made


def first(names=(ONE, TWO), **more):
    """What users 1 and 2 have done: an annotation each."""
    return [
        work(user=who(1, names[0]), **more),
        work(OMAR, "Omar", number=2, task=2, user=who(2, names[1]), **more),
    ]


def later(user=1, name=ONE):
    """What a user does then."""
    return work(LATER, "Layla", number=3, task=3, user=who(user, name), day=3)


def who(number, name):
    return person(number, name) if name else number


def users(corpus, *accounts):
    """Puts a map in the place of that which is there: (pseudonym, number, name[, origin])."""
    path = corpus.folder / ".qawl" / "users.json"
    listed = []
    for name, number, address, *origin in accounts:
        one = {"annotator": name, "id": number, "name": address}
        one |= {"origin": origin[0]} if origin else {}
        listed.append({key: value for key, value in one.items() if value is not None})
    path.write_text(json.dumps({"format": 2, "users": listed}), "utf-8")
    return path


def state(corpus):
    """All that git keeps of the work, and the map."""
    files = [*(corpus.folder / "exports").rglob("*"), corpus.folder / ".qawl" / "users.json"]
    return {str(each): each.read_bytes() for each in files if each.is_file()}


def refused(corpus, *exports):
    before = state(corpus)
    done = pull(corpus, *exports)
    said = str(done.exception)
    assert done.exit_code == 1
    assert "\n" not in said
    assert "users.json" in said
    assert "nothing was written" in said
    assert state(corpus) == before
    return said


@pytest.mark.parametrize("names", [(ONE, TWO), (None, None)], ids=["addresses", "numbers"])
@pytest.mark.parametrize("both", [True, False], ids=["with what is known", "only what is new"])
def test_two_swapped_pseudonyms_are_refused(corpus, names, both):
    assert pull(corpus, first(names)).exit_code == 0
    path = users(corpus, ("a2", 1, names[0]), ("a1", 2, names[1]))
    new = [later(name=names[0])]
    said = refused(corpus, [*first(names), *new] if both else new)
    assert "user 1 is a2 there, but the journal has the work of this user as that of a1" in said
    path.unlink()
    assert pull(corpus, [*first(names), *new]).exit_code == 0
    assert whose(corpus) == {"a1": ["Layla", "Sami"], "a2": ["Omar"]}


@pytest.mark.parametrize("unique", [True, False])
def test_swapped_addresses_without_numbers_are_refused(corpus, unique):
    """Other tools name users by address alone: the journal has no address, so annotations must tell."""
    exports = first()
    if unique:
        for one in exports:
            one["annotations"][0]["unique_id"] = f"u{one['id']}"
    assert pull(corpus, exports).exit_code == 0
    users(corpus, ("a2", None, ONE), ("a1", None, TWO))
    said = refused(corpus, [*exports, later()])
    assert "has user 1, a@team.example as a2, but the journal has annotation 1" in said
    assert "as that of a1" in said


def test_the_map_of_a_corpus_with_other_people_and_numbers(corpus):
    """Its pseudonyms are the same, as everywhere: a1, a2."""
    pull(corpus, first())
    users(corpus, ("a1", 7, "x@other.example"), ("a2", 8, "y@other.example"))
    done = pull(corpus, [*first(), later()])
    assert done.exit_code == 0
    assert "user 1, a@team.example is a1, as the journal has it" in done.output
    assert whose(corpus) == {"a1": ["Layla", "Sami"], "a2": ["Omar"]}


def test_the_map_of_a_corpus_with_other_people_of_the_same_numbers(corpus):
    pull(corpus, first())
    users(corpus, ("a1", 1, "x@other.example"), ("a2", 2, "y@other.example"))
    done = pull(corpus, [later()])
    assert "user 1, a@team.example is taken for somebody new" in done.output
    assert "another name for a1, who has this number" in done.output
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Omar"], "a3": ["Layla"]}


@pytest.mark.parametrize(
    "accounts", [[("ruba", 1, ONE), ("omar", 2, TWO)], [("ruba", 1, None)], [("a2", 1, None)]]
)
def test_the_map_of_a_corpus_with_other_pseudonyms_is_refused(corpus, accounts):
    pull(corpus, first())
    users(corpus, *accounts)
    refused(corpus, [later()])


def test_an_empty_map_is_found_again_from_the_journal(corpus):
    pull(corpus, first((None, None)))
    users(corpus)
    done = pull(corpus, [later(name=None)])
    assert done.exit_code == 0
    assert "users.json" not in done.output
    assert whose(corpus) == {"a1": ["Layla", "Sami"], "a2": ["Omar"]}


@pytest.mark.parametrize("name", [None, ONE])
def test_a_clone_has_no_map(corpus, name):
    names = (name, name and TWO)
    pull(corpus, first(names))
    shutil.rmtree(corpus.folder / ".qawl")
    assert pull(corpus, [*first(names), later(name=name)]).exit_code == 0
    assert whose(corpus) == {"a1": ["Layla", "Sami"], "a2": ["Omar"]}


def test_who_is_in_the_map_alone_is_named_when_it_counts(corpus):
    pull(corpus, first())
    users(corpus, ("a1", 1, ONE), ("a2", 2, TWO), ("ruba", 3, "c@team.example"))
    assert "ruba" not in pull(corpus, first()).output
    done = pull(corpus, [later(3, "c@team.example")])
    assert "user 3, c@team.example is ruba because" in done.output
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Omar"], "ruba": ["Layla"]}
    assert "because" not in pull(corpus, [later(3, "c@team.example")]).output


def test_two_servers_that_share_numbers_go_on(corpus):
    one, two = first((None, None)), [work(LATER, "Layla", user=person(1, TWO), day=2)]
    pull(corpus, [one[0]])
    pull(corpus, two)
    assert whose(corpus) == {"a1": ["Sami"], "a2": ["Layla"]}
    done = pull(corpus, [one[0], work(OMAR, "Omar", number=2, task=2)])
    assert done.exit_code == 0
    assert "users.json" not in done.output
    assert whose(corpus) == {"a1": ["Omar", "Sami"], "a2": ["Layla"]}


def test_who_has_a_new_address_stays_who_they_are(corpus):
    """The journal has what they did before; it was taken for that of somebody new."""
    pull(corpus, first())
    done = pull(corpus, [*first(("new@team.example", TWO)), later(name="new@team.example")])
    assert done.exit_code == 0
    assert "user 1, new@team.example is a1, as the journal has it" in done.output
    assert whose(corpus) == {"a1": ["Layla", "Sami"], "a2": ["Omar"]}


@pytest.mark.parametrize("name", [None, ONE])
def test_the_number_of_the_judge_alone_makes_nobody_the_judge(corpus, name):
    """The lead judges and annotates under one account: new work went to the judge's journal."""
    assert pull(corpus, [work(user=5)], options=["--judge"]).exit_code == 0
    before = state(corpus)
    said = str(pull(corpus, [later(5, name)]).exception)
    assert "it is not clear who user 5" in said
    assert "--judge" in said
    assert state(corpus) == before
    assert pull(corpus, [later(5, name)], options=["--annotator", "5=ruba"]).exit_code == 0
    assert whose(corpus) == {"ruba": ["Layla"], JUDGE: ["Sami"]}
    more = work(OMAR, "Omar", number=9, task=9, user=who(5, name))
    assert pull(corpus, [more]).exit_code == 0
    assert whose(corpus) == {"ruba": ["Layla", "Omar"], JUDGE: ["Sami"]}


@pytest.mark.parametrize("name", [None, ONE], ids=["numbers", "addresses"])
@pytest.mark.parametrize("map_", [None, "another", "swapped"])
def test_an_adopted_corpus_knows_its_users_by_the_journal(tmp_path, name, map_):
    """Adoption writes no map: an address that comes later is that of a number which is known."""
    export, folder = tmp_path / "export.json", tmp_path / "adopted"
    export.write_text(json.dumps(first((name, name and TWO))), "utf-8")
    assert (
        CliRunner().invoke(cli.group, ["adopt", str(export), "--into", str(folder)]).exit_code == 0
    )
    config = yaml.safe_load((folder / "qawl.yaml").read_text("utf-8"))
    path = folder / ".qawl" / "users.json"
    if map_:
        said = [("a1", 7, "x@other.example")] if map_ == "another" else [("a2", 1, name)]
        listed = [{"annotator": a, "id": n, "name": w} for a, n, w in said]
        path.write_text(json.dumps({"format": 2, "users": listed}), "utf-8")
    more = work(SAMI, "Sami", number=3, task=1, user=who(1, name), day=3)
    later_ = tmp_path / "later.json"
    later_.write_text(json.dumps([more, *first((name, name and TWO))]), "utf-8")
    words = ["-C", str(folder), "pull", "--from", str(later_), "--layer", config["layers"][0]]
    done = CliRunner().invoke(cli.group, [*words, "--partial"])
    if map_ == "swapped":
        assert "user 1 is a2 there" in str(done.exception)
        return
    assert done.exit_code == 0, done.exception
    assert "a1: 1 new" in done.output
    assert "a3" not in done.output


def test_doctor_names_a_map_that_contradicts_the_journal_or_is_damaged(corpus, monkeypatch):
    """Without a server too: the map is of exports."""
    monkeypatch.delenv("LABEL_STUDIO_API_KEY", raising=False)

    def said():
        done = corpus.run("doctor")
        assert done.exit_code == 1  # there is no token
        return [line for line in done.output.splitlines() if "users of exports" in line]

    assert said() == []
    pull(corpus, first())
    assert said() == []
    path = users(corpus, ("a2", 1, ONE), ("a1", 2, TWO))
    before = state(corpus)
    (line,) = said()
    assert line.startswith("BAD users of exports: ")
    assert "user 1 is a2 there, but the journal has the work of this user as that of a1" in line
    assert "remove it and pull again" in line
    assert state(corpus) == before
    for damaged in (b"", b"{", b"[]", b'{"format": 2, "users": [{"annotator": "../x"}]}', b"\xff"):
        path.write_bytes(damaged)
        (line,) = said()
        assert "users.json is damaged: the next `qawl pull --from` puts it aside" in line
        assert path.read_bytes() == damaged


def test_what_is_said_of_users_of_a_further_server_is_not_called_kept(corpus):
    """The question said that the answer is kept, and came again with the next export: of users without
    number and name, that holds on the first server alone."""
    pull(corpus, first((None, None)))
    assert pull(corpus, [work(LATER, "Layla", number=1, task=1, user=None)]).exit_code == 0
    for number, surface in ((7, "Sami"), (8, "later")):
        more = [work(LATER, surface, number=number, task=number, user=None, day=number)]
        said = str(pull(corpus, more).exception)
        assert "it is not clear who a user without a number is" in said
        assert "say it once" not in said
        assert pull(corpus, more, options=["--annotator", "a3", "--partial"]).exit_code == 0
