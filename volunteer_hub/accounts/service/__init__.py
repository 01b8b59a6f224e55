"""The service functions of accounts, one module for each part of an account's lifecycle."""

from volunteer_hub.accounts.service.deactivation import current_roles, deactivate, reactivate, require_may_deactivate
from volunteer_hub.accounts.service.email_change import confirm_email_change, request_email_change
from volunteer_hub.accounts.service.provisioning import create_volunteer_account
from volunteer_hub.accounts.service.registration import (
    account_closed,
    change_password,
    confirm_address,
    invitation_accepted,
    register,
    request_password_reset,
    reset_password,
    volunteer_registered,
)
from volunteer_hub.accounts.service.roles import (
    accept_invitation,
    change_details,
    end_deputy,
    end_role,
    invite,
    resend_invitation,
    set_deputy,
)
from volunteer_hub.accounts.service.second_factor import (
    decrypt_setup_secret,
    disable_second_factor,
    enable_second_factor,
    replace_recovery_codes,
    reset_second_factor,
    start_setup,
)
from volunteer_hub.accounts.service.sessions import (
    SignInResult,
    complete_sign_in,
    confirm_identity,
    end_device,
    end_devices,
    end_session,
    end_sessions,
    sign_in,
    trust_device,
)
from volunteer_hub.accounts.service.tokens import get_usable_token

__all__ = [
    "SignInResult",
    "accept_invitation",
    "account_closed",
    "change_details",
    "change_password",
    "complete_sign_in",
    "confirm_address",
    "confirm_email_change",
    "confirm_identity",
    "create_volunteer_account",
    "current_roles",
    "deactivate",
    "decrypt_setup_secret",
    "disable_second_factor",
    "enable_second_factor",
    "end_deputy",
    "end_device",
    "end_devices",
    "end_role",
    "end_session",
    "end_sessions",
    "get_usable_token",
    "invitation_accepted",
    "invite",
    "reactivate",
    "register",
    "replace_recovery_codes",
    "request_email_change",
    "request_password_reset",
    "require_may_deactivate",
    "resend_invitation",
    "reset_password",
    "reset_second_factor",
    "set_deputy",
    "sign_in",
    "start_setup",
    "trust_device",
    "volunteer_registered",
]
