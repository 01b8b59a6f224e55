"""`flask imports check FILE` and `flask imports run FILE`: the same as the pages, for large or repeated lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.core import clock
from volunteer_hub.core.access import Viewer
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError
from volunteer_hub.imports import queries, service
from volunteer_hub.imports.rules import ImportOutcome, ImportTable
from volunteer_hub.imports.states import ImportKind

imports = AppGroup("imports", help="Volunteers and institutions from CSV or XLSX.")
file_argument = click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
kind_option = click.option("--kind", required=True, type=click.Choice([kind.value for kind in ImportKind]))


@imports.command("check")
@file_argument
@kind_option
def check(file: Path, kind: str) -> None:
    """Print what FILE would add and what is wrong with it; nothing is changed. Exit 1 if a row is wrong."""
    try:
        _report(*_check_file(file, ImportKind(kind)))
    except DomainError as error:
        raise click.ClickException(error.message) from error
    finally:
        db.session.rollback()


@imports.command("run")
@file_argument
@kind_option
@click.option("--send-invitations", is_flag=True, help="E-mail each new volunteer the link that opens their account.")
@click.option("--as", "email", help="The address of the coordinator or administrator who imports.")
def run(file: Path, kind: str, send_invitations: bool, email: str | None) -> None:
    """Import FILE as a whole, or nothing of it. Exit 1 if a row is wrong. The same file twice adds nothing."""
    try:
        _report(*_check_file(file, ImportKind(kind)))
        actor, now = _actor(email), clock.now()
        batch = service.upload(
            kind=ImportKind(kind), file_name=file.name, content=file.read_bytes(), actor=actor, now=now
        )
        outcome = service.apply_import(batch, send_invitations=send_invitations, actor=actor, now=now)
    except DomainError as error:
        db.session.rollback()
        raise click.ClickException(error.message) from error
    db.session.commit()
    click.echo(f"Imported: {len(outcome.added)} added, {len(outcome.existing)} there already.")


def _check_file(file: Path, kind: ImportKind) -> tuple[ImportTable, ImportOutcome[Any]]:
    table = service.parse_file(kind, file.read_bytes())
    return table, service.examine(kind, table, today=clock.today_for())


def _report(table: ImportTable, outcome: ImportOutcome[Any]) -> None:
    """Print notes, errors and counts; exit with code 1 when a row is wrong."""
    for note in table.notes:
        click.echo(f"Note: {note}")
    for error in outcome.errors:
        location = f"Row {error.row}, column {error.column}" if error.column else f"Row {error.row}"
        click.echo(f"{location}: {error.message}", err=True)
    counts = f"{len(outcome.added)} new, {len(outcome.existing)} there already, {len(outcome.errors)} errors."
    click.echo(f"Checked: {counts}")
    if outcome.errors:
        raise SystemExit(1)


def _actor(email: str | None) -> Viewer:
    """Return the viewer in whose name the import runs: the account of --as, else the first administrator."""
    account_id = queries.find_importer_id(email)
    if account_id is None:
        raise DomainError(
            _("Name a coordinator or administrator with --as ADDRESS; there must be one."), code="importer_missing"
        )
    return accounts.get_viewer(account_id, today=clock.today_for())
