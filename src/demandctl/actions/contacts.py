"""The writing use cases of the directory 通讯录: people are added and changed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from demandctl.core.routing import branch_named
from demandctl.errors import NotFound, Refused, UsageError
from demandctl.language import phones
from demandctl.queries.naming import find_contact_id
from demandctl.queries.reader import reader_in
from demandctl.queries.routing import candidates
from demandctl.store.models import Contact
from demandctl.store.work import Work
from demandctl.vocabulary import MYSELF, Role

# -- contacts ----------------------------------------------------------------------------------------------------


def find_contact(work: Work, text: str) -> Contact:
    """The contact that a number, a name, a phone or a part names; NotFound for nobody, UsageError for several.

    我 is the specialist, who is put into the directory where she is not in it.
    """
    if text in MYSELF:
        return myself(work)
    return work.session.get_one(Contact, find_contact_id(reader_in(work), text))


def myself(work: Work) -> Contact:
    """The specialist herself in the directory."""
    name = work.context.config.specialist or work.who
    mine = select(Contact).where(Contact.name == name, Contact.role == Role.SPECIALIST.value, col(Contact.active))
    if known := work.session.exec(mine).first():
        return known
    phone = str(work.context.config.get("specialist", "phone") or "")
    return add_contact(work, {"name": name, "role": Role.SPECIALIST.value, "phone": phone})


SUPERVISOR = ("主管", "客服主管", "部门主管")
"""How the specialist's own supervisor is called; the settings have the name."""
_DEPARTMENT = re.compile("(?:部|部门|中心|科|组|处|室|厂|仓|仓库)$")


def find_whom(work: Work, text: str) -> Contact:
    """Somebody who can be asked to help: of the directory, the supervisor, the leader of a branch, a department.

    A department, or the supervisor, whom the directory does not know is taken into it by name. NotFound for nobody.
    """
    reader = reader_in(work)
    supervisor = work.context.config.get("specialist", "supervisor")
    name = text.strip()
    if name in SUPERVISOR:
        if not supervisor:
            raise Refused("配置里没有写主管是谁", "写上：demandctl config set specialist.supervisor 姓名")
        name = supervisor
    people = candidates(reader)
    if any(person.branch == name for person in people):
        leader = branch_named(name, "", people).leader_id
        if leader is not None:
            return work.session.get_one(Contact, leader)
    try:
        return find_contact(work, name)
    except NotFound:
        if name != supervisor and not _DEPARTMENT.search(name):
            raise
        return add_contact(work, {"name": name, "role": Role.DEPARTMENT.value})


def department_called(work: Work, text: str) -> str:
    """A department by the name that the directory has for it; as it was typed where it has none."""
    query = "SELECT name FROM contact WHERE role = ? AND active AND instr(name, ?) > 0"
    found = [row[0] for row in reader_in(work).rows(query, (Role.DEPARTMENT.value, text.strip()))]
    return found[0] if len(found) == 1 else text.strip()


def add_contact(work: Work, values: Mapping[str, Any]) -> Contact:
    """Put somebody into the directory; Refused when the same name and phone, or the phone alone, is there already."""
    contact = Contact(name="", role="")
    _set_contact(work.session, contact, values)
    work.session.add(contact)
    work.session.flush()
    return contact


def edit_contact(work: Work, contact: Contact, values: Mapping[str, Any]) -> list[str]:
    """Change a contact; returns the names of the fields that changed."""
    before = contact.values()
    _set_contact(work.session, contact, values)
    work.session.flush()
    return [name for name, value in contact.values().items() if before[name] != value and name != "pinyin"]


def _set_contact(session: Session, contact: Contact, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(contact, name, value)
    if not contact.name.strip():
        raise UsageError("联系人要有姓名")
    contact.role = Role.parse(contact.role)
    if contact.phone:
        contact.phone = phones.normalise(contact.phone)
        with session.no_autoflush:
            same = session.exec(select(Contact).where(Contact.phone == contact.phone, Contact.id != contact.id)).first()
        if same and same.active and contact.active:
            raise Refused(
                f"电话 {contact.phone} 已是 {same.name}（{same.branch or '无分公司'} {Role(same.role).label}）的",
                f"改他的资料：demandctl contact edit {same.id}",
            )
