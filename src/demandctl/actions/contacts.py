"""The writing use cases of the directory 通讯录: people are added and changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from demandctl.errors import Refused, UsageError
from demandctl.language import phones
from demandctl.queries.naming import find_contact_id
from demandctl.queries.reader import reader_in
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
