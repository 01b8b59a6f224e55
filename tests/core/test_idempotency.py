"""The key, the path and the content by which a repeated post is recognised."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, request

from volunteer_hub.core import idempotency
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict
from volunteer_hub.core.idempotency import FormSubmission


def post(app: Flask, path: str = "/sign-in", **data: Any) -> Any:
    """Return the context of a post, to be entered by `with`."""
    return app.test_request_context(path, method="POST", data={"form_key": "k"} | data)


def store(app: Flask, now: dt.datetime, *, owner: str = "1", path: str = "/sign-in", **data: Any) -> None:
    with post(app, path, **data):
        idempotency.store_response(owner, f"/after{path}", "Done.", now=now)
        db.session.commit()


def is_repeated(app: Flask, *, owner: str = "1", path: str = "/sign-in", **data: Any) -> bool:
    with post(app, path, **data):
        return idempotency.find_previous_response(owner) is not None


def test_key_names_the_pressed_button(app: Flask) -> None:
    for data, key in [
        ({}, "k"),
        ({"code": "IPC"}, "k IPC"),
        ({"then": "next"}, "k next"),
        ({"form_key": "", "code": "IPC"}, ""),
        ({"form_key": "a\x00b"}, "ab"),
        ({"form_key": "x" * 65}, "x" * 64),
        ({"form_key": "x" * 64, "code": "y" * 65}, "x" * 64 + " " + "y" * 64),
    ]:
        with post(app, **data):
            assert idempotency.submission_key() == key


def test_only_the_same_owner_path_and_key_repeat_a_post(app: Flask, now: dt.datetime) -> None:
    store(app, now)
    assert is_repeated(app)
    assert not is_repeated(app, owner="2")
    assert not is_repeated(app, path="/register")
    assert not is_repeated(app, form_key="other")
    assert not is_repeated(app, form_key="")


def test_a_post_without_key_is_not_stored(app: Flask, now: dt.datetime) -> None:
    store(app, now, form_key="")
    assert db.session.scalar(sa.select(sa.func.count()).select_from(FormSubmission)) == 0


@pytest.mark.parametrize("field", sorted(idempotency.EXCLUDED_FIELDS - {"form_key"}))
def test_secrets_are_no_part_of_the_content(app: Flask, now: dt.datetime, field: str) -> None:
    store(app, now, **{field: "one"})
    assert is_repeated(app, **{field: "two"})


def test_each_value_of_a_field_counts(app: Flask, now: dt.datetime) -> None:
    store(app, now, skills=["a", "b"])
    assert is_repeated(app, skills=["a", "b"])
    with pytest.raises(Conflict):
        is_repeated(app, skills=["a", "c"])


def test_each_file_counts_and_can_still_be_read(app: Flask, now: dt.datetime) -> None:
    def files(*contents: bytes) -> list[tuple[io.BytesIO, str]]:
        return [(io.BytesIO(content), "list.csv") for content in contents]

    with post(app, file=files(b"one", b"two")):
        request.files["file"].read(2)
        idempotency.store_response("1", "/", "", now=now)
        assert [file.read() for file in request.files.getlist("file")] == [b"one", b"two"]
        db.session.commit()
    assert is_repeated(app, file=files(b"one", b"two"))
    with pytest.raises(Conflict):
        is_repeated(app, file=files(b"one", b"2"))
    with pytest.raises(Conflict):
        is_repeated(app, file=files(b"0ne", b"two"))


def test_the_secret_of_a_link_is_not_stored(app: Flask) -> None:
    paths = []
    for token in ("first-secret", "second-secret", "first-secret"):
        with post(app, f"/release/{token}"):
            paths.append(idempotency.path_for_storage())
            assert token not in paths[-1]
            assert len(paths[-1]) == len("/release/") + 32
    assert paths[0] == paths[2] != paths[1]
    with post(app, "/people/7"):
        assert idempotency.path_for_storage() == "/people/7"
    with post(app, "/None"):
        assert idempotency.path_for_storage() == "/None"


def test_responses_are_kept_for_a_week(app: Flask, now: dt.datetime) -> None:
    store(app, now)
    assert idempotency.purge_expired(now=now + dt.timedelta(days=7)) == 0
    assert idempotency.purge_expired(now=now + dt.timedelta(days=7, seconds=1)) == 1
