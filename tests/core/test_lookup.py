"""Numbers that are looked up, and files that are open in turn: as dictionaries and lists have them."""

from hypothesis import given
from hypothesis import strategies as st

from qawl.core.handles import OPEN, Handles
from qawl.core.lookup import Lookup, Spilled

numbers = st.integers(0, 2**63 - 1) | st.integers(0, 5)


@given(st.lists(numbers), numbers)
def test_a_lookup_finds_every_place_of_a_number(given_, other):
    lookup = Lookup(given_)
    for number in {*given_, other}:
        assert list(lookup.places(number)) == [at for at, n in enumerate(given_) if n == number]
        assert (number in lookup) == (number in given_)


@given(st.lists(st.tuples(numbers, numbers)))
def test_what_is_spilled_is_as_a_dictionary_has_it(pairs):
    spilled, known = Spilled(), {}
    for key, value in pairs:
        assert spilled.setdefault(key, value) == known.setdefault(key, value)
        assert len(spilled) == len(known)
    assert all(key in spilled for key in known)


def test_more_files_than_are_open_get_all_that_is_written(tmp_path):
    paths = [tmp_path / str(number) for number in range(OPEN + 9)]
    with Handles("ab") as files:
        for round_ in range(3):
            for path in paths:
                files.of(path).write(f"{round_}{path.name};".encode())
    assert all(p.read_text() == f"0{p.name};1{p.name};2{p.name};" for p in paths)
