"""Staff pages that close and reopen accounts and reset a lost second factor."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext as _

from volunteer_hub.accounts import queries, service
from volunteer_hub.accounts.forms import AccountReasonForm, DeactivateForm, build_deactivate_form
from volunteer_hub.accounts.responsibilities import Responsibility, list_responsibilities
from volunteer_hub.accounts.views.base import bp
from volunteer_hub.core.access import Role, allow, sensitive
from volunteer_hub.core.clock import now
from volunteer_hub.core.forms import ConfirmForm
from volunteer_hub.core.http import Reply, finish, page, viewer


@bp.route("/people/<id:account_id>/deactivate", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
@sensitive
def deactivate(account_id: int) -> Reply:
    """Close an account, after showing the person's responsibilities and choosing who takes each over."""
    account = queries.get_account(account_id)
    service.require_may_deactivate(account, viewer())
    responsibilities = list_responsibilities(account, viewer())
    form = build_deactivate_form(account.email, responsibilities)
    if form.validate_on_submit():
        with form.catch_domain_errors():
            name, successors = account.name, _read_successors(form, responsibilities)
            service.deactivate(account, reason=form.reason.data, successors=successors, actor=viewer(), now=now())
            return finish(
                url_for("accounts.person", account_id=account_id), _("The account of %(name)s is closed.", name=name)
            )
        account = queries.get_account(account_id)
    fields = {item.key: form[item.field] for item in responsibilities if item.successors}
    return page(
        "accounts/deactivate.html", form=form, account=account, responsibilities=responsibilities, fields=fields
    )


def _read_successors(form: DeactivateForm, responsibilities: list[Responsibility]) -> dict[str, int]:
    """Return the successor's account id by the responsibility's key."""
    return {item.key: int(form[item.field].data) for item in responsibilities if item.successors}


@bp.route("/people/<id:account_id>/reactivate", methods=["GET", "POST"])
@allow(Role.COORDINATOR, Role.ADMIN)
@sensitive
def reactivate(account_id: int) -> Reply:
    """Reopen a closed account."""
    account = queries.get_account(account_id)
    service.require_may_deactivate(account, viewer())
    form = ConfirmForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.reactivate(account, actor=viewer(), now=now())
            return finish(
                url_for("accounts.person", account_id=account_id), _("The account is open. A link is on its way.")
            )
        account = queries.get_account(account_id)
    return page("accounts/reactivate.html", form=form, account=account)


@bp.route("/people/<id:account_id>/second-factor/reset", methods=["GET", "POST"])
@allow(Role.ADMIN)
@sensitive
def reset_second_factor(account_id: int) -> Reply:
    """Remove the second factor of a person who lost it."""
    account = queries.get_account(account_id)
    form = AccountReasonForm.bind()
    if form.validate_on_submit():
        with form.catch_domain_errors():
            service.reset_second_factor(account, reason=form.reason.data, actor=viewer(), now=now())
            return finish(url_for("accounts.person", account_id=account_id), _("The second factor is reset."))
        account = queries.get_account(account_id)
    return page("accounts/second_factor_reset.html", form=form, account=account)
