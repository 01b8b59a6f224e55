"""Pages of the audit log for administrators: search, read, export."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import current_app, request, stream_with_context, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit
from volunteer_hub.audit import service as audit_service
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.audit.queries import AuditFilters
from volunteer_hub.core import fields
from volunteer_hub.core.access import Role, allow, may_enter, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.http import Reply, attachment, finish, page, viewer
from volunteer_hub.core.query_values import QueryValues, query_values
from volunteer_hub.core.subject_types import subject_type_of_table
from volunteer_hub.core.template_filters import list_actions
from volunteer_hub.jobs import queries as job_runs
from volunteer_hub.jobs.rules import AUDIT_CHECK
from volunteer_hub.reports import audit_export
from volunteer_hub.reports.audit_export import ExportFormat
from volunteer_hub.reports.audit_forms import AuditExportForm
from volunteer_hub.reports.audit_queries import list_account_ids
from volunteer_hub.reports.views.base import bp

SUBJECT_PAGES = {
    "account": ("accounts.person", "account_id"),
    "institution": ("institutions.show", "institution_id"),
    "programme": ("programmes.show", "programme_id"),
    "fund": ("budgets.fund", "fund_id"),
    "outbox_mail": ("mail.email", "mail_id"),
    "partner_request": ("partner_requests.show", "request_id"),
    "match": ("matching.match", "match_id"),
    "placement": ("placements.show", "placement_id"),
    "volunteer": ("volunteers.readiness", "volunteer_id"),
}
"""(endpoint, name of its parameter) of the page that shows a row, by the row's table."""
FILTER_NAMES = ("who", "by", "type", "id", "act", "since", "until")
EXPORT_LINK_LIFETIME = dt.timedelta(minutes=5)


@bp.get("/audit/")
@allow(Role.ADMIN)
def audit_log() -> Reply:
    """List the entries that match the filters, the newest first, each with a link to its row."""
    filters = _filter_values(request.args)
    entries = audit.search(parse_filters(filters, viewer().time_zone), key=query_values().page_key)
    return page(
        "reports/audit.html",
        entries=entries,
        filters=filters,
        names=accounts.names_by_id([entry.actor_id for entry in entries.rows]),
        links={entry.sequence: entry_url(entry) for entry in entries.rows},
        details={entry.sequence: _details(entry) for entry in entries.rows},
        types=_subject_types(),
        acts=sorted(list_actions().items()),
        last_check=job_runs.find_latest_finished(AUDIT_CHECK),
    )


def _filter_values(values: Mapping[str, str]) -> dict[str, str]:
    """Return the text of every filter."""
    return {name: QueryValues(values).text(name) for name in FILTER_NAMES}


def parse_filters(values: Mapping[str, str], zone: str) -> AuditFilters:
    """Return the filters of a query string, its days in `zone`."""
    filters = QueryValues(values)
    return AuditFilters(
        actors=_account_ids(values["who"]) if values["who"] else None,
        by_service=values["by"] == "service",
        subject_type=values["type"],
        subject_id=_parse_number(values["id"]),
        action=values["act"],
        since=filters.start_of("since", zone),
        until=filters.end_of("until", zone),
    )


def _account_ids(text: str) -> tuple[int, ...]:
    """Return the account of that number; for other text, the accounts whose name or address contains it."""
    number = _parse_number(text)
    return (number,) if number is not None else list_account_ids(text)


def _parse_number(text: str) -> int | None:
    return int(text) if fields.DIGITS.fullmatch(text) else None


@lru_cache(maxsize=1)
def _subject_types() -> Sequence[str]:
    return sorted(subject_type_of_table(table) for table in set(db.metadata.tables) - {"audit_entry", "audit_note"})


def entry_url(entry: AuditEntry) -> str | None:
    """Return the page of the row that an entry is about; None where there is none that this viewer may enter."""
    endpoint, name = SUBJECT_PAGES.get(entry.subject_type, ("", ""))
    if not endpoint or not may_enter(current_app.view_functions[endpoint], viewer()):
        return None
    params: dict[str, Any] = {name: entry.subject_id}
    return url_for(endpoint, **params)


def _details(entry: AuditEntry) -> list[tuple[str, str]]:
    """Return (name, value) of each detail, as text."""
    return [(name.replace("_", " "), _detail_text(value)) for name, value in json.loads(entry.details).items()]


def _detail_text(value: Any) -> str:
    return value if isinstance(value, str) else "—" if value is None else json.dumps(value, ensure_ascii=False)


@bp.route("/audit/export", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def export_audit_log() -> Reply:
    """Ask for the reason, record it, and redirect to the file by a link that works for this viewer for a few minutes."""
    values = _filter_values(request.args)
    filters = parse_filters(values, viewer().time_zone)
    head = audit.find_head()
    last = head.sequence if head else 0
    count = audit.count_until(filters, last)
    form = AuditExportForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            kind = form.kind.data
            # "who" may be a name, and the log keeps names only in texts that can be redacted.
            recorded = {name: text for name, text in values.items() if text and name != "who"}
            actors = None if filters.actors is None else list(filters.actors)
            details = {"last": last, "format": kind.value, "asked": recorded, "actors": actors}
            audit_service.record_export(reason=form.reason.data, actor=viewer(), now=now(), count=count, **details)
            until = (now() + EXPORT_LINK_LIFETIME).isoformat()
            ticket = details | {"viewer": viewer().account_id, "until": until}
            return finish(url_for("reports.download_audit_log", token=_signer().dumps(ticket)))
    return page("reports/audit_export.html", form=form, filters=values, count=count)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="audit-export")


@bp.get("/audit/export/<token>")
@allow(Role.ADMIN)
def download_audit_log(token: str) -> Reply:
    """Send the file of a recorded export: the same entries, to the same viewer, until the link expires."""
    try:
        ticket = _signer().loads(token)
    except BadSignature as error:
        raise NotFound(_("There is no such export."), code="export_not_found") from error
    if ticket["viewer"] != viewer().account_id:
        raise NotFound(_("There is no such export."), code="export_not_found")
    if dt.datetime.fromisoformat(ticket["until"]) < now():
        raise DomainError(_("This link has run out. Ask for the export again."), code="export_link_expired")
    filters = parse_filters(_filter_values(ticket["asked"]), viewer().time_zone)
    actors = None if ticket["actors"] is None else tuple(ticket["actors"])
    entries = audit.iter_until(replace(filters, actors=actors), ticket["last"])
    kind = ExportFormat(ticket["format"])
    lines = stream_with_context(audit_export.export_lines(entries, kind))
    return attachment(lines, f"audit-{now():%Y-%m-%d}.{kind.value}", audit_export.MIMETYPES[kind])
