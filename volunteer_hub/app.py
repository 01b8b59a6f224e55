"""create_app: a list of extensions and areas, no logic."""

from __future__ import annotations

from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from whitenoise import WhiteNoise

import config
from volunteer_hub import audit, mail  # noqa: F401 -- the ground floor
from volunteer_hub.accounts import commands as account_commands
from volunteer_hub.accounts import labels as account_labels
from volunteer_hub.accounts import people_views, sessions
from volunteer_hub.accounts import views as account_views
from volunteer_hub.audit import commands as audit_commands
from volunteer_hub.audit import service as audit_service
from volunteer_hub.budgets import commands as budget_commands
from volunteer_hub.budgets import labels as budget_labels
from volunteer_hub.budgets import views as budget_views
from volunteer_hub.core import db as database
from volunteer_hub.core import i18n, pages, throttle, web  # noqa: F401
from volunteer_hub.core.access import public
from volunteer_hub.core.patient_data import models as patient_data_models  # noqa: F401
from volunteer_hub.demo import commands as demo_commands
from volunteer_hub.hours import labels as hours_labels
from volunteer_hub.hours import models as hours_models  # noqa: F401
from volunteer_hub.imports import labels as import_labels
from volunteer_hub.imports import models as import_models  # noqa: F401
from volunteer_hub.institutions import labels as institution_labels
from volunteer_hub.institutions import views as institution_views
from volunteer_hub.mail import dev_views
from volunteer_hub.mail import labels as mail_labels
from volunteer_hub.matching import host_views
from volunteer_hub.matching import labels as matching_labels
from volunteer_hub.matching import service as matching_service
from volunteer_hub.matching import views as matching_views
from volunteer_hub.partner_requests import labels as request_labels
from volunteer_hub.partner_requests import views as request_views
from volunteer_hub.placements import approval_views, release_views, workplan_views
from volunteer_hub.placements import labels as placement_labels
from volunteer_hub.placements import views as placement_views
from volunteer_hub.placements import wording as placement_wording
from volunteer_hub.privacy import labels as privacy_labels
from volunteer_hub.privacy import models as privacy_models  # noqa: F401
from volunteer_hub.programmes import labels as programme_labels
from volunteer_hub.programmes import views as programme_views
from volunteer_hub.reports import labels as report_labels
from volunteer_hub.reports import views as report_views
from volunteer_hub.scheduler import commands as scheduler_commands
from volunteer_hub.vocabulary import labels as vocabulary_labels
from volunteer_hub.volunteers import labels as volunteer_labels
from volunteer_hub.volunteers import readiness_views
from volunteer_hub.volunteers import service as volunteer_service
from volunteer_hub.volunteers import views as volunteer_views

LABELS = (
    account_labels,
    budget_labels,
    hours_labels,
    import_labels,
    institution_labels,
    mail_labels,
    matching_labels,
    placement_labels,
    privacy_labels,
    programme_labels,
    report_labels,
    request_labels,
    vocabulary_labels,
    volunteer_labels,
)
BLUEPRINTS = (
    report_views.bp,
    account_views.bp,
    people_views.bp,
    institution_views.bp,
    programme_views.bp,
    volunteer_views.bp,
    readiness_views.bp,
    request_views.bp,
    matching_views.bp,
    host_views.bp,
    approval_views.bp,
    placement_views.bp,
    workplan_views.bp,
    release_views.bp,
    budget_views.bp,
)
COMMANDS = (
    account_commands.reference,
    account_commands.account,
    audit_commands.audit,
    budget_commands.ledger,
    demo_commands.demo,
    scheduler_commands.scheduler,
)

compress = Compress()
csrf = CSRFProtect()
migrate = Migrate(render_as_batch=True, compare_type=True)


def create_app(settings: type[config.Config] | None = None, **overrides: Any) -> Flask:
    """The application. `overrides` replace single settings; tests use them."""
    app = Flask("volunteer_hub", template_folder="../templates", static_folder=None)
    app.config.from_object(settings or config.from_environment())
    app.config.update(overrides)
    database.init_app(app)
    migrate.init_app(app, database.db, directory=str(config.ROOT / "migrations"))
    csrf.init_app(app)
    Babel(app, locale_selector=lambda: web.viewer().locale, timezone_selector=lambda: web.viewer().time_zone)
    compress.init_app(app)
    sessions.init_app(app)
    web.init_app(app)
    pages.init_app(app)
    i18n.init_app(app)
    audit_service.install()
    for words in LABELS:
        pages.add_labels(words.LABELS, words.TONES, words.ACTIONS)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if app.config["DEV_MAIL"]:
        app.register_blueprint(dev_views.bp)
    for command in COMMANDS:
        app.cli.add_command(command)
    app.add_url_rule("/healthz", "healthz", public(web.healthz))
    app.add_url_rule("/readyz", "readyz", public(web.readyz))
    volunteer_service.listen()
    matching_service.listen()
    placement_wording.teach()
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(config.ROOT / "volunteer_hub" / "static"),
        prefix="static/",
        add_headers_function=_static_headers,
    )
    return app


def _static_headers(headers: Headers, _path: str, _url: str) -> None:
    """An address changes with its file's bytes (core.pages.static_url), so nobody need ask again."""
    headers["Cache-Control"] = "max-age=31536000, public, immutable"
    headers["X-Content-Type-Options"] = "nosniff"
