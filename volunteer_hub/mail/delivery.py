"""Delivery: lease emails, hand them over with no transaction open, record the results.

Run by the scheduler; any number of workers may run at once.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable

from flask import current_app
from sqlalchemy.exc import OperationalError

from volunteer_hub.core import clock, shutdown
from volunteer_hub.core.db import db
from volunteer_hub.mail import leases
from volunteer_hub.mail.message import Letter
from volunteer_hub.mail.smtp import Connection, ConnectionClosed, Refused, ReplyLost, Server, ServerAway

MAX_CLOSED_IN_A_ROW = 2
"""After this many connections in a row that close at once, the server counts as away."""
RECORD_RETRY_SECONDS = (0.5, 2.0, 8.0)
"""Waits between attempts to record the server's reply; an email whose reply is not recorded becomes uncertain."""
AWAY_EXTENSION = "mail_server_away"
log = logging.getLogger(__name__)


def deliver_due(now: dt.datetime) -> int:
    """Send the emails that are due. Returns the number that the server accepted.

    Stops between two emails when the process is asked to stop (core/shutdown.py).
    """
    leases.release_expired(now)
    token = leases.new_token()
    letters = leases.lease_due(token, now)
    if not letters:
        return 0
    connection = Connection(server())
    try:
        return DeliveryBatch(token, connection, letters).deliver()
    finally:
        connection.close()


def server() -> Server:
    """Return the mail server of the settings."""
    config = current_app.config
    return Server(
        config["SMTP_HOST"],
        config["SMTP_PORT"],
        config["SMTP_USERNAME"],
        config["SMTP_PASSWORD"],
        config["SMTP_STARTTLS"],
    )


class DeliveryBatch:
    """The letters that one worker has leased together."""

    def __init__(self, token: str, connection: Connection, letters: list[Letter]) -> None:
        self.token, self.connection, self.letters = token, connection, letters
        self.closed_in_a_row = 0

    def deliver(self) -> int:
        """Hand the letters over one by one. Returns the number that the server accepted."""
        sent = 0
        while self.letters and not shutdown.is_requested():
            try:
                sent += self._deliver(self.letters[0])
            except ServerAway as error:
                leases.return_untried(self.letters, self.token, clock.now(), away=str(error))
                _log_away(str(error))
                return sent
            del self.letters[0]
        leases.return_untried(self.letters, self.token, clock.now())
        return sent

    def _deliver(self, letter: Letter) -> bool:
        """Hand one letter over and record the result. Returns whether the server accepted it. Raises ServerAway."""
        try:
            handed_over = self._hand_over(letter)
        except ConnectionClosed as error:
            self._record_closed(letter, str(error))
            return False
        except ReplyLost:
            handed_over = False
            _persist(lambda: leases.record_lost(letter, self.token))
        except Refused as error:
            handed_over, refusal = False, error
            _persist(lambda: leases.record_refused(letter, self.token, refusal, clock.now()))
        else:
            if handed_over:
                _persist(lambda: leases.record_sent(letter, self.token, clock.now()))
        self.closed_in_a_row = 0
        _log_back()
        return handed_over

    def _hand_over(self, letter: Letter) -> bool:
        """Hand over; reconnect once if the server closed a used connection, as many limit the emails per connection."""
        was_fresh = self.connection.is_fresh
        try:
            return self.connection.hand_over(letter, claim=lambda: self._claim(letter))
        except ConnectionClosed:
            if was_fresh:
                raise
            return self.connection.hand_over(letter, claim=lambda: self._claim(letter))

    def _claim(self, letter: Letter) -> bool:
        return leases.claim(letter, self.token, clock.now())

    def _record_closed(self, letter: Letter, reason: str) -> None:
        _persist(lambda: leases.record_closed(letter, self.token, reason, clock.now()))
        self.closed_in_a_row += 1
        if self.closed_in_a_row >= MAX_CLOSED_IN_A_ROW:
            raise ServerAway(reason)


def _log_away(reason: str) -> None:
    """Log that the mail server is away, once per outage."""
    if AWAY_EXTENSION not in current_app.extensions:
        log.warning("the mail server is away, emails wait: %s", reason)
    current_app.extensions[AWAY_EXTENSION] = True


def _log_back() -> None:
    """Log that the mail server is back, once per outage."""
    if current_app.extensions.pop(AWAY_EXTENSION, None):
        log.info("the mail server is back")


def _persist(record: Callable[[], None]) -> None:
    """Record a result, with retries while the database is briefly locked or away."""
    for pause in RECORD_RETRY_SECONDS:
        try:
            record()
        except OperationalError:
            db.session.rollback()
            log.warning("the mail server answered, the database could not record it; trying again")
            time.sleep(pause)
        else:
            return
    record()
