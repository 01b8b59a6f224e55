"""One row that cannot be handled ends by itself: the emails behind it go out all the same."""

from __future__ import annotations

import datetime as dt

import pytest
from flask import Flask

from tests.factories.mail import queue_mail
from tests.support.smtp import MailServer
from volunteer_hub.core.db import db
from volunteer_hub.mail import relevance
from volunteer_hub.mail.delivery import deliver_due
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.states import MailState


def unreadable(mail: OutboxMail, _now: dt.datetime) -> bool:
    raise LookupError(mail.recipient_email)


@pytest.mark.parametrize(
    "fault",
    [{"recipient_name": "", "recipient_email": "a@"}, {"headers": {"X-Number": 1}}, {"kind": "unreadable"}],
)
def test_email_that_cannot_be_prepared_fails_alone(
    app: Flask, server: MailServer, now: dt.datetime, monkeypatch: pytest.MonkeyPatch, fault: dict[str, object]
) -> None:
    monkeypatch.setitem(relevance.RELEVANCE_BY_KIND._providers, "unreadable", unreadable)
    bad, good = queue_mail(), queue_mail()
    for name, value in fault.items():
        setattr(bad, name, value)
    db.session.commit()
    assert deliver_due(now) == 1
    assert (bad.state, good.state) == (MailState.FAILED, MailState.SENT)
    assert bad.recipient_email not in (bad.last_error or "")
