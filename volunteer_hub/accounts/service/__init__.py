"""The verbs of this area, one file for each part of an account's life."""

from volunteer_hub.accounts.service.bringing import bring_in
from volunteer_hub.accounts.service.entry import (
    change_password,
    confirm_address,
    end_session,
    end_sessions,
    invitation_accepted,
    register,
    request_reset,
    reset_password,
    sign_in,
    volunteer_registered,
)
from volunteer_hub.accounts.service.links import open_link
from volunteer_hub.accounts.service.roles import (
    accept_invitation,
    change_details,
    end_deputy,
    end_role,
    invite,
    name_deputy,
    resend_invitation,
)

__all__ = [
    "accept_invitation",
    "bring_in",
    "change_details",
    "change_password",
    "confirm_address",
    "end_deputy",
    "end_role",
    "end_session",
    "end_sessions",
    "invitation_accepted",
    "invite",
    "name_deputy",
    "open_link",
    "register",
    "request_reset",
    "resend_invitation",
    "reset_password",
    "sign_in",
    "volunteer_registered",
]
