"""`qawl serve`."""

import signal
from functools import partial
from pathlib import Path

import click

from qawl.cli.terminal import say


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="By default that of qawl.yaml.")
def command(port: int | None) -> None:
    """Run a local Label Studio, set up for this corpus.

    The first time on a machine, Label Studio is installed (one to three minutes). It listens only at the
    address in qawl.yaml: 127.0.0.1, or this machine's address on the local network, where annotators then
    sign in. Its data are in .qawl/label-studio. Ctrl-C ends it.
    """
    from qawl.core import project
    from qawl.studio import client as studio_client
    from qawl.studio import server

    corpus = project.load(Path())
    for each in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal ends Label Studio too
        signal.signal(each, signal.default_int_handler)
    with server.running(corpus, port=port, say=partial(say, err=True)) as access:
        say(f"Label Studio: {access.url}")
        say(f"sign in as {access.username} with {access.password}")
        with studio_client.connect(corpus, access) as client:
            say(f"annotators sign up at {client.invitation()}")
        if access.url != corpus.settings.label_studio.url.rstrip("/"):
            say(f'other commands need `label_studio: {{url: "{access.url}"}}` in qawl.yaml')
        say("Ctrl-C ends it")
        try:
            server.wait(corpus, access)
        except KeyboardInterrupt:
            say("stopped")
