"""The HTTP edge: checks of requests, security headers, error pages, idempotent posts."""

from __future__ import annotations

import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from tests.factories.accounts import make_account
from tests.support.client import strip_request_id
from tests.support.race import race
from volunteer_hub.accounts.models import Account, UserSession
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core import idempotency, template_filters
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.mail.models import OutboxMail

ANN = {
    "name": "Ann Example",
    "email": "ann@example.org",
    "password": "purple tractor river",
    "code_of_conduct": "yes",
    "patient_data_pledge": "yes",
}


def hidden_fields(client: Any, path: str) -> dict[str, str]:
    """Return the hidden fields of the form on a page."""
    [form] = [form for form in client.forms(path) if form["method"] == "post" and form["action"] != "/sign-out"]
    return {name: values[0] for name, values in form["data"].items() if name in {"csrf_token", "form_key"}}


@pytest.fixture
def admin(client: Any) -> Any:
    """A client signed in as administrator."""
    client.sign_in(make_account(Role.ADMIN).email)
    return client


@pytest.mark.parametrize(
    "number", ["0", "-1", "01", "2147483648", "9999999999", "1" * 20, "1e3", "x", "%00", "١", "1.0", " 1"]
)
def test_impossible_row_ids_are_not_found(admin: Any, number: str) -> None:
    assert admin.get(f"/people/{number}").status_code == 404


def test_missing_row_and_impossible_row_id_look_the_same(admin: Any) -> None:
    missing, impossible = admin.get("/people/2147483647"), admin.get("/people/0")
    assert missing.status_code == impossible.status_code == 404
    assert strip_request_id(missing) == strip_request_id(impossible)


@pytest.mark.parametrize("name", ["a\x00b", "a\u202eb", "a\ufeffb", "a\x1bb"])
def test_hidden_characters_are_refused_with_422(client: Any, name: str) -> None:
    reply = client.submit("/register", **ANN | {"name": name})
    assert reply.status_code == 422
    assert "hidden control characters" in reply.text
    assert "There is a problem" in reply.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


@pytest.mark.parametrize("path", ["/people/?q=%00", "/people/?role=%00", "/people/?after=%00", "/people/?q=%ff%fe"])
def test_hidden_characters_in_a_url_cause_no_server_error(admin: Any, path: str) -> None:
    assert admin.get(path).status_code in {200, 404}


def test_a_megabyte_is_too_large(client: Any) -> None:
    reply = client.post("/register", data=hidden_fields(client, "/register") | ANN | {"name": "x" * 1_000_000})
    assert reply.status_code == 413
    assert "too much at once" in reply.text


def test_too_many_parts_are_refused(client: Any) -> None:
    reply = client.post("/register", data={f"f{n}": "x" for n in range(900)}, content_type="multipart/form-data")
    assert reply.status_code in {400, 413}


@pytest.mark.parametrize("token", [None, "", "forged"])
def test_post_without_its_token_is_refused_with_a_page(client: Any, token: str | None) -> None:
    hidden_fields(client, "/register")
    reply = client.post("/register", data=ANN | ({} if token is None else {"csrf_token": token}))
    assert reply.status_code == 400
    assert "nothing was saved" in reply.text


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_post_from_another_site_is_refused_even_with_a_token(client: Any, site: str) -> None:
    data = hidden_fields(client, "/register") | ANN
    assert client.post("/register", data=data, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert client.post("/register", data=data, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


@pytest.mark.parametrize("path", ["/register", "/nowhere", "/static/main.css", "/healthz"])
def test_security_headers_are_on_every_page(client: Any, path: str) -> None:
    with client.get(path) as reply:
        headers = reply.headers
    if not path.startswith("/static/"):
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "unsafe" not in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"


def test_pages_of_a_person_are_never_stored(admin: Any) -> None:
    assert admin.get("/people/").headers["Cache-Control"] == "no-store"


def test_static_files_cache_for_ever_and_come_as_brotli(client: Any, app: Flask) -> None:
    with app.test_request_context():
        address = template_filters.static_url("main.css")
    with client.get(address, headers={"Accept-Encoding": "br"}) as reply:
        assert reply.status_code == 200
        assert reply.headers["Content-Encoding"] == "br"
        assert "max-age=31536000" in reply.headers["Cache-Control"]
    assert re.search(r"\?v=[0-9a-f]{10}$", address)
    assert client.get("/static/../config.py").status_code == 404


def test_wrong_method_is_refused_with_a_page(client: Any) -> None:
    reply = client.post("/check-your-email", data=hidden_fields(client, "/register"))
    assert reply.status_code == 405
    assert "cannot be used like that" in reply.text


def test_two_posts_of_one_rendered_form_take_effect_once(client: Any) -> None:
    data = hidden_fields(client, "/register") | ANN
    first, second = client.post("/register", data=data), client.post("/register", data=data)
    assert (first.status_code, first.location) == (second.status_code, second.location) == (303, "/check-your-email")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMail)) == 1


def test_control_two_posts_of_two_rendered_forms_take_effect_twice(client: Any) -> None:
    for _ in range(2):
        client.submit("/register", **ANN)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMail)) == 2


def test_one_rendered_form_posted_with_other_content_is_refused(client: Any) -> None:
    data = hidden_fields(client, "/register") | ANN
    client.post("/register", data=data)
    reply = client.post("/register", data=data | {"name": "Somebody Else"})
    assert reply.status_code == 409
    assert "already sent with other answers" in reply.text


def test_concurrent_posts_of_one_rendered_form_take_effect_once(client: Any, app: Flask) -> None:
    data = hidden_fields(client, "/register") | ANN
    cookie = client.get_cookie("volunteer_hub")

    def post(_number: int) -> int:
        rival = app.test_client()
        rival.set_cookie("volunteer_hub", cookie.value)
        return int(rival.post("/register", data=data).status_code)

    assert race(app, post, rivals=4) == [303] * 4
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(OutboxMail)) == 1


def test_purge_expired_keeps_a_week(client: Any, clock: Any) -> None:
    client.submit("/register", **ANN)
    assert idempotency.purge_expired(now=clock.advance(days=6)) == 0
    assert idempotency.purge_expired(now=clock.advance(days=2)) == 1


def test_last_seen_at_is_updated_at_most_every_five_minutes(admin: Any, clock: Any) -> None:
    session = db.session.scalars(sa.select(UserSession)).one()
    began = session.last_seen_at
    for minutes, stamped in ((4, False), (2, True)):
        clock.advance(minutes=minutes)
        admin.get("/people/")
        db.session.expire_all()
        db.session.rollback()
        assert (session.last_seen_at > began) == stamped
    assert session.last_seen_at == core_clock.now()


def test_healthz_answers(client: Any) -> None:
    assert client.get("/healthz").text == "ok\n"


def test_unexpected_exception_renders_a_page_without_a_traceback(
    app: Flask, client: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    monkeypatch.setitem(app.config, "TESTING", False)
    monkeypatch.setitem(app.view_functions, "accounts.check_email", _public(fail))
    reply = client.get("/check-your-email")
    assert reply.status_code == 500
    assert "Traceback" not in reply.text
    assert "RuntimeError" not in reply.text


def _public(view: Any) -> Any:
    from volunteer_hub.core.access import public  # noqa: PLC0415 -- only this test dresses a view

    return public(view)
