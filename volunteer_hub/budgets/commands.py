"""The command `flask ledger verify`."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from volunteer_hub.budgets import queries

ledger = AppGroup("ledger", help="The ledger.")


@ledger.command("verify")
def verify() -> None:
    """Check that every movement balances and every counter equals the sum of its entries; exit 1 if not."""
    faults = list(queries.list_faults())
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        raise SystemExit(1)
    click.echo("The ledger balances.")
