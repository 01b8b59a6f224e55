"""What an adversary tried on hours, imports, skills, wording, the outbox and reports; each once broke or nearly did."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import pytest

from tests.factories.accounts import make_account, viewer_of
from tests.factories.hours import make_entry
from tests.factories.imports import a_volunteer, csv_of, make_import
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_request
from tests.factories.placements import make_placement
from volunteer_hub.accounts.models import Account, RoleGrant
from volunteer_hub.accounts.queries import recipient
from volunteer_hub.core import clock as core_clock
from volunteer_hub.core.access import Role
from volunteer_hub.core.db import db
from volunteer_hub.core.errors import Conflict, DomainError
from volunteer_hub.imports import queries as import_queries
from volunteer_hub.imports import service as imports
from volunteer_hub.imports.states import ImportKind
from volunteer_hub.mail import outbox, sentences
from volunteer_hub.mail.models import OutboxMail
from volunteer_hub.mail.service import queue
from volunteer_hub.mail.states import MailState
from volunteer_hub.placements import service as placements
from volunteer_hub.placements.states import PlacementState
from volunteer_hub.privacy import service as privacy
from volunteer_hub.reports.queries import attention
from volunteer_hub.reports.states import Attention
from volunteer_hub.vocabulary import queries as vocabulary
from volunteer_hub.vocabulary import service as curating
from volunteer_hub.vocabulary.models import Skill


@pytest.fixture(autouse=True)
def _fresh(app: Any) -> Any:
    vocabulary.forget()
    yield
    vocabulary.forget()


@pytest.fixture
def staff(app: Any) -> Any:
    return viewer_of(make_account(Role.ADMIN))


def skill(code: str) -> Skill:
    return vocabulary.get_skill(code, locked=True)


# --- skills


def test_two_skills_with_many_synonyms_can_be_merged(app, staff, now) -> None:
    curating.change_skill(
        skill("AMR.AMS"),
        name="Antimicrobial stewardship",
        synonyms="\n".join(f"alpha{n}" for n in range(16)),
        actor=staff,
        now=now,
    )
    one = curating.add_skill(
        name="Other thing",
        short_code="OTHER",
        parent=skill("AMR"),
        synonyms="\n".join(f"beta{n}" for n in range(16)),
        actor=staff,
        now=now,
    )
    db.session.commit()
    curating.merge(skill(one.code), skill("AMR.AMS"), actor=staff, now=now)


def test_name_of_a_merged_skill_can_be_imported(app, staff, now) -> None:
    """Two skills of one name in two areas: the reason to merge. After it the name is one skill's alone."""
    one = curating.add_skill(
        name="Wound care zz", short_code="WOUND1", parent=skill("AMR"), synonyms="", actor=staff, now=now
    )
    two = curating.add_skill(
        name="Wound care zz", short_code="WOUND2", parent=skill("IPC"), synonyms="", actor=staff, now=now
    )
    curating.merge(skill(one.code), skill(two.code), actor=staff, now=now)
    db.session.commit()
    table = imports.open_file(ImportKind.VOLUNTEERS, csv_of([a_volunteer(skills="Wound care zz:independent")]))
    outcome = imports.examine(ImportKind.VOLUNTEERS, table, today=now.date())
    assert outcome.errors == ()


def test_a_check_of_a_file_tells_of_a_retired_skill(app, staff, now) -> None:
    curating.retire(skill("AMR.AMS"), reason="old", actor=staff, now=now)
    db.session.commit()
    batch = make_import([a_volunteer(skills="AMR.AMS:independent")])
    assert batch.error_count, "the check says that the file is in order"


def test_a_file_that_the_check_passed_can_be_imported(app, staff, now) -> None:
    curating.retire(skill("AMR.AMS"), reason="old", actor=staff, now=now)
    db.session.commit()
    batch = make_import([a_volunteer(skills="AMR.AMS:independent")])
    _t, outcome = imports.check_again(batch, today=now.date())
    if not outcome.errors:
        imports.take_over(import_queries.get_locked(staff, batch.id), send_invitations=False, actor=staff, now=now)


# --- NUL and the like


@pytest.mark.parametrize(
    "path",
    [
        "/skills/new?under=%00",
        "/skills/new?under=A%00B",
        "/skills/AMR/merge?into=%00",
        "/skills/?q=%00",
        "/readiness/?skill=%00",
        "/readiness/?q=%00&skill=A%00",
    ],
)
def test_nul_in_the_address_is_no_fault(app, as_, path) -> None:
    assert as_(make_account(Role.COORDINATOR)).get(path).status_code < 500


def test_nul_in_a_reset_of_wording_is_no_fault(app, as_) -> None:
    client = as_(make_account(Role.COORDINATOR))
    page = client.get("/wording/password_changed").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    assert (
        client.post("/wording/password_changed/reset", data={"csrf_token": token, "msgid": "a\x00b"}).status_code < 500
    )


def test_nul_in_an_address_of_a_utf16_file_is_no_fault(app, as_) -> None:
    client = as_(make_account(Role.COORDINATOR))
    form = [f for f in client.forms("/imports/new") if f["method"] == "post" and f["action"] != "/sign-out"][-1]
    text = "name,email,profession\nAnn,a\x00nn@example.org,nurse_adult\n"
    data = dict(form["data"]) | {"kind": "volunteers", "file": (io.BytesIO(text.encode("utf-16")), "x.csv")}
    reply = client.post("/imports/new", data=data, content_type="multipart/form-data")
    assert reply.status_code < 500
    if reply.status_code == 303:
        assert client.get(reply.headers["Location"]).status_code < 500


def test_surrogates_and_controls_in_a_csv(app, as_) -> None:
    client = as_(make_account(Role.COORDINATOR))
    for text in (
        "name,email,profession\nA\x01nn,a@example.org,nurse_adult\n",
        "na\x00me,email,profession\nx,y@example.org,nurse_adult\n",
        "name,email,email,profession\nA,a@b.org,c@d.org,nurse_adult\n",
        "name,email,profession\n=cmd,a@b.org,nurse_adult\n",
    ):
        form = [f for f in client.forms("/imports/new") if f["method"] == "post" and f["action"] != "/sign-out"][-1]
        data = dict(form["data"]) | {"kind": "volunteers", "file": (io.BytesIO(text.encode("utf-16")), "x.csv")}
        reply = client.post("/imports/new", data=data, content_type="multipart/form-data")
        assert reply.status_code < 500
        if reply.status_code == 303:
            assert client.get(reply.headers["Location"]).status_code < 500


# --- search by name


def test_hours_of_somebody_with_an_accent_are_found(app, as_) -> None:
    volunteer = make_fitting_volunteer(account=make_account(Role.VOLUNTEER, name="Zoë Müller"))
    entry = make_entry(
        make_placement(make_match(make_request(), volunteer), PlacementState.ACTIVE), note="Findable note"
    )
    client = as_(make_account(Role.COORDINATOR))
    assert f"/hours/placement/{entry.placement_id}" in client.get("/hours/all").text
    page = client.get("/hours/all", query_string={"volunteer": "Zoë"}).text
    assert f"/hours/placement/{entry.placement_id}" in page


def test_a_name_in_another_script_narrows_the_hours(app, as_) -> None:
    entry = make_entry()
    client = as_(make_account(Role.COORDINATOR))
    page = client.get("/hours/all", query_string={"volunteer": "አበበ"}).text
    assert f"/hours/placement/{entry.placement_id}" not in page, "the filter was dropped: all hours of all people"


def test_outbox_finds_an_accented_capital(app, as_) -> None:
    account = make_account(name="Émile Ångström", email="em@example.org")
    mail = queue("password_changed", recipient(account), account, now=core_clock.now())
    db.session.commit()
    client = as_(make_account(Role.ADMIN))
    assert f"/outbox/{mail.id}" in client.get("/outbox/", query_string={"to": "Émile"}).text


def test_audit_finds_an_accented_capital(app) -> None:
    from volunteer_hub.reports.audit_queries import people_named

    account = make_account(name="Émile Ångström", email="em@example.org")
    assert people_named("Émile") == (account.id,)


# --- outbox


def test_what_was_forgotten_is_not_sent_again(app, staff, now, clock) -> None:
    account = make_account(name="Fay Failed", email="fay@example.org")
    mail = queue("password_changed", recipient(account), account, now=now)
    mail.state = MailState.LEASED
    mail.state = MailState.FAILED
    db.session.commit()
    clock.advance(days=4000)
    privacy.forget_overdue(clock())
    db.session.commit()
    db.session.expire_all()
    mail = db.session.get(OutboxMail, mail.id)
    assert "fay" not in mail.recipient_email
    with pytest.raises(DomainError):
        outbox.send_again(mail, actor=staff, now=clock())


def test_page_of_a_forgotten_mail_offers_no_sending(app, as_, now, clock) -> None:
    account = make_account(name="Fay Failed", email="fay@example.org")
    mail = queue("password_changed", recipient(account), account, now=now)
    mail.state = MailState.LEASED
    mail.state = MailState.FAILED
    db.session.commit()
    clock.advance(days=4000)
    privacy.forget_overdue(clock())
    db.session.commit()
    page = as_(make_account(Role.ADMIN)).get(f"/outbox/{mail.id}").text
    assert "send-again" not in page


# --- hours of somebody with two roles


def test_own_hours_do_not_wait_for_oneself(app, now) -> None:
    place = make_institution("UG")
    person = make_account(Role.VOLUNTEER)
    db.session.add(RoleGrant(account_id=person.id, role=Role.PARTNER, institution_id=place.id, granted_at=now))
    db.session.commit()
    volunteer = make_fitting_volunteer(account=person)
    make_entry(make_placement(make_match(make_request(institution=place), volunteer), PlacementState.ACTIVE))
    from volunteer_hub.hours import queries as hours

    viewer = viewer_of(person)
    own = hours.waiting(viewer)[0]
    told = attention.waiting([Attention.HOURS_TO_CONFIRM], viewer.only(Role.PARTNER), now=now)
    assert (own, sum(g.number for g in told)) == (0, 0)


# --- placements


def test_a_placement_paused_past_its_end_comes_to_somebodys_attention(app, now, clock) -> None:
    from volunteer_hub.reports import rules

    placement = make_placement(state=PlacementState.PAUSED)
    clock.instant = dt.datetime.combine(placement.ends_on + dt.timedelta(days=200), dt.time(9), dt.UTC)
    placements.complete_placements(clock())
    db.session.commit()
    assert placement.state is PlacementState.PAUSED
    assert placement.allocation.free_minor
    director = db.session.get(Account, placement.director_id)
    viewers = [
        (Role.DIRECTOR, viewer_of(director)),
        (Role.COORDINATOR, viewer_of(make_account(Role.COORDINATOR))),
        (Role.VOLUNTEER, viewer_of(placement.volunteer.account)),
    ]
    told = [
        g.kind
        for role, v in viewers
        for g in attention.waiting(rules.KINDS[role], v.only(role), now=clock())
        if any(line.id == placement.id for line in g.lines) and "placement" in g.kind.value
    ]
    assert told, "money and a seat are held for ever and nobody is told"


def test_hours_of_a_paused_placement_long_after_its_end_are_refused(app, now, clock) -> None:
    placement = make_placement(state=PlacementState.PAUSED)
    clock.instant = dt.datetime.combine(placement.ends_on + dt.timedelta(days=200), dt.time(9), dt.UTC)
    with pytest.raises(DomainError):
        make_entry(placement, minutes=60, at=clock())


def test_job_twice_leaves_money_once(app, now, clock) -> None:
    placement = make_placement(state=PlacementState.ACTIVE)
    fund = placement.allocation.fund
    clock.instant = dt.datetime.combine(placement.ends_on + dt.timedelta(days=15), dt.time(9), dt.UTC)
    assert placements.complete_placements(clock()) == 1
    db.session.commit()
    assert placements.complete_placements(clock()) == 0
    assert (placement.allocation.amount_minor, fund.allocated_minor) == (0, 0)
    with pytest.raises(Conflict):
        placements.end_early(placement, words="x", actor=viewer_of(make_account(Role.COORDINATOR)), now=clock())


# --- wording

WICKED = [
    "<script>alert(1)</script>",
    "{{ config }}",
    "%(x)s",
    "%%",
    "%(recipient)s.__class__",
    "%(to)r",
    "%()s",
    "=?utf-8?q?x=0D=0ABcc:_y?=",
    "\u2028Bcc: x@y.org",
    "\x85Bcc: a",
]


@pytest.mark.parametrize("word", WICKED)
def test_every_sentence_with_wicked_words(app, word, now) -> None:
    """Whatever is accepted for any sentence can be previewed in every case."""
    from volunteer_hub.mail import wording, wording_rules
    from volunteer_hub.mail.service import Recipient

    to = Recipient("Ann", "ann@example.org")
    taken = 0
    for kind in sentences.kinds():
        changed = {}
        for sentence in sentences.sentences_of(kind):
            text = word + " " + " ".join(f"%({n})s" for n in sentence.placeholders)
            try:
                changed[sentence.msgid] = wording_rules.accepted(sentence, text)
            except DomainError:
                continue
            taken += 1
        if not changed:
            continue
        for usual in (True, False):
            subject, _body = wording.preview(kind, to=to, locale="en", changed=changed, usual=usual)
            assert "\n" not in subject
            assert "=?" not in subject
            assert len(subject.splitlines()) <= 1
    assert taken or "%" in word or word[0] in "\x85"


# --- hours, odd input


@pytest.mark.parametrize(
    "answers",
    [
        {"worked_on": "0001-01-01", "start": "00:00"},
        {"worked_on": "9999-12-31", "start": "23:59"},
        {"hours": "-1", "spent": "other"},
        {"minutes": "٣", "spent": "other"},
        {"hours": "0", "minutes": "0", "spent": "other"},
        {"hours": "99999999999999999999", "spent": "other"},
        {"hours": "24", "minutes": "59", "spent": "other"},
        {"spent": "1e3"},
        {"spent": "999"},
        {"start": "24:00"},
        {"start": "٠٩:٠٠"},
        {"worked_on": "٢٠٢٦-١١-٢٠"},
        {"kind": "x\x00"},
        {"note": "a\x00b"},
        {"spent": "30", "hours": "1"},
        {"worked_on": "2026-02-30"},
        {"worked_on": "2026-11-21"},
    ],
)
def test_odd_answers_about_hours_are_refused(app, as_, answers) -> None:
    from volunteer_hub.hours.models import HoursEntry

    placement = make_placement(state=PlacementState.ACTIVE)
    client = as_(placement.volunteer.account)
    reply = client.submit("/hours/log", **({"spent": "60", "kind": "delivery"} | answers))
    assert reply.status_code == 422, reply.status_code
    assert db.session.query(HoursEntry).count() == 0


@pytest.mark.parametrize("zone", ["Pacific/Honolulu", "America/New_York", "Pacific/Kiritimati", "Pacific/Apia"])
def test_future_day_on_ones_own_clock(app, as_, clock, zone) -> None:
    """At 2 in the morning UTC it is still yesterday in Honolulu."""
    from volunteer_hub.core import times

    placement = make_placement(state=PlacementState.ACTIVE, starts_on=None)
    placement.volunteer.account.time_zone = zone
    clock.instant = dt.datetime(2026, 11, 25, 2, 0, tzinfo=dt.UTC)
    db.session.commit()
    client = as_(placement.volunteer.account)
    local = times.local_day(clock(), zone)
    tomorrow = (local + dt.timedelta(days=1)).isoformat()
    assert client.submit("/hours/log", spent="60", kind="delivery", worked_on=tomorrow).status_code == 422
    assert client.submit("/hours/log", spent="60", kind="delivery", worked_on=local.isoformat()).status_code == 303
