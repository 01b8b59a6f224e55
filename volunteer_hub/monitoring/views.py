"""`/readyz` and `/metrics`."""

from __future__ import annotations

import hmac

from flask import Blueprint, Response, current_app, request
from prometheus_client import CONTENT_TYPE_LATEST

from volunteer_hub.core import outage
from volunteer_hub.core.access import public
from volunteer_hub.core.clock import now
from volunteer_hub.core.settings.checks import is_loopback
from volunteer_hub.monitoring import metrics as figures
from volunteer_hub.monitoring import readiness

bp = Blueprint("monitoring", __name__)
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")


@bp.get("/readyz")
@public
def readyz() -> Response:
    """200 when all is ready, else 503 with the reasons; `?without=scheduler` asks about the web's own needs alone."""
    found = readiness.findings(with_scheduler=request.args.get("without") != "scheduler")
    text = "".join(f"{line}\n" for line in found) or "ready\n"
    headers = {"Cache-Control": "no-store"} | ({"Retry-After": outage.RETRY_AFTER} if found else {})
    return Response(text, 503 if found else 200, mimetype="text/plain", headers=headers)


@bp.get("/metrics")
@public
def metrics() -> Response:
    """Figures for Prometheus: for this machine, or for the bearer of METRICS_TOKEN."""
    if not _may_read():
        return Response("Not found.\n", 404, mimetype="text/plain")
    return Response(figures.render(now()), content_type=CONTENT_TYPE_LATEST, headers={"Cache-Control": "no-store"})


def _may_read() -> bool:
    """A proxy on this machine connects from it too: what it forwards carries its headers or the service's name."""
    token = current_app.config["METRICS_TOKEN"]
    if token:
        given = request.headers.get("Authorization", "").encode("utf-8", "surrogatepass")
        return hmac.compare_digest(given, f"Bearer {token}".encode())
    forwarded = any(name in request.headers for name in FORWARDED)
    host = request.host.rpartition(":")[0] or request.host
    return not forwarded and is_loopback(request.remote_addr or "") and is_loopback(host)
