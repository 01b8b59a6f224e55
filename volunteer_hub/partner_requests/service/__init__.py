"""The verbs of this area, one file for each part of a request's life."""

from volunteer_hub.partner_requests.service.seats import free_seat, take_seat
from volunteer_hub.partner_requests.service.signals import request_ended

__all__ = ["free_seat", "request_ended", "take_seat"]
