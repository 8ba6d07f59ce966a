"""Several demands at once: one operation, all of them or none."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from demandctl.actions.demands import find_demand
from demandctl.errors import DemandctlError, Refused
from demandctl.store.models import Demand
from demandctl.store.work import Work


def each(work: Work, numbers: Sequence[int], step: Callable[[Demand], object], what: str) -> list[Demand]:
    """Do a step for each of several demands and return them; *what* names it in the log.

    For one, an error is that of the step. For several, Refused names each for which it is not possible, and nothing
    is done for any.
    """
    if len(numbers) == 1:
        demand = find_demand(work.session, numbers[0])
        step(demand)
        return [demand]
    done: list[Demand] = []
    refused: list[str] = []
    for number in numbers:
        try:
            demand = find_demand(work.session, number)
            step(demand)
            done.append(demand)
        except DemandctlError as error:
            refused.append(str(error))
    if refused:
        listed = "\n".join(refused)
        raise Refused(f"{len(numbers)} 条里有 {len(refused)} 条不行，一条也没有动：\n{listed}", "去掉它们再来一次")
    work.describe(f"{what} {'、'.join(demand.code for demand in done)}")
    return done
