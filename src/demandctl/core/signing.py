"""Who signs a change of credit, in that order (C 1.5.2). Pure."""

from __future__ import annotations

from collections.abc import Mapping

SIGNATURES = {"applied": "申请", "audited": "营销总监审核", "checked": "财务主管核对", "signed": "总经理签字"}
"""Each part with what it is called: what the sales director audits and the finance head checks the manager signs."""


def unsigned(form: Mapping[str, object]) -> list[str]:
    """The parts that nobody has signed yet, out of the columns of a form."""
    return [part for part in SIGNATURES if not form.get(f"{part}_by")]
