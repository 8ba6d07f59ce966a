"""What comes in from outside: a chat, a typed demand, a file; and what was taken down wrongly put right."""

from __future__ import annotations

import asyncio
from pathlib import Path
from urllib.parse import unquote, urlparse

from demandctl.desk.asking import Answered, Write
from demandctl.desk.drafts import EDITABLE, Drafts
from demandctl.desk.hands import Hands
from demandctl.desk.ledger import Moment
from demandctl.desk.values import ask_value, in_words, label_of
from demandctl.errors import UsageError
from demandctl.language.subject import About, Subject
from demandctl.queries.demands import read_demand
from demandctl.terminal import clipboard
from demandctl.vocabulary import Channel

COLUMNS = {"group": "group_name"}
"""Values that are called otherwise than their columns."""
_LONGEST_PATH = 4096


def file_in(text: str) -> Path | None:
    """The file that a pasted text is the name of: terminals paste what is dropped on them, quoted, or as an address."""
    name = text.strip().strip("'\"").replace("\\ ", " ")
    if not name or "\n" in name or len(name) > _LONGEST_PATH or "\0" in name:
        return None
    if name.startswith("file://"):
        name = unquote(urlparse(name).path)
    if not name.startswith(("/", "~", "./", "../")) and ":" not in name[:3]:
        return None
    try:
        path = Path(name).expanduser()
        return path if path.is_file() else None
    except (OSError, RuntimeError):
        return None


async def pasted(desk: Hands, text: str) -> None:
    """What was pasted into the terminal: a file goes to the line under the cursor, anything else is read as a chat."""
    if not text.strip():
        return
    path = file_in(text)
    subject = _subject(desk)
    if path and subject:
        if await desk.pick(f"把 {path.name} 附到 {subject.words}", [(True, "附上"), (False, "不附")]):
            await _attach(desk, subject, path)
        return
    await desk.app.push_screen_wait(Drafts(desk, text))


async def from_clipboard(desk: Hands) -> None:
    """Read what is on the clipboard as a chat."""
    text = None if clipboard.over_ssh() else await asyncio.to_thread(clipboard.read)
    if not text or not text.strip():
        raise UsageError("读不到剪贴板里的文字", "直接粘贴到这里就行")
    await pasted(desk, text)


async def by_questions(desk: Hands) -> None:
    """Take a demand in that somebody tells: what he says first, then what that does not tell."""
    said = await desk.line(Write("客户说了什么", keys="回车 下一步  Esc 不登记"))
    if said:
        await desk.app.push_screen_wait(Drafts(desk, said.text, typed=True))


def _subject(desk: Hands) -> Subject | None:
    line = desk.rows.current
    return line.subject if line and line.subject and line.subject.about is not About.LEDGER else None


async def attach(desk: Hands) -> None:
    """Attach a file to what the cursor stands on."""
    subject = _subject(desk)
    if subject is None:
        return

    async def complete(text: str) -> list[tuple[str, str]]:
        return await asyncio.to_thread(_files, text)

    async def submit(answered: Answered) -> None:
        await _attach(desk, subject, Path(answered.text.strip("'\"")))

    sheet = Write(
        f"附到 {subject.words}：哪个文件", text="~/", complete=complete, submit=submit, keys="回车 附上  Esc 不附"
    )
    await desk.line(sheet)


def _files(text: str) -> list[tuple[str, str]]:
    """What lies where a path begins so."""
    start = Path(text).expanduser()
    folder = start if text.endswith("/") else start.parent
    head = "" if text.endswith("/") else start.name
    try:
        found = sorted(
            path for path in folder.iterdir() if path.name.startswith(head) and not path.name.startswith(".")
        )
    except OSError:
        return []
    kept = text[: len(text) - len(head)]
    return [(f"{kept}{path.name}{'/' if path.is_dir() else ''}", "") for path in found[:50]]


async def _attach(desk: Hands, subject: Subject, path: Path) -> None:
    def does(app: Moment) -> str:
        from demandctl.actions import steps

        return steps.attach(app, subject, [path])

    desk.say(f"✓ {await desk.write(does)}")


async def edit(desk: Hands) -> None:
    """Put one value of a demand right."""
    number = desk.numbers(About.DEMAND)[0]
    demand = await desk.look(lambda reader: read_demand(reader, number))
    values = vars(demand)
    names = [
        name
        for name in (*EDITABLE, "service_mode", "warranty", "wish", "raised_at", "note")
        if name not in ("customer", "phone")
    ]
    names = [name for name in names if name != "group" or demand.channel is Channel.GROUP]
    listed = [(name, f"{label_of(COLUMNS.get(name, name))}　{in_words(name, values)}") for name in names]
    name = await desk.pick(f"{demand.subject} {demand.customer.name}  改哪一项", listed)
    if name is None:
        return
    given = await ask_value(desk, name, values, f"{demand.subject}")
    if given is None:
        return

    def does(app: Moment) -> str:
        from demandctl.actions import steps

        return steps.edit(app, number, {COLUMNS.get(name, name): given.value}).sentence

    desk.say(f"✓ {await desk.write(does)}")
