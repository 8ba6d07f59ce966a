"""Demands out of a file into the ledger: history in its own time, clocks from now on for what is still open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from shlex import quote

from demandctl.core.routing import Branch, Candidate, branch_named, branch_of
from demandctl.imports.arrival import Arrival
from demandctl.imports.belongings import order_won
from demandctl.imports.beside import ABOUT, Beside, SaidBeside, read_beside
from demandctl.imports.bulk import insert, insert_dicts, next_id, sql
from demandctl.imports.cells import plain
from demandctl.imports.clocks import EVENT_SQL, Adopter, Standing, settled_status
from demandctl.imports.demand_rows import DemandDraft, goes_on, read_demands
from demandctl.imports.files.sheet import Cell
from demandctl.imports.happenings import Happenings
from demandctl.imports.importer import Importer
from demandctl.imports.kinds import DEMANDS
from demandctl.imports.newcomers import Clash, Colleague, Contacts, Customers
from demandctl.imports.problems import Problem
from demandctl.imports.record import Frame
from demandctl.imports.source import Source
from demandctl.imports.tables import Table, TableRow
from demandctl.language.subject import Subject
from demandctl.paste.judging import Judge
from demandctl.paste.matters import cue_text
from demandctl.paste.reading import judge_of
from demandctl.queries.groups import whose
from demandctl.queries.reader import reader_in
from demandctl.queries.routing import candidates
from demandctl.store.deadlines import demand_facts
from demandctl.store.fields import called
from demandctl.store.values import Columns, stored, stored_value
from demandctl.store.work import Work
from demandctl.vocabulary import Channel, Kind, NoteKind, Outcome, Role, Status, Term, Urgency

_FOLLOW_UP = (
    "INSERT INTO follow_up (demand_id, at, by_name, by_id, phone, internal, method, stage, text, next_at, next_plan, "
    "wait_until, resolved, note, to_name, to_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_ASSIGNMENT = (
    "INSERT INTO assignment (demand_id, at, from_id, to_id, how, reason, operator) VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_COMPARED: Mapping[str, tuple[str, str]] = {
    "kind": ("kind", "--kind"), "subtype": ("subtype", "--subtype"), "channel": ("channel", "--channel"),
    "group_name": ("group", "--group"), "region": ("region", "--region"), "product": ("product", "--product"),
    "content": ("content", "--content"), "urgency": ("urgency", "--urgency"), "raised_at": ("raised", "--raised"),
    "outcome": ("outcome", ""), "amount": ("amount", ""), "reason": ("reason", ""), "note": ("note", "--note"),
}  # fmt: skip
"""Columns of a demand that must be the same when a row has the number of a known one: the field of the file, and the
option of ``edit`` that changes it; none where closing does."""
_LABELS: Mapping[str, type[Term]] = {"kind": Kind, "channel": Channel, "urgency": Urgency, "outcome": Outcome}
_LINKS = {column: called("demand", column) for column in ("from_id", "duplicate_of")}
"""Columns that name another demand, and how a note tells one that is not there."""


def _command(draft: DemandDraft, option: str, value: str) -> str:
    """The command that makes the change of a row: an edit, or the end of the demand."""
    if option:
        return f"demandctl edit {draft.number} {option} {quote(value)}"
    values = draft.values
    words = ["demandctl close", str(draft.number), "--outcome", str(values["outcome"] or "…")]
    words += ["--amount", str(values["amount"])] if values["amount"] else []
    words += ["--reason", quote(values["reason"])] if values["reason"] else []
    return " ".join(words)


def _complete(drafts: Sequence[DemandDraft]) -> None:
    """A handler's phone and branch that other rows of the file give, where they all give the same."""
    phones: dict[str, set[str]] = {}
    branches: dict[str, set[str]] = {}
    for draft in drafts:
        phones.setdefault(draft.handler, set()).add(draft.handler_phone)
        branches.setdefault(draft.handler, set()).add(draft.branch)
    for draft in drafts:
        if not draft.handler or draft.table.own:
            continue
        if not draft.handler_phone and len(known := phones[draft.handler] - {""}) == 1:
            draft.handler_phone = next(iter(known))
        if not draft.branch and len(known := branches[draft.handler] - {""}) == 1:
            draft.branch = next(iter(known))


def _attach(said: Beside, drafts: Sequence[DemandDraft]) -> None:
    """Give follow-ups that name a customer to the demand of his that was the latest by then."""
    keys = [key for key in said if key.startswith(ABOUT)]
    by_person: dict[str, list[DemandDraft]] = {}
    for draft in drafts if keys else ():
        for text in {draft.person["phone"], draft.person["name"]} - {""}:
            by_person.setdefault(f"{ABOUT}{text}", []).append(draft)
    for key in keys:
        theirs = sorted(by_person.get(key, ()), key=lambda draft: draft.values["raised_at"])
        for entry, _ in said.pop(key) if theirs else ():
            begun = [draft for draft in theirs if draft.values["raised_at"] <= entry.at]
            draft = (begun or theirs[:1])[-1]
            draft.said = _merged(draft.said, [entry])


def _orphans(said: Beside, labels: set[str], tables: Sequence[Table]) -> list[Problem]:
    """Follow-ups on a sheet of their own whose demand is not in the file, or is in a row that cannot be taken."""
    titles = {table.sheet: table.titled("number") for table in tables}
    return [
        Problem(sheet, row, titles.get(sheet, ""), label, "这份文件里没有收下这个编号的需求")
        for label, entries in said.items()
        if label not in labels
        for _, (sheet, row) in entries
    ]


class DemandImport(Importer[DemandDraft]):
    """Demands with their history, their people, and the clocks of what is still open."""

    kind = DEMANDS

    def __init__(self, work: Work, source: Source, frame: Frame, arrival: Arrival, beside: Sequence[Table]) -> None:
        super().__init__(work, source, frame, arrival, beside)
        self.contacts, self.customers = Contacts(work), Customers(work)
        self.adopter = Adopter(work)
        self._said, self._handed = read_beside(beside, frame)
        self._happenings = Happenings(beside, frame, self.contacts)
        self._rows: list[Columns] = []
        self._follow_ups: list[tuple[object, ...]] = []
        self._assignments: list[tuple[object, ...]] = []
        self._known: dict[tuple[int, str, int], list[tuple[str, int]]] = {}
        for row in sql(work, "SELECT id, customer_id, raised_at, content FROM demand"):
            self._remember(*row)
        self._numbers = {row[0] for row in sql(work, "SELECT id FROM demand")}
        self._next = next_id(work, "demand")
        self._branches: dict[tuple[str, str, int, str, str], Branch] = {}
        self._people = candidates(reader_in(work))
        self._by_id = {person.id: person for person in self._people}
        self._specialist = work.context.config.get("specialist", "phone")

    def records(self, table: Table) -> Iterator[DemandDraft | None]:
        """The demands of a table."""
        return read_demands(table, self.frame, self.contacts.names, self._judge, told=bool(self._said))

    @staticmethod
    def goes_on(row: TableRow) -> bool:
        """Whether a row only adds to the demand above it."""
        return goes_on(row)

    def _judge(self, content: str) -> tuple[str | None, str | None]:
        """The kind and subtype that a content states, as a paste would be read."""
        judged = self._readers.judge(cue_text(content))
        return (judged.kind, judged.subtype) if judged.is_demand else (None, None)

    @cached_property
    def _readers(self) -> Judge:
        """What reads a paste: made ready only where a table says no kind."""
        return judge_of(reader_in(self.work))

    def expect(self, found: Sequence[DemandDraft]) -> None:
        """What rows say for each other; numbers of our own that the file brings along: nobody else gets them."""
        _complete(found)
        _attach(self._said, found)
        self.customers.claim(draft.person["code"] for draft in found)
        self._next = max([self._next, *(draft.number + 1 for draft in found if draft.number)])
        self.frame.problems += _orphans(self._said, {draft.label for draft in found}, self.beside)

    def _remember(self, number: int, customer: int, raised: str, content: str) -> None:
        day = self.work.calendar.local_day(datetime.fromisoformat(raised)).isoformat()
        self._known.setdefault((customer, day, hash(content)), []).append((raised, number))

    def _known_as(self, customer: int, draft: DemandDraft) -> int | None:
        """The number of a customer's demand of the same day and content; of the same time where the file has one."""
        raised = draft.values["raised_at"]
        day = self.work.calendar.local_day(raised).isoformat()
        known = self._known.get((customer, day, hash(draft.values["content"])), [])
        return next((number for at, number in known if not draft.timed or at == stored(raised)), None)

    def _tell_changes(self, number: int, draft: DemandDraft) -> None:
        """Tell what a row says otherwise of a demand that is known by its content: it is not changed by an import."""
        query = "SELECT d.status, c.name FROM demand d LEFT JOIN contact c ON c.id = d.handler_id WHERE d.id = ?"
        rows = sql(self.work, query, (number,))
        if not rows:
            return  # a row above in the same file
        status, handler = rows[0]
        texts = {row[0] for row in sql(self.work, "SELECT text FROM follow_up WHERE demand_id = ?", (number,))}
        differs = {
            "状态": (draft.values["closed_at"] is not None) != (status == Status.CLOSED),
            "对接人": bool(draft.handler) and draft.handler != (handler or ""),
            "跟进": any(entry.text not in texts for entry in draft.said),
        }
        if told := [name for name, different in differs.items() if different]:
            known = Subject.demand(number)
            self.frame.remark(f"{known} 已有，{'、'.join(told)}与表里不同，没有改", draft.table.sheet, draft.row)

    # -- one demand

    def take(self, draft: DemandDraft) -> None:
        """Take one demand in, or see that it is known already."""
        try:
            candidates = self.customers.candidates(draft.person)
            if draft.number in self._numbers:
                self._compare(draft, candidates)
                return
            known = next((number for each in candidates if (number := self._known_as(each, draft))), None)
            if known is not None:
                self._tell_changes(known, draft)
                self.arrival.skipped += 1
                return
            customer, told = self.customers.find_or_add(draft.person, draft.values["raised_at"])
        except Clash as why:
            self.problem(draft, why.field, str(draft.person.get(why.field, "")), str(why))
            return
        number = draft.number or self._next
        if number == self._next:
            self._next += 1
        self._numbers.add(number)
        self._remember(number, customer, stored(draft.values["raised_at"]), draft.values["content"])
        self._add(draft, number, customer, told)
        self.arrival.added += 1

    def _compare(self, draft: DemandDraft, candidates: list[int]) -> None:
        """A row with the number of a known demand: the same, or a problem."""
        assert draft.number is not None
        stored_row = self._stored(draft.number)
        before = len(self.frame.problems)
        if stored_row["customer_id"] not in candidates:
            had = self.customers.name_of(stored_row["customer_id"])
            self._differs(draft, "customer", draft.person["name"] or draft.person["phone"], had)
        values = {**draft.values, "raised_at": stored(draft.values["raised_at"])}
        ended, over = draft.state == Status.CLOSED, stored_row["status"] == Status.CLOSED
        for column, (name, option) in _COMPARED.items():
            if column == "raised_at" and not draft.timed and self._same_day(stored_row["raised_at"], draft):
                continue
            if (column == "note" and not draft.table.own) or (not option and ended != over):
                continue
            if name in draft.table.fields and values[column] and str(values[column]) != str(stored_row[column] or ""):
                told = self._shown(column, values[column])
                self._differs(draft, name, told, self._shown(column, stored_row[column]), _command(draft, option, told))
        if ended and not over:
            self._differs(
                draft, "status", Status.CLOSED.label, Status(stored_row["status"]).label, _command(draft, "", "")
            )
        elif over and not ended:
            now = Status(draft.state).label if draft.state else "未结束"
            self._differs(draft, "status", now, Status.CLOSED.label, f"demandctl reopen {draft.number} --reason …")
        self._compare_handler(draft)
        self.arrival.skipped += len(self.frame.problems) == before

    def _compare_handler(self, draft: DemandDraft) -> None:
        """The handler of a known demand: another name in our own export is another assignment."""
        row = sql(self.work, "SELECT handler_id FROM demand WHERE id = ?", (draft.number,))
        had = self.contacts.get(row[0][0]).name if row and row[0][0] else ""
        if draft.table.own and draft.handler and draft.handler != had:
            self._differs(draft, "handler", draft.handler, had, f"demandctl assign {draft.number} {draft.handler}")

    def _stored(self, number: int) -> Columns:
        fresh = next((row for row in self._rows if row["id"] == number), None)
        if fresh:
            return {**fresh, "raised_at": stored(fresh["raised_at"])}
        names = ("customer_id", "status", *_COMPARED)
        row = sql(self.work, f"SELECT {', '.join(names)} FROM demand WHERE id = ?", (number,))[0]
        return dict(zip(names, row, strict=True))

    def _same_day(self, raised: str, draft: DemandDraft) -> bool:
        day = self.work.calendar.local_day
        return day(datetime.fromisoformat(raised)) == day(draft.values["raised_at"])

    def _machine(self, customer: int, told: str | None) -> tuple[int | None, str]:
        """The machine of the customer that our own export names, or what to keep in 备注 where he has none such."""
        if not told:
            return None, ""
        query = "SELECT id FROM machine WHERE customer_id = ? AND rtrim(model || ' ' || serial) = ?"
        found = sql(self.work, query, (customer, told))
        return (found[0][0], "") if found else (None, f"{called('demand', 'machine_id')}：{told}")

    def _shown(self, column: str, value: object) -> str:
        if column == "raised_at" and value:
            return f"{datetime.fromisoformat(str(value)).astimezone(self.work.calendar.zone):%Y-%m-%d %H:%M}"
        term = _LABELS.get(column)
        return term(str(value)).label if term and value else str(value or "")

    def _differs(self, draft: DemandDraft, name: str, value: str, had: str, command: str = "") -> None:
        known = Subject.demand(draft.number or 0)
        change = f"；要改就用 {command}" if command else ""
        self.problem(draft, name, value, f"与台账里的 {known} 不同，台账是“{had[:40] or '空'}”{change}")

    def _add(self, draft: DemandDraft, number: int, customer: int, told: list[str]) -> None:
        values = draft.values
        values["region"] = values["region"] or self.customers.row(customer)["region"]
        handler, leader, other = self._people_of(draft)
        said = self._history(draft)
        branch, branch_leader = self._branch(draft, handler, leader)
        standing, due, wait = self._standing(draft, handler, leader, said)
        past = "" if due or draft.table.own else _past_promise(draft)
        machine, unknown = self._machine(customer, values["machine_id"])
        row = {
            "id": number, **{name: value for name, value in values.items() if name != "note"}, "machine_id": machine,
            "customer_id": customer, "status": standing.status, "handler_id": handler.id if handler else None,
            "leader_id": leader.id if leader else None, "branch": branch, "branch_leader_id": branch_leader,
            "next_at": due, "next_plan": draft.next_plan if due else "",
            "resolved_at": _resolved(values, standing, said),
            "note": "\n".join(part for part in (values["note"], *told, *other, past, unknown) if part),
        }  # fmt: skip
        row["escalation"] = self._happenings.take(number, draft.number)
        self._rows.append(row)
        self._tell(number, said, handler, wait)
        self._hand(number, draft, handler, leader)
        if not standing.closed:
            self.adopter.adopt(number, customer, standing, demand_facts(row), due, wait)

    def _people_of(self, draft: DemandDraft) -> tuple[Colleague | None, Colleague | None, list[str]]:
        """The handler and the leader who designated him, and what the file says otherwise than the directory."""
        leader = self.contacts.find_or_add(draft.leader, "", draft.branch, leader=True) if draft.leader else None
        if not draft.handler:
            return None, leader, []
        phone = draft.handler_phone
        handler = self.contacts.find_or_add(draft.handler, phone, draft.branch, kind=draft.values["kind"])
        differs = phone and handler.phone and handler.phone != phone
        return handler, leader, [f"{draft.table.titled('handler_phone') or '电话'}：{phone}"] if differs else []

    def _standing(
        self, draft: DemandDraft, handler: Colleague | None, leader: Colleague | None, said: Sequence[SaidBeside]
    ) -> tuple[Standing, datetime | None, datetime | None]:
        """How the demand stands, when what was agreed is due, and when waiting ends."""
        silent = not any(not entry.by or (handler and entry.by == handler.name) for entry in said)
        silent = silent and not (handler and handler.role == Role.SPECIALIST)  # she owes nobody a report
        standing = Standing(Status.CLOSED, handler is not None, silent, draft.next_at, draft.next_plan)
        if draft.values["closed_at"] is not None:
            return standing, None, None
        due, _ = self.adopter.promise(standing._replace(status=""))
        followed = any(entry.note is NoteKind.FOLLOW_UP for entry in said)
        status = settled_status(
            draft.state, handled=handler is not None, referred=leader is not None, followed=followed,
            waits=due is not None,
        )  # fmt: skip
        if status == Status.CONFIRMING and draft.values["kind"] not in (Kind.SERVICE, Kind.COMPLAINT):
            status = Status.FOLLOWING
        standing = standing._replace(status=status.value)
        due, wait = self.adopter.promise(standing)
        if wait and draft.table.own and said and said[-1].next_at:
            wait = said[-1].next_at if said[-1].next_at > self.work.now else None
        return standing, due, wait

    def _history(self, draft: DemandDraft) -> list[SaidBeside]:
        """The follow-ups of a demand. What our own forms have no column for follows from what they have."""
        beside = [entry for entry, _ in self._said.get(draft.label, ())] if draft.label else []
        said = beside if draft.table.own and beside else _merged(draft.said, beside)
        if draft.table.own:
            for entry in said:
                entry.resolved = entry.at == draft.values["resolved_at"]
                awaited = draft.state == Status.WAITING and entry is said[-1]
                if entry.next_at and (awaited or entry.next_at == _as_instant(draft.next_at, self.work)):
                    draft.next_plan = entry.next_plan
        return said

    def _branch(self, draft: DemandDraft, handler: Colleague | None, leader: Colleague | None) -> Branch:
        """The branch that the file names, else that of the demand by rule."""
        taker, head = (self._candidate(person) if person else None for person in (handler, leader))
        region, group = draft.values["region"], draft.values["group_name"]
        own = taker.branch if taker and taker.belongs else ""
        key = (draft.branch, own, head.id if head else 0, region, group)
        if key not in self._branches:
            if draft.branch:
                self._branches[key] = branch_named(draft.branch, region, self._people)
            else:
                of_group = whose(reader_in(self.work), group).branch
                self._branches[key] = branch_of(taker, head, region, of_group, self._people)
        return self._branches[key]

    def _candidate(self, person: Colleague) -> Candidate:
        """Somebody of the directory, or who was just taken into it, as routing sees him."""
        known = self._by_id.get(person.id)
        return known or Candidate(
            person.id, person.name, person.role, person.branch, (), (), (), False, person.phone, person.active
        )

    def _tell(self, number: int, said: Sequence[SaidBeside], handler: Colleague | None, wait: datetime | None) -> None:
        for position, entry in enumerate(said):
            person = (
                handler
                if handler and entry.by in ("", handler.name)
                else self.contacts.named(entry.by)
                if entry.by
                else None
            )
            by = entry.by or (handler.name if handler else self.work.who)
            phone = entry.phone or (person.phone if person else "") or ("" if entry.by or handler else self._specialist)
            last = position == len(said) - 1
            waits = wait if last and entry.next_at and not entry.wait_until else entry.wait_until
            self._follow_ups.append(
                (
                    number,
                    stored(entry.at),
                    by,
                    person.id if person else None,
                    phone,
                    int(entry.internal),
                    entry.method,
                    entry.stage,
                    entry.text,
                    stored_value(None if waits and last else entry.next_at),
                    entry.next_plan,
                    stored_value(waits),
                    int(entry.resolved),
                    entry.note.value,
                    entry.to,
                    whom.id if entry.to and (whom := self.contacts.named(entry.to)) else None,
                )
            )

    def _hand(self, number: int, draft: DemandDraft, handler: Colleague | None, leader: Colleague | None) -> None:
        steps = self._handed.get(draft.number or 0, ())
        for step in steps:
            to = self.contacts.find_or_add(step.to, step.to_phone, kind=draft.values["kind"])
            giver = self.contacts.find_or_add(step.giver) if step.giver else None
            self._assignments.append(
                (
                    number,
                    stored(step.at),
                    giver.id if giver else None,
                    to.id,
                    step.how,
                    step.reason,
                    step.operator or self.work.who,
                )
            )
        to_whom = handler or leader
        if steps or to_whom is None:
            return
        at = draft.assigned_at or draft.values["raised_at"]
        how = "referred" if handler is None else "designated" if leader else "direct"
        self._assignments.append(
            (number, stored(at), leader.id if handler and leader else None, to_whom.id, how, "导入", self.work.who)
        )

    # -- all of them

    def store(self) -> None:
        """Write all that was taken in."""
        self.contacts.store()
        self.customers.store()
        self.arrival.customers, self.arrival.contacts = self.customers.added, self.contacts.added
        for row in self._rows:
            for link, told in _LINKS.items():
                if row[link] is not None and row[link] not in self._numbers:
                    row["note"] = "\n".join(
                        part for part in (row["note"], f"{told}：{Subject.demand(row[link])}") if part
                    )
                    row[link] = None
        self._rows.sort(key=lambda row: row["id"])
        self.work.session.connection().exec_driver_sql("PRAGMA defer_foreign_keys = ON")
        insert_dicts(self.work, "demand", self._rows)
        insert(self.work, _FOLLOW_UP, self._follow_ups)
        insert(self.work, _ASSIGNMENT, self._assignments)
        self._happenings.store(self.work)
        insert(self.work, EVENT_SQL, self.adopter.events)
        insert(self.work, self.adopter.deadline_sql, self.adopter.deadlines)
        sql(self.work, _MEET_GROUPS)
        order_won(self.work, self._rows)


_MEET_GROUPS = """INSERT INTO wechat_group (name) SELECT DISTINCT group_name FROM demand WHERE group_name <> ''
AND group_name NOT IN (SELECT name FROM wechat_group) ORDER BY 1 RETURNING id"""
"""Groups that the file is the first to name."""


def _merged(here: Sequence[SaidBeside], beside: Sequence[SaidBeside]) -> list[SaidBeside]:
    """The follow-ups of a row and those of the sheet beside, in the order of their times, each once."""
    if not beside:
        return list(here)
    texts = {entry.text for entry in beside}
    return sorted([*(entry for entry in here if entry.text not in texts), *beside], key=lambda entry: entry.at)


def _resolved(values: Columns, standing: Standing, said: Sequence[SaidBeside]) -> datetime | None:
    """When the demand was resolved, of one that is: as the file says, else at its last follow-up."""
    if standing.status == Status.CONFIRMING:
        return values["resolved_at"] or max((entry.at for entry in said), default=values["raised_at"])
    return values["resolved_at"] if standing.closed else None


def _as_instant(value: Cell, work: Work) -> datetime | None:
    return value.replace(tzinfo=work.calendar.zone) if isinstance(value, datetime) else None


def _past_promise(draft: DemandDraft) -> str:
    """A next step without a date to come starts no clock; it stays on record."""
    told = (("next_at", plain(draft.next_at)), ("next_plan", draft.next_plan))
    return "\n".join(f"{draft.table.titled(name)}：{text}" for name, text in told if text)
