"""The main screen: head, lists, card and foot, and the keys that do something here."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from demandctl.desk.card import Card, card
from demandctl.desk.drawing import Bar, Drawn, Ink, Paper
from demandctl.desk.ledger import Ledger
from demandctl.desk.lists import HEAD, LISTS, PAGE, Line, Numbers, Wish, numbers, safe
from demandctl.desk.rows import Rows
from demandctl.errors import DemandctlError
from demandctl.language.display import shown, width

if TYPE_CHECKING:
    from demandctl.queries.reader import Reader

BESIDE = 100
"""From so many columns on the card stands beside the list."""


class Day(Screen[None]):
    """The whole day on one screen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key, f"list('{key}')", entry.name, show=False) for key, entry in LISTS.items() if key != "/"),
        Binding("tab", "next(1)", "下一个列表", show=False),
        Binding("shift+tab", "next(-1)", "上一个列表", show=False),
        Binding("escape", "back", "回去", show=False),
        Binding("q", "leave", "离开", show=False),
    ]

    def __init__(self, ledger: Ledger) -> None:
        super().__init__()
        self.ledger = ledger
        self.busy = 0
        self.listing = "1"
        self.asked = Wish()
        self.before = "1"
        self.head = Bar(id="head")
        self.tabs = Bar(id="tabs")
        self.rows = Rows()
        self.card = Paper(id="card")
        self.foot = Bar(id="foot")
        self.numbers: Numbers | None = None
        self.read_at: datetime | None = None
        self.shown = Card([])
        self.told = Ink("正在打开台账…", "quiet")
        self.snoozed: dict[Hashable, datetime] = {}
        self._whole = True

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
        self._put_foot()
        self.look_around()  # before the first reading, so that nothing falls between the two
        self.set_interval(1.0, self.look_around)

    def on_resize(self, event: events.Resize) -> None:
        """The card stands beside the list where there is room."""
        self.set_class(event.size.width < BESIDE, "narrow")
        self._put_head()
        self._put_tabs()
        self._put_foot()

    # -- reading -------------------------------------------------------------------------------------------------

    def look_around(self) -> None:
        """Show what another program wrote, and a new minute's lateness."""
        try:
            changed = self.ledger.watch.changed()
        except DemandctlError as error:
            self.trouble(error)
            return
        now = self.ledger.now().now
        if changed or self.read_at is None or now.replace(second=0) != self.read_at.replace(second=0):
            self.reload()

    @work(exclusive=True, group="reading")
    async def reload(self, wanted: Hashable = None) -> None:
        """Read the list and the numbers anew; the cursor stays on what it stands on."""
        listing, asked = self.listing, self.asked
        at: list[datetime] = []

        def read(reader: Reader) -> tuple[list[Line], Numbers]:
            at.append(reader.now)
            return [safe(line) for line in LISTS[listing].read(reader, asked)], numbers(reader)

        try:
            lines, told = await self.ledger.look(read)
        except DemandctlError as error:
            self.trouble(error)
            return
        if self.told.look == "late" and self.told.click == "ledger":
            self.told = Ink("又能读台账了", "quiet")
        elif self.numbers is None:
            self.told = Ink("")
        self.numbers, self.read_at = told, at[0]
        self._whole = len(lines) < asked.limit
        self.snoozed = {key: until for key, until in self.snoozed.items() if until > at[0]}
        seen = [line for line in lines if line.key not in self.snoozed]
        if wanted is None and self.rows.current and self.rows.lines:
            wanted = self.rows.current.key
        self.rows.marked &= {line.key for line in seen}
        self.rows.put(LISTS[listing].columns, seen, LISTS[listing].empty, wanted)
        self._put_head()
        self._put_tabs()
        self._put_foot()

    @work(exclusive=True, group="card")
    async def show_card(self, line: Line | None) -> None:
        """Read what is known of the line under the cursor."""
        if line is None:
            self.shown = Card([])
            self.card.put([])
            self._put_foot()
            return
        try:
            found = await self.ledger.look(lambda reader: card(reader, line))
        except DemandctlError as error:
            self.trouble(error)
            return
        self.shown = found
        self.card.put(found.said)
        self._put_foot()

    def on_rows_moved(self, message: Rows.Moved) -> None:
        """Show the card of the line."""
        self.show_card(message.line)

    def on_rows_opened(self) -> None:
        """Open the card over the list where it has no room beside it."""
        self.toggle_class("open")

    def on_rows_ending(self) -> None:
        """Read more lines."""
        if not self._whole:
            self._whole = True
            self.asked = self.asked._replace(limit=self.asked.limit + 5 * PAGE)
            self.reload()

    # -- lists ---------------------------------------------------------------------------------------------------

    def action_list(self, key: str, only: str = "", text: str = "") -> None:
        """Show another list, or a part of it."""
        wanted = self.rows.current.key if self.rows.current else None
        if self.listing != "/":
            self.before = self.listing
        self.listing, self.asked = key, Wish(text, only)
        self.remove_class("open")
        self._put_tabs()
        self.reload(wanted)

    def action_next(self, by: int) -> None:
        """The list beside this one."""
        keys = [key for key in LISTS if key != "/"]
        place = keys.index(self.listing) if self.listing in keys else 0
        self.action_list(keys[(place + by) % len(keys)])

    def action_back(self) -> None:
        """Close the card, else drop the marks, else go back to the whole list."""
        if self.has_class("open"):
            self.remove_class("open")
        elif self.rows.marked:
            self.rows.marked.clear()
            self.rows.refresh()
            self._put_foot()
        elif self.listing == "/" or self.asked.only or self.asked.text:
            self.action_list(self.before)

    def action_leave(self) -> None:
        """Leave the desk."""
        self.app.exit()

    # -- head and foot -------------------------------------------------------------------------------------------

    def say(self, text: str, look: str = "soon") -> None:
        """Tell in the foot what was done."""
        self.told = Ink(shown(text.split("\n")[0]), look)
        self._put_foot()

    def trouble(self, error: DemandctlError) -> None:
        """Tell in the foot what is wrong; the screen stays as it was."""
        hint = f"  {error.hint}" if error.hint else ""
        self.told = Ink(shown(f"{error}{hint}"), "late", "ledger" if error.exit_code in (3, 4) else "")
        self._put_foot()

    def _put_head(self) -> None:
        told = self.numbers
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
        narrow = self.size.width < 84
        for key, entry in LISTS.items():
            current = key == self.listing
            if key == "/" and not current:
                continue
            name = f"找：{self.asked.text}" if key == "/" else entry.name
            if narrow and not current:
                name = name[:2]
            click = f"screen.list('{key}')" if key != "/" else ""
            more = ""
            if current:
                only = HEAD[self.asked.only][0] if self.asked.only in HEAD else ""
                more = f"·{only}" if only else ""
                more += f" {len(self.rows.lines)}{'' if self._whole else '+'}" if self.numbers else ""
            line.append(Ink(f" {key} " if key != "/" else " ", "key", click))
            line.append(Ink(f"{name}{more} ", "title" if current else "quiet", click))
        self.tabs.put([line])

    def _put_foot(self) -> None:
        marked = len(self.rows.marked)
        told: Drawn = [Ink(" "), Ink(self.told.text, self.told.look)]
        if marked:
            told = [Ink(f" 选中 {marked} 条  ", "pick"), *told[1:]]
        self.foot.put([told, self._keys()])

    def _keys(self) -> Drawn:
        """The keys that do something here, as many as there is room for."""
        line: Drawn = []
        room = self.size.width
        for key, name in self.keys_here():
            piece = [Ink(f" {key}", "key", f"app.simulate_key('{key}')"), Ink(f" {name} ", "quiet")]
            cells = sum(width(part.text) for part in piece)
            if cells > room:
                break
            room -= cells
            line += piece
        return line

    def keys_here(self) -> list[tuple[str, str]]:
        """Keys with their names for the line under the cursor."""
        return [("1-7", "列表"), ("q", "离开")]
