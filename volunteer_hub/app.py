"""create_app: a list of extensions and areas, no logic."""

from __future__ import annotations

from typing import Any
from wsgiref.headers import Headers

from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_migrate import Migrate
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

import config
from volunteer_hub import areas, old_addresses
from volunteer_hub.accounts import identity_checks, sessions
from volunteer_hub.audit import service as audit_service
from volunteer_hub.core import db as database
from volunteer_hub.core import hosts, http, i18n, outage, request_log, template_filters, throttle
from volunteer_hub.core.access import public
from volunteer_hub.patient_data import guard as patient_data_guard

compress = Compress()
csrf = CSRFProtect()
migrate = Migrate(render_as_batch=True, compare_type=True)


def create_app(settings: type[config.Config] | config.Config | None = None, **overrides: Any) -> Flask:
    """The application. `overrides` replace single settings; tests use them."""
    app = Flask("volunteer_hub", template_folder="../templates", static_folder=None)
    app.config.from_object(settings or config.from_environment())
    app.config.update(overrides)
    request_log.init_app(app)
    hosts.init_app(app)
    database.init_app(app)
    migrate.init_app(app, database.db, directory=str(config.ROOT / "migrations"))
    csrf.init_app(app)
    Babel(app, locale_selector=lambda: http.viewer().locale, timezone_selector=lambda: http.viewer().time_zone)
    compress.init_app(app)
    sessions.init_app(app)
    throttle.init_app(app)
    http.init_app(app)
    outage.init_app(app)
    identity_checks.init_app(app)
    template_filters.init_app(app)
    i18n.init_app(app)
    patient_data_guard.init_app(app)
    audit_service.install()
    _register_areas(app)
    old_addresses.init_app(app)
    app.add_url_rule("/healthz", "healthz", public(http.healthz))
    _wrap(app)
    return app


def _register_areas(app: Flask) -> None:
    """Register every area's labels, pages, commands and extensions."""
    for labels in areas.LABELS:
        template_filters.register_labels(labels.LABELS, labels.TONES, labels.ACTIONS)
    for blueprint in areas.BLUEPRINTS + (areas.DEVELOPMENT if app.config["DEV_MAIL"] else ()):
        app.register_blueprint(blueprint)
    for command in areas.COMMANDS:
        app.cli.add_command(command)
    for extension in areas.EXTENSIONS:
        extension.register()
    areas.HELP(app)


def _wrap(app: Flask) -> None:
    """Static files before the application, and the proxies before it whose word counts."""
    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(config.ROOT / "volunteer_hub" / "static"),
        prefix="static/",
        add_headers_function=_static_headers,
    )
    hops = app.config["PROXY_HOPS"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops)  # type: ignore[method-assign]


def _static_headers(headers: Headers, _path: str, _url: str) -> None:
    """An address changes with its file's bytes (core.template_filters.static_url), so nobody need ask again."""
    headers["Cache-Control"] = "max-age=31536000, public, immutable"
    headers["X-Content-Type-Options"] = "nosniff"
