"""Machines 设备 that customers use (P 产品使用情况, S 产品信息): written, and found for a repair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import col, select

from demandctl.core.identity import squeezed
from demandctl.errors import NotFound, Refused, Several, UsageError
from demandctl.language.products import line_of
from demandctl.store.fields import called
from demandctl.store.models import Customer, Demand, Machine
from demandctl.store.work import Work
from demandctl.vocabulary import Kind


def machines_of(work: Work, customer_id: int) -> Sequence[Machine]:
    """The machines of a customer, in the order they were entered."""
    his = select(Machine).where(Machine.customer_id == customer_id).order_by(col(Machine.id))
    return work.session.exec(his).all()


def add_machine(work: Work, customer: Customer, values: Mapping[str, Any]) -> Machine:
    """Enter a machine; Refused when one of that serial number is known."""
    machine = Machine(customer_id=customer.id, model="")
    _set(work, machine, values)
    work.session.add(machine)
    work.session.flush()
    return machine


def edit_machine(work: Work, machine: Machine, values: Mapping[str, Any]) -> list[str]:
    """Change what is known of a machine; returns the columns that changed."""
    before = machine.values()
    _set(work, machine, values)
    work.session.flush()
    return [name for name, value in machine.values().items() if before[name] != value]


def _set(work: Work, machine: Machine, values: Mapping[str, Any]) -> None:
    serial = values.get("serial") or ""
    known = work.session.exec(select(Machine).where(Machine.serial == serial, Machine.serial != "")).first()
    if known and known.id != machine.id:
        owner = work.session.get_one(Customer, known.customer_id)
        raise Refused(
            f"{called('machine', 'serial')} {serial} 已是 {owner.code} {owner.name} 的 {known.model}",
            f"看他的设备：demandctl customer show {owner.code}",
        )
    for name, value in values.items():
        setattr(machine, name, value)
    if not machine.model.strip():
        raise UsageError("设备要有机型")
    if machine.bought_on and machine.warranty_until and machine.warranty_until < machine.bought_on:
        raise UsageError(f"{called('machine', 'warranty_until')}早于{called('machine', 'bought_on')}")


def remove_machine(work: Work, machine: Machine) -> None:
    """A machine that he has no more; Refused while demands are about it."""
    about = work.session.exec(select(Demand.id).where(Demand.machine_id == machine.id)).first()
    if about:
        raise Refused(f"D{about} 是关于这台 {machine.model} 的，不能去掉", "它的情况写进备注：--note 已卖")
    work.session.delete(machine)
    work.session.flush()


def find_machine(work: Work, customer_id: int, text: str) -> Machine:
    """The machine of a customer that a serial number, a model or a part names; NotFound, or Several that it fits."""
    his = machines_of(work, customer_id)
    wanted = squeezed(text)
    exact = [machine for machine in his if wanted in (squeezed(machine.serial), squeezed(machine.model))]
    found = exact or [m for m in his if wanted and wanted in squeezed(f"{m.model} {m.serial}")]
    if len(found) == 1:
        return found[0]
    if not found:
        has = "、".join(_name(machine) for machine in his) or "还没有记"
        raise NotFound(f"他没有设备“{text[:40]}”", f"他的设备：{has}；添一台：demandctl customer machine add")
    choices = [(machine.serial or machine.model, _name(machine)) for machine in found]
    raise Several(f"“{text[:40]}”不止一台：{'、'.join(label for _, label in choices)}", "写序列号", text, choices)


def _name(machine: Machine) -> str:
    return f"{machine.model} {machine.serial}".strip()


def settle_machine(work: Work, demand: Demand) -> str:
    """A repair is about the only machine of the customer that fits: product and warranty are known from it.

    Returns what is worth saying: which machines he has, where several fit.
    """
    if demand.kind != Kind.SERVICE or demand.machine_id is not None:
        return ""
    fitting = [machine for machine in machines_of(work, demand.customer_id) if _fits(machine.model, demand.product)]
    if len(fitting) == 1:
        take_machine(work, demand, fitting[0])
        return ""
    if not fitting:
        return ""
    listed = "、".join(_name(machine) for machine in fitting)
    return f"他有 {len(fitting)} 台：{listed}；定下是哪台：demandctl edit {demand.id} --machine 序列号"


def take_machine(work: Work, demand: Demand, machine: Machine) -> None:
    """A demand is about a machine: what it does not say of product and warranty the machine says."""
    demand.machine_id = machine.id
    demand.product = demand.product or machine.model
    if machine.warranty_until:
        demand.warranty = demand.warranty or warranty_on(
            machine.warranty_until, work.calendar.local_day(demand.raised_at)
        )
    work.session.flush()


def warranty_on(until: date, day: date) -> str:
    """Whether a machine is under warranty on a day, and until when."""
    return f"保内（到 {until.isoformat()}）" if day <= until else f"已过保（{until.isoformat()} 到期）"


def _fits(model: str, product: str) -> bool:
    """Whether a product as written may be that model."""
    one, other = squeezed(model), squeezed(product)
    return not other or one in other or other in one or bool(line_of([model], product))
