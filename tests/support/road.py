"""The same steps told to the program and to the oracle, and their deadlines held against each other."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.support.cli import Cli
from tests.support.oracle import ZONE, DemandBook, Office, Owed, Person

SALESMAN, OTHER_SALESMAN = Person("易文彬", "sales"), Person("龙小燕", "sales")
SERVICEMAN, OTHER_SERVICEMAN = Person("李铁柱", "service"), Person("周志强", "service")
PARTSMAN, EXPERT, LAWYER = Person("谢晓梅", "parts"), Person("邹国平", "expert"), Person("曾丽", "expert")
LEADER, OTHER_LEADER = Person("唐建明", "leader"), Person("欧阳勇", "leader")
PEOPLE = (SALESMAN, OTHER_SALESMAN, SERVICEMAN, OTHER_SERVICEMAN, PARTSMAN, EXPERT, LAWYER, LEADER, OTHER_LEADER)


def written(moment: datetime) -> str:
    """An instant as it is typed and as ``DEMANDCTL_NOW`` takes it."""
    return moment.astimezone(ZONE).isoformat()


class Road:
    """One demand on its way: every method is one command, at a moment, and the same for the oracle."""

    def __init__(
        self, cli: Cli, now: datetime, *, raised: datetime | None = None, office: Office | None = None, **demand: str
    ) -> None:
        self.cli, self.now = cli, now
        cli.at(written(now))
        more = {"raised": raised.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")} if raised else {}
        self.json = cli.demand(**demand, **more)
        self.number = str(self.json["number"])
        self.book = DemandBook(
            office or Office(),
            kind=str(self.json["kind"]),
            channel=str(self.json["channel"]),
            raised=raised or now,
            registered=now,
            urgency=str(self.json["urgency"]),
        )

    def run(self, now: datetime, command: str, *words: str) -> None:
        """One command about this demand that succeeds."""
        self.now = now
        self.json = self.cli.at(written(now))(command, self.number, *words, "--json").json

    def assign(self, now: datetime, to: Person, at: datetime | None = None) -> None:
        """``assign N WHO``."""
        self.run(now, "assign", to.name, *_at(at))
        self.book.assign(to, at or now)

    def refer(self, now: datetime, leader: Person = LEADER, at: datetime | None = None) -> None:
        """``assign N WHO --leader``."""
        self.run(now, "assign", leader.name, "--leader", *_at(at))
        self.book.refer(leader, at or now)

    def follow_up(self, now: datetime, by: Person | None = None, at: datetime | None = None, **facts: Any) -> None:
        """``follow-up N``: ``internal``, ``resolved``, ``next`` and ``wait`` as (typed, instant or due, until)."""
        flags = ["--internal"] if facts.get("internal") else []
        flags += ["--resolved"] if facts.get("resolved") else []
        flags += ["--by", by.name] if by else []
        known: dict[str, Any] = {k: facts[k] for k in ("internal", "resolved") if k in facts}
        if "next" in facts:
            flags += ["--next", facts["next"][0]]
            known["next_at"] = facts["next"][1]
        if "wait" in facts:
            flags += ["--wait-until", facts["wait"][0]]
            known["wait_until"], known["wait_due"] = facts["wait"][1:]
        self.run(now, "follow-up", "说了一句", *flags, *_at(at))
        self.book.follow_up(at or now, by, **known)

    def confirm(self, now: datetime, solved: bool) -> None:
        """``confirm N --solved`` or ``--unsolved``."""
        self.run(now, "confirm", "--solved" if solved else "--unsolved")
        self.book.confirm(solved, now)

    def close(self, now: datetime, outcome: str, *words: str) -> None:
        """``close N --outcome``."""
        self.run(now, "close", "--outcome", outcome, "--reason", "说明", *words)
        self.book.close(outcome, now)

    def reopen(self, now: datetime) -> None:
        """``reopen N``."""
        self.run(now, "reopen")
        self.book.reopen(now)

    def escalate(self, now: datetime, to: Person, within: str = "") -> None:
        """``escalate N WHO``."""
        self.run(now, "escalate", to.name, "--problem", "没有备件", *(["--within", within] if within else []))
        self.book.escalate(to, now, within or "4h")

    def upgrade(self, now: datetime, subtype: str = "new") -> None:
        """``upgrade N``: kept by the salesman (parts: the parts man) who has it."""
        role = "parts" if subtype == "parts" else "sales"
        keeps = self.book.handler is not None and self.book.handler.role == role
        self.run(now, "upgrade", "--subtype", subtype)
        self.book.upgrade(now, keeps=keeps)

    def edit_kind(self, now: datetime, kind: str) -> None:
        """``edit N --kind``."""
        self.run(now, "edit", "--kind", kind)
        self.book.edit_kind(kind, now)

    def edit_urgency(self, now: datetime, urgency: str) -> None:
        """``edit N --urgency``."""
        self.run(now, "edit", "--urgency", urgency)
        self.book.edit_urgency(urgency)

    def edit_raised(self, now: datetime, raised: datetime) -> None:
        """``edit N --raised``."""
        self.run(now, "edit", "--raised", raised.astimezone(ZONE).strftime("%Y-%m-%d %H:%M"))
        self.book.edit_raised(raised)

    def check(self) -> dict[str, Any]:
        """The stored deadlines are the oracle's, with times, end and who owes them. Returns the open ones."""
        deadlines = [d for d in self.json["deadlines"] if d["rule"] != "after-sale"]
        stored, wanted = sorted(map(_stored, deadlines)), sorted(map(self._wanted, self.book.rows))
        if stored != wanted:
            rows = [f"stored {row}" for row in stored if row not in wanted]
            rows += [f"wanted {row}" for row in wanted if row not in stored]
            raise AssertionError("\n".join(rows))
        assert self.json["status"] == self.book.status
        return {d["rule"]: d for d in deadlines if not d["met_at"] and not d["voided_at"]}

    def _wanted(self, row: Owed) -> tuple[str, ...]:
        times = (row.started, row.due, row.met, row.voided)
        plain = (row.rule, *(written(t) if t else "" for t in times))
        if not row.open:
            return plain
        since = row.due if row.rule == "weekly" else row.started
        guessed = (row.work or row.rule == "weekly") and self.book.office.leans_on_guess(since, row.due)
        return (*plain, row.role, row.name, "provisional" if guessed else "")


def _at(at: datetime | None) -> list[str]:
    return ["--at", at.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")] if at else []


def _stored(deadline: dict[str, Any]) -> tuple[str, ...]:
    names = ("started_at", "due_at", "met_at", "voided_at")
    plain = (deadline["rule"], *(deadline[name] or "" for name in names))
    if deadline["met_at"] or deadline["voided_at"]:
        return plain
    role, name = deadline["owed_by"]["role"], deadline["owed_by"]["name"]
    return (
        *plain,
        role,
        name if role not in ("specialist", "branch") else "",
        "provisional" if deadline["provisional"] else "",
    )
