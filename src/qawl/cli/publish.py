"""`qawl publish`."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from qawl.cli.terminal import say

if TYPE_CHECKING:
    from qawl.hub.client import Repository
    from qawl.hub.publish import Plan, Shipped, There

_KINDS = ("added", "changed", "deleted", "unchanged")
"""What becomes of files on the Hub."""


@click.command()
@click.argument("version")
@click.option(
    "--repo", metavar="OWNER/NAME", help="The dataset on the Hub; else release.repo of qawl.yaml."
)
@click.option(
    "--adopt-card",
    is_flag=True,
    help="Keep a README.md that was written or edited on the Hub in exports/published, and replace it.",
)
@click.option("--dry-run", is_flag=True, help="Show the files and the card's diff, and stop.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def command(version: str, repo: str | None, adopt_card: bool, dry_run: bool, as_json: bool) -> None:
    """Publish a release on the Hugging Face Hub: one commit and one tag.

    VERSION is a version of this corpus, or its folder. The command sends only files that differ. It loads
    the commit back in a clean cache, compares it, and then tags it. It never moves a tag. If others
    changed files on the Hub, it stops and names them. If it is interrupted, run it again.

    A new repository is private; make it public in its settings on the Hub. The token comes from HF_TOKEN,
    or from `hf auth login`.
    """
    from qawl.core import project
    from qawl.core.errors import HubError, ProjectError
    from qawl.hub import client as hub_client
    from qawl.hub import publish
    from qawl.release.versions import manifest

    corpus = project.load(Path())
    name = repo or corpus.settings.release.repo
    if name is None:
        raise ProjectError(
            "no repository: give --repo OWNER/NAME, or set release.repo in qawl.yaml"
        )
    with project.lock(corpus, "publish"):
        _say("checking the release")
        release = publish.shipped(manifest.resolve(corpus.releases, version))
        repository = hub_client.Repository(name, corpus.state / "published", hasty=dry_run)
        if not dry_run and not repository.signed_in():
            raise HubError("no token for the Hub: set HF_TOKEN, or run `hf auth login`")
        _say(f"looking at {repository.url}")
        there = _look(repository, release) if dry_run else publish.look(repository, release)
        todo = publish.plan(release, there, adopt_card=adopt_card)
        if not as_json:
            _show(release, todo)
        _note(repository, release)
        if adopt_card and not dry_run and (kept := publish.keep_card(corpus, release, there)):
            _say(
                f"{kept.relative_to(corpus.root)}: the README.md that was on the Hub; bring what it"
            )
            _say("says into release.card of qawl.yaml or into card.md.j2 for the next release")
        commit = (
            todo.commit
            if dry_run
            else publish.publish(repository, release, there, say=_say, adopt_card=adopt_card)
        )
        if not dry_run and commit:
            publish.keep_citation(corpus, release, commit)
    changes = publish.card_changes(release, there) if dry_run else ""
    if as_json:
        _print_json(repository, release, todo, commit, changes)
        return
    say(changes, nl=False)
    if dry_run and not todo.tagged:
        say("dry run: nothing was sent")
        return
    word = "is published already" if todo.tagged else "published"
    say(
        f"{release.name} {release.version} {word}: {_address(repository, release)}, commit {commit}"
    )


def _look(repository: "Repository", release: "Shipped") -> "There":
    """What stands there, for a dry run: nothing where the Hub does not say."""
    from qawl.core.errors import HubError
    from qawl.hub import publish

    try:
        there = publish.look(repository, release)
    except HubError as error:
        _say(f"everything is shown as new: {error}")
        return publish.There(repository.name)
    if not there.exists:
        _say(
            f"everything is shown as new: there is no {repository.name}, or none that the token "
            "may see"
        )
    return there


def _show(release: "Shipped", todo: "Plan") -> None:
    from rich.filesize import decimal

    for kind in _KINDS:
        for path in getattr(todo, kind):
            size = decimal(release.sizes[path]) if path in release.sizes else ""
            say(f"{kind:<9}  {path}  {size}".rstrip())


def _note(repository: "Repository", release: "Shipped") -> None:
    """Says so where the card tells its readers to load another repository than this one."""
    from qawl.hub.publish import CARD

    if f'"{repository.name}"' not in (release.folder / CARD).read_text("utf-8"):
        _say(
            f"note: the card does not say how to load {repository.name}; set release.repo in "
            "qawl.yaml before the next release"
        )


def _address(repository: "Repository", release: "Shipped") -> str:
    return f"{repository.url}/tree/{release.version}"


def _print_json(
    repository: "Repository", release: "Shipped", todo: "Plan", commit: str | None, changes: str
) -> None:
    from qawl.core.records import to_json

    head = {
        "repo": repository.name,
        "version": release.version,
        "url": _address(repository, release),
        "commit": commit,
    }
    say(to_json({**head, **{kind: getattr(todo, kind) for kind in _KINDS}, "card": changes}))


def _say(line: str) -> None:
    say(line, err=True)
