"""Standing orders: what SYSTEM carries out because named persons signed it, each by the name of its activity. Pure."""

from __future__ import annotations

ACTIVATE_LOAN = "activate_loan"
"""The first day of a signed loan has come."""

END_LOAN = "end_loan"
"""The last day of a loan is over."""

LAPSE_RESERVATION = "lapse_reservation"
"""An offered loan was not signed by both in time: the reservation is released, the request is back in the pool."""

LAPSE_CHOICE = "lapse_choice"
"""The choice of an own member was not answered in time: she is offered again."""
