"""``python benchmarks/bench_desk.py``: the desk in a pseudo-terminal, by the keys, beside the same deeds as commands.

From the start of the process to the first list on the screen; from a key to the screen that answers it; from the Enter
of an act to the sentence that says that it is done; and from the same Enter to the list that shows it. The terminal is
80 × 24, whole. Medians; nothing is asserted. ``SIZES=10000,100000`` are the ledgers, made once in ``BENCH_DIR``.
"""

import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pexpect

sys.path.insert(0, str(Path(__file__).parent))

from ledgers import build, environment, program

ROUNDS = int(os.environ.get("ROUNDS", "7"))
ESCAPES = re.compile(r"\x1b(?:\[[0-9;?<>=$]*[A-Za-z]|\][^\x07]*\x07|[PX^_].*?\x1b\\)")


class Screen:
    """The desk, seen through its terminal."""

    def __init__(self, env: dict[str, str]) -> None:
        env = env | {"TERM": "xterm-256color", "LC_ALL": "C.UTF-8", "COLORTERM": "truecolor"}
        self.started = time.perf_counter()
        self.child = pexpect.spawn(program(), ["desk"], env=env, dimensions=(24, 80), timeout=30)
        self.child.delaybeforesend = None
        self.seen = ""

    def until(self, *texts: str, since: float | None = None) -> float:
        """Milliseconds until all these texts were drawn, from *since* or from the start of the process."""
        start = since or self.started
        while not all(text in self.seen for text in texts):
            try:
                drawn = self.child.read_nonblocking(65536, timeout=10)
            except pexpect.TIMEOUT:
                raise SystemExit(f"{texts} do not come:\n{self.seen[-2000:]}") from None
            self.seen += ESCAPES.sub("", drawn.decode("utf-8", "replace"))
        return (time.perf_counter() - start) * 1000

    def press(self, keys: str) -> float:
        """Press keys; the moment."""
        self.rest()
        self.seen = ""
        now = time.perf_counter()
        self.child.send(keys)
        return now

    def rest(self, quiet: float = 0.15) -> None:
        """Wait until nothing more is drawn."""
        while True:
            try:
                self.child.read_nonblocking(65536, timeout=quiet)
            except pexpect.TIMEOUT:
                return

    def any_answer(self, since: float) -> float:
        """Milliseconds until anything is drawn."""
        self.child.read_nonblocking(65536, timeout=30)
        return (time.perf_counter() - since) * 1000

    def leave(self) -> None:
        """Leave the desk."""
        self.child.send("q")
        self.child.expect(pexpect.EOF)
        self.child.close()


def measured(env: dict[str, str]) -> dict[str, list[float]]:
    """What each deed takes at the desk."""
    found: dict[str, list[float]] = {}

    def note(name: str, took: float) -> None:
        found.setdefault(name, []).append(took)

    for turn in range(ROUNDS):
        desk = Screen(env)
        note("opens: the list is on the screen", desk.until("该我做", "催", "离开"))
        time.sleep(1.5)  # what writes is loaded beside it
        note("a key: the next list", desk.until("全部未结束", since=desk.press("3")))
        desk.rest()
        for _ in range(5 + turn):  # another demand each time
            note("a key: the next line", desk.any_answer(desk.press("j")))
        note("urging: written, copied and said", desk.until("已记下催办", since=desk.press("n")))
        note("a key: the line of a follow-up opens", desk.until("回车", "Esc", since=desk.press("f")))
        desk.press(f"第{turn}次量一量")
        note("a follow-up: written and said", desk.until("已记录", since=desk.press("\r")))
        note("nobody answered: written and said", desk.until("已记下没接通", since=desk.press("o")))
        note("undo: written and said", desk.until("已撤销", since=desk.press("u")))
        desk.leave()
    return found


def commands(env: dict[str, str]) -> dict[str, list[float]]:
    """The same deeds as commands, each a process of its own."""
    words = [program(), "list", "--open", "--limit", "50", "--json"]
    numbers = re.findall(r'"number": (\d+)', subprocess.run(words, env=env, capture_output=True, text=True).stdout)
    found: dict[str, list[float]] = {}
    for turn in range(ROUNDS):
        number = numbers[30 + turn]
        deeds: dict[str, list[str]] = {
            "demandctl": [],
            "list --open": ["list", "--open", "--limit", "50"],
            "nudge --sent": ["nudge", number, "--sent"],
            "follow-up": ["follow-up", number, "量一量"],
            "follow-up --no-answer": ["follow-up", number, "没接", "--no-answer"],
            "undo": ["undo"],
        }
        for name, deed in deeds.items():
            start = time.perf_counter()
            subprocess.run([program(), *deed], env=env, check=True, capture_output=True)
            found.setdefault(name, []).append((time.perf_counter() - start) * 1000)
    return found


def main() -> None:
    """Measure and print both."""
    root = Path(os.environ.get("BENCH_DIR") or tempfile.mkdtemp(prefix="demandctl-bench-"))
    print(f"median of {ROUNDS} rounds and the slowest, in ms, {sys.version.split()[0]}; ledgers in {root}")
    for size in map(int, os.environ.get("SIZES", "10000,100000").split(",")):
        build(root / str(size), size)
        work = root / f"{size}.desk"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(root / str(size), work)
        env = environment(work)
        for head, found in (("at the desk", measured(env)), ("as commands", commands(env))):
            print(f"\n{size:,} demands, {head}")
            for name, times in found.items():
                print(f"  {name:38} {statistics.median(times):7.0f} {max(times):7.0f}")
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
