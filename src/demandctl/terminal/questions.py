"""The questions that several commands ask on a terminal, with what the ledger has seen before as completions."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from demandctl.context import Context
from demandctl.queries.reader import reading
from demandctl.store.fields import called
from demandctl.terminal import asking
from demandctl.vocabulary import SUBTYPES, Channel, Kind, Term, Urgency

Step = tuple[str, Callable[[bool], str | None]]

_SEEN = {
    "customer": "SELECT DISTINCT name FROM customer WHERE erased_at IS NULL ORDER BY id DESC LIMIT 2000",
    "group": "SELECT DISTINCT group_name FROM demand WHERE group_name <> '' LIMIT 500",
    "product": "SELECT DISTINCT product FROM demand WHERE product <> '' LIMIT 500",
    "region": "SELECT DISTINCT region FROM demand WHERE region <> '' LIMIT 500",
    "contact": "SELECT name FROM contact WHERE active ORDER BY id",
}

_TEXTS = {
    "customer": f"{called('customer', 'name')}或昵称", "phone": called("customer", "phone"),
    "region": f"{called('demand', 'region')}（设备或工地）", "product": called("demand", "product"),
    "content": "客户说了什么", "group": "哪个社群",
}  # fmt: skip


def seen(app: Context, what: str) -> list[str]:
    """What has been typed before: customers, groups, products, regions, contacts."""
    with reading(app) as reader:
        return [row[0] for row in reader.rows(_SEEN[what])]


def terms(term: Iterable[Term]) -> list[tuple[str, str]]:
    """A vocabulary as choices."""
    return [(value.value, value.label) for value in term]


def demand_steps(app: Context, values: Mapping[str, object], names: Sequence[str]) -> list[Step]:
    """The questions for the named fields of a demand, their present values as defaults."""
    answers = dict(values)

    def step(name: str) -> Step:
        return name, lambda back: _remember(answers, name, _demand_question(app, answers, name, back))

    order = ("content", "customer", "kind", "subtype", "channel", "group", "urgency", "phone", "region", "product")
    return [step(name) for name in order if name in names]


def _remember(answers: dict[str, object], name: str, value: str | None) -> str | None:
    answers[name] = value
    return value


def _demand_question(app: Context, answers: Mapping[str, object], name: str, back: bool) -> str | None:
    now = answers.get(name)
    if name == "kind":
        return asking.choose(called("demand", "kind"), terms(Kind), now, back=back)
    if name == "channel":
        return asking.choose("从哪里来的", terms(Channel), now, back=back)
    if name == "urgency":
        return asking.choose(called("demand", "urgency"), terms(Urgency), now, back=back)
    if name == "subtype":
        subtypes = SUBTYPES[Kind(str(answers["kind"]))]
        return asking.choose(
            called("demand", "subtype"),
            [*subtypes.items(), (None, "不确定")],
            now if now in subtypes else None,
            back=back,
        )
    known = seen(app, name) if name in _SEEN else []
    check = _phone if name == "phone" else None
    needed = name in ("customer", "content")
    return asking.text(_TEXTS[name], str(now or ""), check=check, needed=needed, known=known, back=back)


def _phone(text: str) -> str:
    from demandctl.language.phones import normalise

    return normalise(text)
