"""Records that wait packed come out as they went in, in a fraction of the memory."""

import tracemalloc

from qawl.core.findings import finding
from qawl.core.packed import Packed
from qawl.core.records import Finding, Span
from qawl.validation.validate import Findings


def found(check, number):
    span = Span(f"s{number}", "PER", number, number + 4, "عمّان", {})
    return finding(
        check, f"word {number} 😀\u2028", layer="toy", article_id=f"{number:012}", span=span
    )


def test_what_goes_in_comes_out_as_often_as_one_likes():
    packed = Packed(Finding)
    assert (len(packed), list(packed)) == (0, [])
    packed, records = Packed(Finding), [found("rule", number) for number in range(50)]
    for each in records:
        packed.add(each)
    assert (len(packed), list(packed), list(packed)) == (50, records, records)


def test_findings_stand_worst_first_and_those_of_a_check_in_their_order():
    checks = ("proclitic-kept", "offset-range", "surface-mixed", "label-unknown")
    records = [found(checks[number % 4], number) for number in range(40)]
    every = Findings()
    for each in records:
        every.add(each)
    wanted = sorted(records, key=lambda each: (each.severity, each.level, each.check))
    assert (len(every), list(every)) == (40, wanted)
    assert [next(iter(each)).check for each in every.by_check()] == list(
        dict.fromkeys(each.check for each in wanted)
    )


def test_many_findings_take_little_memory():
    """20,000 as objects are 17 MB."""
    every = Findings()
    tracemalloc.start()
    for number in range(20_000):
        every.add(found("rule", number))
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert used < 2_000_000
    assert sum(1 for _ in every) == 20_000
