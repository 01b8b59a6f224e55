"""Forms of the accounts area."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, ValidationError

from volunteer_hub.accounts import rules
from volunteer_hub.accounts.labels import LABELS
from volunteer_hub.accounts.responsibilities import Responsibility
from volunteer_hub.core.access import Role
from volunteer_hub.core.fields import (
    CheckboxField,
    DateField,
    EmailField,
    PasswordField,
    SingleChoiceField,
    TextAreaField,
    TextInputField,
)
from volunteer_hub.core.forms import Form
from volunteer_hub.core.times import zone_names

CODE_FIELD_OPTIONS: dict[str, Any] = {
    "hint": _l("The 6 digits that your authenticator app shows now, or one of your recovery codes."),
    "missing": _l("Enter the code"),
    "autocomplete": "one-time-code",
    "limit": 60,
    "width": "20",
}
"""Options of a field for a code. `guarded=False` is repeated at each field, to keep it visible that it is not screened."""


def zone_options() -> list[tuple[str, str]]:
    """Return every time zone as (IANA name, readable name)."""
    return [(name, name.replace("_", " ")) for name in sorted(zone_names())]


def new_password_field(label: str = "") -> PasswordField:
    """Return a field for a new password."""
    return PasswordField(
        label or _l("Password"),
        hint=_l("At least %(n)s characters. Three random words are easy to remember.", n=rules.MIN_PASSWORD_LENGTH),
        missing=_l("Enter a password"),
        autocomplete="new-password",
        limit=rules.MAX_PASSWORD_LENGTH + 100,
    )


class RegisterForm(Form):
    """Register as a volunteer."""

    name = TextInputField(
        _l("Full name"), guarded="stops", autocomplete="name", limit=120, missing=_l("Enter your full name")
    )
    email = EmailField(
        _l("E-mail address"), hint=_l("Your NHS or another address that you read. We send a link to it.")
    )
    password = new_password_field()
    code_of_conduct = CheckboxField(
        _l("Code of conduct"),
        says=_l("I have read the code of conduct and will keep to it"),
        missing=_l("Read and accept the code of conduct"),
    )
    patient_data_pledge = CheckboxField(
        _l("No patient data"),
        says=_l("I will never enter anything from which a patient could be recognised"),
        missing=_l("Make the pledge to enter no patient data"),
    )


class SignInForm(Form):
    """Sign in with email address and password."""

    email = EmailField(_l("E-mail address"))
    password = PasswordField(
        _l("Password"), missing=_l("Enter your password"), autocomplete="current-password", limit=500
    )


class EmailForm(Form):
    """Request a link to choose a new password."""

    email = EmailField(_l("E-mail address"))


class NewPasswordForm(Form):
    """Choose a new password, on the page behind the emailed link."""

    password = new_password_field(_l("New password"))


class AcceptInvitationForm(Form):
    """Open an invited account."""

    name = TextInputField(
        _l("Full name"), guarded="stops", autocomplete="name", limit=120, missing=_l("Enter your full name")
    )
    time_zone = SingleChoiceField(_l("Your time zone"), options=zone_options, control="select")
    password = new_password_field()
    code_of_conduct = CheckboxField(
        _l("Code of conduct"),
        says=_l("I have read the code of conduct and will keep to it"),
        missing=_l("Read and accept the code of conduct"),
    )
    patient_data_pledge = CheckboxField(
        _l("No patient data"),
        says=_l("I will never enter anything from which a patient could be recognised"),
        missing=_l("Make the pledge to enter no patient data"),
    )


class InvitePersonForm(Form):
    """Give a person a role. The view sets the options of role, institution and country."""

    name = TextInputField(_l("Full name"), guarded="stops", limit=120, missing=_l("Enter the person's full name"))
    email = EmailField(_l("E-mail address"))
    role = SingleChoiceField(
        _l("Role"), options=[(role, LABELS[role]) for role in Role], kind=Role, missing=_l("Choose a role")
    )
    institution_id = SingleChoiceField(
        _l("Institution"),
        options=[],
        control="select",
        required=False,
        needed_if=True,
        hint=_l("For a partner contact, and for a director of one institution."),
    )
    country = SingleChoiceField(
        _l("Country"),
        options=[],
        control="select",
        required=False,
        needed_if=True,
        hint=_l("For a director of a whole country."),
    )


class DetailsForm(Form):
    """Change one's own name and time zone."""

    name = TextInputField(
        _l("Full name"), guarded="stops", autocomplete="name", limit=120, missing=_l("Enter your full name")
    )
    time_zone = SingleChoiceField(
        _l("Your time zone"), options=zone_options, control="select", hint=_l("All times are shown on this clock.")
    )


class PasswordForm(Form):
    """Change one's own password."""

    old = PasswordField(
        _l("Present password"), missing=_l("Enter your present password"), autocomplete="current-password", limit=500
    )
    password = new_password_field(_l("New password"))


class CodeForm(Form):
    """Enter the code, as the second step of signing in."""

    app_code = TextInputField(_l("Code"), guarded=False, **CODE_FIELD_OPTIONS)
    trust = CheckboxField(
        _l("This browser"),
        says=_l("Do not ask again on this browser for 30 days. Only on a device that nobody else uses."),
        required=False,
    )


class PasswordIdentityForm(Form):
    """Confirm one's identity with the password."""

    identity = PasswordField(
        _l("Your password"), missing=_l("Enter your password"), autocomplete="current-password", limit=500
    )


class CodeIdentityForm(Form):
    """Confirm one's identity with a code of the second factor."""

    identity = TextInputField(_l("Code"), guarded=False, **CODE_FIELD_OPTIONS)


def identity_form(has_second_factor: bool) -> CodeIdentityForm | PasswordIdentityForm:
    """Return the bound form that asks for a code if there is a second factor, else for the password."""
    return CodeIdentityForm.bind() if has_second_factor else PasswordIdentityForm.bind()


class SecondFactorSetupForm(Form):
    """Confirm a new second factor by its first code. `setup_token` holds the displayed secret, encrypted."""

    setup_token = HiddenField()
    app_code = TextInputField(
        _l("Code from the app"),
        guarded=False,
        hint=_l("6 digits"),
        missing=_l("Enter the code that your app shows"),
        autocomplete="one-time-code",
        limit=60,
        width="10",
    )


class EmailChangeForm(Form):
    """Enter another email address for one's account."""

    email = EmailField(_l("New e-mail address"), hint=_l("We send a link to it. Nothing changes before you use it."))


class AccountReasonForm(Form):
    """Give the reason for an action."""

    reason = TextAreaField(
        _l("Reason"), rows=3, limit=1000, missing=_l("Say why"), hint=_l("It is kept in the history.")
    )


class DeactivateForm(AccountReasonForm):
    """Close an account. `build_deactivate_form` adds a field for each responsibility that can be handed over."""

    typed = TextInputField(
        _l("To be sure, type the person’s e-mail address"), guarded=False, missing=_l("Type the e-mail address")
    )
    expected_email = ""

    def validate_typed(self, field: TextInputField) -> None:
        """Raise ValidationError unless the typed address is that of the account to be closed."""
        if field.data and field.data.strip().lower() != self.expected_email:
            raise ValidationError(_l("This is not the person’s e-mail address"))


def build_deactivate_form(email: str, responsibilities: Sequence[Responsibility]) -> DeactivateForm:
    """Return the bound form for one account and its present responsibilities."""
    choices = {
        responsibility.field: SingleChoiceField(
            _l("Who takes over?"),
            options=responsibility.successors,
            control="select",
            missing=_l("Choose who takes over"),
        )
        for responsibility in responsibilities
        if responsibility.successors
    }
    kind: Any = type("DeactivateForm", (DeactivateForm,), {"expected_email": email, **choices})
    form: DeactivateForm = kind.bind()
    return form


class DeputyForm(Form):
    """Name a deputy for the days one is away."""

    deputy_id = SingleChoiceField(_l("Who acts for you"), options=[], control="select", missing=_l("Choose a person"))
    from_on = DateField(_l("First day away"))
    until_on = DateField(_l("Last day away"))
