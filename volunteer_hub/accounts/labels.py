"""Labels of roles, account states and audit actions."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from volunteer_hub.accounts import browsers
from volunteer_hub.accounts.states import AccountState
from volunteer_hub.core.access import Role

LABELS = {
    Role.VOLUNTEER: _l("Volunteer"),
    Role.PARTNER: _l("Partner contact"),
    Role.DIRECTOR: _l("Overseas Director"),
    Role.COORDINATOR: _l("Coordinator"),
    Role.FINANCE: _l("Finance officer"),
    Role.FUNDER: _l("Funder"),
    Role.ADMIN: _l("Administrator"),
    AccountState.UNCONFIRMED: _l("E-mail not confirmed"),
    AccountState.INVITED: _l("Invited"),
    AccountState.ACTIVE: _l("Active"),
    AccountState.DEACTIVATED: _l("Deactivated"),
    AccountState.ERASED: _l("Erased"),
}
TONES = {
    AccountState.UNCONFIRMED: "yellow",
    AccountState.INVITED: "blue",
    AccountState.ACTIVE: "green",
    AccountState.DEACTIVATED: "grey",
    AccountState.ERASED: "grey",
}

ACTIONS = {
    "account.registered": _l("registered"),
    "account.invited": _l("was invited"),
    "account.active": _l("opened the account"),
    "account.deactivated": _l("deactivated the account"),
    "account.erased": _l("was erased"),
    "account.admin_created": _l("was made administrator"),
    "account.signed_in": _l("signed in"),
    "account.password_changed": _l("changed the password"),
    "account.details_changed": _l("changed name or time zone"),
    "account.role_given": _l("gave a role"),
    "account.role_ended": _l("ended a role"),
    "account.invitation_resent": _l("sent the invitation again"),
    "account.deputy_named": _l("named a deputy"),
    "account.second_factor_on": _l("turned the second factor on"),
    "account.second_factor_off": _l("turned the second factor off"),
    "account.second_factor_reset": _l("reset the second factor"),
    "account.recovery_codes_new": _l("made new recovery codes"),
    "account.recovery_code_used": _l("used a recovery code"),
    "account.email_change_asked": _l("asked to change the e-mail address"),
    "account.email_changed": _l("changed the e-mail address"),
    "account.deputy_ended": _l("is back; the deputy no longer acts"),
}


def describe_browser(agent: str) -> str:
    """Return a readable name of a browser, such as `Firefox on Windows`."""
    browser, system = browsers.describe_user_agent(agent)
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("Unknown browser"))
