"""Who gets a demand: the people of the directory ranked for its region, kind and product (pure).

First the customer's own owner, then whoever serves the narrowest region that contains the place, then a product
line that names the product before one that takes all. Only a single best one is clear; ties and gaps are the leader's.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from demandctl.language import places
from demandctl.language.places import Place, Region
from demandctl.language.products import line_of
from demandctl.vocabulary import Expertise, Kind, Role, subtype_label

POLICY = "政策"

# Who takes what: a role, an expertise (the expert of that name) or a word among an expert's skills; the second where
# nobody is the first. A subtype that is missing here takes the row of "other".
TAKERS: dict[Kind, dict[str, tuple[str, ...]]] = {
    Kind.OPPORTUNITY: {"other": (Role.SALES,), "parts": (Role.PARTS, Role.SERVICE), "erp": (Role.LEADER,)},
    Kind.SERVICE: {"other": (Role.SERVICE,)},
    Kind.INQUIRY: {
        "product": (Expertise.PRODUCT,),
        "policy": (POLICY, Role.LEADER),
        "finance": (Expertise.FINANCE,),
        "legal": (Expertise.LEGAL,),
        "rental": (Role.SALES,),
        "resale": (Role.SALES,),
        "other": (Role.LEADER,),
    },
    Kind.COMPLAINT: {"product": (Expertise.PRODUCT,), "service": (Role.SERVICE,), "other": (Role.LEADER,)},
    Kind.SUGGESTION: {"other": (Role.LEADER,)},
}

ALL_PRODUCTS = {"全部", "全系列", "所有", "所有产品", "不限"}

# 姓罗的, 罗师傅, 小罗: how a customer names a person without knowing the name.
SURNAME = "姓{0}|{0}(?:师傅|经理|主任|老师|顾问|总|工(?!地|况|作|程))|[老小]{0}"
DOUBLE_SURNAMES = ("欧阳", "司马", "上官", "诸葛", "司徒", "夏侯", "皇甫", "尉迟", "公孙", "令狐")

STAFF = (Role.SALES, Role.SERVICE, Role.PARTS)
OWN_BRANCH, ELSEWHERE, IN_GROUP = 0, -1, 100
NOT_HELD = -1
"""How well a product fits whose lines do not hold it."""


def leads(role: str, marked: bool) -> bool:
    """Whether somebody leads: by role, or by the mark 是否领导 whatever the role."""
    return marked or role == Role.LEADER


def short_branch(name: str) -> str:
    """A branch without the word 分公司, which people leave out."""
    return name.strip().removesuffix("分公司")


class Candidate(NamedTuple):
    """A contact as routing sees it; regions and products as they are written in the directory."""

    id: int
    name: str
    role: str
    branch: str
    regions: tuple[str, ...]
    products: tuple[str, ...]
    skills: tuple[str, ...]
    leader: bool
    phone: str
    active: bool
    open_demands: int = 0
    """How many demands he has in hand."""

    @property
    def leads(self) -> bool:
        """Whether he is a leader."""
        return leads(self.role, self.leader)

    @property
    def belongs(self) -> bool:
        """Whether what he handles is his branch's: an expert, an outsider or the specialist is only borrowed."""
        return bool(self.branch) and (self.role in STAFF or self.leads)


class Need(NamedTuple):
    """What routing has to know of a demand; ``accused`` is who is complained of by name, or the complaint's own words.

    ``accused_id`` is who is complained of where somebody said so, ``branch`` whose the demand is where its place tells
    nothing, ``experts`` those in the group that it came from.
    """

    kind: str
    subtype: str | None
    region: str
    product: str
    owner_id: int | None = None
    accused: str = ""
    accused_id: int | None = None
    branch: str = ""
    experts: tuple[int, ...] = ()

    def out_of_group(self, branch: str, region: str, experts: tuple[int, ...]) -> Need:
        """The same out of a group: without a region of its own it is asked for the group's branch and region."""
        need = self._replace(experts=experts)
        return need if self.region else need._replace(branch=branch, region=region)


class Proposal(NamedTuple):
    """Somebody who could take it, and why."""

    id: int
    name: str
    branch: str
    role: str
    phone: str
    reasons: tuple[str, ...]
    open_demands: int = 0

    @property
    def why(self) -> str:
        """Branch, role, the reasons for him and how many he has in hand; that his role fits is no news."""
        role = Role(self.role).label
        reasons = [reason for reason in self.reasons if reason not in (role, f"角色：{role}")]
        load = f"手上未结 {self.open_demands} 条" if self.open_demands else "手上没有未结的"
        return f"{self.branch or '—'} {role}  {'；'.join([*reasons, load])}"


class Routing(NamedTuple):
    """``clear``: the first proposal stands alone at the top. ``leader``: whom it goes to otherwise, if one is meant.

    ``nearest``: the leaders who are nearest where nobody leads the place.
    """

    clear: bool
    proposals: list[Proposal]
    leader: Proposal | None
    leaders: list[Proposal]
    nearest: tuple[Proposal, ...] = ()

    @property
    def near(self) -> str:
        """The name of a leader who is near, as a command may have it where none is meant."""
        return next((head.name for head in self.nearest if len(head.reasons) > 1), "领导姓名")


_Named = tuple[Candidate, tuple[str, ...]]


class _Fit(NamedTuple):
    """How well somebody fits one reading of the place; the greater the better."""

    region: int
    product: int
    skill: int
    reasons: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, int, int]:
        return self.skill, self.region, self.product

    def told(self, best: _Fit, worst: _Fit) -> _Fit:
        """With the words that only the comparison can add."""
        first, *more = self.reasons
        if self.region == best.region > worst.region > ELSEWHERE:
            first += "（最窄）"
        elif best.region == ELSEWHERE:
            first = f"本分公司无此专家，{first}"
        return self._replace(reasons=(first, *more))


def route(need: Need, directory: Sequence[Candidate], *, external: bool = False, expert: bool = False) -> Routing:
    """Rank who should get *need* (cli ``assign``, ``who``).

    *external* ranks the outside contacts instead, *expert* the experts of the field whatever the kind of demand.
    Several readings of a bare place name that the directory serves are clear only when all lead to the same person.
    """
    book = _Book(directory, need)
    steps: tuple[str, ...] = takers(need.kind, need.subtype)
    if external or expert:
        steps = (Role.EXTERNAL,) if external else (field_of(need.kind, need.subtype),)
    ranked, clear = book.ranking(steps)
    proposals, leaders = [_proposed(*named) for named in ranked], [_proposed(*named) for named in book.leaders()]
    nearest = () if leaders else tuple(_proposed(*named) for named in book.nearest_leaders())
    return Routing(clear, proposals, leaders[0] if book.one_leader() else None, leaders, nearest)


def _proposed(p: Candidate, reasons: tuple[str, ...]) -> Proposal:
    return Proposal(p.id, p.name, p.branch, p.role, p.phone, reasons, p.open_demands)


def wrong_role(need: Need, person: Candidate) -> str:
    """Who takes such a demand, where somebody of the staff does not; empty where he does, or may."""
    steps = takers(need.kind, need.subtype)
    if person.role not in STAFF or person.leads or any(_takes(person, step) for step in steps):
        return ""
    return "、".join(step.label if isinstance(step, Role | Expertise) else step for step in steps)


def takers(kind: str, subtype: str | None) -> tuple[str, ...]:
    """Who takes such a demand, in the order of asking."""
    rows = TAKERS[Kind(kind)]
    return rows.get(subtype or "other", rows["other"])


class Branch(NamedTuple):
    """A branch by its name, and who leads it where that is clear."""

    name: str = ""
    leader_id: int | None = None


def branch_of(
    handler: Candidate | None, leader: Candidate | None, region: str, group: str, directory: Sequence[Candidate]
) -> Branch:
    """The branch of a demand: its handler's, else its leader's, else the narrowest leader's, else its *group*'s."""
    if handler and handler.belongs:
        return branch_named(handler.branch, region, directory)
    if leader and leader.branch:
        return Branch(leader.branch, leader.id)
    if region and (found := _narrowest(region, directory)):
        return Branch(found.branch, found.id)
    return branch_named(group, region, directory) if group else Branch()


def branch_named(name: str, region: str, directory: Sequence[Candidate]) -> Branch:
    """The branch of that name with its leader: of several the one who serves the place most narrowly."""
    heads = [person for person in directory if person.branch == name and person.active and person.leads]
    narrowest = _narrowest(region, heads) if len(heads) > 1 else None
    head = narrowest or (heads[0] if heads else None)
    return Branch(name, head.id if head else None)


def _narrowest(region: str, directory: Sequence[Candidate]) -> Candidate | None:
    """The leader who serves a place most narrowly; None when nobody does, or several alike."""
    book = _Book(directory, Need(Kind.INQUIRY, None, region, ""))
    return book.leaders()[0][0] if book.one_leader() else None


def field_of(kind: str, subtype: str | None) -> str:
    """The expertise that answers questions about such a demand."""
    step = takers(kind, subtype)[0]
    if not isinstance(step, Role):
        return step
    related = {Role.SALES: Expertise.SALES, Role.SERVICE: Expertise.SERVICE, Role.PARTS: Expertise.SERVICE}
    return related.get(step, Expertise.PRODUCT)


class _Book:
    """The directory opened at one demand: who is there, what they serve, how they fit."""

    def __init__(self, directory: Sequence[Candidate], need: Need) -> None:
        self.everybody = directory
        self.need = need
        self.people = [p for p in self._of_branch() if p.active and not accused_of(need, p)]
        self.where = places.region(need.region.strip())
        self._territories: dict[int, list[Region]] = {}

    def _of_branch(self) -> Sequence[Candidate]:
        """Everybody; where a branch is meant and has people, its own staff and leaders, and whoever is borrowed."""
        own = {p.id for p in self.everybody if p.belongs and p.active and p.branch == self.need.branch}
        return [p for p in self.everybody if p.id in own or not p.belongs] if own else self.everybody

    # -- regions

    def territory(self, person: Candidate) -> list[Region]:
        """The regions that somebody serves, bare names settled by the company they keep."""
        if person.id not in self._territories:
            own = [places.region(text.strip()) for text in person.regions if text.strip()]
            self._territories[person.id] = [self._settled(region, own, person) for region in own]
        return self._territories[person.id]

    def _settled(self, region: Region, own: list[Region], person: Candidate) -> Region:
        """朝阳区 beside 海淀 is Beijing's, 吉林 beside 长春 the city; else the branch and its people tell."""
        if len(region.readings) < 2:
            return region
        beside = [r.places[0] for r in own if len(r.places) == 1 and r is not region]
        if all(place.level > places.PROVINCE for place in beside):
            # Who lists cities means a city: 海南 beside 西宁 is the one in 青海.
            smaller = [r for r in region.readings if r.level > places.PROVINCE]
            if found := _near(smaller, beside):
                return region._replace(places=found)
        wide = tuple(p for p in region.places if not any(q is not p and places.within(p, q) for q in region.places))
        if len(wide) < 2:
            return region._replace(places=wide)
        for hints in (beside, places.find(person.branch), self._colleagues(person)):
            if found := _near(region.readings, hints):
                return region._replace(places=found)
        return region

    def _colleagues(self, person: Candidate) -> list[Place]:
        """The plain regions of the others of the branch."""
        others = [p for p in self.everybody if p.branch == person.branch != "" and p is not person]
        read = [places.region(text) for p in others for text in p.regions]
        return [r.places[0] for r in read if len(r.places) == 1]

    def area(self, branch: str) -> list[Region]:
        """What a branch serves: the regions of its people and the place that it is named after."""
        members = [p for p in self.everybody if p.branch == branch != "" and (p.role in STAFF or p.leads)]
        named = [places.region(short_branch(branch))] if branch else []
        return [region for p in members for region in self.territory(p)] + [r for r in named if r.places and not r.rest]

    def serves(self, regions: Iterable[Region], reading: Place | None) -> tuple[int, str] | None:
        """The narrowest of *regions* that contains the place: how narrow, and its name."""
        fits = [(fit, r.text) for r in regions if (fit := places.covers(r, self.where, reading)) is not None]
        return max(fits, key=lambda fit: fit[0], default=None)

    @cached_property
    def readings(self) -> list[Place | None]:
        """What the demand's region can mean, as far as the directory serves it."""
        if len(self.where.places) < 2:
            return [*self.where.places] or [None]
        inside = [p for p in self.everybody if p.active and (p.role in (*STAFF, Role.EXPERT) or p.leads)]
        served = [r for r in self.where.places if any(self.serves(self.territory(p), r) for p in inside)]
        return [*(served or self.where.places)]

    # -- leaders

    def leaders_at(self, reading: Place | None) -> list[_Named]:
        """The leaders who fit one reading most narrowly."""
        all_leaders = [p for p in self.people if p.leads]
        if not self.where.text:
            return [(p, (Role.LEADER.label,)) for p in all_leaders]
        fits = [(p, self.serves(self.territory(p) or self.area(p.branch), reading)) for p in all_leaders]
        best = max((fit[0] for _, fit in fits if fit), default=None)
        return [(p, (Role.LEADER.label, f"负责{fit[1]}")) for p, fit in fits if fit and fit[0] == best]

    def leaders(self) -> list[_Named]:
        """The leaders of every reading of the place."""
        found = {p.id: (p, reasons) for reading in self.readings for p, reasons in self.leaders_at(reading)}
        return list(found.values())

    def one_leader(self) -> bool:
        """Whether every reading of the place leads to the same one."""
        return len(self.leaders()) == 1 and all(map(self.leaders_at, self.readings))

    def nearest_leaders(self) -> list[_Named]:
        """The leaders of the same city, else of the same province, else all of them: those with the least first."""
        heads = sorted((p for p in self.people if p.leads), key=lambda p: p.open_demands)
        for level, near in ((places.CITY, "同市"), (places.PROVINCE, "同省")):
            mine = {area for place in self.where.places if (area := places.ancestor(place, level))}
            if found := [p for p in heads if mine & self._areas(p, level)]:
                return [(p, (Role.LEADER.label, f"最近：{near}")) for p in found]
        return [(p, (Role.LEADER.label,)) for p in heads]

    def _areas(self, person: Candidate, level: int) -> set[Place]:
        """The cities or provinces in which somebody, or else his branch, serves."""
        regions = self.territory(person) or self.area(person.branch)
        return {area for region in regions for place in region.places if (area := places.ancestor(place, level))}

    # -- people

    def ranking(self, steps: Sequence[str]) -> tuple[list[_Named], bool]:
        """Those who fit the first step that anybody fits, best first, and whether one stands alone at the top."""
        for step in steps:
            owner = next((p for p in self.people if p.id == self.need.owner_id and _takes(p, step)), None)
            each = [self._ranked(step, reading) for reading in self.readings]
            if not owner and not any(each):
                continue
            best: dict[int, tuple[Candidate, _Fit]] = {}
            for person, fit in (entry for ranked in each for entry in ranked):
                if person.id not in best or fit.rank > best[person.id][1].rank:
                    best[person.id] = (person, fit)
            # Of those who fit alike whoever has the fewest in hand comes first (C 1.3); that chooses none of them.
            order = sorted(best.values(), key=lambda entry: entry[0].open_demands)
            order.sort(key=lambda entry: entry[1].rank, reverse=True)
            tops = [[p.id for p, fit in ranked if fit.rank == ranked[0][1].rank] for ranked in each]
            if owner:
                others = [(p, fit.reasons) for p, fit in order if p.id != owner.id]
                return [(owner, ("客户的专属对接人", f"角色：{Role(owner.role).label}")), *others], True
            clear = all(len(top) == 1 and top == tops[0] for top in tops) and order[0][1].product > NOT_HELD
            return [(p, (*fit.reasons, *self._doubt())) for p, fit in order], clear
        return [], False

    def _doubt(self) -> tuple[str, ...]:
        """Named with every proposal while the place is in doubt."""
        if len(self.readings) < 2:
            return ()
        return (f"“{self.where.text}”不止一处：{'、'.join(places.path(r) for r in self.readings if r)}",)

    def _ranked(self, step: str, reading: Place | None) -> list[tuple[Candidate, _Fit]]:
        if step is Role.LEADER:
            return [(p, _Fit(0, 0, 0, reasons)) for p, reasons in self.leaders_at(reading)]
        home = {p.branch for p, _ in self.leaders_at(reading)} if self.where.text else {self.need.branch}
        found = []
        for person in self.people:
            if _takes(person, step) and (fit := self._fit(person, step, reading, home)):
                found.append((person, fit))
        found.sort(key=lambda entry: entry[1].rank, reverse=True)
        return [(p, fit.told(found[0][1], found[-1][1])) for p, fit in found]

    def _fit(self, person: Candidate, step: str, reading: Place | None, home: set[str]) -> _Fit | None:
        skill, skill_reason = self._skill(person) if step is Role.EXTERNAL else (0, self._title(person, step))
        product = self._product(person)
        region = self._region(person, reading, home)
        if skill is None or product is None or region is None:
            return None
        reasons = (region[1], product[1], skill_reason)
        return _Fit(region[0], product[0], skill, tuple(reason for reason in reasons if reason))

    def _title(self, person: Candidate, step: str) -> str:
        label = step.label if isinstance(step, Expertise) else step
        return f"{label}专家" if person.role == Role.EXPERT else f"角色：{Role(person.role).label}"

    def _region(self, person: Candidate, reading: Place | None, home: set[str]) -> tuple[int, str] | None:
        """Experts and outsiders answer from anywhere, those of the branch first; staff only where they serve."""
        if person.id in self.need.experts:
            return IN_GROUP, "在这个社群里"
        if not self.where.text:
            return self._by_branch(person)
        fit = self.serves(self.territory(person), reading)
        if fit:
            return fit[0] + 1, f"负责{fit[1]}"
        if person.role == Role.EXTERNAL:
            return None if person.regions else (OWN_BRANCH, "")
        if person.role == Role.EXPERT:
            if person.branch in home and not person.regions:
                return OWN_BRANCH, f"{person.branch}的专家"
            return ELSEWHERE, f"来自{person.branch}"
        if not person.regions and self.serves(self.area(person.branch), reading):
            return OWN_BRANCH, f"所在{person.branch}负责此地"
        return None

    def _by_branch(self, person: Candidate) -> tuple[int, str]:
        """Without a place: those of the branch that is meant before borrowed experts."""
        if not self.need.branch or person.role == Role.EXTERNAL:
            return OWN_BRANCH, ""
        if person.branch == self.need.branch:
            return OWN_BRANCH, f"社群属{person.branch}"
        return ELSEWHERE, f"来自{person.branch}" if person.branch else ""

    @cached_property
    def _known_product(self) -> bool:
        return any(line_of(p.products, self.need.product) for p in self.everybody)

    def _product(self, person: Candidate) -> tuple[int, str] | None:
        """Whose lines do not hold the product is out; where nobody's do, he is named, but never clear."""
        if not self.need.product.strip():
            return 0, ""
        if not person.products or ALL_PRODUCTS & {*person.products}:
            return 0, "产品线不限"
        if line := line_of(person.products, self.need.product):
            return 1, f"产品线含{line}"
        return None if self._known_product else (NOT_HELD, f"产品线不含{self.need.product.strip()}")

    def _skill(self, person: Candidate) -> tuple[int | None, str]:
        """What an outside contact is for, by his skills or by his name: 宏运租赁."""
        wanted = [subtype_label(self.need.kind, self.need.subtype), self.need.subtype or "", Kind(self.need.kind).label]
        for word in (w for w in wanted if w):
            if any(_names(skill, word) for skill in person.skills) or word in person.name:
                return 1, f"专长：{word}"
        return (None, "") if person.skills else (0, Role.EXTERNAL.label)


def _takes(person: Candidate, step: str) -> bool:
    """Whether somebody's role or expertise is the one asked for."""
    if step is Role.LEADER:
        return person.leads
    if isinstance(step, Role):
        return person.role == step
    return person.role == Role.EXPERT and is_versed(person.skills, step)


def is_versed(skills: Iterable[str], field: str) -> bool:
    """Whether what an expert is said to know covers a field."""
    return any(_names(skill, field) for skill in skills)


def accused_of(need: Need, person: Candidate) -> bool:
    """Whether somebody is complained of: whoever was named so, else whom the complaint's own words name."""
    if need.accused_id is not None:
        return person.id == need.accused_id
    return is_accused(person, need.accused)


def is_accused(person: Candidate, accused: str) -> bool:
    """Whether a complaint names somebody, in full or by surname (罗师傅, 姓罗的)."""
    if not accused or not person.name:
        return False
    double = person.name[:2] in DOUBLE_SURNAMES
    surname = re.escape(person.name[: 2 if double else 1])
    return person.name in accused or bool(re.search(SURNAME.format(surname), accused))


def _near(readings: Iterable[Place], hints: Iterable[Place]) -> tuple[Place, ...]:
    """The readings in the same city as a hint, else in the same province."""
    known = list(hints)
    for level in (places.CITY, places.PROVINCE):
        areas = {area for hint in known if (area := places.ancestor(hint, level))}
        if found := places.likely(r for r in readings if places.ancestor(r, level) in areas):
            return found
    return ()


def _names(skill: str, wanted: str) -> bool:
    """Whether a written skill is *wanted*, by its value or with its label in it (法务 in 法务咨询)."""
    label = wanted.label if isinstance(wanted, Expertise) else wanted
    return skill.strip().lower() == str(wanted) or label in skill
