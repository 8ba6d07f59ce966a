"""Contacts from a file: headers by meaning, one problem a wrong cell."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from demandctl import phones
from demandctl.errors import NotFound, Refused, UsageError
from demandctl.vocabulary import Role

if TYPE_CHECKING:
    from demandctl.db import Work


class Problem(NamedTuple):
    """A cell that cannot be taken: the sheet, the row as the sheet counts, the header, the value and why."""

    sheet: str
    row: int
    column: str
    value: str
    message: str


HEADERS = {
    "name": ("姓名", "名字", "联系人", "人员", "员工姓名"),
    "role": ("角色", "岗位", "职务", "职位", "类别"),
    "branch": ("分公司", "所属分公司", "大区", "单位", "部门", "公司"),
    "regions": ("负责区域", "区域", "地区", "负责地区", "服务区域", "片区"),
    "products": ("产品线", "产品", "负责产品", "机型"),
    "skills": ("专长", "专业", "擅长", "特长", "资源类型"),
    "phone": ("电话", "手机", "联系电话", "手机号", "手机号码", "联系方式"),
    "wechat": ("微信", "微信号", "微信名"),
    "leader": ("是否领导", "领导", "是否分管领导"),
    "active": ("在职", "是否在职", "状态", "在职状态"),
}
_YES = {"是", "y", "yes", "true", "1", "√", "在职"}
_NO = {"否", "n", "no", "false", "0", "×", "离职", "已离职", ""}


def read_contacts(path: Path) -> tuple[list[dict[str, Any]], list[Problem]]:
    """Read a directory file; rows that are right, and the problems of those that are not.

    NotFound when there is no such file, Refused when it is no table with names in it.
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound(f"没有文件：{path}") from error
    except OSError as error:
        raise Refused(f"文件读不了：{path}（{error.strerror}）") from error
    table = list(csv.reader(io.StringIO(_decoded(raw, path), newline="")))
    fields: dict[int, str] = {}
    head = -1
    for number, row in enumerate(table[:20]):
        fields = _fields(row)
        if {"name", "role"} <= set(fields.values()):
            head = number
            break
    if head < 0:
        raise Refused(f"{path.name} 里没有找到表头", "第一行要有“姓名”和“角色”两列，其余列可有可无")
    good: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for number, row in enumerate(table[head + 1 :], head + 2):
        if not any(cell.strip() for cell in row):
            continue
        values, wrong = _values(row, fields, number, table[head])
        problems += wrong
        if not wrong:
            good.append(values)
    return good, problems


def _decoded(raw: bytes, path: Path) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise Refused(f"{path.name} 不是文字表格", "请另存为 CSV（UTF-8）")


def _fields(row: Sequence[str]) -> dict[int, str]:
    found: dict[int, str] = {}
    for number, cell in enumerate(row):
        title = re.sub(r"\s|[（(].*", "", cell)
        for field, names in HEADERS.items():
            if title in names and field not in found.values():
                found[number] = field
    return found


def _values(
    row: Sequence[str], fields: dict[int, str], number: int, titles: Sequence[str]
) -> tuple[dict[str, Any], list[Problem]]:
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for column, field in fields.items():
        text = " ".join(row[column].split()) if column < len(row) else ""
        try:
            values[field] = _value(field, text)
        except UsageError as error:
            problems.append(Problem("", number, titles[column], text, str(error)))
    return values, problems


def _value(field: str, text: str) -> Any:
    if field == "role":
        return Role.parse(_ROLES.get(text, text)).value
    if field == "phone":
        return phones.normalise(text) if text else ""
    if field in ("regions", "products", "skills"):
        return [part for part in re.split(r"[、，,;；/\s]+", text) if part]
    if field in ("leader", "active"):
        if text.lower() in _YES or text.lower() in _NO:
            return text.lower() in _YES or (field == "active" and not text)
        raise UsageError("应是“是”或“否”")
    if field == "name" and not text:
        raise UsageError("姓名不能空")
    return text


_ROLES = {"领导": "分管领导", "专家": "专家顾问", "外部": "外部资源", "专员": "需求专员", "售后": "服务",
          "服务工程师": "服务",
          "业务": "销售", "配件员": "配件"}  # fmt: skip


def import_contacts(work: Work, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Add those who are new and update those who are known, by phone, else by name and branch."""
    from sqlmodel import select

    from demandctl.directory import add_contact, edit_contact
    from demandctl.models import Contact

    counts = {"added": 0, "updated": 0, "skipped": 0}
    people = list(work.session.exec(select(Contact)))
    for values in rows:
        phone = values.get("phone")
        known = [p for p in people if phone and p.phone == phone]
        known = known or [
            p
            for p in people
            if p.name == values["name"] and p.branch == values.get("branch", "") and not (p.phone and phone)
        ]
        if not known:
            people.append(add_contact(work, values))
            counts["added"] += 1
        else:
            counts["updated" if edit_contact(work, known[0], values) else "skipped"] += 1
    return counts
