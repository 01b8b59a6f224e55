"""A temporary database with many open requests, and signed-in clients."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from config import TestConfig
from volunteer_hub.accounts import service as accounts
from volunteer_hub.app import create_app
from volunteer_hub.core import clock
from volunteer_hub.core.db import db
from volunteer_hub.demo import partner_requests, people, scenario
from volunteer_hub.demo.builder import PASSWORD, build_world
from volunteer_hub.institutions import service as institutions
from volunteer_hub.vocabulary import service as vocabulary


def make_app(*, volunteers: int = 60, requests: int = 2000) -> Flask:
    """Return the application over a new SQLite file with an enlarged demonstration."""
    folder = Path(tempfile.mkdtemp(prefix="volunteer_hub_bench_"))
    app = create_app(TestConfig, SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder}/bench.sqlite3")
    with app.app_context():
        upgrade()
        institutions.load_reference()
        vocabulary.load_reference()
        world = build_world(seed=1, now=clock.now())
        list(people.make_volunteers(world, volunteers))
        list(partner_requests.make_requests(world, requests))
        db.session.commit()
        scenario.create_matches(world)
        db.session.commit()
        db.session.execute(sa.text("ANALYZE"))
        db.session.commit()
    return app


def sign_in_client(app: Flask, person: str) -> FlaskClient:
    """Return a client with a session of one of the demonstration's accounts."""
    client = app.test_client()
    with app.app_context():
        token = accounts.sign_in(
            f"{person}@example.org", PASSWORD, browser="benchmark", now=clock.now(), max_age=dt.timedelta(days=1)
        ).token
        db.session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client
