"""The HTTP edge: checks before a view, commit and redirect after it, error pages, security headers."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from flask import Flask, Response, current_app, flash, g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from sqlalchemy.exc import IntegrityError, InterfaceError, InternalError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter, ValidationError
from werkzeug.wrappers import Response as BaseResponse

from volunteer_hub.core import clock, idempotency, outage
from volunteer_hub.core.access import ANONYMOUS, Role, Viewer, is_public, may_enter
from volunteer_hub.core.db import READ_METHODS, db
from volunteer_hub.core.errors import Conflict, DomainError, StaleLink
from volunteer_hub.core.forms import Form, record_acknowledged_texts

LOCAL_PATH = re.compile(r"/(?:[A-Za-z0-9_.~-][A-Za-z0-9_.~/-]*)?(?:\?[A-Za-z0-9_.~/=&%+-]*)?")
DOT_SEGMENTS = frozenset({".", ".."})
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
DEADLOCK_STATES = frozenset({"40P01", "40001"})
FOREIGN_SITES = frozenset({"cross-site", "same-site"})
CHANGED_MEANWHILE = _l("Somebody else changed this a moment before you. Open it again to see how it stands.")
Reply = BaseResponse | tuple[str, int] | tuple[str, int, dict[str, str]]
"""What a view returns: a response, or a page's text and status, with headers if need be."""


class RowId(BaseConverter):
    """URL converter for row ids: 1 to 2,147,483,647 in ASCII digits without leading zeros; anything else is a 404."""

    regex = r"[0-9]{1,10}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if not 0 < number < 2**31 or value[0] == "0":
            raise ValidationError
        return number


def viewer() -> Viewer:
    """Return the viewer of this request, ANONYMOUS if nobody is signed in."""
    person: Viewer | None = current_user._get_current_object()
    return person or ANONYMOUS


def viewer_in_role() -> Viewer:
    """Return the viewer, limited to the role in the query string if they hold it: `?as=director`."""
    person, role = viewer(), request.args.get("as", "")
    return person.in_role(Role(role)) if role in person.roles else person


def owner() -> str:
    """Return the owner of this request's form submissions: the account id as text, `0` if nobody is signed in."""
    return str(viewer().account_id)


def is_local(path: str) -> bool:
    """Return whether a redirect to `path` stays on this service: no scheme, `//`, tabs or dot segments."""
    if not LOCAL_PATH.fullmatch(path):
        return False
    *folders, last = path.partition("?")[0].removeprefix("/").split("/")
    # A browser or proxy normalises `/.//host` and `/a/..//host` to `//host`.
    return DOT_SEGMENTS.isdisjoint((*folders, last)) and "" not in folders


def page(template: str, *, form: Form | None = None, status: int = 200, **context: Any) -> tuple[str, int]:
    """Render a page. With a form that has errors the status is 422, or 409 after a Conflict."""
    if form is not None and (form.errors or form.form_errors) and status == 200:
        status = form.error_status
    return render_template(template, form=form, **context), status


def finish(location: str, message: str | None = None) -> BaseResponse:
    """Commit the action and redirect to `location`, with a flash message. Apart from `download` views commit only here.

    If an identical post was committed concurrently, its stored response is returned instead.
    """
    text = str(message or "")
    form_owner = owner()
    idempotency.store_response(form_owner, location, text, now=clock.now())
    record_acknowledged_texts(account_id=viewer().account_id, now=clock.now())
    try:
        db.session.commit()
    except IntegrityError:
        db.session.rollback()
        previous = idempotency.find_previous_response(form_owner)
        if previous is None:
            raise
        location, text = previous.location, previous.message
    if text:
        flash(text)
    return redirect(location, 303)


def download(text: str, name: str, *, mimetype: str = "text/csv") -> BaseResponse:
    """Commit the action, which includes the audit entry of the export, and return the file. A repeated post returns it again."""
    db.session.commit()
    return attachment(text, name, mimetype)


def attachment(content: str | Iterable[str], name: str, mimetype: str = "text/csv") -> BaseResponse:
    """Return a file download, from a text or from an iterator of its parts."""
    return Response(content, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _refuse_nul() -> BaseResponse | None:
    """Return a 404 for a URL with NUL, on which PostgreSQL would fail."""
    parts = (request.path, *(part for pair in request.args.items(multi=True) for part in pair))
    return _refusal_page(404, "not_found") if any("\x00" in part for part in parts) else None


def _check_access() -> BaseResponse | None:
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    if is_public(view):
        return None  # without loading the viewer: /healthz needs no database
    is_allowed = may_enter(view, viewer())
    if is_allowed is None:
        raise RuntimeError(f"{request.endpoint} does not declare who may enter")
    if is_allowed:
        return None
    if viewer().is_authenticated:
        return _refusal_page(403, "forbidden")
    if request.method in READ_METHODS:
        back = request.full_path.rstrip("?")
        return redirect(url_for("accounts.sign_in", next=back if is_local(back) else None), 303)
    return redirect(url_for("accounts.sign_in"), 303)


def _refuse_foreign_posts() -> BaseResponse | None:
    """Refuse cross-site posts by the browser's Sec-Fetch-Site header, in addition to the CSRF token."""
    if request.method not in READ_METHODS and request.headers.get("Sec-Fetch-Site") in FOREIGN_SITES:
        return _refusal_page(403, "foreign")
    return None


def replay() -> BaseResponse | None:
    """Return the stored response if this post is a repetition, else None."""
    if request.method in READ_METHODS:
        return None
    idempotency.acquire_submission_lock(owner())
    previous = idempotency.find_previous_response(owner())
    if previous is None:
        return None
    if previous.message:
        flash(previous.message)
    return redirect(previous.location, 303)


def _refusal_page(status: int, reason: str, message: str = "") -> BaseResponse:
    return _error_page("errors/refused.html", status, reason=reason, message=message)


def _error_page(template: str, status: int, **context: Any) -> BaseResponse:
    """Render an error page for the viewer; if loading the viewer fails, the page that needs no database."""
    try:
        db.session.rollback()
        return current_app.make_response((render_template(template, **context), status))
    except SQLAlchemyError as fault:
        reason = outage.find_reason(fault)
        return outage.unavailable_page(reason) if reason else _fault(fault)


def _domain_error(error: DomainError) -> BaseResponse:
    if isinstance(error, StaleLink):
        return _error_page("errors/stale_link.html", error.status, kind=error.code, message=error.message)
    if error.status == 404:
        return _refusal_page(404, "not_found")
    return _refusal_page(error.status, "conflict" if isinstance(error, Conflict) else "refused", error.message)


def _stale(_error: StaleDataError) -> BaseResponse:
    # Lazy, as the session may be in a failed transaction: the text is looked up with the page, after the rollback.
    return _refusal_page(Conflict.status, "conflict", CHANGED_MEANWHILE)


def _database_error(error: SQLAlchemyError) -> BaseResponse:
    """Map a database error to an outage (503), a concurrent change (409) or a fault of ours (500)."""
    reason = outage.find_reason(error)
    if reason:
        return outage.unavailable_page(reason)
    if isinstance(error, IntegrityError) or getattr(getattr(error, "orig", None), "sqlstate", "") in DEADLOCK_STATES:
        current_app.logger.warning("rivals at %s: %s", request.url_rule, type(getattr(error, "orig", error)).__name__)
        return _stale(StaleDataError())
    return _fault(error)


def _http_error(error: HTTPException) -> BaseResponse:
    if error.code is None or error.code < 400:
        return error.get_response()
    reasons = {400: "bad", 404: "not_found", 405: "method", 408: "slow", 413: "too_large"}
    return _refusal_page(error.code, reasons.get(error.code, "server" if error.code >= 500 else "refused"))


def _fault(error: Exception) -> BaseResponse:
    """Log an unexpected exception and render the 500 page."""
    # The URL rule, not the path: some paths carry a secret.
    current_app.logger.exception("fault in %s %s", request.method, request.url_rule, exc_info=error)
    return outage.standalone_page("errors/fault.html", 500)


def _headers(response: Response) -> Response:
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    if current_app.config["SESSION_COOKIE_SECURE"]:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
    # A request that did not load its viewer shows nothing personal: do not load the viewer now.
    person: Viewer | None = g.get("_login_user")
    if person and person.is_authenticated:
        response.headers["Cache-Control"] = "no-store"
    return response


def healthz() -> tuple[str, int, dict[str, str]]:
    """Answer the liveness probe."""
    return "ok\n", 200, {"Content-Type": "text/plain"}


def init_app(app: Flask) -> None:
    """Install the URL converter, the checks, the error pages and the response headers."""
    app.url_map.converters["id"] = RowId
    for check in (_refuse_nul, _check_access, _refuse_foreign_posts, replay):
        app.before_request(check)
    app.register_error_handler(DomainError, _domain_error)
    app.register_error_handler(StaleDataError, _stale)
    app.register_error_handler(HTTPException, _http_error)
    for kind in (IntegrityError, OperationalError, InterfaceError, InternalError, PoolTimeout):
        app.register_error_handler(kind, _database_error)
    if not app.testing or app.config.get("HIDE_FAULTS"):
        app.register_error_handler(Exception, _fault)
    app.after_request(_headers)
