"""`flask mail bounces FILE ...`."""

from __future__ import annotations

import mailbox as mailboxes
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import click
from flask.cli import AppGroup

from volunteer_hub.core import clock
from volunteer_hub.mail.mailbox import record_messages

mail = AppGroup("mail", help="The emails that the service sends.")


@mail.command("bounces")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
def bounces(files: tuple[str, ...]) -> None:
    """Record the delivery reports in FILES: single messages, mailboxes in mbox format, or - for one message on standard input."""
    count = record_messages((raw for name in files for raw in _messages(name)), now=clock.now())
    click.echo(f"Delivery reports about emails of this service: {count}.")


def _messages(name: str) -> Iterator[bytes]:
    if name == "-":
        yield sys.stdin.buffer.read()
        return
    raw = Path(name).read_bytes()
    if raw.startswith(b"From "):
        with closing(mailboxes.mbox(name)) as box:
            yield from (box.get_bytes(key) for key in box.iterkeys())
    else:
        yield raw
