"""What of an article is decided: the layers that have gold for it, and the stretches that are open."""

from collections.abc import Mapping

from qawl.core.records import Gold


def decided_layers(gold: Mapping[str, Gold]) -> dict[str, Gold]:
    """The gold of the layers in which not all skipped the article, which is no article without spans."""
    return {layer: each for layer, each in gold.items() if each.status == "submitted"}


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
