"""Whether a connection to the mail server can be opened with the settings."""

from __future__ import annotations

from flask import current_app

from volunteer_hub.mail import delivery
from volunteer_hub.mail.smtp import Connection, ServerAway


def findings() -> list[str]:
    """Connect, start TLS and sign in as delivery does, without sending. Returns one line if that fails, else none."""
    config = current_app.config
    connection = Connection(delivery.server())
    try:
        connection.open()
    except ServerAway as error:
        return [f"The mail server at {config['SMTP_HOST']}:{config['SMTP_PORT']} cannot be used. {error}"]
    connection.close()
    return []
