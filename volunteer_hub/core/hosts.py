"""Host names that the service accepts: TRUSTED_HOSTS, and the loopback names for health probes only."""

from __future__ import annotations

from flask import Flask, Response, current_app, request
from werkzeug.exceptions import SecurityError

from volunteer_hub.core.settings import checks

PROBE_ENDPOINTS = frozenset({"healthz", "monitoring.readyz", "monitoring.metrics"})


def _is_probe_name(host: str) -> bool:
    name = host.rpartition(":")[0] or host
    return name in checks.LOOPBACK_NAMES and name != checks.host_of(current_app.config["BASE_URL"])


def _refuse_other_hosts() -> Response | None:
    # Plain text: a page needs url_for, which fails for an untrusted host.
    refused = isinstance(request.routing_exception, SecurityError)
    if not refused and current_app.config["ENVIRONMENT"] == "production":
        refused = _is_probe_name(request.host) and request.endpoint not in PROBE_ENDPOINTS
    return Response("This service does not answer to this name.\n", 400, mimetype="text/plain") if refused else None


def init_app(app: Flask) -> None:
    """Check the host before any other hook reads the request."""
    app.before_request(_refuse_other_hosts)
