"""Whom a row is about and who sees to it: persons out of cells that hold names, numbers and remarks at once."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from demandctl.imports.cells import without_phone
from demandctl.imports.names import someone
from demandctl.imports.record import RowReader
from demandctl.store.values import Columns

_NOBODY = re.compile(r"待定|未定|未派|未分配|待分配|待派|暂无|无人|未知|空缺|待指派|未指派")
_PLACE = "(?:分公司|大区|办事处|公司|服务站|维修站|网点|营业部)"
_BRACKETED = re.compile(rf"([^\s(（【\[]{{2,12}}?)\s*[(（【\[]\s*([^)）】\]]{{1,12}}?{_PLACE})\s*[)）】\]]"
                        rf"|[(（【\[]\s*([^)）】\]]{{1,12}}?{_PLACE})\s*[)）】\]]\s*([^\s]{{2,12}})")  # fmt: skip
_BRANCH_FIRST = re.compile(rf"([^\s\-—－/、,，(（]{{1,12}}?{_PLACE})[\s\-—－/、:：|·]*(.*)")
_BRANCH_LAST = re.compile(rf"([一-鿿]{{2,4}})[\s\-—－/、:：|·]+([^\s\-—－/、,，]{{1,12}}?{_PLACE})")
_NO_BRANCH = re.compile("(?:部|科|组|室|中心|车间)$")
"""A department that a 部门 column names is no branch."""
_BRANCH = re.compile("(?:公司|大区|办事处|服务站|维修站|网点|营业部|总部|片区|办)$")
_SEVERAL = re.compile(r"[、，,;；/|&\n]+|\s+和\s*|(?<=[一-鿿])\s+(?=[一-鿿]{2,4}$)")
_NO_CUSTOMER = re.compile(
    r"(?:见|详见|参见).*|同上|匿名|保密|未留.*|没留.*|已转.*|待[补查定核].*|客户|某客户|[\d\s.\-/:：年月日号点时分]+|第?\d+[条个]?"
)
"""What stands in a column of customers and names nobody."""
_COMPANY = re.compile(r"(.{2,})[(（](.{2,}(?:公司|集团|建材|工程|建设|建筑|机械|商砼|混凝土|站|厂|租赁|项目部))[)）]")
_SAME_NUMBER = re.compile("同号|同手机号?|同电话|手机同号|同上|电话同号|微信同号")


_NAMED = re.compile("(?!他|她|本人|老婆|老公|家属|备用|座机|微信|手机|电话|无)[一-鿿·]{2,6}")
"""What stands before a number and says whose it is."""


class Handler(NamedTuple):
    """Who follows up, as a row names him."""

    name: str = ""
    phone: str = ""
    branch: str = ""


def customer(reader: RowReader, field: str = "customer") -> Columns:
    """The customer of a row: name, phone and the rest; a number written beside the name is his phone."""
    name, beside = _customer_name(reader, field)
    number = reader.phone("phone") or beside
    if not name and _NAMED.fullmatch(said := without_phone(reader.text("phone"))[0]):
        name = said  # 联络人/电话 in one cell
    wechat = reader.text("wechat")
    if _SAME_NUMBER.fullmatch(wechat):
        wechat = number
    return {
        "name": name, "phone": number, "wechat": wechat, "company": reader.text("company") or reader.company,
        "region": reader.region(), "address": reader.text("address"), "code": reader.code(),
    }  # fmt: skip


def _customer_name(reader: RowReader, field: str) -> tuple[str, str]:
    name, beside = without_phone(reader.text(field))
    if _NO_CUSTOMER.fullmatch(name):
        reader.keep(field)
        reader.remark(f"{reader.table.titled(field)}“{name[:20]}”不是名字，留在备注")
        return "", beside
    names = [part for part in re.split(r"[、，,;；/|\n]+", name) if part.strip()] if beside else [name]
    if len(names) > 1:
        reader.keep(field)
        name = names[0].strip()
    if found := _COMPANY.fullmatch(name):
        name, reader.company = found[1].strip(), found[2]
    return name, beside


def handler(reader: RowReader, known: Collection[str]) -> Handler:
    """Who follows up, his phone and his branch, out of cells that may hold all three; what is no name is kept."""
    branch = reader.text("branch") or next((text for text in reader.row.sections if _BRANCH.search(text)), "")
    if branch and _NO_BRANCH.search(branch):
        reader.keep("branch")
        branch = ""
    cell = reader.text("handler")
    name, phone = without_phone(cell)
    if not name or _NOBODY.search(name):
        if cell:
            reader.keep("handler")
            if phone:
                reader.remark(f"{reader.table.titled('handler')}只有电话 {phone}，没有姓名，留在备注")
        reader.keep("handler_phone")
        return Handler(branch=branch)
    if around := _BRACKETED.fullmatch(name):
        name, branch = around[1] or around[4], branch or around[2] or around[3]
    elif before := _BRANCH_FIRST.match(name):
        branch, name = branch or before[1], before[2]
    elif after := _BRANCH_LAST.fullmatch(name):
        branch, name = branch or after[2], after[1]
    names = [part.strip("（）() ") for part in _SEVERAL.split(name) if part.strip()]
    if len(names) > 1 or (names and names[0] != name):
        reader.keep("handler")
    if not names:
        return Handler(branch=branch)
    if not reader.own and not someone(names[0], known):
        if len(names) == 1:
            reader.keep("handler")
        reader.keep("handler_phone")
        reader.remark(f"{reader.table.titled('handler')}“{names[0][:20]}”不像人名，留在备注；是人就先加进通讯录再导")
        return Handler(branch=branch)
    given = reader.phone("handler_phone")
    if given and phone and given != phone:
        reader.keep("handler")
    return Handler(names[0], given or phone, branch)


def person(reader: RowReader, field: str, known: Collection[str]) -> str:
    """A person's name; the number beside it, and what is none, are kept."""
    name, phone = without_phone(reader.text(field))
    if phone or (name and _NOBODY.search(name)):
        reader.keep(field)
    if not name or _NOBODY.search(name):
        return ""
    if not reader.own and not someone(name, known):
        if not phone:
            reader.keep(field)
        reader.remark(f"{reader.table.titled(field)}“{name[:20]}”不像人名，留在备注；是人就先加进通讯录再导")
        return ""
    return name
