"""Controls of Qawl's own by which a judge decides the open points of a task, one control a point.

They stand in the config of a layer's judge alone. No scheme may use their names.
"""

from qawl.scheme import doubts

FIELD = "qawl_points"
"""The field of a judge's task that lists its points; the index of each is the number of its control."""
CONTROL = "qawl_point_"
"""What the name of each control begins with."""

SHOWN = f"{CONTROL}at_"
"""What the name of each text begins with that says what a point is about. Label Studio knows controls of
a list again, when a config changes, by what they are of: each is of a text of its own."""


def is_own(control: object) -> bool:
    """Whether a control is one of Qawl's own, by which nothing of a scheme is said."""
    return control in doubts.CONTROLS or is_point(control)


def is_point(control: object) -> bool:
    """Whether a control decides an open point."""
    return isinstance(control, str) and control.startswith(CONTROL)
