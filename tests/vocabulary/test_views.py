"""The pages about the skills tree."""

from __future__ import annotations

from typing import Any

import pytest

from tests.factories.accounts import make_account
from tests.factories.partner_requests import make_request
from tests.factories.volunteers import make_volunteer
from tests.support.query_count import page_queries
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.vocabulary import queries
from volunteer_hub.vocabulary.models import Skill
from volunteer_hub.vocabulary.states import SkillLevel

OLD, NEW = "AMR.AMS", "AMR.GUIDE"


def test_index_finds_by_synonym_and_shows_retired_ones_on_request(admin: Any) -> None:
    assert "Antimicrobial resistance" in admin.get("/skills/").text
    assert "AMR.MICRO" in admin.get("/skills/?q=antibiogram").text
    admin.submit("/skills/AMR.MICRO/retire", reason="Too narrow")
    assert "AMR.MICRO" not in admin.get("/skills/?q=antibiogram").text
    assert "AMR.MICRO" in admin.get("/skills/?q=antibiogram&retired=yes").text


def test_skill_is_added_changed_retired_and_restored(admin: Any) -> None:
    page = admin.submit("/skills/new?under=AMR", name="Phage therapy", short_code="phage", synonyms="phages").location
    assert page == "/skills/AMR.PHAGE"
    admin.submit(f"{page}/edit", name="Phages", synonyms="bacteriophages")
    admin.submit(f"{page}/retire", reason="Not yet")
    text = admin.get(page).text
    for expected in ("Retired", "Phage therapy → Phages", "phages → bacteriophages", "Not yet", "Ada Admin"):
        assert expected in text, expected
    admin.submit(f"{page}/bring-back")
    assert "brought the skill back" in admin.get(page).text


def test_edit_refuses_another_skills_synonym(admin: Any) -> None:
    reply = admin.submit(f"/skills/{OLD}/edit", synonyms="AWaRe")
    assert (reply.status_code, "Antimicrobial prescribing guidelines" in reply.text) == (422, True)


def test_concurrent_change_shows_both_versions(admin: Any) -> None:
    data = admin.forms(f"/skills/{OLD}/edit")[-1]["data"]
    admin.submit(f"/skills/{OLD}/edit", name="Theirs")
    reply = admin.post(f"/skills/{OLD}/edit", data=data | {"name": "Mine"})
    assert reply.status_code == 409
    assert "Theirs" in reply.text
    assert "Mine" in reply.text


def test_duplicate_submission_adds_one_skill(admin: Any) -> None:
    data = admin.forms("/skills/new?under=AMR")[-1]["data"] | {"name": "Phage therapy"}
    replies = [admin.post("/skills/new?under=AMR", data=data) for _ in range(2)]
    assert replies[0].location == replies[1].location == "/skills/AMR.PHAGETHE"


def test_merge_shows_what_moves_and_cannot_be_undone(admin: Any) -> None:
    make_volunteer(skills={OLD: SkillLevel.TEACHES, NEW: SkillLevel.SUPPORTED})
    make_request(skills={OLD: (SkillLevel.SUPPORTED, True)})
    assert "AMR.GUIDE" in admin.get(f"/skills/{OLD}/merge?q=prescribing").text
    page = f"/skills/{OLD}/merge?into={NEW}"
    text = admin.get(page).text
    assert "cannot be undone" in text
    assert "Volunteers who have it" in text
    reply = admin.submit(page)
    assert (reply.status_code, reply.location) == (303, f"/skills/{NEW}")
    merged_page = admin.get(f"/skills/{OLD}").text
    assert "Antimicrobial prescribing guidelines</h1>" in merged_page.replace("\n", "")
    assert "merged the skill into another" in merged_page
    assert admin.submit(f"/skills/{NEW}/edit").status_code == 303
    assert admin.get(f"/skills/{OLD}/merge?into=AMR.PPS").status_code == 200


def test_merge_of_a_skill_with_children_is_explained(admin: Any) -> None:
    text = admin.get("/skills/AMR/merge").text
    assert "Merge those first" in text


def test_use_is_linked_to_lists_that_the_viewer_may_open(client: Any) -> None:
    make_volunteer(name="Vera Holder", skills={OLD: SkillLevel.TEACHES})
    make_volunteer(name="Nora None", skills={NEW: SkillLevel.TEACHES})
    make_request(title="Wants stewardship", skills={OLD: (SkillLevel.SUPPORTED, True)})
    make_request(title="Wants nothing of it", skills={NEW: (SkillLevel.SUPPORTED, True)})
    client.sign_in(make_account(Role.COORDINATOR).email)
    text = client.get(f"/skills/{OLD}").text
    assert "/readiness/?state=all&amp;skill=AMR.AMS" in text
    page = client.get(f"/readiness/?state=all&skill={OLD}").text
    assert ("Vera Holder" in page, "Nora None" in page) == (True, False)
    page = client.get(f"/requests/?skill={OLD}").text
    assert ("Wants stewardship" in page, "Wants nothing" in page) == (True, False)


def test_unknown_skill_is_not_found(admin: Any) -> None:
    for path in ("NO.SUCH", "NO.SUCH/edit", "NO.SUCH/merge", "new?under=NO.SUCH"):
        assert admin.get(f"/skills/{path}").status_code == 404


@pytest.mark.parametrize("role", [Role.VOLUNTEER, Role.PARTNER, Role.DIRECTOR, Role.FINANCE, Role.FUNDER])
def test_pages_are_for_staff(client: Any, role: Role) -> None:
    client.sign_in(make_account(role).email)
    for path in ("", OLD, "new", f"{OLD}/edit", f"{OLD}/retire", f"{OLD}/merge"):
        assert client.get(f"/skills/{path}").status_code == 403


@pytest.mark.parametrize("rows", [1, 30])
def test_pages_need_the_same_queries_at_any_length(admin: Any, rows: int) -> None:
    for number in range(rows):
        code = f"AMR.N{number:02d}"
        db.session.add(Skill(code=code, name=code, parent_code="AMR", synonyms="", search_text=code.lower()))
        make_volunteer(skills={OLD: SkillLevel.TEACHES}, ready=False)
    queries.clear_cache()
    admin.get("/skills/")
    assert len(page_queries(admin, "/skills/?q=a")) == 0
    assert len(page_queries(admin, "/skills/AMR")) == 5
    assert len(page_queries(admin, f"/skills/{OLD}/merge?into={NEW}")) <= 4
