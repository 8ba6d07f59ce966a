"""How long `import demands` takes beside a bare calamine read and an executemany of the same rows, and how much memory.

    python benchmarks/bench_import.py [demands] [follow-ups of each]

Both run in processes of their own, in the same run; the ratio is what counts. The bare one reads every sheet and writes
the demands and follow-ups that the import wrote into plain tables: no ledger, no audit, no deadlines, no checking.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

NOW = "2026-11-20T09:20:00+08:00"
HEADER = [
    "序号", "需求编号", "提出时间", "登记时间", "来源渠道", "社群名称", "客户编号", "客户姓名", "联系电话", "微信",
    "单位", "所在地区",
    "需求类型", "子类", "产品/机型", "需求内容", "紧急程度", "商机属实", "分公司", "对接人", "对接人电话", "指派领导",
    "派单时间",
    "首次响应", "跟进次数", "最近跟进", "跟进记录", "下次跟进", "状态", "升级时间", "解决时间", "客户确认", "结果",
    "成交金额",
    "未成交原因", "结束时间", "时限", "备注",
]  # fmt: skip
SAID = [
    "需求编号",
    "客户",
    "时间",
    "跟进人",
    "跟进人电话",
    "对客户/内部",
    "方式",
    "进度",
    "内容",
    "下次计划",
    "下次时间",
]
KINDS = [
    ("商机", "新机", "成交"),
    ("售后", "故障报修", "已解决"),
    ("咨询", "产品业务", "已解决"),
    ("投诉", "服务", "已解决"),
]

BARE = """
import sqlite3, sys
from python_calamine import CalamineWorkbook
book = CalamineWorkbook.from_path(sys.argv[1])
sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
ledger = sqlite3.connect(sys.argv[2])
rows = {}
for table in ("demand", "follow_up"):
    rows[table] = ledger.execute(f"SELECT * FROM {table}").fetchall()
import time
begin = time.process_time()
book = CalamineWorkbook.from_path(sys.argv[1])
sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
target = sqlite3.connect(sys.argv[3], isolation_level=None)
target.execute("BEGIN")
for table, found in rows.items():
    names = [column[1] for column in ledger.execute(f"PRAGMA table_info({table})")]
    target.execute(f"CREATE TABLE {table} ({', '.join(names)})")
    target.executemany(f"INSERT INTO {table} VALUES ({', '.join('?' for _ in names)})", found)
target.execute("COMMIT")
print(time.process_time() - begin)
"""


def workbook(path: Path, demands: int, each: int) -> None:
    """A workbook as our own export writes it, with follow-ups on a sheet of their own."""
    from openpyxl import Workbook

    chance = random.Random(7)
    book = Workbook(write_only=True)
    main, said = book.create_sheet("需求信息"), book.create_sheet("跟进明细")
    main.append(HEADER)
    said.append(SAID)
    for number in range(1, demands + 1):
        kind, subtype, outcome = KINDS[number % len(KINDS)]
        raised = datetime(2026, 1, 5, 9) + timedelta(minutes=37 * number % 400_000)
        customer = number % (demands // 3 + 1) + 1
        name, ended = f"客户{customer}", number % 4 != 0
        handler = f"对接{number % 40}"
        main.append([
            number, f"D{number}", raised, raised, "社群", "湘中泵送群", f"K{customer:05d}", name,
            f"138{customer:08d}", None,
            "某某建筑公司", "湖南湘潭", kind, subtype, "37米泵车", f"泵车出了问题，第{number}次，请尽快联系", "普通",
            "是", "长沙分公司",
            handler, f"139{number % 40:08d}", None, raised, raised, each, raised, "见明细", None,
            "已结束" if ended else "跟进中",
            None, None, None, outcome if ended else None, None, None, raised + timedelta(days=3) if ended else None,
            "按时",
            "备注文字",
        ])  # fmt: skip
        for step in range(each):
            at = raised + timedelta(hours=step + 1)
            said.append([
                f"D{number}", name, at, handler, f"139{number % 40:08d}", "对客户", "电话", "报价",
                f"第{step}次联系，客户说还要考虑{chance.randrange(1000)}", "再联系", None,
            ])  # fmt: skip
    book.save(path)


def run(words: list[str], environment: dict[str, str]) -> tuple[float, int, str]:
    """Processor seconds, peak KiB and stdout of a process: other work on the machine does not count."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, after.ru_maxrss, done.stdout


def main() -> None:
    """Print the numbers as one JSON document."""
    demands = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    each = int(sys.argv[2]) if len(sys.argv) > 2 else 6
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        source = home / "需求信息记录表.xlsx"
        workbook(source, demands, each)
        environment = {
            **os.environ,
            "DEMANDCTL_DB": str(home / "l.db"),
            "DEMANDCTL_CONFIG": str(home / "c.toml"),
            "DEMANDCTL_NOW": NOW,
        }
        program = [sys.executable, "-m", "demandctl"]
        run([*program, "init"], environment)
        ours, peak, _ = run([*program, "import", "demands", str(source), "--json"], environment)
        _, _, told = run(
            [sys.executable, "-c", BARE, str(source), str(home / "l.db"), str(home / "bare.db")], environment
        )
        bare = float(told)
        again, _, _ = run([*program, "import", "demands", str(source), "--json"], environment)
        print(json.dumps({
            "demands": demands, "follow_ups": demands * each, "bare_seconds": round(bare, 2),
            "import_seconds": round(ours, 2),
            "ratio": round(ours / bare, 2), "goal": 4, "peak_mib": peak // 1024, "again_seconds": round(again, 2),
        }, ensure_ascii=False, indent=2))  # fmt: skip


if __name__ == "__main__":
    main()
