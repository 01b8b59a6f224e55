"""Settings of a production server that the checks accept."""

from __future__ import annotations

KEY = "Zk3vX9qLw2RtYb7NfHs5Jd8MgPc4TuEa"


SAFE = {
    "APP_ENV": "production",
    "SECRET_KEY": KEY,
    "BASE_URL": "https://hub.hospital.nhs.uk",
    "MAIL_FROM": "hub@hospital.nhs.uk",
    "CONTACT_EMAIL": "coordinator@hospital.nhs.uk",
}
