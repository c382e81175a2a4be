"""The stretches of a text of which nothing is decided yet."""

from qawl.core.records import Gold


def open_stretches(gold: Gold, length: int) -> list[dict[str, int]]:
    """The stretches of a text of this length of which nothing is decided yet, in order and apart: what is
    not gold there is not absent."""
    found: list[dict[str, int]] = []
    inside = ((max(each.start, 0), min(each.end, length)) for each in gold.open if each.of_spans)
    for each in sorted((start, end) for start, end in inside if start <= end):
        if found and each[0] <= found[-1]["end"]:
            found[-1]["end"] = max(found[-1]["end"], each[1])
        else:
            found.append({"start": each[0], "end": each[1]})
    return found
