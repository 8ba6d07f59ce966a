"""How long `export demands` takes beside a bare openpyxl write-only loop over the same cells, and how much memory.

    python benchmarks/bench_export.py [demands] [follow-ups of each]

Both run in processes of their own, in the same run; the ratio is what counts. The bare loop reads the cells back from
the workbook that was exported, outside the measured time.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

NOW = datetime(2026, 11, 20, 1, 0, tzinfo=UTC)
TEXTS = (
    "已电话联系客户，下周一看车",
    "发了报价，等老板决定",
    "师傅到场，换了油缸密封，试机正常",
    "客户说再等等，月底回款后定",
    "核对型号，安排寄回换新",
    "=1+1 客户原话",
    "约了方案讲解，带上两款资料和最近三家用户的使用情况，客户比较关心油耗",
)
CONTENT = "37米泵车臂架下不来了，在湘潭工地，麻烦派个师傅过来修"
OUTCOMES = {
    "opportunity": ("won", "lost"),
    "service": ("solved",),
    "inquiry": ("solved", "dropped"),
    "complaint": ("solved",),
    "suggestion": ("adopted", "declined"),
}
RULES = (
    ("respond", "首次响应", "specialist", 15, "15m work"),
    ("dispatch", "派单", "specialist", 45, "45m work"),
    ("first-feedback", "首次反馈", "handler", 60, "1h work"),
    ("resolve", "解决时限", "handler", 4320, "3d work"),
)
RATINGS = ("satisfied", "satisfied", "fair", "unsatisfied")


def at(moment: datetime | None) -> str | None:
    """An instant as the ledger stores it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ") if moment else None


def put(db: sqlite3.Connection, table: str, **values: object) -> int:
    """Insert a row; its number."""
    names, marks = ", ".join(values), ", ".join("?" * len(values))
    return db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values())).lastrowid or 0


def fill(path: Path, demands: int, each: int, seed: int = 1) -> None:
    """Put demands with follow-ups, assignments, revisits and deadlines into a fresh ledger that has a directory."""
    pick = random.Random(seed)
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("BEGIN")
    operation = put(db, "operation", at=at(NOW), who="bench", command="bench")
    put(db, "current_operation", one=1, operation_id=operation)
    ruleset = db.execute("SELECT min(id) FROM ruleset").fetchone()[0]
    people = db.execute("SELECT id, name, phone, branch FROM contact WHERE role IN ('sales', 'service')").fetchall()
    for number in range(1, demands + 1):
        _demand(db, pick, number, each, pick.choice(people), ruleset)
    db.execute("DELETE FROM current_operation")
    db.execute("COMMIT")
    db.close()


def _demand(
    db: sqlite3.Connection, pick: random.Random, number: int, each: int, person: tuple[int, str, str, str], ruleset: int
) -> None:
    handler, name, phone, branch = person
    raised = NOW - timedelta(minutes=pick.randrange(60 * 24 * 120))
    kind, ended = pick.choice(list(OUTCOMES)), pick.random() < 0.6
    outcome = pick.choice(OUTCOMES[kind]) if ended else None
    customer = put(
        db, "customer", name=f"客户{number}", phone=f"138{number % 10}000{number // 10:04d}",
        company="恒通混凝土有限公司", region="湖南长沙", wechat=f"wx{number}", created_at=at(raised),
    )  # fmt: skip
    demand = put(
        db, "demand", kind=kind, channel="group", group_name="湘中泵送交流群", customer_id=customer, region="湖南长沙",
        product="37米泵车", content=CONTENT * pick.randrange(1, 4), urgency=pick.choice(("normal", "normal", "urgent")),
        raised_at=at(raised), registered_at=at(raised + timedelta(minutes=5)), verified=1, warranty="保外", wish="尽快",
        status="closed" if ended else "following", handler_id=handler, branch=branch, outcome=outcome,
        reason="价格高，选了别家" if outcome in ("lost", "dropped", "declined") else "",
        amount=str(pick.randrange(100, 3_000_000)) if outcome == "won" else None,
        closed_at=at(min(raised + timedelta(hours=pick.randrange(4, 400)), NOW)) if ended else None,
    )  # fmt: skip
    handed = at(raised + timedelta(minutes=12))
    put(db, "assignment", demand_id=demand, at=handed, to_id=handler, how="direct", operator="李敏")
    for turn in range(each):
        put(
            db, "follow_up", demand_id=demand, at=at(raised + timedelta(hours=1 + 20 * turn)), by_name=name,
            by_id=handler, phone=phone, internal=turn % 3 == 2, method="phone", stage="已联系", text=pick.choice(TEXTS),
        )  # fmt: skip
    for rule, title, role, minutes, target in RULES:
        met = raised + timedelta(minutes=minutes * pick.choice((0.3, 0.8, 1.5)))
        put(
            db, "deadline", rule=rule, rule_name=title, what=title, about="demand", demand_id=demand,
            customer_id=customer, owed_by=role, owner_id=handler if role == "handler" else None, started_at=at(raised),
            due_at=at(raised + timedelta(minutes=minutes)), target=target, clock="work",
            met_at=at(met) if ended or rule != "resolve" else None, ruleset_id=ruleset,
        )  # fmt: skip
    if number % 5 == 0:
        _revisit(db, pick, customer, demand, raised, ruleset)


def _revisit(
    db: sqlite3.Connection, pick: random.Random, customer: int, demand: int, raised: datetime, ruleset: int
) -> None:
    visited = raised + timedelta(days=pick.randrange(1, 30))
    made = visited if visited < NOW else None
    names = ("product_rating", "attitude", "speed", "promise", "satisfaction")
    form = {name: pick.choice(RATINGS) for name in names} if made else {}
    if made:
        form |= {"suggestion": "希望多备常用配件", "problem": pick.choice(("", "配件到货慢")),
                 "department": pick.choice(("", "配件部", "售后服务部"))}  # fmt: skip
    revisit = put(
        db, "revisit", customer_id=customer, demand_id=demand, kind=pick.choice(("after-sale", "regular", "inactive")),
        method="phone", planned_at=at(visited), visited_at=at(made), reachable=1 if made else None,
        recommend=1 if made else None, recorded_at=at(made + timedelta(hours=2)) if made else None,
        visitor="李敏", **form,
    )  # fmt: skip
    put(
        db, "deadline", rule="visit", rule_name="计划回访", what="按计划回访", about="revisit", revisit_id=revisit,
        customer_id=customer, owed_by="specialist", started_at=at(raised), due_at=at(visited), target="given",
        met_at=at(made), ruleset_id=ruleset,
    )  # fmt: skip


def cells_of(path: Path) -> list[list[list[object]]]:
    """What a workbook holds, sheet by sheet."""
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_path(path)
    sheets = [book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names]
    return [[[None if cell == "" else cell for cell in row] for row in rows] for rows in sheets]


def bare(source: Path, target: Path) -> tuple[float, int]:
    """Seconds that openpyxl's write-only mode takes for the cells of a workbook, and how many cells they are."""
    from openpyxl import Workbook

    sheets = cells_of(source)
    started = time.process_time()
    book = Workbook(write_only=True)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            # A formula that was text becomes a formula here: as bare as can be.
            sheet.append(row)
    book.save(target)
    return time.process_time() - started, sum(len(row) for rows in sheets for row in rows)


def measured(*command: str, env: dict[str, str]) -> tuple[float, float, str]:
    """Processor seconds and peak MiB of a process, and what it printed: other work on the machine does not count."""
    program = (
        "import json, resource, subprocess, sys\n"
        "done = subprocess.run(sys.argv[1:], capture_output=True, text=True)\n"
        "sys.stderr.write(done.stderr)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(json.dumps([used.ru_utime + used.ru_stime, used.ru_maxrss, done.returncode, done.stdout]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *command], env=env, capture_output=True, text=True, check=True
    )
    seconds, peak, code, out = json.loads(done.stdout)
    if code:
        raise SystemExit(done.stderr)
    return seconds, peak / (1024 if sys.platform != "darwin" else 1024 * 1024), out


def main() -> None:
    """Fill a ledger, export it, and write the same cells with nothing but openpyxl."""
    if sys.argv[1:2] == ["--bare"]:
        print(*bare(Path(sys.argv[2]), Path(sys.argv[3])))
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
        floor, cells = map(float, out.split())
        size = (base / "a.xlsx").stat().st_size / 1024 / 1024
        print(f"export demands: {demands} 需求 × {each} 跟进，{cells:.0f} 格，{size:.1f} MiB")
        print(f"  整个命令 {seconds:.2f} s，峰值 {peak:.0f} MiB（启动约 {start:.2f} s）")
        print(f"  只用 openpyxl 写同样的格 {floor:.2f} s；比值 {seconds / floor:.2f}")


if __name__ == "__main__":
    main()
