"""Customers who may be one and the same: pairs with the reasons, for a person to decide. The reading side."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

from demandctl.core.identity import Identity, look_alike
from demandctl.language import places
from demandctl.language.subject import Subject
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import Reader
from demandctl.queries.view import View

_TAIL = 7
_CROWD = 40
"""A name or a company that so many share tells nothing of who is who."""


class AlikeView(CustomerBrief):
    """A customer who looks like another, and how many demands are his."""

    nickname: str
    wechat: str
    demands: int


class AlikePair(View):
    """Two customers who may be one, and why."""

    a: AlikeView
    b: AlikeView
    reasons: list[str]


class _Person(NamedTuple):
    """What is compared."""

    id: int
    name: str
    nickname: str
    phone: str
    wechat: str
    company: str
    region: str
    pinyin: str
    demands: int

    @property
    def who(self) -> Identity:
        """By what he is known."""
        return Identity(self.name, self.nickname, self.phone, self.wechat, self.region)


def read_duplicates(reader: Reader) -> list[AlikePair]:
    """Pairs of customers that look alike, the likelier first."""
    query = (
        "SELECT c.id, c.name, c.nickname, c.phone, c.wechat, c.company, c.region, c.pinyin, "
        "(SELECT count(*) FROM demand AS d WHERE d.customer_id = c.id) AS demands "
        "FROM customer AS c WHERE c.erased_at IS NULL AND c.merged_into IS NULL ORDER BY c.id"
    )
    rows = [_Person(*row) for row in reader.rows(query)]
    found: dict[tuple[int, int], list[tuple[int, str]]] = defaultdict(list)
    for weight, keys, reason in _TESTS:
        for a, b in _sharing(rows, keys):
            if told := reason(a, b):
                found[a.id, b.id].append((weight, told))
    by_id = {row.id: row for row in rows}
    ranked = sorted(found.items(), key=lambda pair: (-sum({w: w for w, _ in pair[1]}.values()), pair[0]))
    return [
        AlikePair(a=_shown(by_id[a]), b=_shown(by_id[b]), reasons=list(dict.fromkeys(reason for _, reason in reasons)))
        for (a, b), reasons in ranked
        if max(weight for weight, _ in reasons) > 1
    ]


def _shown(one: _Person) -> AlikeView:
    return AlikeView(
        code=Subject.customer(one.id).code,
        name=one.name,
        nickname=one.nickname,
        phone=one.phone,
        wechat=one.wechat,
        company=one.company,
        region=one.region,
        demands=one.demands,
    )


def _sharing(rows: list[_Person], keys: Callable[[_Person], Iterable[str]]) -> Iterator[tuple[_Person, _Person]]:
    """Pairs that have a key in common."""
    groups: dict[str, list[_Person]] = defaultdict(list)
    for row in rows:
        for key in set(keys(row)) - {""}:
            groups[key].append(row)
    seen: set[tuple[int, int]] = set()
    for group in groups.values():
        for a, b in combinations(group, 2) if len(group) <= _CROWD else ():
            if (a.id, b.id) not in seen:
                seen.add((a.id, b.id))
                yield a, b


def _names(row: _Person) -> set[str]:
    return row.who.names


def _digits(row: _Person) -> str:
    return re.sub(r"\D", "", row.phone.partition("-")[2] if row.phone.startswith("0") else row.phone)


def _same_place(a: _Person, b: _Person) -> bool:
    return places.same(a.region, b.region) is True


def _name(a: _Person, b: _Person) -> str:
    if not look_alike(a.who, b.who):
        return ""
    return "姓名或昵称相同" + ("，地区相同" if _same_place(a, b) else "")


def _sound(a: _Person, b: _Person) -> str:
    if _names(a) & _names(b) or not _same_place(a, b):
        return ""
    return "姓名读音相同，地区相同"


def _part(a: _Person, b: _Person) -> str:
    """湘潭老周 and 老周 of the same place."""
    nested = any(len(x) > 1 and len(y) > 1 and x != y and (x in y or y in x) for x in _names(a) for y in _names(b))
    return "称呼相近，地区相同" if nested and _same_place(a, b) else ""


def _phone(a: _Person, b: _Person) -> str:
    return f"电话尾号相同（{_digits(a)[-_TAIL:]}）" if a.phone != b.phone else ""


def _slip(a: _Person, b: _Person) -> str:
    """One digit typed wrongly, in the number of somebody of that name."""
    one, other = _digits(a), _digits(b)
    differ = sum(x != y for x, y in zip(one, other, strict=False)) if len(one) == len(other) and one else 9
    return "电话只差一位，姓名相同" if differ == 1 else ""


def _company(a: _Person, b: _Person) -> str:
    initial = {name[0] for name in _names(a) if name} & {name[0] for name in _names(b) if name}
    return "单位相同，称呼相近" if initial or _part(a, b) else ""


def _wechat(a: _Person, b: _Person) -> str:
    crossed = (a.wechat and a.wechat == b.phone) or (b.wechat and b.wechat == a.phone)
    return "一位的微信号是另一位的电话" if crossed else ""


def _near(row: _Person) -> list[str]:
    """The last two characters of a name with the city it is in: what nicknames of one person share."""
    place = places.find(row.region)[:1] if row.region else []
    city = places.ancestor(place[0], places.CITY) if place else None
    return [f"{name[-2:]}@{city.code}" for name in _names(row) if city and len(name) > 1]


_TESTS: tuple[tuple[int, Callable[[_Person], Iterable[str]], Callable[[_Person, _Person], str]], ...] = (
    (8, lambda row: [row.wechat, row.phone], _wechat),
    (6, lambda row: [_digits(row)[-_TAIL:]] if len(_digits(row)) >= _TAIL else [], _phone),
    (7, _names, _slip),
    (5, _names, _name),
    (3, lambda row: row.pinyin.split()[::2], _sound),
    (3, _near, _part),
    (2, lambda row: [row.company], _company),
)
"""Weight, the keys that bring two together, and the reason that they give, empty when on a closer look they do not."""
