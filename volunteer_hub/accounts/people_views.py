"""Pages for those who bring people in: the list, a person, an invitation."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import queries, rules, service
from volunteer_hub.accounts.forms import AccountConfirmForm, InvitePersonForm
from volunteer_hub.accounts.labels import LABELS
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.states import CLOSED_STATES, AccountState
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.web import asked_id, finish, page, viewer
from volunteer_hub.institutions import queries as institutions

bp = Blueprint("people", __name__, url_prefix="/people")
Reply = Response | tuple[str, int]


@bp.get("/")
@allow(Role.COORDINATOR, Role.ADMIN)
def index() -> Reply:
    """All accounts, newest first, by role, state and name."""
    asked = request.args.get("role", "")
    role = Role(asked) if asked in set(Role) else None
    wanted = request.args.get("state", "")
    state = AccountState(wanted) if wanted in set(AccountState) else None
    search = request.args.get("q", "")[:100]
    place, key = asked_id("institution"), request.args.get("after")
    found = queries.list_accounts(role=role, state=state, search=search, key=key, institution_id=place)
    return page(
        "accounts/people.html",
        found=found,
        role=role,
        state=state,
        states=AccountState,
        search=search,
        place=place,
        roles=LABELS,
        places=places(found.rows),
    )


def places(accounts: object) -> dict[int, str]:
    """Where each role of these accounts reaches, by the grant's id; at most one query."""
    grants = [grant for account in accounts for grant in account.grants]  # type: ignore[attr-defined]
    named = (
        {int(value): name for value, name in institutions.list_overseas_choices()}
        if any(g.institution_id for g in grants)
        else {}
    )
    return {g.id: named.get(g.institution_id, g.country_iso2 or "") for g in grants}


@bp.get("/<id:account_id>")
@allow(Role.COORDINATOR, Role.ADMIN)
def show(account_id: int) -> Reply:
    """One person with roles and history."""
    account = queries.get_account(account_id)
    history = audit_queries.history(account)
    return page(
        "accounts/person.html",
        account=account,
        places=places([account]),
        history=history,
        names=queries.names_by_id([entry.actor_id for entry in history]),
        can=_possible(account),
        may_end={grant.id for grant in account.grants if rules.may_grant(viewer().roles, grant.role)},
    )


def _possible(account: Account) -> dict[str, bool]:
    """What the viewer can do with the account as a whole."""
    person = viewer()
    in_reach = account.id != person.account_id and rules.may_deactivate(person.roles, service.current_roles(account))
    open_to = person.has(Role.ADMIN) and account.id != person.account_id
    return {
        "deactivate": in_reach and account.state not in CLOSED_STATES,
        "reactivate": in_reach and account.state is AccountState.DEACTIVATED,
        "reset_factor": open_to and queries.find_second_factor(account.id) is not None,
    }


@bp.route("/invite", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
@sensitive
def invite() -> Reply:
    """Invite a person or give a known one another role."""
    form = InvitePersonForm.bind()
    form.role.options = [(role, LABELS[role]) for role in Role if rules.may_grant(viewer().roles, role)]
    form.institution_id.options = institutions.list_overseas_choices()
    form.country.options = institutions.list_country_choices()
    form.process_choices("role", "institution_id", "country")
    if form.accepted():
        with form.refusals():
            account = _invite(form)
            return finish(url_for(".show", account_id=account.id), _("%(name)s has been invited.", name=account.name))
    return page("accounts/invite.html", form=form)


def _invite(form: InvitePersonForm) -> Account:
    institution_id = int(form.institution_id.data) if form.institution_id.data else None
    place, zone = _place(institution_id, form.country.data)
    return service.invite(
        name=form.name.data,
        email=form.email.data,
        role=form.role.data,
        country=form.country.data,
        institution_id=institution_id,
        place=place,
        time_zone=zone,
        role_name=str(LABELS[form.role.data]),
        actor=viewer(),
        now=now(),
    )


def _place(institution_id: int | None, country: str | None) -> tuple[str, str]:
    """The name of a scope and its usual time zone."""
    if institution_id:
        institution = institutions.get_institution(institution_id)
        return institution.name, institution.time_zone
    if country:
        found = institutions.get_country(country)
        return found.name, found.time_zone
    return _("the whole programme"), "Europe/London"


@bp.post("/<id:account_id>/resend")
@allow(Role.COORDINATOR, Role.ADMIN)
def resend(account_id: int) -> Reply:
    """Send a fresh invitation."""
    account = queries.get_account(account_id)
    if not account.grants:
        raise DomainError(_("Give this person a role first."))
    grant = account.grants[-1]
    place, _zone = _place(grant.institution_id, grant.country_iso2)
    service.resend_invitation(account, role=str(LABELS[grant.role]), place=place, actor=viewer(), now=now())
    return finish(url_for(".show", account_id=account.id), _("A fresh invitation is on its way."))


@bp.route("/<id:account_id>/roles/<id:grant_id>/end", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
@sensitive
def end_role(account_id: int, grant_id: int) -> Reply:
    """Take a role away, after asking."""
    account = queries.get_account(account_id)
    grant: RoleGrant | None = next((g for g in account.grants if g.id == grant_id), None)
    if grant is None:
        raise NotFound("There is no such role.")
    form = AccountConfirmForm.bind()
    if form.accepted():
        service.end_role(grant, actor=viewer(), now=now())
        return finish(url_for(".show", account_id=account.id), _("The role has ended."))
    return page("accounts/end_role.html", form=form, account=account, grant=grant)
