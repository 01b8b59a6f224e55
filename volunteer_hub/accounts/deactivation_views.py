"""Pages for those who close and open accounts, and for an administrator who helps after a lost phone."""

from __future__ import annotations

from flask import Blueprint, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from volunteer_hub.accounts import holdings, queries, service
from volunteer_hub.accounts.forms import AccountConfirmForm, AccountReasonForm, DeactivateForm, build_deactivate_form
from volunteer_hub.core.access import Role, allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.web import finish, page, viewer

bp = Blueprint("leaving", __name__, url_prefix="/people")
Reply = Response | tuple[str, int]


@bp.route("/<id:account_id>/deactivate", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
@sensitive
def deactivate(account_id: int) -> Reply:
    """Close an account, after showing what the person holds and choosing who takes it over."""
    account = queries.get_account(account_id)
    service.require_may_deactivate(account, viewer())
    held = holdings.told(account, viewer())
    form = build_deactivate_form(account.email, held)
    if form.accepted():
        with form.refusals():
            name, chosen = account.name, _chosen(form, held)
            service.deactivate(account, reason=form.reason.data, successors=chosen, actor=viewer(), now=now())
            return finish(
                url_for("people.show", account_id=account_id), _("The account of %(name)s is closed.", name=name)
            )
        account = queries.get_account(account_id)
    fields = {one.key: form[one.field] for one in held if one.successors}
    return page("accounts/deactivate.html", form=form, account=account, held=held, fields=fields)


def _chosen(form: DeactivateForm, held: list[holdings.Holding]) -> dict[str, int]:
    """Who takes over what, by the holding's key."""
    return {one.key: int(form[one.field].data) for one in held if one.successors}


@bp.route("/<id:account_id>/reactivate", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
@sensitive
def reactivate(account_id: int) -> Reply:
    """Open a closed account again."""
    account = queries.get_account(account_id)
    service.require_may_deactivate(account, viewer())
    form = AccountConfirmForm.bind()
    if form.accepted():
        with form.refusals():
            service.reactivate(account, actor=viewer(), now=now())
            return finish(
                url_for("people.show", account_id=account_id), _("The account is open. A link is on its way.")
            )
        account = queries.get_account(account_id)
    return page("accounts/reactivate.html", form=form, account=account)


@bp.route("/<id:account_id>/second-factor/reset", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def reset_second_factor(account_id: int) -> Reply:
    """Take away the second factor of somebody who lost it."""
    account = queries.get_account(account_id)
    form = AccountReasonForm.bind()
    if form.accepted():
        with form.refusals():
            service.reset_second_factor(account, reason=form.reason.data, actor=viewer(), now=now())
            return finish(url_for("people.show", account_id=account_id), _("The second factor is reset."))
        account = queries.get_account(account_id)
    return page("accounts/second_factor_reset.html", form=form, account=account)
