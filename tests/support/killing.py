"""A program that dies at any instant: commands run in children that are killed, and what must be true afterwards.

The children are forked from a process that has imported everything, so that most kills fall into the writing itself.
"""

import os
import random
import signal
import sqlite3
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from sqlalchemy.orm import configure_mappers

import demandctl
from demandctl import cli
from demandctl.store import migrations
from demandctl.store.backup import integrity
from tests.support.cli import EXAMPLES

TRACES = ("13800000121", "湘潭老周")
ENV = {"DEMANDCTL_NOW": "2026-11-20T09:00:00+08:00", "DEMANDCTL_USER": "李敏"}


def spawn(words: list[str], before: Callable[[], None] | None = None) -> int:
    """Start a command in a child of its own; its process id."""
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    code = 70
    try:
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(nowhere, stream)
        sys.stdin, sys.stdout, sys.stderr = (os.fdopen(n, "w" if n else "r") for n in range(3))
        if before:
            before()
        cli.app().main(words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    except BaseException:
        with open(f"{os.environ['DEMANDCTL_DB']}.traceback", "a") as file:
            file.write(f"{words}\n{traceback.format_exc()}\n")
    finally:
        os._exit(code)


def finished(child: int) -> int | None:
    """The exit code of a child that came to its end, None for one that was killed."""
    status = os.waitpid(child, 0)[1]
    return os.WEXITSTATUS(status) if os.WIFEXITED(status) else None


def ran(words: list[str], before: Callable[[], None] | None = None) -> int | None:
    """Run a command to its end."""
    return finished(spawn(words, before))


def killed(words: list[str], after: float, before: Callable[[], None] | None = None) -> int | None:
    """Run a command and kill it after so many seconds, unless it is quicker."""
    child = spawn(words, before)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    return finished(child)


@dataclass
class Tally:
    """What a round of kills came to."""

    kills: int = 0
    acknowledged: int = 0
    lost: int = 0
    half: int = 0
    wrong: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        told = f"{self.kills} kills, {self.acknowledged} acknowledged, {self.lost} lost, {self.half} half done"
        return told + "".join(f"\n  {line}" for line in self.wrong)


def _import_everything() -> None:
    """Children start where the work begins, and that is where they are to be killed."""
    for module in walk_packages(demandctl.__path__, "demandctl."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    for name in ("chinese_calendar", "dateutil.rrule", "sqlalchemy.dialects.sqlite", "sqlite3", "json", "hashlib"):
        import_module(name)
    configure_mappers()


class Scene:
    """A ledger to be killed over."""

    def __init__(self, folder: Path, seed: int = 0) -> None:
        _import_everything()
        self.folder, self.db = folder, folder / "ledger.db"
        self.chance = random.Random(seed)
        os.environ.update(ENV, DEMANDCTL_DB=str(self.db), DEMANDCTL_CONFIG=str(folder / "config.toml"))
        self.contacts = str(EXAMPLES / "contacts.csv")
        taken = ["--kind", "service", "--channel", "direct", "--region", "湘潭", "--new"]
        for words in (
            ["init"],
            ["contact", "import", self.contacts],
            ["intake", "臂架下不来", "--customer", "湘潭老周", "--phone", "13800000121", *taken],
            ["assign", "1", "李铁柱"],
            ["follow-up", "1", "已联系", "--next", "明天"],
        ):
            assert ran(words) == 0, words
        self.whole = self.db.read_bytes()
        self.span = self._length(["follow-up", "1", "量一量"])
        self.again()

    def _length(self, words: list[str]) -> float:
        start = time.monotonic()
        ran(words)
        return (time.monotonic() - start) * 1.3

    def again(self) -> None:
        """The ledger as it was at the beginning, and nothing beside it."""
        for path in [*self.folder.glob("*.db*"), *self.folder.glob(".*"), *(self.folder / "backups").glob("*")]:
            if path.is_file():
                path.unlink()
        self.put(self.whole)

    def put(self, ledger: bytes) -> None:
        """Lay down a ledger that was kept."""
        self.db.write_bytes(ledger)
        self.db.chmod(0o600)

    def kill(self, words: list[str], tally: Tally, span: float, before: Callable[[], None] | None = None) -> int | None:
        """Kill one command at a random instant of its life; what it answered when it was quicker."""
        code = killed(words, self.chance.uniform(0, span), before)
        tally.kills += code is None
        tally.acknowledged += code == 0
        if code not in (None, 0):
            tally.wrong.append(f"{words[:3]} answered {code}")
        return code

    def sound(self, tally: Tally) -> None:
        """File, references, states, deadlines: what the doctor says of the ledger."""
        if broken := integrity(self.db):
            tally.wrong.append(f"integrity: {broken[0]}")
        elif (code := ran(["doctor"])) != 0:
            tally.half += 1
            tally.wrong.append(f"the doctor answered {code}")

    def sql(self, query: str) -> list[tuple[object, ...]]:
        """Rows of the ledger as it is now."""
        connection = sqlite3.connect(self.db)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()


def everyday_writes(scene: Scene, kills: int) -> Tally:
    """Intake, follow-up, edit, order, revisit, contact: every acknowledged one is there, none by half."""
    tally, number, marks = Tally(), 0, []
    scene.again()
    while tally.kills < kills:
        number += 1
        mark = f"标记{number:05d}"
        taken = ["--kind", "inquiry", "--channel", "direct", "--region", "长沙", "--new"]
        words = scene.chance.choice(
            [
                ["intake", mark, "--customer", mark, *taken],
                ["follow-up", "1", mark, "--next", "明天"],
                ["customer", "add", mark],
                ["contact", "add", mark, "--role", "sales"],
                ["revisit", "add", "K1", "--kind", "regular", "--at", "3天后", "--note", mark],
                ["customer", "edit", "K1", "--note", mark],
                ["edit", "1", "--note", mark],
                ["escalate", "1", "唐建明", "--problem", mark],
            ]
        )
        if scene.kill(words, tally, scene.span) == 0:
            marks.append(mark)
        if number % 25 == 0:
            scene.sound(tally)
    scene.sound(tally)
    kept = "".join(str(row) for row in scene.sql("SELECT new FROM change"))
    tally.lost = sum(mark not in kept for mark in marks)
    whole = "SELECT count(*) FROM operation AS o WHERE summary = '' AND command <> 'init'"
    tally.half += int(str(scene.sql(whole)[0][0])) + len(scene.sql("SELECT 1 FROM current_operation"))
    return tally


def undone(scene: Scene, kills: int) -> Tally:
    """Undo: the step is there whole or gone whole."""
    tally, before = Tally(), set()
    counted = "SELECT (SELECT count(*) FROM follow_up), (SELECT count(*) FROM deadline), (SELECT count(*) FROM event)"
    scene.again()
    before = {scene.sql(counted)[0]}
    assert ran(["follow-up", "1", "撤销这一步", "--wait-until", "5天后"]) == 0
    after = scene.sql(counted)[0]
    written = scene.db.read_bytes()
    while tally.kills < kills:
        scene.again()
        scene.put(written)
        code = scene.kill(["undo"], tally, scene.span)
        state = scene.sql(counted)[0]
        tally.lost += code == 0 and state not in before
        tally.half += state not in before and state != after
    scene.sound(tally)
    return tally


def imports(scene: Scene, kills: int) -> Tally:
    """An import is there whole or not at all, and so is the backup before it."""
    tally = Tally()
    scene.again()
    span = scene._length(["contact", "import", scene.contacts]) * 1.5
    while tally.kills < kills:
        scene.again()
        scene.db.unlink()
        assert ran(["init"]) == 0
        code = scene.kill(["contact", "import", scene.contacts], tally, span)
        count = scene.sql("SELECT count(*) FROM contact")[0][0]
        tally.half += count not in (0, 71)
        tally.lost += code == 0 and count != 71
        tally.wrong += [f"{path.name} is broken" for path in scene.folder.glob("backups/*.db") if integrity(path)]
    scene.sound(tally)
    return tally


def beginnings(scene: Scene, kills: int) -> Tally:
    """``init`` leaves no ledger or a whole one, and can be called again."""
    tally = Tally()
    scene.again()
    scene.db.unlink()
    span = scene._length(["init"])
    while tally.kills < kills:
        scene.again()
        scene.db.unlink()
        code = scene.kill(["init"], tally, span)
        tally.lost += code == 0 and not scene.db.exists()
        if scene.db.exists() and integrity(scene.db):
            tally.half += 1
        if ran(["init"]) != 0 or ran(["customer", "add", "张三"]) != 0:
            tally.wrong.append("a second init does not mend it")
    scene.sound(tally)
    return tally


def backups(scene: Scene, kills: int) -> Tally:
    """A backup that has its name is whole; the ledger does not notice."""
    tally = Tally()
    scene.again()
    span = scene._length(["backup"])
    while tally.kills < kills:
        code = scene.kill(["backup"], tally, span)
        made = list(scene.folder.glob("backups/*.db"))
        tally.half += sum(bool(integrity(path)) for path in made)
        tally.lost += code == 0 and not made
        for path in scene.folder.glob("backups/*"):
            path.unlink()
    scene.sound(tally)
    return tally


def restores(scene: Scene, kills: int) -> Tally:
    """A restore leaves the old ledger or the new one; damaged ledgers too lose nothing that is kept beside them."""
    tally = Tally()
    scene.again()
    copy = scene.folder / "copy.sqlite"
    assert ran(["backup", str(copy), "--yes"]) == 0
    assert ran(["follow-up", "1", "备份之后"]) == 0
    later = scene.db.read_bytes()
    span = scene._length(["restore", str(copy), "--yes"])
    while tally.kills < kills:
        scene.again()
        scene.put(later)
        code = scene.kill(["restore", str(copy), "--yes"], tally, span)
        if integrity(scene.db):
            tally.half += 1
            continue
        restored = bool(scene.sql("SELECT 1 FROM operation WHERE command = 'restore'"))
        newest = bool(scene.sql("SELECT 1 FROM follow_up WHERE text = '备份之后'"))
        tally.half += restored == newest
        tally.lost += code == 0 and not restored
        aside = list(scene.folder.glob("*.replaced-*.db"))
        tally.lost += restored and not any(not integrity(path) for path in aside)
    scene.sound(tally)
    return tally


def erasures(scene: Scene, kills: int) -> Tally:
    """A person is erased from every row or from none."""
    tally = Tally()
    scene.again()
    span = scene._length(["customer", "erase", "K1", "--yes"])
    while tally.kills < kills:
        scene.again()
        code = scene.kill(["customer", "erase", "K1", "--yes"], tally, span)
        gone = bool(scene.sql("SELECT 1 FROM customer WHERE erased_at IS NOT NULL"))
        rows = str(scene.sql("SELECT old, new FROM change") + scene.sql("SELECT * FROM customer"))
        traces = [text for text in TRACES if text in rows]
        tally.half += gone == bool(traces)
        tally.lost += code == 0 and not gone
    scene.sound(tally)
    return tally


def _newer_program() -> None:
    """Make this child a program with a schema of tomorrow."""

    def step(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE demand ADD COLUMN colour TEXT NOT NULL DEFAULT ''")
        migrations._audit(connection, "demand")

    steps = (*migrations.UPGRADES, step)
    migrations.UPGRADES = steps
    for module in ("store.migrations", "db", "store.backup", "upkeep.doctor"):
        setattr(import_module(f"demandctl.{module}"), "SCHEMA_VERSION", len(steps))  # noqa: B010


def upgrades(scene: Scene, kills: int) -> Tally:
    """A ledger is of the old schema or of the new one, and of the new one only after a whole backup."""
    tally = Tally()
    start = time.monotonic()
    ran(["list"], _newer_program)
    span = (time.monotonic() - start) * 1.3
    while tally.kills < kills:
        scene.again()
        code = scene.kill(["list"], tally, span, _newer_program)
        newer = scene.sql("PRAGMA user_version") == [(migrations.SCHEMA_VERSION + 1,)]
        column = any(row[1] == "colour" for row in scene.sql("PRAGMA table_info(demand)"))
        copies = list(scene.folder.glob("backups/*-upgrade.db"))
        tally.half += newer != column or bool(integrity(scene.db)) or any(integrity(path) for path in copies)
        tally.lost += (code == 0 and not newer) or (newer and not copies)
    scene.again()
    return tally


ROUNDS = (everyday_writes, undone, imports, beginnings, backups, restores, erasures, upgrades)


def crowd(scene: Scene, writers: int, each: int) -> Tally:
    """Many writers at once: all that is acknowledged is there, under numbers of its own."""
    tally = Tally()
    scene.again()

    def mark(writer: int, turn: int) -> str:
        return f"写{writer}第{turn}条"

    def write(writer: int) -> None:
        taken = ["--kind", "inquiry", "--channel", "direct", "--region", "长沙"]
        for turn in range(each):
            code = ran(["intake", mark(writer, turn), "--customer", mark(writer, turn), *taken])
            with (scene.folder / f"answers-{writer}").open("a") as file:
                file.write(f"{turn} {code}\n")

    children: list[int] = []
    for writer in range(writers):
        child = os.fork()
        if not child:
            try:
                write(writer)
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    kept = {str(row[0]) for row in scene.sql("SELECT content FROM demand")}
    for writer, turn, code in _answers(scene, writers):
        tally.acknowledged += code == "0"
        tally.lost += code == "0" and mark(writer, int(turn)) not in kept
        if code != "0":
            tally.wrong.append(f"writer {writer} was told {code}")
    scene.sound(tally)
    return tally


def _answers(scene: Scene, writers: int) -> Iterator[tuple[int, str, str]]:
    for writer in range(writers):
        path = scene.folder / f"answers-{writer}"
        for line in path.read_text().splitlines():
            turn, _, code = line.partition(" ")
            yield writer, turn, code
        path.unlink()
