"""The areas as the application registers them: labels, pages, commands, and what each registers with lower areas."""

from __future__ import annotations

from volunteer_hub.accounts import commands as account_commands
from volunteer_hub.accounts import extensions as account_extensions
from volunteer_hub.accounts import labels as account_labels
from volunteer_hub.accounts import views as account_views
from volunteer_hub.audit import commands as audit_commands
from volunteer_hub.audit import labels as audit_labels
from volunteer_hub.budgets import commands as budget_commands
from volunteer_hub.budgets import labels as budget_labels
from volunteer_hub.budgets import views as budget_views
from volunteer_hub.demo import commands as demo_commands
from volunteer_hub.fit import labels as fit_labels
from volunteer_hub.help import views as help_views
from volunteer_hub.hours import labels as hours_labels
from volunteer_hub.hours import views as hours_views
from volunteer_hub.imports import commands as import_commands
from volunteer_hub.imports import labels as import_labels
from volunteer_hub.imports import views as import_views
from volunteer_hub.institutions import labels as institution_labels
from volunteer_hub.institutions import views as institution_views
from volunteer_hub.jobs import labels as scheduler_labels
from volunteer_hub.mail import commands as mail_commands
from volunteer_hub.mail import labels as mail_labels
from volunteer_hub.mail import views as mail_views
from volunteer_hub.mail.views import dev_mail
from volunteer_hub.matching import extensions as matching_extensions
from volunteer_hub.matching import labels as matching_labels
from volunteer_hub.matching import views as matching_views
from volunteer_hub.monitoring import commands as monitoring_commands
from volunteer_hub.monitoring import views as monitoring_views
from volunteer_hub.partner_requests import extensions as request_extensions
from volunteer_hub.partner_requests import labels as request_labels
from volunteer_hub.partner_requests import views as request_views
from volunteer_hub.patient_data import labels as patient_data_labels
from volunteer_hub.patient_data import views as patient_data_views
from volunteer_hub.placements import extensions as placement_extensions
from volunteer_hub.placements import labels as placement_labels
from volunteer_hub.placements import views as placement_views
from volunteer_hub.privacy import extensions as privacy_extensions
from volunteer_hub.privacy import labels as privacy_labels
from volunteer_hub.privacy import views as privacy_views
from volunteer_hub.programmes import labels as programme_labels
from volunteer_hub.programmes import views as programme_views
from volunteer_hub.reports import labels as report_labels
from volunteer_hub.reports import views as report_views
from volunteer_hub.rounds import commands as round_commands
from volunteer_hub.rounds import extensions as round_extensions
from volunteer_hub.rounds import labels as round_labels
from volunteer_hub.rounds import views as round_views
from volunteer_hub.scheduler import commands as scheduler_commands
from volunteer_hub.scheduler import views as scheduler_views
from volunteer_hub.vocabulary import labels as vocabulary_labels
from volunteer_hub.vocabulary import views as vocabulary_views
from volunteer_hub.volunteers import extensions as volunteer_extensions
from volunteer_hub.volunteers import labels as volunteer_labels
from volunteer_hub.volunteers import views as volunteer_views

LABELS = (
    account_labels,
    audit_labels,
    budget_labels,
    hours_labels,
    import_labels,
    institution_labels,
    mail_labels,
    patient_data_labels,
    matching_labels,
    fit_labels,
    round_labels,
    placement_labels,
    privacy_labels,
    programme_labels,
    report_labels,
    request_labels,
    scheduler_labels,
    vocabulary_labels,
    volunteer_labels,
)
BLUEPRINTS = (
    report_views.bp,
    account_views.bp,
    patient_data_views.bp,
    institution_views.bp,
    programme_views.bp,
    volunteer_views.bp,
    vocabulary_views.bp,
    request_views.bp,
    matching_views.bp,
    round_views.bp,
    placement_views.bp,
    hours_views.bp,
    budget_views.bp,
    privacy_views.bp,
    help_views.bp,
    mail_views.bp,
    scheduler_views.bp,
    import_views.bp,
    monitoring_views.bp,
)
COMMANDS = (
    account_commands.reference,
    account_commands.account,
    audit_commands.audit,
    budget_commands.ledger,
    demo_commands.demo,
    import_commands.imports,
    mail_commands.mail,
    round_commands.match,
    monitoring_commands.check,
    scheduler_commands.scheduler,
)
DEVELOPMENT = (dev_mail.bp,)
"""Pages that only a machine with the development mail catcher has."""
HELP = help_views.init_app
EXTENSIONS = (
    account_extensions,
    volunteer_extensions,
    request_extensions,
    placement_extensions,
    matching_extensions,
    round_extensions,
    privacy_extensions,
)
"""What areas register with lower ones, in the order in which pages show it."""
