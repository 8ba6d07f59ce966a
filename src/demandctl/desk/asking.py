"""What the desk asks: a choice, or one line; Esc goes back and nothing was done."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import ClassVar, Generic, NamedTuple, TypeVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from demandctl.desk.drawing import Bar, Drawn, Ink
from demandctl.errors import DemandctlError
from demandctl.language.display import cut, padded, shown, width, wrapped

T = TypeVar("T")

KEYS = "123456789"
MOST = 12
"""So many choices or completions are in sight at once."""


class Modal(ModalScreen[T], Generic[T]):
    """A sheet at the lower edge: what is asked, and below it what can be answered."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "back", "不做了", show=False)]

    def __init__(self, question: str, about: Sequence[str] = ()) -> None:
        super().__init__()
        self.asked, self.about = question, [line for text in about for line in text.split("\n") if line.strip()]
        self.question = Bar(id="question")
        self.below = Bar(id="below")

    def action_back(self) -> None:
        """Go back without a trace."""
        self.dismiss(None)

    def room(self) -> int:
        """How wide a line may be."""
        return max(min(self.app.size.width, 110) - 3, 20)

    def on_resize(self) -> None:
        """Draw anew."""
        self.draw()

    def draw(self) -> None:
        """Put what is asked and what can be answered."""
        lines: list[Drawn] = [[Ink(line, "title")] for line in wrapped(shown(self.asked), self.room())]
        for text in self.about[:8]:
            lines += [[Ink(line, "quiet")] for line in wrapped(shown(text), self.room())]
        self._sized(self.question, lines)

    def _sized(self, bar: Bar, lines: list[Drawn]) -> None:
        bar.styles.height = len(lines)
        bar.put(lines)


class Pick(Modal[T]):
    """A choice: by its number, by the arrows and Enter, or by a click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j,tab", "walk(1)", "下一个", show=False),
        Binding("up,k,shift+tab", "walk(-1)", "上一个", show=False),
        Binding("enter", "take", "就这个", show=False),
        *(Binding(key, f"number({key})", show=False) for key in KEYS),
    ]

    def __init__(self, question: str, choices: Sequence[tuple[T, str]], at: int = 0, about: Sequence[str] = ()) -> None:
        super().__init__(question, about)
        self.choices = choices
        self.at = at

    def compose(self) -> ComposeResult:
        """Question above, choices below."""
        with Vertical(id="sheet"):
            yield self.question
            yield self.below

    def draw(self) -> None:
        """The choices in sight, the one under the pointer marked."""
        super().draw()
        top = max(min(self.at - MOST // 2, len(self.choices) - MOST), 0)
        lines: list[Drawn] = []
        for place, (_, label) in list(enumerate(self.choices))[top : top + MOST]:
            key = KEYS[place] if place < len(KEYS) else " "
            here = place == self.at
            text = cut(shown(label), self.room() - 6)
            click = f"screen.number({place + 1})"
            lines.append(
                [
                    Ink("▌" if here else " ", "pick"),
                    Ink(f"{key} ", "key", click),
                    Ink(text, "strong" if here else "plain", click),
                ]
            )
        lines.append([Ink(" ↑↓ 或数字选  回车 就这个  Esc 不做了", "quiet")])
        self._sized(self.below, lines)

    def action_walk(self, by: int) -> None:
        """Go down or up."""
        self.at = (self.at + by) % len(self.choices)
        self.draw()

    def action_take(self) -> None:
        """Take the choice under the pointer."""
        self.dismiss(self.choices[self.at][0])

    def action_number(self, number: int) -> None:
        """Take a choice by its number."""
        if number <= len(self.choices):
            self.dismiss(self.choices[number - 1][0])


class Chip(NamedTuple):
    """Something that was read out of a line and stands beside it: what it is, and the words for it."""

    name: str
    words: str


class Answered(NamedTuple):
    """A line that was typed, and the chips that stood beside it."""

    text: str
    chips: tuple[Chip, ...] = ()

    def has(self, name: str) -> bool:
        """Whether a chip of that name stood there."""
        return any(chip.name == name for chip in self.chips)


class LineField(Input):
    """One line of text; what is pasted into it stays on one line."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("backspace", "rub_out", show=False)]

    def action_rub_out(self) -> None:
        """On an empty end a chip goes, else the character before the cursor."""
        at_end = self.cursor_position == len(self.value) and (not self.value or self.value.endswith(" "))
        if at_end and isinstance(self.screen, Write) and self.screen.drop_chip():
            return
        self.action_delete_left()

    def _on_paste(self, event: events.Paste) -> None:
        text = " ".join(event.text.split())
        self.insert_text_at_cursor("".join(char for char in text if char.isprintable()))
        event.stop()
        event.prevent_default()


Complete = Callable[[str], Awaitable[list[tuple[str, str]]]]
Chips = Callable[[str], list[Chip]]
Submit = Callable[[Answered], Awaitable[object]]


class Write(Modal[Answered]):
    """One line: with completions below it, chips beside it, and what is wrong with it, if anything."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,down", "walk(1)", "补全", show=False, priority=True),
        Binding("shift+tab,up", "walk(-1)", "上一个", show=False, priority=True),
        Binding("ctrl+t", "switch", "换一种", show=False, priority=True),
    ]

    def __init__(
        self,
        question: str,
        *,
        about: Sequence[str] = (),
        text: str = "",
        needed: bool = True,
        complete: Complete | None = None,
        chips: Chips | None = None,
        submit: Submit | None = None,
        ways: Sequence[Chip] = (),
        hint: str = "",
        keys: str = "回车 记下  Esc 不记",
    ) -> None:
        super().__init__(question, about)
        self.field = LineField(text, select_on_focus=False)
        self.chips_bar = Bar(id="chips")
        self._needed, self._complete, self._read_chips, self._submit = needed, complete, chips, submit
        self._ways, self._way = list(ways), 0
        self._hint, self._keys = hint, keys
        self._gone: set[str] = set()
        self._chips: list[Chip] = []
        self._offers: list[tuple[str, str]] = []
        self._at = -1
        self._trouble = ""
        self._writing = False

    def compose(self) -> ComposeResult:
        """Question, field, chips, and what can be typed."""
        with Vertical(id="sheet"):
            yield self.question
            yield self.field
            yield self.chips_bar
            yield self.below

    async def on_mount(self) -> None:
        """The cursor stands in the field."""
        self.field.focus()
        await self._changed()

    async def on_input_changed(self, message: Input.Changed) -> None:
        """Read chips and completions anew."""
        message.stop()
        self._trouble = ""
        await self._changed()

    async def _changed(self) -> None:
        text = self.field.value
        found = self._read_chips(text) if self._read_chips else []
        self._gone &= {chip.name for chip in found}
        self._chips = [chip for chip in found if chip.name not in self._gone]
        self._at = -1
        try:
            self._offers = await self._complete(text) if self._complete else []
        except DemandctlError:
            self._offers = []
        self.draw()

    @property
    def chips(self) -> list[Chip]:
        """What stands beside the line."""
        return [*self._ways[self._way : self._way + 1], *self._chips]

    def drop_chip(self) -> bool:
        """Take the last chip away that was read out of the line; whether there was one."""
        if not self._chips:
            return False
        self._gone.add(self._chips.pop().name)
        self.draw()
        return True

    def action_drop(self, name: str) -> None:
        """Take a chip away by a click."""
        self._gone.add(name)
        self._chips = [chip for chip in self._chips if chip.name != name]
        self.draw()

    def action_switch(self) -> None:
        """The next of the ways in which it can be meant."""
        if self._ways:
            self._way = (self._way + 1) % len(self._ways)
            self.draw()

    def action_walk(self, by: int) -> None:
        """Take a completion into the line, or the next one."""
        if not self._offers:
            return
        self._at = (self._at + by) % len(self._offers) if self._at >= 0 or by < 0 else 0
        with self.prevent(Input.Changed):
            self.field.value = self._offers[self._at][0]
            self.field.cursor_position = len(self.field.value)
        self.draw()

    def action_offer(self, place: int) -> None:
        """Take a completion by a click."""
        self._at = place - 1
        self.action_walk(1)

    def draw(self) -> None:
        """Chips, trouble, completions and keys."""
        super().draw()
        chips: Drawn = []
        for chip in self.chips:
            click = f"screen.drop('{chip.name}')" if chip in self._chips else "screen.switch"
            chips += [Ink(f" {shown(chip.words)} ", "chip", click), Ink(" ")]
        self.chips_bar.styles.height = 1 if chips else 0
        self.chips_bar.put([chips])
        lines: list[Drawn] = [[Ink(line, "late")] for line in wrapped(shown(self._trouble), self.room())]
        top = max(min(self._at - MOST // 2, len(self._offers) - MOST), 0)
        names = min(max((width(shown(value)) for value, _ in self._offers), default=0), 24)
        for place, (value, about) in list(enumerate(self._offers))[top : top + MOST]:
            here = place == self._at
            named = padded(cut(shown(value), names), names)
            told = cut(shown(about), max(self.room() - names - 4, 4))
            click = f"screen.offer({place})"
            lines.append(
                [
                    Ink("▌" if here else " ", "pick"),
                    Ink(named, "strong" if here else "plain", click),
                    Ink(f"  {told}", "quiet", click),
                ]
            )
        keys = self._keys
        keys += "  Tab 补全" if self._offers else ""
        keys += f"  Ctrl+T {self._hint}" if len(self._ways) > 1 else ""
        keys += "  空格再退格 去掉标签" if self._chips else ""
        lines.append([Ink(f" {'正在写…' if self._writing else keys}", "quiet")])
        self._sized(self.below, lines)

    async def on_input_submitted(self, message: Input.Submitted) -> None:
        """Do it; where that is refused, the line stays and the reason stands below it."""
        message.stop()
        text = message.value.strip()
        if self._writing:
            return
        if self._needed and not text:
            self._trouble = "还没有写"
            self.draw()
            return
        answered = Answered(text, tuple(self.chips))
        if self._submit is None:
            self.dismiss(answered)
            return
        self._submit_now(answered)

    def _submit_now(self, answered: Answered) -> None:
        self._writing = True
        self.draw()
        self.run_worker(self._done(answered), group="writing", exclusive=False)

    async def _done(self, answered: Answered) -> None:
        assert self._submit is not None
        try:
            await self._submit(answered)
        except DemandctlError as error:
            self._trouble = f"{error}" + (f"（{error.hint}）" if error.hint else "")
            self._writing = False
            self.draw()
            return
        self.dismiss(answered)
