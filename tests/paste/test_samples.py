"""Pastes with what a careful specialist writes down of them: floors that hold, and nothing of a customer is lost."""

import pytest

from demandctl.paste.clauses import Why
from demandctl.paste.layouts import squeezed
from demandctl.paste.matters import without_mentions
from demandctl.paste.senders import Staff
from demandctl.paste.transcript import transcribe
from tests.support.pastes import Case, cases, directory, judge, read, score

FILES = (
    "chat_pastes.jsonl",
    "chat_pastes_2.jsonl",
    "chat_own.jsonl",
    "pastes/hand_a.txt",
    "pastes/hand_b.txt",
    "pastes/hand_c.txt",
)
FLOORS = {
    "chat_pastes.jsonl": (0.98, 0.01),
    "chat_pastes_2.jsonl": (0.96, 0.02),
    "chat_own.jsonl": (0.98, 0.01),
    "pastes/hand_a.txt": (0.94, 0.03),
    "pastes/hand_b.txt": (0.92, 0.04),
    "pastes/hand_c.txt": (0.92, 0.05),
    "pastes/hand_d.txt": (0.94, 0.03),
}
"""At least so many fields right, and at most so many wrong."""


@pytest.mark.parametrize("name", FLOORS)
def test_fields_are_read_right_and_hardly_one_is_wrong(name: str) -> None:
    result = score(cases(name))
    right, wrong = FLOORS[name]
    assert result.share("right") >= right, result
    assert result.share("wrong") <= wrong, result
    assert result.undrafted <= 0.02 * sum(len(case.expect) for case in cases(name)), result


def test_of_what_is_no_demand_hardly_anything_is_drafted() -> None:
    results = [score(cases(name)) for name in FILES]
    assert sum(result.drafted for result in results) <= 0.12 * sum(result.nothing for result in results)


def _customers_messages(case: Case) -> list[str]:
    people = directory()
    staff, names = Staff(people), [name for p in people for name in (p.name, p.wechat) if len(name) > 1]
    told = transcribe(case.text, case.now, judge().wording.labels, names)
    return [m.text for m in told.messages if m.text and not (m.sender and staff.who(m.sender))]


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for name in FILES for case in cases(name)])
def test_each_message_of_a_customer_is_in_a_draft_or_left_out_with_a_reason(case: Case) -> None:
    found = read(case)
    kept = squeezed(
        "".join([*(draft.content for draft in found.drafts), *(left.message.text for left in found.left_out)])
    )
    for text in _customers_messages(case):
        assert squeezed(without_mentions(text)) in kept
    assert all(left.why in Why for left in found.left_out)


@pytest.mark.parametrize("case", [pytest.param(case, id=case.id) for name in FILES[:3] for case in cases(name)])
def test_every_field_of_a_draft_tells_where_it_comes_from(case: Case) -> None:
    for draft in read(case).drafts:
        assert set(draft.words) | draft.inferred.keys() >= draft.values.keys()
        assert all(0 < share <= 1 for share in draft.inferred.values())
