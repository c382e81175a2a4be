"""What of an article is decided: the layers that have gold for it, and the stretches that are open."""

from collections.abc import Mapping

from qawl.core.records import Gold


def decided_layers(gold: Mapping[str, Gold]) -> dict[str, Gold]:
    """The gold of the layers in which not all skipped the article, which is no article without spans."""
    return {layer: each for layer, each in gold.items() if each.status == "submitted"}


def open_stretches(gold: Gold, length: int) -> list[tuple[int, int]]:
    """The stretches of a text of this length of which nothing is decided yet, in order and apart: what is
    not gold there is not absent."""
    found: list[tuple[int, int]] = []
    inside = ((max(each.start, 0), min(each.end, length)) for each in gold.open if each.of_spans)
    for start, end in sorted(each for each in inside if each[0] <= each[1]):
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
