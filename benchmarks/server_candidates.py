"""Servers that were evaluated and not chosen: waitress in two processes, and asgiref's adapter. Needs these packages."""

from __future__ import annotations

import logging
import os
import signal
import socket
import sys
from typing import Any

import asgiref.wsgi
import waitress

from wsgi import app

asgiref_app: Any = asgiref.wsgi.WsgiToAsgi(app)


def main(port: int) -> None:
    """Serve with two processes of waitress on one socket."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)
    listener = socket.create_server(("127.0.0.1", port), backlog=1024)
    second = os.fork()
    if second:
        signal.signal(signal.SIGTERM, lambda *_: (os.kill(second, signal.SIGKILL), sys.exit(0)))
    waitress.serve(app, sockets=[listener], threads=4, connection_limit=2000, asyncore_use_poll=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
