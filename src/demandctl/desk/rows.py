"""The list on the desk: lines under titles, of which only those in sight are drawn."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from demandctl.desk.drawing import Ink, Painter
from demandctl.desk.lists import DONE, Cell, Line
from demandctl.language.display import cut, padded, width

GAP = 2
NEAR = 40
"""So many lines before the end more are asked for."""


class Rows(Painter, ScrollView, can_focus=True):
    """Lines one can walk through, mark and open."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"rows--cursor"}
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "walk(1)", "下一条", show=False),
        Binding("up,k", "walk(-1)", "上一条", show=False),
        Binding("pagedown,ctrl+d", "page(1)", "下一页", show=False),
        Binding("pageup,ctrl+u", "page(-1)", "上一页", show=False),
        Binding("home,g", "jump(0)", "第一条", show=False),
        Binding("end,G", "jump(-1)", "最后一条", show=False),
        Binding("enter", "open", "打开", show=False),
    ]

    @dataclass
    class Moved(Message):
        """The cursor stands on another line, or on none."""

        line: Line | None
        by_hand: bool = False

    class Opened(Message):
        """Enter was pressed on a line, or it was clicked twice."""

    class Ending(Message):
        """The end of what was read comes near."""

    def __init__(self) -> None:
        super().__init__(id="rows")
        self.columns: Sequence[Cell] = ()
        self.lines: list[Line] = []
        self.marked: set[Hashable] = set()
        self.empty = ""
        self.at = 0
        self._widths: list[int] = []

    @property
    def current(self) -> Line | None:
        """The line under the cursor."""
        return self.lines[self.at] if self.at < len(self.lines) else None

    def put(self, columns: Sequence[Cell], lines: list[Line], empty: str, wanted: Hashable = None) -> None:
        """Show these lines; the cursor goes to *wanted* where it is among them, else it keeps its place."""
        self.columns, self.lines, self.empty = columns, lines, empty
        place = next((n for n, line in enumerate(lines) if wanted is not None and line.key == wanted), None)
        self.at = max(min(self.at if place is None else place, len(lines) - 1), 0)
        self._measure()
        self._see()
        self.post_message(self.Moved(self.current))

    def _measure(self) -> None:
        room = max(self.scrollable_content_region.width - 2, 10)
        self._widths = fitted(self.columns, [line.cells for line in self.lines], room)
        self.virtual_size = Size(self.scrollable_content_region.width, len(self.lines) + 1)
        self.refresh()

    def on_resize(self) -> None:
        """Give the columns their widths anew."""
        self._measure()
        self._see()

    # -- walking -------------------------------------------------------------------------------------------------

    def action_walk(self, by: int) -> None:
        """Go down or up."""
        self.go(self.at + by)

    def action_page(self, by: int) -> None:
        """Go down or up by what is in sight."""
        self.go(self.at + by * max(self.size.height - 2, 1))

    def action_jump(self, to: int) -> None:
        """Go to the first line or to the last."""
        self.go(to if to >= 0 else len(self.lines) - 1)

    def action_open(self) -> None:
        """Open the line."""
        if self.current:
            self.post_message(self.Opened())

    def go(self, to: int) -> None:
        """Put the cursor on a line."""
        to = max(min(to, len(self.lines) - 1), 0)
        if to != self.at:
            self.at = to
            self._see()
            self.refresh()
            self.post_message(self.Moved(self.current, by_hand=True))
        if to >= len(self.lines) - NEAR:
            self.post_message(self.Ending())

    def _see(self) -> None:
        """Scroll so far that the cursor is in sight."""
        room = max(self.size.height - 1, 1)
        top = int(self.scroll_target_y)
        if self.at < top or self.at >= top + room:
            to = self.at if self.at < top else self.at - room + 1
            self.scroll_to(y=to, animate=False, force=True, immediate=True)

    def on_click(self, event: events.Click) -> None:
        """A click goes to the line, a second one opens it."""
        at = event.y - 1 + self.scroll_offset.y
        if event.y == 0 or at >= len(self.lines):
            return
        if event.chain > 1:
            self.action_open()
        self.go(at)

    # -- drawing -------------------------------------------------------------------------------------------------

    def render_line(self, y: int) -> Strip:
        """The titles on top, below them the lines in sight."""
        if y == 0:
            titles = [column.title for column in self.columns]
            return self.strip([Ink("  " + self._joined(titles), "quiet")])
        at = y - 1 + self.scroll_offset.y
        if at >= len(self.lines):
            told = self.empty if not self.lines and y == 2 else ""
            return self.strip([Ink(f"  {told}", "quiet")])
        line = self.lines[at]
        base = self.get_component_rich_style("rows--cursor", partial=True) if at == self.at else None
        mark = Ink("●", "pick") if line.key in self.marked else Ink("▌" if at == self.at else " ", "pick")
        return self.strip([mark, Ink(" "), *self._cells(line)], base)

    def _cells(self, line: Line) -> list[Ink]:
        pieces: list[Ink] = []
        for column, cell, cells in zip(self.columns, line.cells, self._widths, strict=True):
            if not cells:
                continue
            look = "done" if line.mood == DONE else "plain"
            if column.mood and line.mood:
                look = line.mood
            elif line.mood != DONE and not pieces:
                look = "quiet"
            gap = " " * GAP if pieces else ""
            pieces.append(Ink(gap + padded(cut(cell, cells), cells), look))
        return pieces

    def _joined(self, texts: Sequence[str]) -> str:
        shown = (padded(cut(text, cells), cells) for text, cells in zip(texts, self._widths, strict=True) if cells)
        return (" " * GAP).join(shown)


def fitted(columns: Sequence[Cell], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """How wide each column is in so much room; 0 for one that has to go, or that has nothing to show."""
    natural = [
        min(max([*(width(row[n]) for row in rows), min(width(column.title), column.least)]), column.most)
        if not rows or any(row[n] for row in rows)
        else 0
        for n, column in enumerate(columns)
    ]
    least = [min(cells, column.least) for cells, column in zip(natural, columns, strict=True)]
    order = sorted((n for n, column in enumerate(columns) if column.goes), key=lambda n: -columns[n].goes)

    def needed() -> int:
        return sum(least) + GAP * (sum(cells > 0 for cells in least) - 1)

    for n in order:
        if needed() <= room:
            break
        least[n] = natural[n] = 0
    left = room - needed()
    widths = list(least)
    # What is owed keeps half of what there is to give: a name can be cut, the deed cannot be guessed.
    kept = min(sum(natural[n] - least[n] for n, column in enumerate(columns) if column.grows), left // 2)
    for n in sorted(range(len(columns)), key=lambda n: (columns[n].grows, not columns[n].mood)):
        more = max(min(natural[n] - widths[n], left if columns[n].grows else left - kept), 0)
        widths[n] += more
        left -= more
    if left < 0:
        widest = max(range(len(widths)), key=widths.__getitem__)
        widths[widest] = max(widths[widest] + left, 1)
    return widths
