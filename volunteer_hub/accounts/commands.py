"""`flask reference load` and `flask account create-admin`, which set up an installation."""

from __future__ import annotations

import click
from flask.cli import AppGroup
from flask_babel import gettext as _

from volunteer_hub.accounts import queries, rules
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.secrets import hash_password
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.audit import service as audit
from volunteer_hub.core import clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.email_address import parse_email
from volunteer_hub.core.errors import DomainError
from volunteer_hub.institutions import service as institutions
from volunteer_hub.vocabulary import service as vocabulary

reference = AppGroup("reference", help="The pick-lists: countries, NHS organisations, specialties, skills.")
account = AppGroup("account", help="Accounts.")


@reference.command("load")
def load() -> None:
    """Insert or refresh the pick-lists; safe to repeat."""
    count = institutions.load_reference() + vocabulary.load_reference()
    db.session.commit()
    click.echo(f"{count} rows of reference data are in place.")


@account.command("create-admin")
@click.option("--name", prompt=True)
@click.option("--email", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
def create_admin(name: str, email: str, password: str) -> None:
    """Create the first administrator's account."""
    address = parse_email(email)
    if address is None:
        raise click.ClickException(_("Enter an email address in the correct format, like name@example.org."))
    try:
        rules.check_password(password, email=address, name=name)
    except DomainError as error:
        raise click.ClickException(error.message) from error
    if queries.find_by_email(address):
        raise click.ClickException(_("That address already has an account."))
    now = clock.now()
    admin = Account(
        name=name, email=address, password_hash=hash_password(password), state=AccountState.ACTIVE, created_at=now
    )
    db.session.add(admin)
    db.session.flush()
    db.session.add(RoleGrant(account_id=admin.id, role=Role.ADMIN, granted_at=now))
    audit.record("account.admin_created", admin, actor=None, now=now)
    db.session.commit()
    click.echo(f"{admin.email} can sign in as administrator.")
