"""The endpoints `/readyz` and `/metrics`."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST

from volunteer_hub.core import outage
from volunteer_hub.core.access import public
from volunteer_hub.core.clock import now
from volunteer_hub.core.settings.checks import is_loopback
from volunteer_hub.monitoring import metrics as metrics_text
from volunteer_hub.monitoring import readiness

bp = Blueprint("monitoring", __name__)
FORWARDING_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


@bp.get("/readyz")
@public
def readyz() -> Response:
    """Return 200 if the service is ready, else 503 with the reasons. `?without=scheduler` skips the scheduler's work."""
    findings = readiness.findings(with_scheduler=request.args.get("without") != "scheduler")
    text = "".join(f"{line}\n" for line in findings) or "ready\n"
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": outage.RETRY_AFTER} if findings else {})
    return Response(text, 503 if findings else 200, mimetype="text/plain", headers=headers)


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Return the Prometheus metrics, to clients on this machine or with METRICS_TOKEN as bearer token."""
    if not _may_read():
        return Response("Not found.\n", 404, mimetype="text/plain")
    return Response(metrics_text.render(now()), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _may_read() -> bool:
    """Return whether the client may read the metrics.

    A proxy on this machine connects from a loopback address, too; its forwarding headers or host name give it away.
    """
    token = current_app.config["METRICS_TOKEN"]
    if token:
        authorization = request.headers.get("Authorization", "").encode("utf-8", "surrogatepass")
        return hmac.compare_digest(authorization, f"Bearer {token}".encode())
    is_forwarded = any(name in request.headers for name in FORWARDING_HEADERS)
    host = request.host.rpartition(":")[0] or request.host
    return not is_forwarded and is_loopback(request.remote_addr or "") and is_loopback(host)
