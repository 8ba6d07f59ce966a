"""What the desk draws with: pieces of text in a style, lines of them, and widgets that show such lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widget import Widget

from demandctl.language.display import shown, shown_lines, width, wrapped

LOOKS = {"quiet", "strong", "late", "today", "soon", "done", "key", "title", "pick", "chip", "plain"}
"""How a piece of text may look; each is a component class that the style sheet colours."""


class Ink(NamedTuple):
    """A piece of text, how it looks, and the action that a click on it is."""

    text: str
    look: str = "plain"
    click: str = ""


Drawn = list[Ink]
"""One line."""


class Painter(Widget):
    """A widget that turns pieces into strips."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"look--{look}" for look in LOOKS}

    def strip(self, pieces: Sequence[Ink], base: Style | None = None) -> Strip:
        """A line as wide as the widget."""
        segments = []
        for text, look, click in pieces:
            style = self.rich_style if look == "plain" else self.get_component_rich_style(f"look--{look}")
            if base:
                style += base
            if click:
                style += Style.from_meta({"@click": click})
            segments.append(Segment(text, style))
        room = self.scrollable_content_region.width if isinstance(self, ScrollView) else self.size.width
        return Strip(segments).adjust_cell_length(room, (self.rich_style + base) if base else self.rich_style)


class Bar(Painter):
    """Some lines that stand still: the head, the foot."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self.lines: list[Drawn] = []

    def put(self, lines: list[Drawn]) -> None:
        """Show these lines."""
        if lines != self.lines:
            self.lines = lines
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of it."""
        return self.strip(self.lines[y] if y < len(self.lines) else [])


class Paper(Painter, ScrollView, can_focus=False):
    """A longer text, folded to the width as Chinese is, that can be scrolled."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._said: list[Paragraph] = []
        self._lines: list[Drawn] = []
        self._room = 0

    def put(self, said: list[Paragraph], *, from_top: bool = True) -> None:
        """Show this instead of what was there."""
        self._said = said
        self._fold()
        if from_top:
            self.scroll_home(animate=False)

    def on_resize(self) -> None:
        """Fold anew."""
        if self.scrollable_content_region.width != self._room:
            self._fold()

    def _fold(self) -> None:
        self._room = room = self.scrollable_content_region.width
        self._lines = [line for one in self._said for line in one.folded(max(room, 12))]
        self.virtual_size = Size(room, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of it."""
        at = y + self.scroll_offset.y
        return self.strip(self._lines[at] if at < len(self._lines) else [])


class Paragraph(NamedTuple):
    """A paragraph: a label before it where it has one, and how it looks."""

    text: str
    label: str = ""
    look: str = "plain"
    indent: int = 0
    click: str = ""

    def folded(self, room: int) -> list[Drawn]:
        """Its lines, no wider than *room* cells; further ones stand under the first."""
        if not self.text and not self.label:
            return [[]]
        head = f"{shown(self.label)}  " if self.label else ""
        hang = max(width(head), self.indent) if width(head) < room // 2 else self.indent or 2
        first = [Ink(head + " " * max(hang - width(head), 0), "quiet")] if head else []
        parts = [part for line in shown_lines(self.text).split("\n") for part in wrapped(line, room - hang) or [""]]
        lines: list[Drawn] = []
        if head and width(head) > hang:
            lines, first = [first], []
        for place, part in enumerate(parts):
            before = first if place == 0 and first else [Ink(" " * hang)] if hang else []
            lines.append([*before, Ink(part, self.look, self.click)])
        return lines


def heading(text: str) -> list[Paragraph]:
    """A heading with air above it."""
    return [Paragraph(""), Paragraph(text, look="title")]


def pairs(told: Sequence[tuple[str, str]], look: str = "plain") -> list[Paragraph]:
    """Labels with what belongs to each, the texts under each other."""
    given = [(label, text) for label, text in told if text]
    indent = min(max((width(label) for label, _ in given), default=0) + 2, 18)
    return [Paragraph(text, label, look, indent) for label, text in given]
