"""The weekly round on a terminal: demand by demand, each answer written at once."""

from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from demandctl.context import Context
from demandctl.errors import Cancelled, DemandctlError
from demandctl.language.display import moment, shown
from demandctl.queries import monday
from demandctl.queries.monday import Round, RoundItem
from demandctl.terminal import asking, known
from demandctl.terminal.failing import fail
from demandctl.terminal.render import say
from demandctl.terminal.takes import amount
from demandctl.terminal.typed import clean, future
from demandctl.vocabulary import Kind, subtype_label


class Way(NamedTuple):
    """An answer of the round: its key, which is the same for every demand, and what it is called."""

    key: str
    label: str


ANSWERS = {
    "progress": Way("1", "有进展，联系过客户"),
    "internal": Way("2", "有进展，只在内部，客户还不知道"),
    "none": Way("3", "没有进展"),
    "no-answer": Way("4", "没回、联系不上他，记一笔，最后再问"),
    "wait": Way("5", "客户要等到某天再说"),
    "resolved": Way("6", "已解决，等客户确认"),
    "escalate": Way("7", "升级，请更高层协助"),
    "won": Way("8", "成交"),
    "lost": Way("9", "未成交"),
    "dropped": Way("0", "无需跟进"),
    "skip": Way("s", "跳过，最后再问"),
    "stop": Way("q", "停下，下次接着来（按 q 就停）"),
}
LATER = ("skip", "no-answer")
"""Answers after which the demand is still to be asked about, at the end of the round."""
ONLY_FOR = {"resolved": Kind.SERVICE, "won": Kind.OPPORTUNITY, "lost": Kind.OPPORTUNITY}


def walk(app: Context, found: Round) -> None:
    """Ask about everything that is owed; stopping keeps what was answered."""
    left, done, skipped = deque(found.owed), 0, 0
    if found.waiting:
        say(f"客户要等的 {len(found.waiting)} 条不问：" + "、".join(d.subject.code for d in found.waiting))
    total, asked_for = len(left), None
    try:
        while left:
            item = left.popleft()
            if item.handler.id != asked_for:
                asked_for = item.handler.id
                _introduce(item, [*left, item])
            answer = _ask(app, item, done + skipped + 1, total)
            if answer == "stop":
                left.appendleft(item)
                break
            if answer not in LATER:
                done += 1
            elif item.skipped:
                skipped += 1
            else:
                monday.skip(app, found.monday, item.demand.number)
                left.append(item._replace(skipped=True))
    except Cancelled:
        say("已停下，前面答的都已写入。")
        left.append(item)
    if not total:
        say("这一轮没有要问的；准备下周一那一轮：demandctl monday --next")
        return
    rest = total - done
    say(f"记下 {done} 条" + (f"，还有 {rest} 条，接着来：demandctl monday" if rest else "，这一轮问完了"))


def _introduce(item: RoundItem, left: list[RoundItem]) -> None:
    person = item.handler
    count = sum(1 for other in left if other.handler.id == person.id)
    say("")
    say(shown(f"■ {person.name}  {person.phone}  {person.branch}  {count} 条"))


def _ask(app: Context, item: RoundItem, place: int, total: int) -> str:
    """One demand: show it, take the answer, write it; asked again when the ledger refuses."""
    _show(app, item, place, total)
    kind = Kind(item.demand.kind)
    ways = {name: way for name, way in ANSWERS.items() if ONLY_FOR.get(name, kind) is kind}
    offered = [(name, way.label) for name, way in ways.items()]
    while True:
        keys = "".join(way.key for way in ways.values())
        answer = asking.choose("他怎么说", offered, keys=keys, last_at_once=True)
        if answer in ("skip", "stop"):
            return answer
        try:
            given = _in_turn(app, QUESTIONS[answer])
        except asking.Back:
            continue
        try:
            told = _write(app.later(), item.demand.number, answer, given)
        except DemandctlError as error:
            fail(str(error), error.hint)
            continue
        say(f"  {shown(told)}")
        return answer


def _show(app: Context, item: RoundItem, place: int, total: int) -> None:
    demand, last = item.demand, item.last
    customer = demand.customer
    sub = subtype_label(demand.kind, demand.subtype)
    head = f"[{place}/{total}] {demand.subject} {demand.kind.label} {sub}".rstrip()
    say("")
    say(shown(f"{head}  {customer.name} {customer.phone or ''}  {demand.region}"))
    say(shown("  " + " ".join(f"{demand.product} {demand.content}".split())))
    if last:
        stage = f"（{last.stage}）" if last.stage else ""
        at = moment(last.at, app.now)
        say(shown(f"  上次 {at} {last.by}：{last.text}{stage}".replace("\n", " ")))
    if demand.next_at:
        at = moment(demand.next_at, app.now)
        say(shown(f"  约定 {at} {demand.next_plan or ''}".rstrip()))
    if (item.due.missed or 0) > 1:
        say(f"  已连续 {item.due.missed} 次没有反馈")


# -- questions ---------------------------------------------------------------------------------------------------

Answers = dict[str, Any]
Question = Callable[[Context, Answers], Any]
"""Asks one thing; told what was answered before it."""


def _in_turn(app: Context, questions: Mapping[str, Question]) -> Answers:
    """Ask one after the other; back from the first leaves for the choice before."""
    names, place = list(questions), 0
    given: Answers = {}
    while place < len(names):
        try:
            given[names[place]] = questions[names[place]](app, given)
            place += 1
        except asking.Back:
            if not place:
                raise
            place -= 1
    return given


def _needed(question: str) -> Question:
    return lambda app, given: asking.text(question, needed=True, back=True)


def _time(question: str, *, needed: bool = False) -> Question:
    def ask(app: Context, given: Answers) -> Any:
        text = asking.text(question, needed=needed, back=True, check=lambda answer: future(app, answer, "这个时间"))
        return future(app, text, "这个时间") if text else None

    return ask


def _plan(app: Context, given: Answers) -> str:
    return asking.text("下次做什么（可空）", back=True) if given.get("next_time") else ""


def _amount(app: Context, given: Answers) -> str | None:
    text = asking.text("成交金额（可空，如 128万）", back=True, check=amount)
    return amount(text) if text else None


def _whom(app: Context, given: Answers) -> str:
    people = known.candidates(app, "contact", "", "escalate", 2000)
    check = partial(known.check, app, "contact")
    return asking.text("升级给谁", needed=True, known=people, check=check, back=True)


def _allowed(text: str) -> None:
    from demandctl.actions.demands import parse_within

    if text:
        parse_within(text)


def _within(app: Context, given: Answers) -> str:
    return asking.text("给多长时间（可空，如 2h、1d）", check=_allowed, back=True)


_PROGRESS: dict[str, Question] = {
    "text": _needed("进展"),
    "stage": lambda app, given: asking.text("到哪一步（可空）", back=True),
    "next_time": _time("下次什么时候跟进（可空，如 下周三）"),
    "plan": _plan,
}
QUESTIONS: Mapping[str, Mapping[str, Question]] = {
    "progress": _PROGRESS,
    "internal": _PROGRESS,
    "none": {
        "text": lambda app, given: asking.text("为什么（可空）", back=True) or "没有进展",
        "next_time": _time("下次什么时候跟进（可空，如 下周三）"),
        "plan": _plan,
    },
    "no-answer": {},
    "escalate": {"contact": _whom, "text": _needed("难在哪里"), "within": _within},
    "wait": {"text": _needed("客户怎么说"), "wait_until": _time("等到什么时候", needed=True)},
    "resolved": {"text": _needed("怎么解决的")},
    "won": {"amount": _amount},
    "lost": {"reason": _needed("原因")},
    "dropped": {"reason": _needed("原因")},
}


def _write(app: Context, number: int, answer: str, given: dict[str, Any]) -> str:
    """The answer as a follow-up of the handler, a note, an escalation, or the end of the demand: one transaction."""
    from demandctl.actions import weekly

    tidy = {name: clean(value) if isinstance(value, str) else value for name, value in given.items()}
    return weekly.answered(app, number, answer, tidy)
