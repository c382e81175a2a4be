"""Paths that a user names: under `-C DIR` in DIR, as git has it, else where the command was typed."""

import os
from pathlib import Path

import click


class Given(click.Path):
    """A file or folder that is looked for in the corpus first, then where the command was typed."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """The path; that beside the command where only that exists."""
        typed_in = ctx.find_root().obj if ctx else None
        if typed_in and str(value) != "-" and not Path(value).exists():
            beside = Path(typed_in) / value
            value = beside if beside.exists() else value
        return super().convert(value, param, ctx)
