"""Requests for another host are refused; probes on this machine are answered."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from config import Config, DevConfig, ProductionConfig, TestConfig
from volunteer_hub.app import create_app

NAME = "hub.hospital.nhs.uk"


def browser(kind: type[Config], folder: Path) -> Any:
    """A browser of an application without a database of its own."""
    settings = kind()
    if kind is ProductionConfig:
        settings.BASE_URL = f"https://{NAME}"
    settings.complete()
    return create_app(
        settings,
        SECRET_KEY="tests only",
        SQLALCHEMY_DATABASE_URI="sqlite://",
        INSTANCE_PATH=str(folder),
        RATELIMIT_STORAGE_URI="memory://",
    ).test_client()


def status(client: Any, host: str, path: str = "/sign-in") -> int:
    """Return the status of a request for `host`."""
    return int(client.get(path, headers={"Host": host}).status_code)


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "192.168.0.5:5000", "localhost.evil.example"]
)
def test_development_answers_to_this_machine_s_names_only(tmp_path: Path, host: str) -> None:
    client = browser(DevConfig, tmp_path)
    assert status(client, host) == status(client, host, "/dev/mail/") == 400
    assert status(client, "127.0.0.1:5001") == status(client, "localhost") == 200


def test_production_answers_to_its_own_name(tmp_path: Path) -> None:
    client = browser(ProductionConfig, tmp_path)
    assert status(client, NAME) == 200
    assert status(client, f"x.{NAME}") == status(client, "evil.example") == 400
    assert status(client, "127.0.0.1:8000") == status(client, "localhost", "/nowhere") == 400


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_production_answers_probes_on_this_machine(tmp_path: Path, path: str) -> None:
    client = browser(ProductionConfig, tmp_path)
    assert status(client, "127.0.0.1:8000", path) != 400
    assert status(client, "evil.example", path) == 400


def test_control_without_trusted_hosts_any_name_is_answered(tmp_path: Path) -> None:
    assert status(browser(TestConfig, tmp_path), "evil.example") == 200


def test_refusal_has_no_page_and_names_no_host(tmp_path: Path) -> None:
    reply = browser(DevConfig, tmp_path).get("/", headers={"Host": "evil.example"})
    assert reply.mimetype == "text/plain"
    assert "evil" not in reply.text
