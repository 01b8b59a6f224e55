"""The audit trail for the administrator: search, read, export."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from flask import Blueprint, current_app, request, stream_with_context, url_for
from flask_babel import gettext as _
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries as accounts
from volunteer_hub.audit import queries as audit
from volunteer_hub.audit import service as audit_service
from volunteer_hub.audit.models import AuditEntry
from volunteer_hub.audit.queries import Filters
from volunteer_hub.core import fields, times
from volunteer_hub.core.access import Role, allow, may_enter, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.pages import known_actions
from volunteer_hub.core.web import attachment, finish, page, viewer
from volunteer_hub.reports import audit_export, chain
from volunteer_hub.reports.audit_export import ExportFormat
from volunteer_hub.reports.audit_forms import AuditExportForm
from volunteer_hub.reports.audit_queries import list_account_ids

bp = Blueprint("audit_trail", __name__, url_prefix="/audit")
Reply = Response | tuple[str, int]
SUBJECT_PAGES = {
    "account": ("people.show", "account_id"),
    "institution": ("institutions.show", "institution_id"),
    "programme": ("programmes.show", "programme_id"),
    "fund": ("budgets.fund", "fund_id"),
    "outbox_mail": ("outbox.show", "mail_id"),
    "partner_request": ("partner_requests.show", "request_id"),
    "match": ("matches.show", "match_id"),
    "placement": ("placements.show", "placement_id"),
    "volunteer": ("readiness.show", "volunteer_id"),
}
"""Where the row of an act can be seen."""
FILTER_NAMES = ("who", "by", "type", "id", "act", "since", "until")
EXPORT_LINK_LIFETIME = dt.timedelta(minutes=5)


@bp.get("/")
@allow(Role.ADMIN)
def index() -> Reply:
    """Entries that fit the filters, the newest first, each with where it leads."""
    asked = _asked(request.args)
    found = audit.search(parse_filters(asked, viewer().time_zone), key=request.args.get("after"))
    return page(
        "reports/audit.html",
        found=found,
        asked=asked,
        names=accounts.names_by_id([entry.actor_id for entry in found.rows]),
        links={entry.sequence: entry_url(entry) for entry in found.rows},
        details={entry.sequence: _details(entry) for entry in found.rows},
        types=_types(),
        acts=sorted(known_actions().items()),
        check=chain.last_check(),
    )


def _asked(given: Mapping[str, str]) -> dict[str, str]:
    """What stands in the filters, without what no filter can hold."""
    return {name: given.get(name, "").replace("\x00", "").strip()[:100] for name in FILTER_NAMES}


def parse_filters(asked: Mapping[str, str], zone: str) -> Filters:
    """The filters of an address, its days on the reader's clock. What makes no sense is left out."""
    since, until = fields.day_asked(asked["since"]), fields.day_asked(asked["until"])
    return Filters(
        actors=_people(asked["who"]) if asked["who"] else None,
        by_service=asked["by"] == "service",
        subject_type=asked["type"],
        subject_id=_number(asked["id"]),
        action=asked["act"],
        since=times.end_of_day(since - dt.timedelta(days=1), zone) if since else None,
        until=times.end_of_day(until, zone) if until else None,
    )


def _people(text: str) -> tuple[int, ...]:
    """A number is an account's own; anything else is looked for in names and addresses."""
    number = _number(text)
    return (number,) if number is not None else list_account_ids(text)


def _number(text: str) -> int | None:
    return int(text) if fields.DIGITS.fullmatch(text) else None


@lru_cache(maxsize=1)
def _types() -> Sequence[str]:
    return sorted(set(db.metadata.tables) - {"audit_entry", "audit_note"})


def entry_url(entry: AuditEntry) -> str | None:
    """The page of the row that an act is about, if there is one for this viewer."""
    endpoint, name = SUBJECT_PAGES.get(entry.subject_type, ("", ""))
    if not endpoint or not may_enter(current_app.view_functions[endpoint], viewer()):
        return None
    place: dict[str, Any] = {name: entry.subject_id}
    return url_for(endpoint, **place)


def _details(entry: AuditEntry) -> list[tuple[str, str]]:
    """(name, value) of each detail, as a person reads it."""
    found = json.loads(entry.details)
    return [(name.replace("_", " "), _plain(value)) for name, value in found.items()]


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else "—" if value is None else json.dumps(value, ensure_ascii=False)


@bp.route("/export", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def export() -> Reply:
    """Ask for the reason, note it, and lead to the file by a link that lives a few minutes for this person."""
    asked = _asked(request.args)
    filters = parse_filters(asked, viewer().time_zone)
    head = audit.head()
    last = head.sequence if head else 0
    count = audit.found_until(filters, last)
    form = AuditExportForm.bind()
    if form.accepted():
        with form.refusals():
            kind = form.kind.data
            # What was typed may be a name, which the trail keeps nowhere but in its words.
            given = {name: text for name, text in asked.items() if text and name != "who"}
            actors = None if filters.actors is None else list(filters.actors)
            noted = {"last": last, "format": kind.value, "asked": given, "actors": actors}
            audit_service.note_export(words=form.reason.data, actor=viewer(), now=now(), count=count, **noted)
            until = (now() + EXPORT_LINK_LIFETIME).isoformat()
            ticket = noted | {"viewer": viewer().account_id, "until": until}
            return finish(url_for(".download", token=_signer().dumps(ticket)))
    return page("reports/audit_export.html", form=form, asked=asked, count=count)


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="audit-export")


@bp.get("/export/<token>")
@allow(Role.ADMIN)
def download(token: str) -> Reply:
    """The file that an export noted: the same entries, for the same person, within minutes."""
    try:
        ticket = _signer().loads(token)
    except BadSignature as error:
        raise NotFound("There is no such export.") from error
    if ticket["viewer"] != viewer().account_id:
        raise NotFound("There is no such export.")
    if dt.datetime.fromisoformat(ticket["until"]) < now():
        raise DomainError(_("This link has run out. Ask for the export again."))
    filters = parse_filters(_asked(ticket["asked"]), viewer().time_zone)
    actors = None if ticket["actors"] is None else tuple(ticket["actors"])
    entries = audit.all_until(replace(filters, actors=actors), ticket["last"])
    kind = ExportFormat(ticket["format"])
    lines = stream_with_context(audit_export.export_lines(entries, kind))
    return attachment(lines, f"audit-{now():%Y-%m-%d}.{kind.value}", audit_export.MIMETYPES[kind])
