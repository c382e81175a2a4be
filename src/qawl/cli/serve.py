"""`qawl serve`."""

import signal
from pathlib import Path

import click


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), help="By default that of qawl.yaml.")
def command(port: int | None) -> None:
    """Run a local Label Studio, set up for this corpus.

    The first time on a machine its environment is installed (one to three minutes). It listens at the
    address in qawl.yaml alone: 127.0.0.1, or this machine's own address on the local network, by which
    annotators on it then sign in. Its data stand in .qawl/label-studio. Ctrl-C ends it.
    """
    from qawl.core import project
    from qawl.studio import client as studio_client
    from qawl.studio import server

    corpus = project.load(Path())
    for each in (signal.SIGTERM, signal.SIGHUP):  # a closed terminal ends Label Studio too
        signal.signal(each, signal.default_int_handler)
    say = lambda line: click.echo(line, err=True)  # noqa: E731
    with server.running(corpus, port=port, say=say) as access:
        click.echo(f"Label Studio: {access.url}")
        click.echo(f"sign in as {access.username} with {access.password}")
        with studio_client.connect(corpus, access) as client:
            click.echo(f"annotators sign up at {client.invitation()}")
        if access.url != corpus.settings.label_studio.url.rstrip("/"):
            click.echo(f'other commands need `label_studio: {{url: "{access.url}"}}` in qawl.yaml')
        click.echo("Ctrl-C ends it")
        try:
            signal.pause()
        except KeyboardInterrupt:
            click.echo("stopped")
