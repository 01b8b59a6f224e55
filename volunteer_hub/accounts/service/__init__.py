"""The verbs of this area, one file for each part of an account's life."""

from volunteer_hub.accounts.service.address import (
    change_address,
    request_address,
)
from volunteer_hub.accounts.service.bringing import bring_in
from volunteer_hub.accounts.service.entry import (
    account_closed,
    change_password,
    confirm_address,
    invitation_accepted,
    register,
    request_reset,
    reset_password,
    volunteer_registered,
)
from volunteer_hub.accounts.service.factor import (
    new_recovery_codes,
    new_setup,
    reset_factor,
    setup_secret,
    turn_off,
    turn_on,
)
from volunteer_hub.accounts.service.leaving import (
    deactivate,
    held_roles,
    reactivate,
    require_closer,
)
from volunteer_hub.accounts.service.links import (
    open_link,
)
from volunteer_hub.accounts.service.roles import (
    accept_invitation,
    change_details,
    end_deputy,
    end_role,
    invite,
    name_deputy,
    resend_invitation,
)
from volunteer_hub.accounts.service.sessions import (
    Entry,
    confirm_identity,
    end_device,
    end_devices,
    end_session,
    end_sessions,
    enter_code,
    sign_in,
    trust_device,
)

__all__ = [
    "Entry",
    "accept_invitation",
    "account_closed",
    "bring_in",
    "change_address",
    "change_details",
    "change_password",
    "confirm_address",
    "confirm_identity",
    "deactivate",
    "end_deputy",
    "end_device",
    "end_devices",
    "end_role",
    "end_session",
    "end_sessions",
    "enter_code",
    "held_roles",
    "invitation_accepted",
    "invite",
    "name_deputy",
    "new_recovery_codes",
    "new_setup",
    "open_link",
    "reactivate",
    "register",
    "request_address",
    "request_reset",
    "require_closer",
    "resend_invitation",
    "reset_factor",
    "reset_password",
    "setup_secret",
    "sign_in",
    "trust_device",
    "turn_off",
    "turn_on",
    "volunteer_registered",
]
