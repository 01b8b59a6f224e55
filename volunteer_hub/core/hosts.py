"""Which names the service answers to: TRUSTED_HOSTS, and this machine's own names for probes alone."""

from __future__ import annotations

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import SecurityError

from volunteer_hub.core.settings import checks

PROBES = frozenset({"healthz", "monitoring.readyz", "monitoring.metrics"})


def _is_probe_name(host: str) -> bool:
    """Whether `host` is trusted only because probes on this machine use it."""
    name = host.rpartition(":")[0] or host
    return name in checks.LOOPBACK_NAMES and name != checks.host_of(current_app.config["BASE_URL"])


def _refuse_other_hosts() -> Response | None:
    """Refuse plainly: a page would need the addresses that a refused request does not have."""
    refused = isinstance(request.routing_exception, SecurityError)
    if not refused and current_app.config["ENVIRONMENT"] == "production":
        refused = _is_probe_name(request.host) and request.endpoint not in PROBES
    return Response("This service does not answer to this name.\n", 400, mimetype="text/plain") if refused else None


def init_app(app: Flask) -> None:
    """Check the host before anything else reads the request."""
    app.before_request(_refuse_other_hosts)
