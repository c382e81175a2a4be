"""The stretches of a text of which nothing is decided yet."""

from qawl.core.records import Gold


def open_stretches(gold: Gold) -> list[dict[str, int]]:
    """The stretches of which nothing is decided yet, in order and apart: what is not gold there is not
    absent."""
    found: list[dict[str, int]] = []
    for each in sorted((each.start, each.end) for each in gold.open if each.of_spans):
        if found and each[0] <= found[-1]["end"]:
            found[-1]["end"] = max(found[-1]["end"], each[1])
        else:
            found.append({"start": each[0], "end": each[1]})
    return found
