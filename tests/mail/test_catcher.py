"""The local mail catcher and its pages."""

from __future__ import annotations

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from config import DevConfig, TestConfig
from volunteer_hub.app import create_app
from volunteer_hub.mail import catcher

HTML = "<script>alert(1)</script><p>Hello</p>"


@pytest.fixture
def folder(app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where this test's messages lie."""
    monkeypatch.setitem(app.config, "INSTANCE_PATH", str(tmp_path))
    return catcher.message_folder(str(tmp_path))


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """A running catcher."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number = int(probe.getsockname()[1])
    server = catcher.controller(folder, "127.0.0.1", number)
    server.start()
    yield number
    server.stop()


def send(port: int, subject: str = "Welcome", text: str = "See https://example.org/x?a=1&b=2 now") -> None:
    """One message with both parts."""
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = subject, "hub@example.org", "ann@example.org"
    message.set_content(text)
    message.add_alternative(HTML, subtype="html")
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.send_message(message)


def test_caught_mail_is_listed_newest_first(client: Any, port: int, folder: Path) -> None:
    assert "No e-mail yet" in client.get("/dev/mail").text
    send(port, "First")
    send(port, "Second")
    page = client.get("/dev/mail").text
    assert 0 < page.index("Second") < page.index("First")
    assert "ann@example.org" in page


def test_text_part_has_links_that_can_be_followed(client: Any, port: int, folder: Path) -> None:
    send(port, text="<b>bold</b> https://example.org/x?a=1&b=2 end")
    page = client.get(f"/dev/mail/{catcher.list_names(folder)[0]}").text
    assert '<a href="https://example.org/x?a=1&amp;b=2">' in page
    assert "&lt;b&gt;bold&lt;/b&gt;" in page


def test_html_part_comes_alone_and_sandboxed(client: Any, port: int, folder: Path) -> None:
    send(port)
    reply = client.get(f"/dev/mail/{catcher.list_names(folder)[0]}/html")
    assert "<p>Hello</p>" in reply.text
    assert reply.headers["Content-Security-Policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@pytest.mark.parametrize("name", ["..%2f..%2fconfig", "x", "0" * 20, f"{'1' * 20}-abcdefgh", f"{'1' * 20}-abcdef01"])
def test_other_names_are_not_found(client: Any, folder: Path, name: str) -> None:
    assert client.get(f"/dev/mail/{name}").status_code == 404
    assert client.get(f"/dev/mail/{name}/html").status_code == 404


def test_message_store_deletes_the_oldest(port: int, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catcher, "MAX_MESSAGES", 2)
    for subject in "abc":
        send(port, subject)
    assert len(catcher.list_names(folder)) == 2


def test_pages_are_there_in_development_only(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/x.sqlite3"
    development = create_app(DevConfig, SQLALCHEMY_DATABASE_URI=url)
    other = create_app(TestConfig, SQLALCHEMY_DATABASE_URI=url, DEV_MAIL=False)
    assert "dev_mail" in development.blueprints
    assert "dev_mail" not in other.blueprints
