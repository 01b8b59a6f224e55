"""The baseline: a bare Flask + Flask-Login + ORM list page, padded to the size of the page it is compared with."""

from __future__ import annotations

from flask import Flask, render_template_string
from flask_login import LoginManager, UserMixin, current_user, login_required
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import DeclarativeBase, Mapped, joinedload, mapped_column, relationship

PAGE = (
    "<!doctype html><html><head><title>List</title></head><body><p>{{ user.name }}</p><ul>"
    "{% for row in rows %}<li><h2><a href='/find/{{ row.id }}'>{{ row.title }}</a></h2>"
    "<p>{{ row.institution.name }}, {{ row.institution.town }} · {{ row.kind }} · {{ row.delivery }} · "
    "{{ row.weekly_minutes }} · {{ row.weeks }} · {{ row.earliest_start_on }}</p><p>{{ row.need }}</p></li>"
    "{% endfor %}</ul><p>{{ padding }}</p></body></html>"
)


def make_baseline(database_uri: str, *, size: int) -> Flask:
    """Return an app with one page, `/`, of about `size` bytes over the same tables."""

    class Base(DeclarativeBase):
        pass

    database = SQLAlchemy(model_class=Base)
    app = Flask("bare")
    app.config.update(SQLALCHEMY_DATABASE_URI=database_uri, SECRET_KEY="bench", TESTING=True)  # noqa: S106
    database.init_app(app)
    manager = LoginManager(app)

    class Institution(database.Model):  # type: ignore[name-defined]
        __tablename__ = "institution"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        town: Mapped[str]

    class Request(database.Model):  # type: ignore[name-defined]
        __tablename__ = "partner_request"
        id: Mapped[int] = mapped_column(primary_key=True)
        institution_id: Mapped[int] = mapped_column(ForeignKey("institution.id"))
        title: Mapped[str]
        need: Mapped[str]
        kind: Mapped[str]
        delivery: Mapped[str]
        state: Mapped[str]
        weekly_minutes: Mapped[int]
        weeks: Mapped[int]
        earliest_start_on: Mapped[str]
        opened_at: Mapped[str]
        institution: Mapped[Institution] = relationship()

    class Account(UserMixin, database.Model):  # type: ignore[name-defined, misc]
        __tablename__ = "account"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]

    @manager.user_loader
    def load(key: str) -> Account | None:
        return database.session.get(Account, int(key))

    padding = {"text": ""}

    @app.get("/")
    @login_required
    def index() -> str:
        rows = database.session.scalars(
            select(Request)
            .where(Request.state == "open")
            .options(joinedload(Request.institution))
            .order_by(Request.opened_at.desc(), Request.id.desc())
            .limit(20)
        ).all()
        return render_template_string(PAGE, rows=rows, user=current_user, padding=padding["text"])

    client = sign_in_client(app)
    padding["text"] = "x" * max(0, size - len(client.get("/").data))
    return app


def sign_in_client(app: Flask):  # type: ignore[no-untyped-def]
    """Return a client of the baseline app, signed in as the first account."""
    client = app.test_client()
    with client.session_transaction() as cookie:
        cookie["_user_id"] = "1"
        cookie["_fresh"] = True
    return client
