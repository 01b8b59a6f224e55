"""The files under `deploy/` are accepted by systemd and nginx and contain the required settings."""

from __future__ import annotations

import configparser
import datetime as dt
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.support.source import ROOT
from volunteer_hub.serving.__main__ import JSON_LOGS, command, parse

UNITS = sorted((ROOT / "deploy").glob("*.service"))


def analyzer() -> str:
    """systemd-analyze. Skips the test where this machine has none."""
    return shutil.which("systemd-analyze") or pytest.skip("no systemd-analyze: install the package systemd")


def verify(unit: str, folder: Path, name: str) -> subprocess.CompletedProcess[str]:
    """Let systemd read a unit whose program exists on this machine."""
    program = shutil.which("true")
    path = folder / name
    path.write_text(unit.replace("/opt/volunteer-hub/.venv/bin/python", str(program)))
    return subprocess.run([analyzer(), "verify", str(path)], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_accepts_the_unit(unit: Path, tmp_path: Path) -> None:
    done = verify(unit.read_text(), tmp_path, unit.name)
    assert (done.returncode, done.stderr) == (0, "")


def test_control_systemd_finds_a_mistyped_setting(tmp_path: Path) -> None:
    text = UNITS[0].read_text().replace("Restart=always", "Restrat=always")
    assert "Restrat" in verify(text, tmp_path, UNITS[0].name).stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_its_process_again_for_ever(unit: Path) -> None:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(unit.read_text())
    assert parser["Service"]["Restart"] == "always"
    assert parser["Unit"]["StartLimitIntervalSec"] == "0"
    assert parser["Service"]["NoNewPrivileges"] == "yes"
    assert parser["Service"]["ProtectSystem"] == "strict"


def test_there_is_a_unit_for_the_web_and_one_for_the_scheduler() -> None:
    assert [unit.name for unit in UNITS] == ["volunteer-hub-scheduler.service", "volunteer-hub-web.service"]


def write_certificate(folder: Path) -> None:
    """A key and a certificate that only nginx's own check looks at."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hub.example.org")])
    day = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(day).not_valid_after(day + dt.timedelta(days=9000))
    certificate = builder.sign(key, hashes.SHA256())
    (folder / "hub.example.org.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    (folder / "private").mkdir()
    (folder / "private" / "hub.example.org.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def test_nginx_accepts_the_proxys_settings(tmp_path: Path) -> None:
    nginx = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if nginx is None:
        pytest.skip("no nginx: install the package nginx-light")
    write_certificate(tmp_path)
    server = (ROOT / "deploy" / "nginx.conf").read_text().replace("/etc/ssl", str(tmp_path))
    server = re.sub(r"(listen (?:\[::\]:)?)(80|443)\b", r"\g<1>18\2", server)  # nginx tries the ports, and 80 is root's
    whole = tmp_path / "nginx.conf"
    places = "".join(
        f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    whole.write_text(f"pid {tmp_path}/pid;\nevents {{}}\nhttp {{\naccess_log off;\n{places}{server}}}\n")
    done = subprocess.run(
        [nginx, "-t", "-q", "-c", str(whole), "-p", str(tmp_path), "-e", "stderr"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(("environment", "is_json"), [("production", True), ("development", False)])
def test_the_server_s_own_lines_are_json_in_production(
    monkeypatch: pytest.MonkeyPatch, environment: str, is_json: bool
) -> None:
    monkeypatch.setenv("APP_ENV", environment)
    arguments = command(parse([]))
    assert (str(JSON_LOGS) in arguments) == is_json
    assert JSON_LOGS.is_file()


def run_hub(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`deploy/hub` with a settings file of its own, as the user of the test run."""
    settings = (ROOT / "deploy" / "volunteer-hub.env.example").read_text()
    filled = {
        "INSTANCE_PATH": str(folder), "SECRET_KEY": "a$b`c\"d'e f" + "0123456789abcdefghijklmnop", "DATABASE_URL": "",
        "SMTP_HOST": "smtp.hospital.nhs.uk", "SMTP_STARTTLS": "1", "MAIL_FROM": "hub@hospital.nhs.uk",
        "CONTACT_EMAIL": "hub@hospital.nhs.uk", "BASE_URL": "https://hub.hospital.nhs.uk",
    }  # fmt: skip
    lines = [
        f"{name}={filled.get(name, value)}"
        for name, _, value in (line.partition("=") for line in settings.splitlines())
    ]
    file = folder / "hub.env"
    file.write_text("\n".join(line for line in lines if not line.startswith("#")))
    environment = {"PATH": os.environ["PATH"], "HUB_ENV_FILE": str(file), "HUB_USER": "-"}
    return subprocess.run([ROOT / "deploy" / "hub", *arguments], env=environment, capture_output=True, text=True)


def test_hub_runs_commands_with_the_settings_of_the_service(tmp_path: Path) -> None:
    result = run_hub(tmp_path, "check")
    assert result.stderr == "The database has no tables: run flask db upgrade.\n"
    assert (tmp_path / "volunteer_hub.sqlite3").exists(), "the service's own database, not one of development"
    refused = run_hub(tmp_path, "demo")
    assert (refused.returncode, "published password" in refused.stderr) == (1, True)
