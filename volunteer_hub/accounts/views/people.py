"""Staff pages about people: the list, one person, invitations, roles."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import queries, rules, service
from volunteer_hub.accounts.forms import InvitePersonForm
from volunteer_hub.accounts.labels import LABELS
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.accounts.views.base import bp
from volunteer_hub.audit import queries as audit_queries
from volunteer_hub.core.access import Role, allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.errors import DomainError, NotFound
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.core.query_values import query_values
from volunteer_hub.institutions import queries as institutions


@bp.get("/people/")
@allow(Role.COORDINATOR, Role.ADMIN)
def people() -> Reply:
    """List accounts, the newest first, filtered by role, state, institution and name."""
    filters = query_values()
    role, state = filters.choice("role", Role), filters.choice("state", AccountState)
    search, institution_id = filters.text("q"), filters.row_id("institution")
    accounts = queries.list_accounts(
        role=role, state=state, search=search, key=filters.page_key, institution_id=institution_id
    )
    return page(
        "accounts/people.html",
        accounts=accounts,
        role=role,
        state=state,
        states=AccountState,
        search=search,
        institution_id=institution_id,
        roles=LABELS,
        places=places_by_grant(accounts.rows),
    )


def places_by_grant(accounts: object) -> dict[int, str]:
    """Return the name of each grant's institution or country, by grant id; at most one query."""
    grants = [grant for account in accounts for grant in account.grants]  # type: ignore[attr-defined]
    institution_names = (
        {int(value): name for value, name in institutions.list_overseas_choices()}
        if any(g.institution_id for g in grants)
        else {}
    )
    return {g.id: institution_names.get(g.institution_id, g.country_iso2 or "") for g in grants}


@bp.get("/people/<id:account_id>")
@allow(Role.COORDINATOR, Role.ADMIN)
def person(account_id: int) -> Reply:
    """Show one person with roles and history."""
    account = queries.get_account(account_id)
    history = audit_queries.list_history(account)
    return page(
        "accounts/person.html",
        account=account,
        places=places_by_grant([account]),
        history=history,
        names=queries.names_by_id([entry.actor_id for entry in history]),
        can=_viewer_actions(account),
        may_end={grant.id for grant in account.grants if rules.may_grant(viewer().roles, grant.role)},
    )


def _viewer_actions(account: Account) -> dict[str, bool]:
    """Return which actions on the account the viewer may take now."""
    person = viewer()
    may_deactivate = account.id != person.account_id and rules.may_deactivate(
        person.roles, service.current_roles(account)
    )
    may_reset = person.has(Role.ADMIN) and account.id != person.account_id
    return {
        "deactivate": may_deactivate and not rules.is_closed(account.state),
        "reactivate": may_deactivate and rules.can_reactivate(account.state),
        "resend_invitation": rules.is_invited(account.state),
        "reset_second_factor": may_reset and queries.find_second_factor(account.id) is not None,
    }


@bp.route("/people/invite", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
@sensitive
def invite() -> Reply:
    """Invite a person, or give a person with an account another role."""
    form = InvitePersonForm.bind()
    form.role.options = [(role, LABELS[role]) for role in Role if rules.may_grant(viewer().roles, role)]
    form.institution_id.options = institutions.list_overseas_choices()
    form.country.options = institutions.list_country_choices()
    form.process_choices("role", "institution_id", "country")
    if form.validate_on_submit():
        with form.catch_domain_errors():
            account = _invite(form)
            return finish(
                url_for("accounts.person", account_id=account.id), _("%(name)s has been invited.", name=account.name)
            )
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
    """Return the name of a scope and its usual time zone."""
    if institution_id:
        institution = institutions.get_institution(institution_id)
        return institution.name, institution.time_zone
    if country:
        scope = institutions.get_country(country)
        return scope.name, scope.time_zone
    return _("the whole programme"), "Europe/London"


@bp.post("/people/<id:account_id>/resend")
@allow(Role.COORDINATOR, Role.ADMIN)
def resend_invitation(account_id: int) -> Reply:
    """Send the invitation again with a new link."""
    account = queries.get_account(account_id)
    if not account.grants:
        raise DomainError(_("Give this person a role first."), code="person_without_role")
    grant = account.grants[-1]
    place, _zone = _place(grant.institution_id, grant.country_iso2)
    service.resend_invitation(account, role=str(LABELS[grant.role]), place=place, actor=viewer(), now=now())
    return finish(url_for("accounts.person", account_id=account.id), _("A fresh invitation is on its way."))


@bp.route("/people/<id:account_id>/roles/<id:grant_id>/end", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
@sensitive
def end_role(account_id: int, grant_id: int) -> Reply:
    """End a role, after a confirmation page."""
    account = queries.get_account(account_id)
    grant: RoleGrant | None = next((g for g in account.grants if g.id == grant_id), None)
    if grant is None:
        raise NotFound(_("There is no such role."), code="role_not_found")
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        service.end_role(grant, actor=viewer(), now=now())
        return finish(url_for("accounts.person", account_id=account.id), _("The role has ended."))
    return page("accounts/end_role.html", form=form, account=account, grant=grant)
