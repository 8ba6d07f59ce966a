"""Text looked for in the ledger: over everything about a demand or a customer, and names by their pinyin."""

from __future__ import annotations

SPELLED = "(instr(' ' || {0}, ' ' || :py) > 0 OR (length(:py) > 3 AND instr({0}, :py) > 0))"
"""Whether a stored pinyin begins with what was typed, in full or by initials; longer ones count anywhere."""

DEMAND_HOLDS = (
    "(d.content LIKE :text OR d.product LIKE :text OR d.region LIKE :text OR d.group_name LIKE :text "
    "OR d.note LIKE :text OR c.name LIKE :text OR c.nickname LIKE :text OR c.phone LIKE :text OR c.company LIKE :text "
    f"OR (:py <> '' AND ({SPELLED.format('c.pinyin')} OR {SPELLED.format('h.pinyin')})) "
    "OR h.name LIKE :text OR EXISTS (SELECT 1 FROM follow_up AS f WHERE f.demand_id = d.id AND f.text LIKE :text))"
)
"""Whether demand ``d``, its customer ``c``, its handler ``h`` or a follow-up holds ``:text`` (a LIKE pattern)."""

CUSTOMER_HOLDS = (
    "(c.name LIKE :like OR c.nickname LIKE :like OR c.phone LIKE :like OR c.company LIKE :like "
    "OR c.region LIKE :like OR c.wechat = :text OR printf('K%05d', c.id) = upper(:text) "
    f"OR (:py <> '' AND {SPELLED.format('c.pinyin')}))"
)
"""Whether customer ``c`` holds ``:text``, of which ``:like`` is the LIKE pattern."""


def typed_letters(text: str) -> dict[str, str]:
    """What was typed as the ``:py`` of these conditions: pinyin letters, empty where it is none."""
    from demandctl.pinyin import typed

    return {"py": typed(text)}
