"""`flask match run`, made to wait at one step so that a test can kill it there. Arguments: URL FOLDER STEP INSTANT."""

from __future__ import annotations

import datetime as dt
import os
import sys
import time
from typing import Any

import sqlalchemy as sa

from config import TestConfig
from volunteer_hub.app import create_app
from volunteer_hub.core.db import db
from volunteer_hub.rounds import runner
from volunteer_hub.rounds.queries import rounds


def wait(*_args: Any, **_kwargs: Any) -> Any:
    """Report that the step is reached, and block."""
    if sys.argv[3] == "storing":
        db.session.flush()
    os.write(1, b"half-way\n")
    time.sleep(120)
    raise SystemExit(3)


def main() -> None:
    """Run the command with the hook at the given step."""
    url, folder, step, instant = sys.argv[1:]
    if step == "computing":
        runner.unfilled_reasons.collect_reasons = wait
    else:
        rounds.lock_superseded = wait  # called once all rows have been written, before the commit
    app = create_app(
        TestConfig,
        SQLALCHEMY_DATABASE_URI=url,
        INSTANCE_PATH=folder,
        SQLALCHEMY_ENGINE_OPTIONS={} if url.startswith("sqlite") else {"poolclass": sa.pool.NullPool},
    )
    app.extensions["clock"] = lambda: dt.datetime.fromisoformat(instant)
    app.test_cli_runner().invoke(args=["match", "run"])


if __name__ == "__main__":
    main()
