"""`flask demo`: creates the demonstration programme."""

from __future__ import annotations

from collections.abc import Iterable

import click
import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _

from volunteer_hub.accounts.models import Account
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.demo import partner_requests, people, scenario
from volunteer_hub.demo.builder import build_world, institution_count
from volunteer_hub.programmes.models import Programme

COMMIT_EVERY = 200


@click.command("demo", help="Make the demonstration programme: the same for the same seed and day.")
@click.option("--volunteers", default=25, show_default=True, type=click.IntRange(1, 1_000_000))
@click.option("--requests", default=40, show_default=True, type=click.IntRange(1, 100_000))
@click.option("--seed", default=2020, show_default=True)
@click.option("--if-empty", is_flag=True, help="Do nothing when there is a programme already.")
def demo(volunteers: int, requests: int, seed: int, if_empty: bool) -> None:
    """Fill an empty database. Refused where there are accounts or a programme already, and in production."""
    if current_app.config["ENVIRONMENT"] == "production":
        raise click.ClickException(
            _(
                "The demonstration has accounts with a published password, so it is never made where APP_ENV is production."
            )
        )
    if db.session.scalar(sa.select(Programme.id).limit(1)) or db.session.scalar(sa.select(Account.id).limit(1)):
        if if_empty:
            click.echo("There is a programme already; nothing was added.")
            return
        raise click.ClickException(
            _(
                "This database already holds accounts or a programme. The demonstration needs an empty one: "
                "set DATABASE_URL to another one."
            )
        )
    world = build_world(seed=seed, now=clock.now(), institutions=institution_count(requests))
    with click.progressbar(
        people.make_volunteers(world, volunteers), length=volunteers, label="Volunteers"
    ) as progress:
        _commit_in_batches(progress)
    with click.progressbar(
        partner_requests.make_requests(world, requests), length=requests, label="Requests"
    ) as progress:
        _commit_in_batches(progress)
    matches = scenario.create_matches(world)
    db.session.commit()
    click.echo(f"{volunteers} volunteers, {requests} requests, {matches} matches are in place.")


def _commit_in_batches(rows: Iterable[object]) -> None:
    for number, _row in enumerate(rows, 1):
        if number % COMMIT_EVERY == 0:
            db.session.commit()
    db.session.commit()
