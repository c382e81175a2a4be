"""`qawl diff`."""

import click

from qawl.cli.terminal import say

_WHY = {
    "major": "what was released has changed",
    "minor": "something was added",
    "patch": "the records are the same",
}


@click.command()
@click.argument("old")
@click.argument("new")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.option("--markdown", is_flag=True, help="A table for the changelog.")
def command(old: str, new: str, as_json: bool, markdown: bool) -> None:
    """Show what changed between two releases, and which version number it requires.

    OLD and NEW are versions of this corpus or folders.
    """
    from qawl.cli import options
    from qawl.core.project import RELEASES
    from qawl.core.records import to_json
    from qawl.release.versions import diff, diff_words, manifest

    options.alone("--json", "OLD", "NEW")
    before, after = manifest.resolve(RELEASES, old), manifest.resolve(RELEASES, new)
    manifest.refuse_changed(after)
    found = diff_words.with_documents(diff.difference(before, after), before, after)
    if as_json:
        say(to_json(found))
    elif markdown:
        say(diff_words.markdown(found), nl=False)
    else:
        for each in found.changes:
            which = found.documents if each.kind == "reworded" else ()
            said = f"{each.layer} {each.label} {each.kind}: {', '.join(which or ()) or each.count}"
            say(said.replace("  ", " "))
        for line in (*diff_words.steps(found), *diff_words.named(found)):
            say(line)
        why = _WHY.get(found.level, "")
        say(f"calls for version {found.version}: {why}" if found.version else "no change")
