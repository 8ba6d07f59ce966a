"""What a reading returns: read once, and JSON by its fields."""

import json
from datetime import date, datetime, timedelta, timezone

import pytest

from demandctl.queries.view import View, as_json


class Visit(View):
    id: int
    from_: str | None
    at: datetime
    next: list[date]


VISIT = Visit(
    id=3, from_=None, at=datetime(2026, 11, 25, 9, 5, tzinfo=timezone(timedelta(hours=8))), next=[date(2026, 12, 1)]
)


def test_json_has_the_fields_in_their_order_with_times_as_iso() -> None:
    written = json.dumps({"visit": VISIT}, default=as_json)
    fields = '"id": 3, "from": null, "at": "2026-11-25T09:05:00+08:00", "next": ["2026-12-01"]'
    assert written == f'{{"visit": {{{fields}}}}}'


def test_a_document_may_have_more_beside_the_fields() -> None:
    assert list(VISIT.data() | {"demands": []}) == ["id", "from", "at", "next", "demands"]


def test_what_was_read_cannot_be_changed() -> None:
    with pytest.raises(AttributeError, match=r"Visit\.id"):
        VISIT.id = 4  # type: ignore[misc]


def test_what_is_no_reading_is_no_json() -> None:
    with pytest.raises(TypeError, match="set"):
        json.dumps({1}, default=as_json)
