"""When a job runs: as an instant, and as text on a viewer's clock."""

from __future__ import annotations

import datetime as dt

from apscheduler.triggers.cron import CronTrigger
from flask_babel import gettext as _
from flask_babel import ngettext

from volunteer_hub.core import template_filters, times
from volunteer_hub.scheduler import service
from volunteer_hub.scheduler.jobs import Job


def next_run_at(job: Job, now: dt.datetime) -> dt.datetime:
    """Return the next scheduled time of a job after `now`, in UTC."""
    next_at: dt.datetime = CronTrigger(timezone="UTC", **job.cron).get_next_fire_time(None, now)
    return next_at.astimezone(dt.UTC)


def describe_schedule(job: Job, now: dt.datetime, zone: str) -> str:
    """Return how often a job runs, with its time of day in `zone`."""
    local = next_run_at(job, now).astimezone(times.zone(zone))  # an hour's minute differs where a zone is off by 45
    if "second" in job.cron:
        return ngettext("every second", "every %(num)s seconds", int(job.cron["second"].partition("/")[2]))
    if job.cron.get("minute", "").startswith("*/"):
        return ngettext("every minute", "every %(num)s minutes", int(job.cron["minute"].removeprefix("*/")))
    if "hour" not in job.cron:
        return _("every hour, next at %(time)s on your clock", time=f"{local:%H:%M}")
    if "day_of_week" in job.cron:
        return _(
            "once a week, on %(day)s at %(time)s on your clock",
            day=template_filters.weekday(local.weekday(), "wide"),
            time=f"{local:%H:%M}",
        )
    return _("once a day, at %(time)s on your clock", time=f"{local:%H:%M}")


def overdue_by(job: Job, slot_at: dt.datetime, now: dt.datetime) -> dt.timedelta:
    """Return for how long a job has been due since its run in the slot `slot_at`; zero when it is not due yet."""
    due = next_run_at(job, service.slot_start(slot_at, job.slot) + job.slot)
    return max(dt.timedelta(), now - due)
