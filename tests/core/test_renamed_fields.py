"""A page of the release before, posted after the upgrade: nothing typed is lost."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_programme
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.matching.forms import DeclineOrWithdrawForm, ExcludeForm, InterestForm
from volunteer_hub.matching.models import RoundSetting


@pytest.mark.parametrize(
    ("form", "posted", "field"),
    [
        (InterestForm, {"words": "I can."}, "message"),
        (DeclineOrWithdrawForm, {"words": "I can.", "reason": "no_time"}, "message"),
        (ExcludeForm, {"words": "I can."}, "reason"),
        (InterestForm, {"words": "Old.", "message": "I can."}, "message"),
    ],
)
def test_an_old_posted_name_reaches_its_field(app: Flask, form: Any, posted: dict[str, str], field: str) -> None:
    with app.test_request_context(method="POST", data=posted):
        assert form.bind()[field].data == "I can."


def test_round_settings_posted_by_an_old_page_keep_the_excluded_kinds(as_: Any) -> None:
    programme = make_programme()
    browser = as_(make_account(Role.COORDINATOR))
    path = f"/programmes/{programme.id}/rounds"
    data = browser.forms(path)[-1]["data"]
    data.pop("excluded_support_kinds", None)
    reply = browser.post(path, data={**data, "barred_kinds": ["teaching", "guideline"]})
    assert reply.status_code == 303
    db.session.expire_all()
    assert db.session.get_one(RoundSetting, programme.id).excluded_support_kinds.split() == ["teaching", "guideline"]
