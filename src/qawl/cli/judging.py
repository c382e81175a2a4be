"""How the judge of a layer gets tasks, as several commands advise it."""

from collections.abc import Collection


def tasks(layers: Collection[str]) -> str:
    """The commands that make or write the tasks of these layers' judges."""
    first, *others = layers
    same = f" (the same for {', '.join(others)})" if others else ""
    return (
        "`qawl push` makes the judge's tasks; without a server of Qawl's, `qawl tasks --judge --layer "
        f"{first} --out {first}-judge.json --config {first}-judge.xml` writes them, and the config of "
        f"their project{same}"
    )
