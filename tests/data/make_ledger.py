"""Makes ``ledger-vN.db`` and what it answers: run once at each release of a new schema, never again for an old one.

``python -m tests.data.make_ledger``: a few days of work by the real commands, and the answers of those that look.
"""

import contextlib
import io
import json
import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from demandctl.cli import app
from demandctl.store.fields import SCHEMA_VERSION

HERE = Path(__file__).parent
LATER = "2026-11-27T10:00:00+08:00"

ASKED = (
    "list --json", "show 1 --json", "show 2 --json", "show 3 --json", "show 4 --json", "due --within 9d --json",
    "customer list --json", "customer show K1 --json", "contact list --all --json", "revisit list --json",
    "revisit show 1 --json", "log --changes --json", "search 油缸 --json",
)  # fmt: skip
"""What is asked of the ledger, at LATER."""

DAYS = {
    "2026-11-16T08:40:00+08:00": (
        "init",
        "contact add 唐建明 --role leader --branch 长沙分公司 --region 长沙 --region 湘潭 --phone 15000010107",
        "contact add 李铁柱 --role service --branch 长沙分公司 --region 湘潭 --phone 15200010149",
        "contact add 彭振宇 --role sales --branch 长沙分公司 --region 长沙 --phone 18600010114",
        "contact add 周志强 --role service --branch 长沙分公司 --region 长沙 --phone 13700010142",
        "intake 泵车臂架下不来，油缸漏油 --customer 湘潭老周 --phone 13800000121 --kind service --subtype repair "
        "--channel direct --region 湘潭 --product 37米泵车 --urgency urgent",
        "assign 1 李铁柱",
        "intake 想看看二手搅拌车 --customer 长沙小刘 --phone 13800000122 --kind inquiry --subtype product "
        "--channel group --group 长沙客户群 --region 长沙",
        "assign 2 --leader",
    ),
    "2026-11-17T14:00:00+08:00": (
        "follow-up 1 等油缸到货 --wait-until 2026-11-19 --plan 到货就装",
        "assign 2 彭振宇",
        "follow-up 2 报了价 --next 2026-11-20 --plan 问结果",
        "upgrade 2 --subtype used",
        "intake 服务态度不好 --customer K1 --kind complaint --subtype service --channel phone --region 湘潭",
        "assign 3 周志强",
        "escalate 3 唐建明 --problem 要当面道歉 --within 1d",
        "customer edit K1 --company 大周砼业 --tag 老客户 --birthday 1980-05-06 --revisit-every FREQ=MONTHLY",
        "customer edit K1 --note 记错了",
        "undo",
    ),
    "2026-11-19T09:00:00+08:00": (
        "follow-up 1 油缸换好了 --resolved",
        "confirm 1 --solved",
        "customer order K2 2026-11-18",
        "revisit add K1 --kind after-sale --at 2026-11-20T15:00 --demand 1",
        "intake 多装一个摄像头 --customer K2 --kind suggestion --subtype product --channel official --region 长沙",
        "close 4 --outcome adopted",
    ),
    "2026-11-20T16:00:00+08:00": (
        "revisit record 1 --satisfaction fair --attitude satisfied --problem 接头渗油 --urgent --department 服务部",
        "revisit forward 1 服务部",
        "reopen 1 --reason 接头又渗油",
    ),
}  # fmt: skip


def answers(ledger: Path) -> dict[str, Any]:
    """What a ledger answers to everything that is asked."""
    with _environment(ledger, LATER):
        return {question: json.loads(_run(question)) for question in ASKED}


def _run(words: str) -> str:
    out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
    try:
        with contextlib.redirect_stdout(out):
            app().main(words.split())
    except SystemExit as ended:
        if ended.code:
            raise RuntimeError(words) from ended
    written: str = out.buffer.getvalue().decode()  # type: ignore[attr-defined]
    return written


@contextlib.contextmanager
def _environment(ledger: Path, now: str) -> Any:
    own = {
        "DEMANDCTL_DB": str(ledger), "DEMANDCTL_CONFIG": str(ledger.with_name("config.toml")),
        "DEMANDCTL_NOW": now, "DEMANDCTL_USER": "李敏",
    }  # fmt: skip
    before = {name: os.environ.get(name) for name in own}
    os.environ.update(own)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})


def make(folder: Path) -> Path:
    """The ledger of those days, in a folder."""
    ledger = folder / "ledger.db"
    for now, commands in DAYS.items():
        with _environment(ledger, now):
            for words in commands:
                _run(words)
    return ledger


def main() -> None:
    """Write both files beside this one."""
    with tempfile.TemporaryDirectory() as folder:
        ledger = make(Path(folder))
        told = answers(ledger)
        with contextlib.closing(sqlite3.connect(ledger)) as connection:
            connection.execute("VACUUM INTO ?", (str(Path(folder) / "small.db"),))
        name = HERE / f"ledger-v{SCHEMA_VERSION}"
        name.with_suffix(".db").write_bytes((Path(folder) / "small.db").read_bytes())
        text = json.dumps(told, ensure_ascii=False, indent=1)
        name.with_suffix(".json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
