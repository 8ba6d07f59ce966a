"""``make bench``: commands as whole processes against floors measured in the same run, in turn; prints ratios.

F is the floor of a reading command: bare Python, sqlite3, one indexed query, 50 rows printed. W is the floor of a
writing command: a process that imports typer and sqlmodel and commits one row. Beside them Taskwarrior, todoman and
sqlite-utils, where they are on the path. Medians; nothing is asserted. ``SIZES=1000000`` measures the million.
"""

import os
import pty
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from ledgers import build, environment, program
from peers import peers

READ_FLOOR = """
import sqlite3, sys
c = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
for row in c.execute("SELECT id, rule, due_at FROM deadline INDEXED BY deadline_open WHERE met_at IS NULL AND "
                     "voided_at IS NULL ORDER BY rank DESC, due_at LIMIT 50"):
    print(*row)
"""
WRITE_FLOOR = """
import sys, typer
from sqlmodel import Field, Session, SQLModel, create_engine
class Row(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    text: str
engine = create_engine(f"sqlite:///{sys.argv[1]}")
SQLModel.metadata.create_all(engine)
with Session(engine) as session:
    session.add(Row(text="x"))
    session.commit()
"""
ROUNDS = int(os.environ.get("ROUNDS", "15"))


def main() -> None:
    """Measure and print the table."""
    root = Path(os.environ.get("BENCH_DIR") or tempfile.mkdtemp(prefix="demandctl-bench-"))
    sizes = [int(size) for size in os.environ.get("SIZES", "10000,100000").split(",")]
    print(f"median of {ROUNDS} runs, {sys.version.split()[0]}; ledgers in {root}")
    for size in sizes:
        folder = root / str(size)
        path = build(folder, size)
        env = environment(folder)
        reading, writing = _reading(path, env), _writing(folder / "floor.db", env)
        for peer in peers(folder, path, size):
            reading[peer.name] = partial(_pipe, peer.command, env | peer.env)
        _table(f"{size:,} demands, reading", "F", _measure(reading, ROUNDS))
        print(f"  peak memory of due: {_peak([program(), 'due', '--limit', '50'], env):.0f} MiB")
        _table(f"{size:,} demands, writing", "W", _measure(writing, max(ROUNDS // 2, 5)))


def _reading(path: Path, env: dict[str, str]) -> dict[str, Callable[[], None]]:
    run = program()
    return {
        "F": lambda: _pipe([sys.executable, "-c", READ_FLOOR, str(path)], env),
        "due (pipe)": lambda: _pipe([run, "due", "--limit", "50"], env),
        "due (terminal)": lambda: _terminal([run, "due", "--limit", "50"], env),
        "list (pipe)": lambda: _pipe([run, "list", "--limit", "50"], env),
        "show (pipe)": lambda: _pipe([run, "show", "10"], env),
        "bare (pipe)": lambda: _pipe([run], env),
        "search (pipe)": lambda: _pipe([run, "search", "第777条"], env),
        "due --help": lambda: _pipe([run, "due", "--help"], env),
        "--help": lambda: _pipe([run, "--help"], env),
    }


def _writing(scratch: Path, env: dict[str, str]) -> dict[str, Callable[[], None]]:
    run = program()
    return {
        "W": lambda: _pipe([sys.executable, "-c", WRITE_FLOOR, str(scratch)], env),
        "follow-up": lambda: _pipe([run, "follow-up", "10", "已联系"], env),
        "verify": lambda: _pipe([run, "verify", "20"], env),
        "undo": lambda: _pipe([run, "undo"], env),
    }


def _measure(commands: dict[str, Callable[[], None]], rounds: int) -> dict[str, float]:
    """Milliseconds by command, taken in turn so that a busy moment hits all alike."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(rounds + 1):
        for name, command in commands.items():
            start = time.perf_counter()
            command()
            if turn:  # the first turn fills caches
                times[name].append((time.perf_counter() - start) * 1000)
    return {name: statistics.median(values) for name, values in times.items()}


def _table(title: str, floor: str, medians: dict[str, float]) -> None:
    print(f"\n{title}")
    for name, value in medians.items():
        print(f"  {name:<16} {value:7.1f} ms  {value / medians[floor]:5.2f} x {floor}")


def _pipe(command: list[str], env: dict[str, str]) -> None:
    subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


def _terminal(command: list[str], env: dict[str, str]) -> None:
    """The command on a pseudo terminal, its output read to the end."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(command, env=env | {"COLUMNS": "160"}, stdout=theirs, stdin=theirs)
    os.close(theirs)
    try:
        while os.read(ours, 65536):
            pass
    except OSError:  # the terminal is closed when the program ends
        pass
    process.wait()
    os.close(ours)


def _peak(command: list[str], env: dict[str, str]) -> float:
    """Peak memory of a command in MiB."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    out = subprocess.run([sys.executable, "-c", code, *command], env=env, capture_output=True, text=True, check=True)
    return int(out.stdout) / (1024 if sys.platform != "darwin" else 1024 * 1024)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    main()
