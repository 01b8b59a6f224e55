"""`python -m volunteer_hub.serving`: start the web server, or say clearly why it cannot start."""

from __future__ import annotations

import argparse
import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

import config

OPTIONS = "--interface asginl --http 1 --no-ws --log-level warning --respawn-failed-workers --workers-kill-timeout 10"
MAX_CONNECTIONS = 4096
"""Open connections over all workers. A slow client occupies a connection, but no thread."""
EXIT_PORT_IN_USE = 3
JSON_LOGS = Path(__file__).resolve().parents[1] / "core" / "granian_logs.json"
"""Logging configuration of the server in production: its lines go through the service's pipeline."""
MALLOC_SETTINGS = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": str(128 * 1024),
    "MALLOC_MMAP_THRESHOLD_": str(4 * 1024 * 1024),
}
"""glibc settings: fewer per-thread heaps, and freed memory is returned to the system after a large page. Without them a
worker needs 20 MB more and grows by 10 MB over ten thousand pages."""


def parse(arguments: list[str]) -> argparse.Namespace:
    """Return the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m volunteer_hub.serving", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument("--workers", type=int, default=2, help="processes (2)")
    parser.add_argument("--threads", type=int, default=4, help="pages computed at once per process (4)")
    parser.add_argument("--app", default="wsgi:app", help="the WSGI application, as module:name (wsgi:app)")
    return parser.parse_args(arguments)


def claim_port(host: str, port: int) -> socket.socket | None:
    """Claim a port against other programs and against a second start of this one.

    The workers share the port (SO_REUSEPORT), so the kernel would also share it with a second server. Returns a socket in
    the abstract namespace that holds the claim while it is open; None on systems other than Linux. Raises OSError if the
    port is in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))
    if sys.platform != "linux":
        return None
    claim = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        claim.bind(f"\0volunteer_hub.serving:{port}")
    except OSError:
        claim.close()
        raise
    return claim


def command(options: argparse.Namespace) -> list[str]:
    """Return the command line of the server."""
    address = ["--host", options.host, "--port", str(options.port), "--workers", str(options.workers)]
    limits = ["--backlog", str(MAX_CONNECTIONS), "--backpressure", str(MAX_CONNECTIONS // options.workers)]
    logs = ["--log-config", str(JSON_LOGS)] if os.environ.get("APP_ENV") == "production" else []
    return [
        sys.executable,
        "-m",
        "granian",
        *OPTIONS.split(),
        *logs,
        *address,
        *limits,
        "volunteer_hub.serving.entry:app",
    ]


def main(arguments: list[str]) -> NoReturn:
    """Replace this process by the server. Exits with EXIT_PORT_IN_USE if the port is in use, with 1 for unsafe settings."""
    options = parse(arguments)
    try:
        config.from_environment()  # otherwise every worker would fail on it, over and over
    except config.SettingError as error:
        sys.exit(str(error))
    try:
        claim = claim_port(options.host, options.port)
    except OSError as error:
        reason = f"Cannot listen on {options.host}, port {options.port}: {error.strerror}."
        sys.stderr.write(f"{reason}\nStop the program that uses this port, or choose another one with --port.\n")
        sys.exit(EXIT_PORT_IN_USE)
    if claim:
        claim.set_inheritable(True)
    os.environ |= {name: os.environ.get(name, value) for name, value in MALLOC_SETTINGS.items()}
    os.environ |= {"WSGI_APP": options.app, "WEB_THREADS": str(options.threads)}
    os.execv(sys.executable, command(options))  # noqa: S606 -- our own interpreter


if __name__ == "__main__":
    main(sys.argv[1:])
