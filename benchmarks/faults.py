"""Several hundred kills, started by hand: ``python -m benchmarks.faults [KILLS]``. The suite runs a few of the same.

It prints what was acknowledged, lost and half done in each round, and ends with 1 when anything was.
"""

import sys
import tempfile
import time
from pathlib import Path

from tests.support.killing import ROUNDS, Scene, Tally, crowd


def main(kills: int) -> int:
    """All rounds, the everyday writes having half of the kills."""
    total = Tally()
    with tempfile.TemporaryDirectory() as folder:
        scene = Scene(Path(folder), seed=int(time.time()))
        for number, a_round in enumerate(ROUNDS):
            start = time.monotonic()
            tally = a_round(scene, kills // 2 if number == 0 else kills // (2 * (len(ROUNDS) - 1)))
            _add(total, tally)
            print(f"{a_round.__name__}: {tally} ({time.monotonic() - start:.0f} s)", flush=True)
        tally = crowd(scene, writers=8, each=12)
        _add(total, tally)
        print(f"eight writers at once: {tally}")
    print(f"together: {total}")
    return int(bool(total.lost or total.half or total.wrong))


def _add(total: Tally, tally: Tally) -> None:
    for name in ("kills", "acknowledged", "lost", "half"):
        setattr(total, name, getattr(total, name) + getattr(tally, name))
    total.wrong += tally.wrong


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 600))
