"""The main screen: head, lists, card and foot, and the keys that do something here."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Hashable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from demandctl.desk.asking import Write
from demandctl.desk.card import Card, card, more
from demandctl.desk.console import Completions, Reading, command
from demandctl.desk.drawing import Bar, Drawn, Ink, Paragraph, heading, pairs
from demandctl.desk.hands import Hands
from demandctl.desk.keys import ACTS, FIRST, MOVES, fitting
from demandctl.desk.ledger import Ledger, Moment
from demandctl.desk.lists import HEAD, LISTS, PAGE, Line, Numbers, Wish, numbers, safe
from demandctl.desk.rows import Rows
from demandctl.desk.taking import pasted
from demandctl.errors import DemandctlError
from demandctl.language.display import width

if TYPE_CHECKING:
    from demandctl.queries.reader import Reader

BESIDE = 100
"""From so many columns on the card stands beside the list."""


NAMED = {"?": "question_mark", "/": "slash", ":": "colon"}
"""Keys whose names are not their signs."""


REST = 0.4
"""Seconds after which the cursor is at rest."""


class Day(Hands):
    """The whole day on one screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"list('{key}')", entry.name, show=False) for key, entry in LISTS.items() if key != "/"),
        Binding("tab", "next(1)", "下一个列表", show=False),
        Binding("shift+tab", "next(-1)", "上一个列表", show=False),
        *(Binding(act.key, f"act('{act.key}')", act.name, show=False) for act in ACTS),
        Binding("slash", "find", "找", show=False),
        Binding("colon,full_width_colon", "command", "命令", show=False),
        Binding("question_mark", "keys", "全部按键", show=False),
        Binding("ctrl+p", "palette", "找要做的事", show=False),
        Binding("J,shift+down,down,j", "scroll_card(3)", "卡片往下", show=False),
        Binding("K,shift+up,up,k", "scroll_card(-3)", "卡片往上", show=False),
        Binding("right", "beside(1)", "卡片上的下一条", show=False),
        Binding("left", "beside(-1)", "卡片上的上一条", show=False),
        Binding("enter", "open", "合上卡片", show=False),
        Binding("space", "mark", "选中", show=False),
        Binding("y", "copy", "再复制", show=False),
        Binding("escape", "back", "回去", show=False),
        Binding("q", "leave", "离开", show=False),
    ]

    def __init__(self, ledger: Ledger, complete: Completions) -> None:
        super().__init__(ledger)
        self._complete = complete
        self.listing = "1"
        self.wish = Wish()
        self.before = "1"
        self.head = Bar(id="head")
        self.tabs = Bar(id="tabs")
        self.today: Numbers | None = None
        self.read_at: datetime | None = None
        self.snoozed: dict[Hashable, datetime] = {}
        self._whole = True
        self._lost = False

    def compose(self) -> ComposeResult:
        """Where everything stands."""
        yield self.head
        yield self.tabs
        with Horizontal(id="work"):
            yield self.rows
            yield self.card
        yield self.foot

    def on_mount(self) -> None:
        """Read for the first time, then keep up with the clock and with what others write."""
        self.rows.focus()
        self._put_tabs()
        self.put_foot()
        self.look_around()  # before the first reading, so that nothing falls between the two
        self.set_interval(1.0, self.look_around)

    def on_resize(self, event: events.Resize) -> None:
        """The card stands beside the list where there is room."""
        self.set_class(event.size.width < BESIDE, "narrow")
        self._put_head()
        self._put_tabs()
        self.put_foot()

    # -- reading -------------------------------------------------------------------------------------------------

    def look_around(self) -> None:
        """Show what another program wrote, and a new minute's lateness."""
        try:
            changed = self.ledger.watch.changed()
            now = self.ledger.now().now
        except DemandctlError as error:
            self._lost = True
            self.trouble(error)
            return
        changed, self._lost = changed or self._lost, False
        if changed or self.read_at is None or now.replace(second=0) != self.read_at.replace(second=0):
            self.reload()

    @work(exclusive=True, group="reading")
    async def reload(self, wanted: Hashable = None) -> None:
        """Read the list and the numbers anew; the cursor stays on what it stands on."""
        listing, wish = self.listing, self.wish
        at: list[datetime] = []

        def read(reader: Reader) -> tuple[list[Line], Numbers]:
            at.append(reader.now)
            return [safe(line) for line in LISTS[listing].read(reader, wish)], numbers(reader)

        try:
            lines, told = await self.ledger.look(read)
        except DemandctlError as error:
            self.trouble(error)
            return
        if self.told.click:
            self.told = Ink("又能读台账了", "quiet")
        elif self.today is None:
            self.told = Ink("")
        if self.today is None:
            self.run_worker(self._prepare(), group="prepare")
        self.today, self.read_at = told, at[0]
        self._whole = len(lines) < wish.limit
        self.snoozed = {key: until for key, until in self.snoozed.items() if until > at[0]}
        seen = [line for line in lines if line.key not in self.snoozed]
        if wanted is None and self.rows.current and self.rows.lines:
            wanted = self.rows.current.key
        self.rows.marked &= {line.key for line in seen}
        self.rows.put(LISTS[listing].columns, seen, LISTS[listing].empty, wanted)
        self._put_head()
        self._put_tabs()
        self.put_foot()

    async def _prepare(self) -> None:
        """Load what writes, in a thread and after the first look: nobody waits for it."""

        def load(app: Moment) -> None:
            from demandctl.actions import steps

            steps.warm(app)

        await self.ledger.act(load)

    @work(exclusive=True, group="card")
    async def show_card(self, line: Line | None) -> None:
        """Read what is known of the line under the cursor."""
        if line is None:
            self.shown = Card([])
            if not self.holding:
                self.card.put([])
            self.put_foot()
            return
        try:
            found = await self.ledger.look(lambda reader: card(reader, line))
        except DemandctlError as error:
            self.trouble(error)
            return
        self.shown = found
        if not self.holding:
            self.card.put(found.said)
            self.show_more(found)
        self.put_foot()

    @work(exclusive=True, group="later")
    async def show_more(self, shown: Card) -> None:
        """What takes longer to find, once the cursor rests."""
        await asyncio.sleep(REST)
        demand = shown.demand
        if demand is None:
            return
        try:
            found = await self.look(lambda reader: more(reader, demand))
        except DemandctlError:
            return  # the next look tells what is wrong
        if found and self.shown is shown and not self.holding:
            self.card.put([*shown.said, *found], from_top=False)

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Show the card of the line."""
        self.holding = self.holding and not message.by_hand
        self.show_card(message.line)

    def on_rows_opened(self) -> None:
        """Open the card over the list where it has no room beside it."""
        self.action_open()

    def action_open(self) -> None:
        """Open the card over the list, or close it."""
        self.set_open(not self.has_class("open"))

    def set_open(self, is_open: bool) -> None:
        """The card over the list or the list; a list that is out of sight loses the keys, and gets them back."""
        self.set_class(is_open, "open")
        self.call_after_refresh(self.rows.focus)

    def action_scroll_card(self, by: int) -> None:
        """Read on in the card."""
        self.card.scroll_relative(y=by, animate=False)

    def action_beside(self, by: int) -> None:
        """The card of the next line."""
        self.rows.action_walk(by)

    def on_rows_ending(self) -> None:
        """Read more lines."""
        if not self._whole:
            self._whole = True
            self.wish = self.wish._replace(limit=self.wish.limit + 5 * PAGE)
            self.reload()

    # -- lists ---------------------------------------------------------------------------------------------------

    def action_list(self, key: str, only: str = "", text: str = "") -> None:
        """Show another list, or a part of it."""
        wanted = self.rows.current.key if self.rows.current else None
        if self.listing != "/":
            self.before = self.listing
        self.listing, self.wish, self.holding = key, Wish(text, only), False
        self.set_open(False)
        self._put_tabs()
        self.reload(wanted)

    @work(group="act")
    async def action_find(self) -> None:
        """Look for a text everywhere."""
        wanted = await self.line(
            Write(
                "找：客户、电话、内容、跟进里的一部分，拼音首字母也行", text=self.wish.text, keys="回车 找  Esc 不找了"
            )
        )
        if wanted:
            self.action_list("/", text=wanted.text)

    @work(group="act")
    async def action_command(self) -> None:
        """Run any command of the program."""
        try:
            await command(self, self._complete)
        except DemandctlError as error:
            self.trouble(error)

    def action_keys(self) -> None:
        """All keys on a page."""
        told = [(act.key, act.name) for act in ACTS]
        said = [Paragraph("按键", look="title"), *pairs(MOVES), *heading("做什么"), *pairs(told)]
        said += [Paragraph(""), Paragraph("粘贴聊天就登记：粘贴，回车，回车。粘贴一个文件的路径，就附到这一条上。")]
        self.app.push_screen(Reading([], "按键", said))

    @work(group="act")
    async def action_palette(self) -> None:
        """Find a deed by its Chinese name."""
        deeds = {f"{act.name}": act.key for act in ACTS}
        deeds |= {entry.name: key for key, entry in LISTS.items() if key != "/"}
        deeds |= {"找": "slash", "再复制": "y", "选中": "space", "全部按键": "question_mark", "命令": "colon"}
        deeds |= {"换成亮色": "light", "换成暗色": "dark", "离开": "q"}

        async def offered(text: str) -> list[tuple[str, str]]:
            return [(name, key) for name, key in deeds.items() if text.strip() in name]

        chosen = await self.line(Write("要做什么", complete=offered, needed=False, keys="回车 就这个  Esc 不做了"))
        if chosen is None:
            return
        key = next((key for name, key in deeds.items() if chosen.text in name), "")
        if key in ("light", "dark"):
            self.app.theme = f"desk-{key}"
        elif key:
            self.app.simulate_key(key)

    def action_next(self, by: int) -> None:
        """The list beside this one."""
        keys = [key for key in LISTS if key != "/"]
        place = keys.index(self.listing) if self.listing in keys else 0
        self.action_list(keys[(place + by) % len(keys)])

    def action_back(self) -> None:
        """Close the card, else drop the marks, else go back to the whole list."""
        if self.has_class("open"):
            self.set_open(False)
        elif self.rows.marked:
            self.rows.marked.clear()
            self.rows.refresh()
            self.put_foot()
        elif self.listing == "/" or self.wish.only or self.wish.text:
            self.action_list(self.before)

    def action_leave(self) -> None:
        """Leave the desk."""
        self.app.exit()

    # -- head and foot -------------------------------------------------------------------------------------------

    def _put_head(self) -> None:
        told = self.today
        if told is None:
            self.head.put([[Ink(" 需求台账", "title")], []])
            return
        first: Drawn = [Ink(f" {told.day} {told.clock}", "title")]
        if told.off:
            first.append(Ink(f"   {told.off}", "quiet"))
        second: Drawn = [Ink(" ")]
        for only, (word, key) in HEAD.items():
            count = told.counts[only]
            look = "plain" if not count else {"overdue": "late", "today": "today"}.get(only, "strong")
            many = "1000+" if count >= 1000 else str(count)
            chosen = f"'{only}'" if only != "revisits" else "''"
            second.append(Ink(f"{word} ", "quiet", f"screen.list('{key}', {chosen})"))
            second.append(Ink(many, look, f"screen.list('{key}', {chosen})"))
            second.append(Ink("   "))
        self.head.put([first, second])

    def _put_tabs(self) -> None:
        line: Drawn = []
        narrow = self.size.width < 74
        for key, entry in LISTS.items():
            current = key == self.listing
            if key == "/" and not current:
                continue
            name = f"找：{self.wish.text}" if key == "/" else entry.name
            if narrow and not current:
                name = name[:2]
            click = f"screen.list('{key}')" if key != "/" else ""
            more = ""
            if current:
                only = HEAD[self.wish.only][0] if self.wish.only in HEAD else ""
                more = f"·{only}" if only else ""
                more += f" {len(self.rows.lines)}{'' if self._whole else '+'}" if self.today else ""
            line.append(Ink(f" {key} " if key != "/" else " ", "key", click))
            line.append(Ink(f"{name}{more} ", "title" if current else "quiet", click))
        self.tabs.put([line])

    def put_foot(self) -> None:
        marked = len(self.rows.marked)
        told: Drawn = [Ink(" "), Ink(self.told.text, self.told.look)]
        if marked:
            told = [Ink(f" 选中 {marked} 条  ", "pick"), *told[1:]]
        self.foot.put([told, self._keys()])

    def _keys(self) -> Drawn:
        """The keys that do something here, as many as there is room for; the way to all of them always."""
        always = [("?", "全部按键"), ("q", "离开")]
        room = self.size.width - sum(width(f" {key} {name} ") for key, name in always)
        shown: list[tuple[str, str]] = []
        for key, name in self.keys_here():
            room -= width(f" {key} {name} ")
            if room < 0:
                break
            shown.append((key, name))
        return [
            ink
            for key, name in [*shown, *always]
            for ink in (Ink(f" {key}", "key", f"app.simulate_key('{NAMED.get(key, key)}')"), Ink(f" {name} ", "quiet"))
        ]

    def keys_here(self) -> list[tuple[str, str]]:
        """Keys with their names for the line under the cursor, the likeliest first."""
        fits = fitting(self, self.shown.demand)
        here = [(act.key, act.name) for act in ACTS if act.about and fits(act)]
        first = FIRST.get(self.shown.demand.status) if self.shown.demand else None
        here.sort(key=lambda key: key[0] != first)
        if self.messages:
            here.append(("y", "再复制"))
        return [*here, ("u", "撤销"), ("/", "找"), ("i", "登记"), (":", "命令")]

    def on_paste(self, event: events.Paste) -> None:
        """Pasting is enough: what was pasted is read as a chat, or attached where it is a file."""
        event.stop()
        self.do(lambda hands: pasted(hands, event.text))

    # -- acts ----------------------------------------------------------------------------------------------------

    def action_act(self, key: str) -> None:
        """Do what a key stands for to the lines that are marked, or to the one under the cursor."""
        act = next(act for act in ACTS if act.key == key)
        if not fitting(self, self.shown.demand)(act) and not self.rows.marked:
            self.say(f"这一行不能{act.name}", "quiet")
            return
        self.do(act.does)

    @work(group="act")
    async def do(self, does: Callable[[Hands], Awaitable[None]]) -> None:
        """Do an act; where it is refused the foot says why."""
        try:
            await does(self)
        except DemandctlError as error:
            self.trouble(error)

    def read_again(self) -> None:
        """Read the list, the numbers and the card anew."""
        self.reload()

    def put_aside(self, until: Mapping[Hashable, datetime]) -> None:
        """Put lines out of sight until a time."""
        self.snoozed |= until
        self.rows.marked.clear()
        self.reload()

    def action_mark(self) -> None:
        """Mark the line under the cursor, or take the mark away, and go to the next."""
        line = self.rows.current
        if line:
            self.rows.marked ^= {line.key}
            self.rows.action_walk(1)
            self.rows.refresh()
            self.put_foot()

    def action_copy(self) -> None:
        """Put the last message on the clipboard again, or the next of several."""
        self.copy_again()
