"""Schedulers killed while they deliver: no email is lost or sent twice, and only those being handed over are uncertain."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.support import outbox
from tests.support.database import Database
from tests.support.live import LiveServer
from tests.support.scripted_smtp import Script, ScriptedMailServer
from volunteer_hub.mail.states import MailState

pytestmark = pytest.mark.race
MAILS, KILLS = 30, 2


@pytest.fixture
def live(shared_app: Flask, database: Database, tmp_path: Path) -> Iterator[LiveServer]:
    """A database of its own for the scheduler processes; nothing is served."""
    server = LiveServer(tmp_path, database, "killed")
    yield server
    server.remove()


def test_kills_in_the_middle_of_a_delivery(live: LiveServer) -> None:
    addresses = outbox.fill(live, MAILS)
    with ScriptedMailServer(Script(seconds_per_mail=0.05)) as server:
        for kill in range(1, KILLS + 1):
            with outbox.scheduler(live, server.port):  # ends with a kill
                assert outbox.wait_for(lambda kill=kill: server.log.taken.total() >= 5 * kill, 60)
        with outbox.scheduler(live, server.port):
            assert outbox.wait_for(lambda: outbox.count_states(live)[MailState.SENT] >= MAILS - KILLS, 60)
    log, states = server.log, outbox.states(live)
    assert [address for address in addresses if not log.begun[address]] == []
    assert max(log.taken.values()) == 1
    unsent = [address for address, state in states.items() if state is not MailState.SENT]
    assert len(unsent) <= KILLS
    assert {states[address] for address in unsent} <= {MailState.HANDING_OVER}
    assert all(log.begun[address] for address in unsent)
