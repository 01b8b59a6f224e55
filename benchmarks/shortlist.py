"""A live shortlist of 20 among 100,000 volunteers, and the page that shows it, on both databases: goal p99 <= 25 ms.

Each database runs in a process of its own. `SHORTLIST_BENCH=10000` sets another number of volunteers.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import upgrade

from config import TestConfig
from tests.factories.accounts import PASSWORD, make_account
from tests.support import matching_data, matching_tables, postgres
from volunteer_hub.accounts import service as accounts
from volunteer_hub.app import create_app
from volunteer_hub.audit import service as audit
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.institutions import service as institutions
from volunteer_hub.matching import queries, shortlists
from volunteer_hub.matching.engine import pool as pools
from volunteer_hub.matching.engine.loading import build_index
from volunteer_hub.partner_requests.models import PartnerRequest
from volunteer_hub.vocabulary import service as vocabulary
from volunteer_hub.volunteers.models import Volunteer

VOLUNTEERS, REQUESTS, SAMPLES, GOAL = 100_000, 2_000, 500, 25.0
NOW, TODAY = matching_data.NOW, matching_data.TODAY


def main() -> None:
    """Print one row per database."""
    number = int(os.environ.get("SHORTLIST_BENCH", VOLUNTEERS))
    print(f"\nA live shortlist of 20 among {number:,} volunteers ({SAMPLES} requests by chance, ms), goal p99 {GOAL:g}")
    print(f"{'database':<12}{'p50':>7}{'p99':>7}{'CPU p99':>9}{'page p50':>10}{'page p99':>10}{'one change':>12}{'1,000':>8}"
          f"{'cold s':>8}{'arrays MB':>11}{'process MB':>12}")  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="volunteer_hub_bench_") as folder:
        _row("SQLite", f"sqlite:///{folder}/bench.sqlite3", number)
        server = postgres.find_server(Path(folder))
        if server is None:
            print("PostgreSQL  not measured: set TEST_DATABASE_URL or install postgresql")
            return
        name = f"vh_bench_{os.getpid()}"
        try:
            server.run(f'CREATE DATABASE "{name}"')
            _row("PostgreSQL", server.url(name), number)
        finally:
            server.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
            server.stop()


def _row(title: str, uri: str, number: int) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.shortlist", uri, str(number)], check=True, stdout=subprocess.PIPE
    )
    f = json.loads(done.stdout)
    print(f"{title:<12}{f['p50']:>7.1f}{f['p99']:>7.1f}{f['cpu99']:>9.1f}{f['page50']:>10.1f}{f['page99']:>10.1f}{f['one']:>12.1f}"
          f"{f['thousand']:>8.0f}{f['cold']:>8.1f}{f['arrays']:>11.0f}{f['process']:>12.0f}")  # fmt: skip


def measure(uri: str, number: int) -> dict[str, float]:
    """Fill an empty database and return all its figures."""
    app = create_app(TestConfig, SQLALCHEMY_DATABASE_URI=uri, SHORTLIST_SECONDS=10.0)
    app.extensions["clock"] = lambda: NOW
    with app.app_context():
        coordinator = _fill(number)
        request_ids = _sample_requests()
    with app.test_request_context():
        figures = {"cold": _seconds(lambda: pools.get_pool_cache().get_current(TODAY))}
        figures["arrays"] = pools.get_pool_cache().get_current(TODAY).nbytes / 2**20
        spent = [_time_shortlist(request_id) for request_id in request_ids]
        figures |= _percentiles("p", [wall for wall, _cpu in spent]) | _percentiles(
            "cpu", [cpu for _wall, cpu in spent]
        )
        db.session.rollback()
    client = _sign_in(app, coordinator)
    figures |= _percentiles("page", [1000 * _seconds(lambda one=one: _get(client, one)) for one in request_ids])
    with app.app_context():
        figures |= {"one": _after_changes(app, 1), "thousand": _after_changes(app, 1_000)}
    figures["process"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def _fill(number: int) -> str:
    """Insert the generated programme and a coordinator. Returns the coordinator's address."""
    upgrade()
    institutions.load_reference()
    vocabulary.load_reference()
    db.session.commit()
    account = make_account(Role.COORDINATOR)  # before the generated rows, whose ids continue after the last one
    matching_tables.insert(matching_data.draw_world(build_index(), number, REQUESTS))
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text("ANALYZE"))
    return str(account.email)


def _sample_requests() -> list[int]:
    ids = list(db.session.scalars(sa.select(PartnerRequest.id).order_by(PartnerRequest.id)))
    chosen: list[int] = np.random.default_rng(5).choice(ids, SAMPLES).tolist()
    return chosen


def _time_shortlist(request_id: int) -> tuple[float, float]:
    """Return wall and CPU milliseconds of one shortlist."""
    facts = queries.get_request_facts(request_id, today=TODAY)
    began, cpu = time.perf_counter(), time.process_time()
    shortlists.list_shortlist(facts, today=TODAY)
    return 1000 * (time.perf_counter() - began), 1000 * (time.process_time() - cpu)


def _get(client: FlaskClient, request_id: int) -> None:
    assert client.get(f"/requests/{request_id}/candidates").status_code == 200


def _after_changes(app: Flask, number: int) -> float:
    """Return the milliseconds of refreshing the pool after `number` volunteers have changed."""
    for volunteer in db.session.scalars(sa.select(Volunteer).order_by(Volunteer.id).limit(number)):
        audit.record("volunteer.work_changed", volunteer, actor=None, now=NOW)
    db.session.commit()
    app.config["SHORTLIST_SECONDS"] = -1.0
    return 1000 * _seconds(lambda: pools.get_pool_cache().get_current(TODAY))


def _sign_in(app: Flask, email: str) -> FlaskClient:
    client = app.test_client()
    with app.app_context():
        token = accounts.sign_in(email, PASSWORD, browser="benchmark", now=NOW, max_age=dt.timedelta(days=1)).token
        db.session.commit()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = token
    return client


def _seconds(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _percentiles(name: str, values: Sequence[float]) -> dict[str, float]:
    half, most = np.percentile(values, [50, 99])
    return {f"{name}50": float(half), f"{name}99": float(most)}


if __name__ == "__main__":
    if len(sys.argv) == 3:
        print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
    else:
        main()
