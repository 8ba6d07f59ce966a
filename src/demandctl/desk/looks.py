"""How the desk looks: two calm themes, and where everything stands."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="desk-dark",
    dark=True,
    primary="#7aa2c8",
    secondary="#8fa3b3",
    accent="#d8b26a",
    foreground="#d6d9dc",
    background="#15191e",
    surface="#1b2027",
    panel="#232a33",
    error="#e07a72",
    warning="#d8b26a",
    success="#8db580",
    variables={"quiet": "#7d8894", "cursor": "#2a3644", "border": "#2c343e"},
)
LIGHT = Theme(
    name="desk-light",
    dark=False,
    primary="#2f5f8f",
    secondary="#54687a",
    accent="#8a5a00",
    foreground="#22272c",
    background="#fbfbf9",
    surface="#f3f3f0",
    panel="#e9e9e4",
    error="#b3261e",
    warning="#8a5a00",
    success="#2e6b34",
    variables={"quiet": "#6b7680", "cursor": "#dde6ef", "border": "#d3d6d8"},
)

PLAIN = Theme(
    name="desk-plain",
    primary="ansi_default",
    secondary="ansi_default",
    accent="ansi_default",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    error="ansi_default",
    warning="ansi_default",
    success="ansi_default",
    variables={"quiet": "ansi_default", "cursor": "ansi_default", "border": "ansi_default"},
)
"""Without colour: what is late is bold, what is quiet dim, the cursor reversed."""

CSS = """
Screen { background: $background; color: $foreground; layers: base; }
Painter { color: $foreground; background: $background; }
Painter > .look--quiet { color: $quiet; }
Painter > .look--strong { text-style: bold; }
Painter > .look--late { color: $error; text-style: bold; }
Painter > .look--today { color: $warning; }
Painter > .look--soon { color: $success; }
Painter > .look--done { color: $quiet; }
Painter > .look--key { color: $accent; text-style: bold; }
Painter > .look--title { color: $primary; text-style: bold; }
Painter > .look--pick { color: $primary; }
Painter > .look--chip { color: $background; background: $primary; }
Rows > .rows--cursor { background: $cursor; }
.plain Painter > .look--quiet, .plain Painter > .look--done { text-style: dim; }
.plain Painter > .look--today { text-style: underline; }
.plain Painter > .look--chip { text-style: reverse; }
.plain Rows > .rows--cursor { text-style: reverse; }
Paper, Rows { overflow-y: auto; overflow-x: hidden; }
#head { height: 2; }
#tabs { height: 1; background: $surface; }
#foot { height: 2; background: $surface; }
#work { height: 1fr; }
#rows { width: 1fr; scrollbar-size-vertical: 1; padding: 0; }
#card { width: 41%; max-width: 72; padding: 0 1; border-left: solid $border; scrollbar-size-vertical: 1; }
.narrow #card { display: none; width: 1fr; max-width: 100%; border-left: none; }
.narrow.open #card { display: block; }
.narrow.open #rows { display: none; }
Modal { align: center bottom; background: transparent; }
Modal > #sheet { width: 100%; max-width: 110; height: auto; max-height: 90%; background: $panel; padding: 0 1;
  border-top: solid $primary; }
Modal > .tall { height: 90%; }
Modal #paper { height: 1fr; background: $panel; scrollbar-size-vertical: 1; }
Modal #bar { height: 1; background: $surface; }
Modal #question { height: auto; background: $panel; }
Modal #below { height: auto; max-height: 14; background: $panel; }
Modal Input { border: none; height: 1; padding: 0; background: $surface; color: $foreground; }
Modal Input:focus { border: none; background-tint: transparent 0%; }
Modal #chips { height: 1; background: $panel; }
Reading { background: $background; }
Reading #text { height: 1fr; padding: 0 1; }
Reading #bar { height: 1; background: $surface; }
"""
