"""What must hold between the rows of a ledger: what is wrong in words, and the query for the rows that are."""

from demandctl.core.parts import RulePart
from demandctl.store.conditions import is_open
from demandctl.store.fields import searched
from demandctl.store.migrations import gathered

_GATHERED = gathered(searched("demand"), searched("follow_up"))

DEMANDS = {
    "结束的没有结束时间，或未结束的有结果、结束时间": (  # an old workbook may say 已结束 without a result
        "SELECT id FROM demand WHERE (status = 'closed') <> (closed_at IS NOT NULL) "
        "OR (status <> 'closed' AND outcome IS NOT NULL)"
    ),
    "已派单或等待中，却没有对接人": (
        "SELECT id FROM demand WHERE status IN ('assigned', 'waiting') AND handler_id IS NULL"
    ),
    "待指派，却没有领导，或已有对接人": (
        "SELECT id FROM demand WHERE status = 'referred' AND (leader_id IS NULL OR handler_id IS NOT NULL)"
    ),
    "待派单，却已有对接人": "SELECT id FROM demand WHERE status = 'new' AND handler_id IS NOT NULL",
    "对接人没有派单记录": (
        "SELECT id FROM demand AS d WHERE handler_id IS NOT NULL AND NOT EXISTS "
        "(SELECT 1 FROM assignment AS a WHERE a.demand_id = d.id AND a.to_id = d.handler_id)"
    ),
    "待确认，却没有解决时间，或不是售后和投诉": (
        "SELECT id FROM demand WHERE status = 'confirming' "
        "AND (resolved_at IS NULL OR kind NOT IN ('service', 'complaint'))"
    ),
    "等待中，最近一次跟进却没有约定等到何时": (
        "SELECT id FROM demand AS d WHERE status = 'waiting' AND NOT EXISTS "
        "(SELECT 1 FROM follow_up AS f WHERE f.demand_id = d.id AND f.wait_until IS NOT NULL)"
    ),
    "升级次数与升级记录不符": (
        "SELECT id FROM demand AS d WHERE escalation <> (SELECT count(*) FROM escalation WHERE demand_id = d.id)"
    ),
    "下次跟进的时间与约定不符": (
        "SELECT id FROM demand AS d WHERE next_at IS NOT (SELECT min(due_at) FROM deadline AS l "
        f"WHERE l.demand_id = d.id AND l.about = 'demand' AND l.role = '{RulePart.PROMISE}' "
        f"AND {is_open()})"
    ),
    "结束时间早于提出时间": "SELECT id FROM demand WHERE closed_at < raised_at",
    "搜索用的文字与记录不符": (
        "SELECT id FROM demand LEFT JOIN search ON search.demand_id = demand.id "
        f"WHERE search.text IS NULL OR length(search.text) <> length({_GATHERED})"
    ),
}
"""Between the status of a demand and what it hangs on."""

REVISITS = {
    "填了表却没有回访时间": "SELECT id FROM revisit WHERE recorded_at IS NOT NULL AND visited_at IS NULL",
    "转交了却没有责任部门": "SELECT id FROM revisit WHERE forwarded_at IS NOT NULL AND department = ''",
}
"""Between the steps of a revisit."""

ORPHANS = {
    "时限记录": (
        "SELECT id FROM deadline WHERE (about = 'demand' AND demand_id IS NULL) "
        "OR (about = 'revisit' AND revisit_id IS NULL) OR (about = 'customer' AND customer_id IS NULL)"
    ),
    "事件": (
        "SELECT id FROM event WHERE (about = 'demand' AND NOT EXISTS (SELECT 1 FROM demand WHERE id = subject_id)) "
        "OR (about = 'revisit' AND NOT EXISTS (SELECT 1 FROM revisit WHERE id = subject_id)) "
        "OR (about = 'customer' AND NOT EXISTS (SELECT 1 FROM customer WHERE id = subject_id))"
    ),
}
"""Rows whose subject is gone, where no foreign key can say so."""
