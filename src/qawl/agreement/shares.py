"""Precision, recall and F1 of counted things; None where there is nothing to divide by."""


def share(part: int, whole: int) -> float | None:
    """The share of a part in a whole, 0 to 1."""
    return part / whole if whole else None


def shares(right: int, given: int, wanted: int) -> tuple[float | None, float | None, float | None]:
    """(precision, recall, F1) of what was given, held against what is wanted."""
    return share(right, given), share(right, wanted), share(2 * right, given + wanted)
