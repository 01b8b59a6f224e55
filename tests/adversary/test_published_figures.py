"""Adversarial tests of what a funder may read: differences of figures, names."""

from __future__ import annotations

from tests.factories.accounts import make_account, viewer_of
from tests.factories.matching import make_fitting_volunteer, make_match
from tests.factories.partner_requests import make_institution, make_programme, make_request
from tests.factories.placements import make_placement
from volunteer_hub.core.access import Role
from volunteer_hub.placements.states import PlacementState


def test_funder_cannot_subtract_one_table_from_another(app, as_, now) -> None:
    """Countries add up to all placements: the difference from the shown states would disclose the hidden ones."""
    from volunteer_hub.reports.views import parts

    place = make_institution("UG")
    for number in range(7):
        state = PlacementState.ACTIVE if number < 5 else PlacementState.PLANNED
        make_placement(make_match(make_request(institution=place), make_fitting_volunteer()), state)
    funder = make_account(Role.FUNDER)
    assert "Placements by country" not in as_(funder).get("/start").text
    with app.test_request_context():
        charts = parts.funder(viewer_of(funder), now)["charts"]
    assert any(None in table.cells.values() for _chart, table in charts)


def test_funder_reads_no_names_on_a_programme(app, as_) -> None:
    who = make_account(Role.COORDINATOR, name="Quentin Quillfeather")
    programme = make_programme(make_institution())
    client = as_(who)
    client.submit(f"/programmes/{programme.id}/edit", funder="Somebody else")
    assert "Quillfeather" in client.get(f"/programmes/{programme.id}").text
    page = as_(make_account(Role.FUNDER)).get(f"/programmes/{programme.id}").text
    assert "Somebody else" in page
    assert "Quillfeather" not in page
