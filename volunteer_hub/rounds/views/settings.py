"""The page of a programme's round settings."""

from __future__ import annotations

from flask import request, url_for
from flask_babel import gettext as _

from volunteer_hub.core.access import Role, allow
from volunteer_hub.core.clock import now
from volunteer_hub.core.http import Reply, finish, page, viewer
from volunteer_hub.programmes import queries as programmes
from volunteer_hub.rounds.forms import RoundSettingForm, to_form_values
from volunteer_hub.rounds.queries import round_settings
from volunteer_hub.rounds.service import round_settings as settings_service
from volunteer_hub.rounds.views.base import bp


@bp.route("/programmes/<id:programme_id>/rounds", methods=["GET", "POST"])
@allow(Role.COORDINATOR)
def edit_settings(programme_id: int) -> Reply:
    """Edit the round settings; on a conflicting edit, show both versions (409)."""
    programme = programmes.get_programme(programme_id, locked=request.method == "POST")
    row = to_form_values(round_settings.get_settings(programme_id))
    form, conflicts = RoundSettingForm.bind(row), []
    if form.validate_on_submit():
        conflicts = form.differences(row)
        if not conflicts:
            with form.catch_domain_errors():
                settings_service.change_round_settings(programme, form.values(), actor=viewer(), now=now())
                here = url_for("programmes.show", programme_id=programme_id)
                return finish(here, _("How rounds go is saved."))
            programme = programmes.get_programme(programme_id)
    status = 409 if conflicts else 200
    return page("rounds/settings.html", form=form, conflicts=conflicts, programme=programme, status=status)
