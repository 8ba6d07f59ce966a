"""The parts that rules play, and what they may ask. Pure, and cheap: reading needs no more of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

Facts = Mapping[str, Any]
"""What a rule may ask about its subject: kind, channel, urgency, handled, …"""


class RulePart(StrEnum):
    """The part that a rule plays (its ``role``): code asks for rules by it, never by their number."""

    FIRST_ANSWER = "first-answer"
    """Whoever is to answer the customer first."""
    DESIGNATE = "designate"
    """By when a leader names somebody; the message to him says so."""
    FEEDBACK = "feedback"
    """By when a new handler reports; the message to him says so."""
    RESOLVE = "resolve"
    """How long the work may take; of a complaint, 投诉处理及时率."""
    WEEKLY = "weekly"
    """What the Monday round asks for."""
    PROMISE = "promise"
    """The next step of a demand and its time."""
    VISIT = "visit"
    """Somebody is to be visited: the visit plan, the numbers of the day, 回访率."""
    FORM = "form"
    """By when the form about a visit is filled in."""
    FORWARD = "forward"
    """A problem told in a visit goes to its department."""
    GREET = "greet"
    """Somebody is to be congratulated."""
    ON_THE_SPOT = "on-the-spot"
    """A problem told in a visit is settled at once by the supervisor."""


PART_OF_OLD: dict[str, RulePart] = {
    "respond": RulePart.FIRST_ANSWER,
    "designate": RulePart.DESIGNATE,
    "first-feedback": RulePart.FEEDBACK,
    "resolve": RulePart.RESOLVE,
    "weekly": RulePart.WEEKLY,
    "promise": RulePart.PROMISE,
    **dict.fromkeys(("visit", "call-back", "after-sale", "regular"), RulePart.VISIT),
    **dict.fromkeys(("inactive-week", "inactive-month", "inactive-two-months"), RulePart.VISIT),
    "revisit-form": RulePart.FORM,
    "revisit-forward": RulePart.FORWARD,
    "on-the-spot": RulePart.ON_THE_SPOT,
}
"""The part of rules as files of 0.1 have them, which name none: by the id that shipped. ``role = ""`` takes it away."""
GIVEN = "given"
"""A target or a repetition that the command gives with its event."""
