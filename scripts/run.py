"""`make run`: prepare the database, then run web, scheduler and mail catcher until Ctrl-C."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
PEOPLE = ("volunteer", "partner", "director", "coordinator", "finance", "funder", "admin")
STOP_TIMEOUT = 15


def is_free(port: int) -> bool:
    """Return whether this port of the loopback address is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return any free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def settings() -> tuple[int, str]:
    """Check and complete the environment. Returns the port and the address to open."""
    if os.environ.get("APP_ENV", "development") != "development":
        sys.exit("make run is for trying the service out. docs/operating.md says how to run it for real.")
    try:
        port = int(os.environ.get("PORT") or 5000)
    except ValueError:
        sys.exit(f"PORT is {os.environ['PORT']!r}; it must be a number, like: make run PORT=5001")
    if not is_free(port):
        sys.exit(f"Port {port} is taken by another program. Choose another one: make run PORT={port + 1}")
    os.environ["FLASK_APP"] = "wsgi"
    os.environ.setdefault("BASE_URL", f"http://127.0.0.1:{port}")
    if "SMTP_PORT" not in os.environ:
        os.environ["SMTP_PORT"] = str(1025 if is_free(1025) else free_port())
    Path(os.environ.get("INSTANCE_PATH", ROOT / "instance")).mkdir(parents=True, exist_ok=True)
    return port, os.environ["BASE_URL"]


def flask(*command: str) -> int:
    """Run one `flask` command to its end. Returns its exit code."""
    return subprocess.run([BIN / "python", "-m", "flask", *command], cwd=ROOT).returncode


def prepare() -> None:
    """Migrate the database; load the demonstration when it is empty."""
    if flask("db", "upgrade") or flask("reference", "load"):
        sys.exit("The database could not be prepared: the reason stands above.")
    if flask("demo", "--if-empty"):
        print("The demonstration data could not be loaded: the reason stands above. Starting without it.")


def commands(port: int) -> dict[str, list[str]]:
    """Return the commands of the processes, by name."""
    python = str(BIN / "python")
    return {
        "web": [python, "-m", "volunteer_hub.serving", "--port", str(port)],
        "mail catcher": [python, "-m", "volunteer_hub.mail.catcher"],
        "scheduler": [python, "-m", "flask", "scheduler", "start"],
    }


def answers(address: str) -> bool:
    """Return whether the service is ready."""
    try:
        with urllib.request.urlopen(f"{address}/readyz?without=scheduler", timeout=2) as reply:  # noqa: S310 -- our own address
            return bool(reply.status == 200)
    except OSError:
        return False


def welcome(address: str) -> None:
    """Print the address and the accounts to sign in with."""
    print(f"\n  Volunteer Hub is at    {address}")
    print(f"  E-mails arrive at      {address}/dev/mail")
    print("\n  Sign in, for the demonstration only, with the password volunteer-hub-demo, as")
    for person in PEOPLE:
        print(f"    {person}@example.org")
    print("\n  Stop with Ctrl-C.\n", flush=True)


def stop_all(running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Terminate all processes; after STOP_TIMEOUT seconds kill them with their children."""
    for process in running.values():
        if process.poll() is None:
            process.terminate()
    for process in running.values():
        try:
            process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def serve(port: int, address: str, stop: threading.Event) -> int:
    """Run all processes until `stop` is set (returns 0) or until one of them ends by itself (returns 1)."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    welcomed = False
    try:
        for name, command in commands(port).items():
            # In a session of its own, so that Ctrl-C reaches this process only, which stops the others in order.
            running[name] = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
        while not stop.wait(0.2):
            for name, process in running.items():
                if process.poll() is not None:
                    print(f"The {name} process stopped by itself (exit code {process.returncode}).", file=sys.stderr)
                    return 1
            if not welcomed and answers(f"http://127.0.0.1:{port}"):
                welcome(address)
                welcomed = True
    finally:
        stop_all(running)
    print("Stopped.")
    return 0


def main() -> int:
    """Prepare and serve. Returns the exit code."""
    stop = threading.Event()
    port, address = settings()
    prepare()
    for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, lambda *_: stop.set())
    return serve(port, address, stop)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(0)
