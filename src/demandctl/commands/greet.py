"""``greet``: whose birthday or anniversary comes, which festival is next; a text for each, and the record of it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

import typer

from demandctl.commands.customer.narrowing import (
    NeedFilter,
    RegionFilter,
    StageFilter,
    ValueFilter,
    those,
)
from demandctl.context import Context
from demandctl.core.occasions import ANNIVERSARY, BIRTHDAY, OCCASIONS, next_festival, read_occasion
from demandctl.errors import NotFound, UsageError
from demandctl.language.display import shown, shown_lines
from demandctl.language.subject import Subject
from demandctl.messages import scripts
from demandctl.queries.customers import CustomerFilter
from demandctl.queries.greetings import ComingView, coming, ungreeted
from demandctl.queries.naming import find_customer_id
from demandctl.queries.people import CustomerBrief
from demandctl.queries.reader import Reader, reading
from demandctl.queries.view import View
from demandctl.store.fields import names
from demandctl.terminal import asking
from demandctl.terminal.copying import Copy, copy_in_turn, say_unset
from demandctl.terminal.layout import Column
from demandctl.terminal.options import Json, OwnerFilter, TagFilter
from demandctl.terminal.render import put, put_json, put_styled, put_table, tell
from demandctl.terminal.takes import SPAN, Argument, Option, choice, many, ref
from demandctl.vocabulary import Method

_WORDS = dict.fromkeys(OCCASIONS, "")
Occasion = Annotated[str, Argument("缘由", choice(_WORDS, "缘由")._replace(read=lambda app, text: occasion(text)))]
Within = Annotated[timedelta | None, Option("--within", "看多久以内的", SPAN, "默认 7d")]
Whom = Annotated[tuple[str, ...], Option("--customer", "客户", many(ref("customer", "客户")), "姓名、电话或编号")]
MethodOption = Annotated[Method, Option("--method", "greeting.method", choice(Method, "方式"), "默认微信")]
Sent = Annotated[bool, Option("--sent", "发出去了：记下问候过谁")]
NEAR = timedelta(days=7)


def occasion(text: str) -> str:
    """An occasion as people call it; UsageError names those that there are."""
    found = read_occasion(text)
    if not found and text.strip():
        raise UsageError(f"“{text[:40]}”不是问候的缘由", f"可以是：{'、'.join(OCCASIONS)}")
    return found


class GreetingText(View):
    """A text for one customer."""

    customer: CustomerBrief
    occasion: str
    day: date | None
    text: str
    sent: bool


def greet(
    ctx: typer.Context, what: Occasion = "", customer: Whom = (), tag: TagFilter = (), value: ValueFilter = (),
    stage: StageFilter = (), need: NeedFilter = (), owner: OwnerFilter = (), region: RegionFilter = (),
    within: Within = None, method: MethodOption = Method.WECHAT, copy: Copy = False, sent: Sent = False,
    json: Json = False,
) -> None:  # fmt: skip
    """问候：近期谁过生日、哪家合作周年、下一个节日；写明缘由就逐位写好祝福。

    生日、合作周年写给近期的人，节日写给按条件选的客户；问候过的不再写。发出去了加 --sent 记下，不用填回访表。
    """
    app: Context = ctx.obj
    asked = CustomerFilter("", tag, value, stage, need, owner, region)
    near = max((within or NEAR).days, 0)
    with reading(app) as reader:
        if not what:
            if customer or asked.narrows or sent:
                raise UsageError("没有写问候的缘由", f"可以是：{'、'.join(OCCASIONS)}")
            _put_coming(app, coming(reader, near), json)
            return
        texts = _texts(app, reader, what, _whom(reader, what, customer, asked, near))
    asks = bool(texts) and not (sent or json) and asking.can_ask()
    if not json:
        _put_texts(app, what, texts, copy)
    if texts and (sent or (asks and asking.yes("发出去了吗？是的话记下来", default=False))):
        _record(app, what, texts, method)
        texts = [GreetingText.with_more(text, sent=True) for text in texts]
        if not json:
            tell(f"已记下：{what}问候 {len(texts)} 位")
    if json:
        put_json(texts)


def _whom(
    reader: Reader, what: str, customer: tuple[str, ...], asked: CustomerFilter, near: int
) -> list[tuple[CustomerBrief, ComingView | None]]:
    """Those to be greeted: named ones; else whose day comes, for a festival everybody, as far as the filter lets."""
    chosen = {one.code: one for one in those(reader, asked)}
    if customer:
        codes = [Subject.customer(find_customer_id(reader, name)).code for name in customer]
        if absent := next((code for code in codes if code not in chosen), None):
            raise NotFound(f"{absent} 不在所选的客户里", "去掉别的条件，或看看：demandctl customer list")
        chosen = {code: chosen[code] for code in codes}
    days = {one.customer.code: one for one in coming(reader, 366 if customer else near) if one.occasion == what}
    if what in (BIRTHDAY, ANNIVERSARY):
        chosen = {code: one for code, one in chosen.items() if code in days}
    left = set(ungreeted(reader, what, (one.subject.number for one in chosen.values())))
    return [(one, days.get(code)) for code, one in chosen.items() if one.subject.number in left]


def _texts(
    app: Context, reader: Reader, what: str, whom: Sequence[tuple[CustomerBrief, ComingView | None]]
) -> list[GreetingText]:
    """A text for each, out of the script for the occasion, her own before the shipped one."""
    known = {script.id: script for script in scripts.load(app.scripts_path)}
    shipped = {BIRTHDAY: "greet-birthday", ANNIVERSARY: "greet-anniversary"}.get(what, "greet-festival")
    script = known.get(f"greet-{what}") or known[shipped]
    festival = next_festival(reader.now.astimezone(reader.zone).date(), what)
    found = []
    for person, day in whom:
        values = scripts.values_for(app.config, app.who, person, None) | {
            "occasion": what, "years": str(day.years) if day else "",
        }  # fmt: skip
        brief = CustomerBrief(
            **{name: getattr(person, name) for name in ("code", "name", "phone", "company", "region")}
        )
        when = day.day if day else festival.day if festival else None
        text = scripts.fill(script.whole, values)
        found.append(GreetingText(customer=brief, occasion=what, day=when, text=text, sent=False))
    return found


_TOLD = ("code", "name", "phone", "company", "region")


def _put_coming(app: Context, found: list[ComingView], as_json: bool) -> None:
    festival = next_festival(app.now.date())
    if as_json:
        put_json({"coming": found, "festival": festival._asdict() if festival else None})
        return
    if found:
        his = names("customer")
        columns = [Column(his["id"], wrap=False), Column(his["name"]), Column(his["phone"], wrap=False)]
        columns += [Column("缘由", wrap=False), Column("日子", wrap=False), Column("", wrap=False)]
        rows = [[c.customer.code, c.customer.name, c.customer.phone, _reason(c), c.day.isoformat(),
                 "已问候" if c.sent else ""] for c in found]  # fmt: skip
        put_table(columns, rows)
    else:
        put("近期没有客户过生日、没有合作周年。")
    for what in dict.fromkeys(one.occasion for one in found if not one.sent):
        tell(f"写好祝福：demandctl greet {what}")
    if festival:
        left = (festival.day - app.now.date()).days
        tell(f"下一个节日：{festival.name} {festival.day.isoformat()}（{f'{left} 天后' if left else '今天'}）；"
             f"写好祝福：demandctl greet {festival.name} --value 高")  # fmt: skip


def _reason(one: ComingView) -> str:
    return f"{one.occasion}（{one.years} 年）" if one.occasion == ANNIVERSARY else one.occasion


def _put_texts(app: Context, what: str, texts: list[GreetingText], copy: bool) -> None:
    if not texts:
        put(f"没有要{what}问候的客户；问候过的不再写。")
        return
    for number, text in enumerate(texts):
        if number:
            put()
        put_styled(shown(f"【{text.customer.code} {text.customer.name} {text.customer.phone}】"), "bold")
        put(shown_lines(text.text))
    say_unset(texts[0].text)
    if copy:
        copy_in_turn([(text.customer.name, text.text) for text in texts])


def _record(app: Context, what: str, texts: list[GreetingText], method: Method) -> None:
    from demandctl.actions import greetings
    from demandctl.db import transaction

    with transaction(app, "greet") as work:
        sent = [greetings.Sent(text.customer.subject.number, text.text) for text in texts]
        greetings.record_greetings(work, what, sent, method.value)
