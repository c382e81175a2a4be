"""The option `--map`: which fields of records are ours, under their own names."""

import click


def renamed(given: str | None) -> dict[str, str]:
    """`text=body,published=date` → {"text": "body", …}."""
    from qawl.articles.metadata import FIELDS

    pairs = [each.partition("=") for each in (given or "").split(",") if each]
    for ours, equals, theirs in pairs:
        if not equals or not theirs or ours not in (*FIELDS, "text"):
            fields = ", ".join(("text", *FIELDS))
            message = f"{ours}{equals}{theirs}: give OURS=THEIRS, where OURS is one of {fields}"
            raise click.BadParameter(message, param_hint="--map")
    named = {ours: theirs for ours, _, theirs in reversed(pairs)}
    for ours, _, theirs in pairs:
        if named[ours] != theirs:
            message = (
                f"{ours} is given twice, as {named[ours]} and as {theirs}: give it once, and run the "
                "command for each kind of file on its own"
            )
            raise click.BadParameter(message, param_hint="--map")
    return named
