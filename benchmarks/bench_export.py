"""How long `export demands` takes beside a bare openpyxl write-only loop over the same cells, and how much memory.

    python benchmarks/bench_export.py [demands] [follow-ups of each]

Both run in processes of their own, in the same run; the ratio is what counts. The bare loop reads the cells back from
the workbook that was exported, outside the measured time.
"""

from __future__ import annotations

import json
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TEXTS = ("已电话联系客户，下周一看车", "发了报价，等老板决定", "师傅到场，换了油缸密封，试机正常", "客户说再等等，月底回款后定",
         "核对型号，安排寄回换新", "=1+1 客户原话", "约了方案讲解，带上两款资料和最近三家用户的使用情况，客户比较关心油耗")  # fmt: skip


def at(moment: datetime) -> str:
    """An instant as the ledger stores it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def fill(path: Path, demands: int, each: int, seed: int = 1) -> None:
    """Put demands with follow-ups, assignments, revisits and deadlines into a fresh ledger that has a directory."""
    pick = random.Random(seed)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN")
    operation = db.execute("INSERT INTO operation (at, who, command) VALUES (?, 'bench', 'bench')", (at(NOW),)).lastrowid
    db.execute("INSERT INTO current_operation VALUES (1, ?)", (operation,))
    ruleset = db.execute("SELECT min(id) FROM ruleset").fetchone()[0]
    people = db.execute("SELECT id, name, phone, branch FROM contact WHERE role IN ('sales', 'service')").fetchall()
    kinds = ("opportunity", "service", "inquiry", "complaint", "suggestion")
    ends = {"opportunity": ("won", "lost"), "service": ("solved",), "inquiry": ("solved", "dropped"),
            "complaint": ("solved",), "suggestion": ("adopted", "declined")}  # fmt: skip
    for number in range(1, demands + 1):
        raised = NOW - timedelta(minutes=pick.randrange(60 * 24 * 120))
        customer = db.execute(
            "INSERT INTO customer (name, phone, company, region, wechat, created_at) VALUES (?, ?, ?, ?, ?, ?)",
            (f"客户{number}", f"138{number % 10:01d}000{number // 10:04d}", "恒通混凝土有限公司", "湖南长沙", f"wx{number}", at(raised)),
        ).lastrowid
        person = pick.choice(people)
        kind = pick.choice(kinds)
        ended = pick.random() < 0.6
        outcome = pick.choice(ends[kind]) if ended else None
        closed = min(raised + timedelta(hours=pick.randrange(4, 400)), NOW)
        demand = db.execute(
            "INSERT INTO demand (kind, channel, group_name, customer_id, region, product, content, urgency, raised_at, "
            "registered_at, verified, status, handler_id, branch, outcome, reason, amount, closed_at, warranty, wish) "
            "VALUES (?, 'group', '湘中泵送交流群', ?, '湖南长沙', '37米泵车', ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, '保外', '尽快')",
            (kind, customer, "37米泵车臂架下不来了，在湘潭工地，麻烦派个师傅过来修" * pick.randrange(1, 4),
             pick.choice(("normal", "normal", "urgent")), at(raised), at(raised + timedelta(minutes=5)),
             "closed" if ended else "following", person[0], person[3], outcome,
             "价格高，选了别家" if outcome in ("lost", "dropped", "declined") else "",
             str(pick.randrange(100, 3_000_000)) if outcome == "won" else None, at(closed) if ended else None),
        ).lastrowid  # fmt: skip
        db.execute(
            "INSERT INTO assignment (demand_id, at, to_id, how, operator) VALUES (?, ?, ?, 'direct', '李敏')",
            (demand, at(raised + timedelta(minutes=12)), person[0]),
        )
        db.executemany(
            "INSERT INTO follow_up (demand_id, at, by_name, by_id, phone, internal, method, stage, text) "
            "VALUES (?, ?, ?, ?, ?, ?, 'phone', '已联系', ?)",
            [
                (demand, at(raised + timedelta(hours=1 + 20 * n)), person[1], person[0], person[2], n % 3 == 2,
                 pick.choice(TEXTS))
                for n in range(each)
            ],
        )  # fmt: skip
        db.executemany(
            "INSERT INTO deadline (rule, rule_name, what, about, demand_id, customer_id, owed_by, owner_id, started_at, "
            "due_at, target, clock, met_at, ruleset_id) VALUES (?, ?, ?, 'demand', ?, ?, ?, ?, ?, ?, ?, 'work', ?, ?)",
            [
                (rule, name, name, demand, customer, role, person[0] if role == "handler" else None, at(raised),
                 at(raised + timedelta(minutes=minutes)), target,
                 at(raised + timedelta(minutes=minutes * pick.choice((0.3, 0.8, 1.5)))) if ended or rule != "resolve" else None,
                 ruleset)
                for rule, name, role, minutes, target in (
                    ("respond", "首次响应", "specialist", 15, "15m work"), ("dispatch", "派单", "specialist", 45, "45m work"),
                    ("first-feedback", "首次反馈", "handler", 60, "1h work"), ("resolve", "解决时限", "handler", 4320, "3d work"),
                )
            ],
        )  # fmt: skip
        if number % 5 == 0:
            visited = raised + timedelta(days=pick.randrange(1, 30))
            done = visited < NOW
            revisit = db.execute(
                "INSERT INTO revisit (customer_id, demand_id, kind, method, planned_at, visited_at, reachable, "
                "product_rating, attitude, speed, promise, satisfaction, suggestion, recommend, problem, urgent, "
                "department, recorded_at, visitor) VALUES (?, ?, ?, 'phone', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '李敏')",
                (customer, demand, pick.choice(("after-sale", "regular", "inactive")), at(visited),
                 at(visited) if done else None, 1 if done else None,
                 *(pick.choice(("satisfied", "satisfied", "fair", "unsatisfied")) if done else None for _ in range(5)),
                 "希望多备常用配件" if done else "", 1 if done else None,
                 pick.choice(("", "配件到货慢")) if done else "", 0, pick.choice(("", "配件部", "售后服务部")) if done else "",
                 at(visited + timedelta(hours=2)) if done else None),
            ).lastrowid  # fmt: skip
            db.execute(
                "INSERT INTO deadline (rule, rule_name, what, about, revisit_id, customer_id, owed_by, started_at, due_at, "
                "target, met_at, ruleset_id) VALUES ('visit', '计划回访', '按计划回访', 'revisit', ?, ?, 'specialist', ?, ?, "
                "'given', ?, ?)",
                (revisit, customer, at(raised), at(visited), at(visited) if done else None, ruleset),
            )
    db.execute("DELETE FROM current_operation")
    db.execute("COMMIT")
    db.close()


def cells_of(path: Path) -> list[list[list[object]]]:
    """What a workbook holds, sheet by sheet."""
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True)
    return [[list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book.worksheets]


def bare(source: Path, target: Path) -> float:
    """Seconds that openpyxl's write-only mode takes for the cells of a workbook, values alone."""
    from openpyxl import Workbook

    sheets = cells_of(source)
    started = time.perf_counter()
    book = Workbook(write_only=True)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            # A formula that was text becomes a formula here: as bare as can be.
            sheet.append(row)
    book.save(target)
    return time.perf_counter() - started


def measured(*command: str, env: dict[str, str]) -> tuple[float, float, str]:
    """Seconds and peak MiB of a process, and what it printed."""
    started = time.perf_counter()
    program = (
        "import json, resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
        "sys.stderr.write(done.stderr)\n"
        "peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss\n"
        "print(json.dumps([peak, done.returncode, done.stdout]))"
    )
    done = subprocess.run([sys.executable, "-c", program, *command], env=env, capture_output=True, text=True, check=True)
    seconds = time.perf_counter() - started
    peak, code, out = json.loads(done.stdout)
    if code:
        raise SystemExit(done.stderr)
    return seconds, peak / (1024 if sys.platform != "darwin" else 1024 * 1024), out


def main() -> None:
    """Fill a ledger, export it, and write the same cells with nothing but openpyxl."""
    if sys.argv[1:2] == ["--bare"]:
        print(bare(Path(sys.argv[2]), Path(sys.argv[3])), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    demands = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    each = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    contacts = Path(__file__).parent.parent / "examples" / "contacts.csv"
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        env = os.environ | {
            "DEMANDCTL_DB": str(base / "ledger.db"), "DEMANDCTL_CONFIG": str(base / "config.toml"),
            "DEMANDCTL_NOW": "2026-11-20T09:00:00+08:00", "DEMANDCTL_USER": "李敏",
        }  # fmt: skip
        tool = [sys.executable, "-m", "demandctl"]
        subprocess.run([*tool, "init"], env=env, check=True, capture_output=True)
        subprocess.run([*tool, "contact", "import", str(contacts)], env=env, check=True, capture_output=True)
        fill(base / "ledger.db", demands, each)
        start, _, _ = measured(*tool, "--version", env=env)
        seconds, peak, _ = measured(*tool, "export", "demands", "-o", str(base / "a.xlsx"), env=env)
        _, _, out = measured(sys.executable, __file__, "--bare", str(base / "a.xlsx"), str(base / "b.xlsx"), env=env)
        floor = float(out.split()[0])
        cells = sum(len(row) for sheet in cells_of(base / "a.xlsx") for row in sheet)
        size = (base / "a.xlsx").stat().st_size / 1024 / 1024
        print(f"export demands: {demands} 需求 × {each} 跟进，{cells} 格，{size:.1f} MiB")
        print(f"  整个命令 {seconds:.2f} s，峰值 {peak:.0f} MiB（启动约 {start:.2f} s）")
        print(f"  只用 openpyxl 写同样的格 {floor:.2f} s；比值 {seconds / floor:.2f}")


if __name__ == "__main__":
    main()
