"""Whether the mail server takes a connection with the settings."""

from __future__ import annotations

import smtplib

from flask import current_app

from volunteer_hub.core.safe_errors import describe

PATIENCE = 10


def findings() -> list[str]:
    """Connect, encrypt and sign in as delivery does, and send nothing. One line when that fails."""
    config = current_app.config
    try:
        with smtplib.SMTP(config["SMTP_HOST"], config["SMTP_PORT"], timeout=PATIENCE) as server:
            if config["SMTP_STARTTLS"]:
                server.starttls()
            if config["SMTP_USERNAME"]:
                server.login(config["SMTP_USERNAME"], config["SMTP_PASSWORD"])
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        return [f"The mail server at {config['SMTP_HOST']}:{config['SMTP_PORT']} cannot be used: {describe(error)}."]
    return []
