"""`flask audit verify`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from volunteer_hub.audit import queries

audit = AppGroup("audit", help="The audit trail.")


@audit.command("verify")
def verify() -> None:
    """Check the whole chain; exit 1 and say what is wrong if it does not verify."""
    faults = list(queries.verify())
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)
    click.echo("The audit trail verifies.")
