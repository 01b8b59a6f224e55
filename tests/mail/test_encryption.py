"""With STARTTLS the mail server's certificate is checked, by delivery and by `flask check --mail` alike."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask

from tests.factories.mail import queue_mail
from tests.support.smtp import MailServer
from volunteer_hub.mail.delivery import deliver_due
from volunteer_hub.mail.states import MailState


def make_certificate(folder: Path) -> Path:
    """Write a self-signed certificate for 127.0.0.1 and its key to one file."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    day = dt.datetime.now(dt.UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(day - dt.timedelta(days=1))
        .not_valid_after(day + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    path = folder / "server.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + built.public_bytes(pem)
    )
    return path


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """The file of the server's certificate."""
    return make_certificate(tmp_path)


@pytest.fixture
def tls_server(app: Flask, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MailServer]:
    """A mail server that encrypts, to which the application delivers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = MailServer(context)
    server.start()
    monkeypatch.setitem(app.config, "SMTP_PORT", server.port)
    monkeypatch.setitem(app.config, "SMTP_STARTTLS", True)
    yield server
    server.stop()


def test_server_with_an_untrusted_certificate_gets_no_email(
    app: Flask, tls_server: MailServer, now: dt.datetime
) -> None:
    mail = queue_mail()
    assert deliver_due(now) == 0
    assert (mail.state, mail.attempts) == (MailState.QUEUED, 0)
    result = app.test_cli_runner().invoke(args=["check", "--mail"])
    assert "cannot be used" in result.output
    assert result.exit_code == 1


def test_server_with_a_trusted_certificate_gets_emails(
    app: Flask, tls_server: MailServer, certificate: Path, now: dt.datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    queue_mail()
    assert deliver_due(now) == 1
    assert app.test_cli_runner().invoke(args=["check", "--mail"]).exit_code == 0
