"""Old books of real habits, held against what they should yield; and small tables that failed once."""

import json
import shutil
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.support.cli import DATA, Cli
from tests.support.morebooks import MORE_BOOKS
from tests.support.oldbooks import BOOKS as OLD_BOOKS
from tests.support.oldbooks import OldBook

BOOKS, CASES = DATA / "books", DATA / "cases"
EXPECTED: dict[str, Any] = json.loads((BOOKS / "expected.json").read_text(encoding="utf-8"))
METHODS = {"visit": "onsite"}


def book(number: str) -> Path:
    """A book by the number in its name."""
    return next(path for path in BOOKS.iterdir() if path.name.startswith(f"{number}_"))


def records(cli: Cli, kind: str) -> list[dict[str, Any]]:
    """What the ledger holds, field by field as the truth has it."""
    if kind == "revisits":
        customers = {c["code"]: c for c in cli("customer", "list", "--json").json}
        return [
            {**r, "customer": r["customer"]["name"], "phone": customers[r["customer"]["code"]]["phone"],
             "visited": (r["visited_at"] or "")[:10]}
            for r in cli("revisit", "list", "--json").json
        ]  # fmt: skip
    found = [cli("show", str(d["number"]), "--json").json for d in cli("list", "--json").json]
    return [
        {**d, "customer": d["customer"]["name"], "phone": d["customer"]["phone"], "raised": d["raised_at"][:10],
         "handler": (d["handler"] or {}).get("name"), "closed": d["closed_at"] is not None}
        for d in found
    ]  # fmt: skip


def measured(cli: Cli, kind: str, rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    """Right, wrong and lost fields: each row of the truth beside the record that is most like it."""
    told: dict[str, list[str]] = {"right": [], "wrong": [], "lost": []}
    left = records(cli, kind)
    for row in rows:
        row = {name: METHODS.get(value, value) if name == "method" else value for name, value in row.items()}
        best = max(
            left, key=lambda record: sum(_same(record.get(name), value) for name, value in row.items()), default={}
        )
        if best:
            left.remove(best)
        for name, value in row.items():
            got = best.get(name)
            fate = "right" if _same(got, value) else "lost" if got in (None, "") else "wrong"
            told[fate].append(f"{row['customer']} {name}: {got!r}, not {value!r}")
    told["wrong"] += [f"one too many: {record['customer']}" for record in left]
    return told


def _same(got: Any, value: Any) -> bool:
    if isinstance(got, str) and isinstance(value, str):
        bare = got.replace(" ", "").replace("的", "")
        return value.replace(" ", "").replace("的", "") in bare if value else not got
    return bool((got or None) == (value or None))


@pytest.mark.parametrize("number", sorted(EXPECTED))
def test_an_old_book_yields_what_a_person_reads_in_it(cli: Cli, number: str) -> None:
    cli.at("2026-11-23T10:00:00")("import", "contacts", str(BOOKS / "contacts.csv"))
    truth = EXPECTED[number]
    cli("import", truth["kind"], str(book(number)))
    told = measured(cli, truth["kind"], truth["rows"])
    assert (told["wrong"], told["lost"]) == ([], [])
    assert len(told["right"]) == sum(map(len, truth["rows"]))


@pytest.mark.parametrize("path", sorted(CASES.iterdir()), ids=lambda path: path.stem)
def test_a_small_table_that_failed_once_comes_in(cli: Cli, path: Path) -> None:
    what = path.name.split("_")[0]
    path = Path(shutil.copy(path, cli.folder))
    answer = cli.at("2026-11-23T10:00:00").run(
        "import", what if what != "any" else "demands", str(path), "--skip-errors", "--json"
    )
    if path.suffix == ".xlsb":
        assert answer.code == 1
        assert "backtrace" not in answer.err
        assert "另存为" in answer.err
    else:
        assert answer.json["added"] > 0


def test_only_a_name_becomes_a_person_and_the_rest_is_kept_and_told(cli: Cli) -> None:
    path = next(CASES.glob("demands_对接人*"))
    answer = cli.at("2026-11-23T10:00:00")("import", "demands", str(path), "--json").json
    assert answer["contacts_added"] == ["张三"]
    notes = "".join(answer["notes"])
    for text in ("4.12", "见备注", "13800009999", "已转", "旧"):
        assert text in notes


def test_the_file_of_problems_keeps_year_and_kind_and_leaves_nothing_of_itself(cli: Cli) -> None:
    path = cli.folder / "旧表.xlsx"
    shutil.copy(next(CASES.glob("demands_问题文件*")), path)
    assert cli.at("2026-11-23T10:00:00").run("import", "demands", str(path), "--skip-errors").code == 5
    mended = cli.folder / "旧表.problems.xlsx"
    made = openpyxl.load_workbook(mended)
    sheet = made["售后"]
    [cell] = [cell for row in sheet.iter_rows() for cell in row if cell.value == "138000"]
    assert cell.fill.fgColor.rgb.endswith("FFE699")
    cell.value = "13800009202"
    made.save(mended)
    assert cli("import", "demands", str(mended), "--json").json["unknown"] == []
    found = {d["customer"]["name"]: d for d in (cli("show", n, "--json").json for n in ("1", "2"))}
    assert found["乙"]["raised_at"].startswith("2024-03-06")
    assert found["乙"]["kind"] == found["甲"]["kind"] == "service"
    assert found["乙"]["note"] == found["甲"]["note"]


@pytest.mark.parametrize("book_of", [*OLD_BOOKS, *MORE_BOOKS], ids=lambda book_of: book_of.file)
def test_a_book_of_another_firm_in_another_layout_yields_its_truth(cli: Cli, book_of: OldBook) -> None:
    path = cli.folder / book_of.file
    book_of.write(path)
    cli.at("2026-11-23T10:00:00")("import", book_of.kind, str(path))
    told = measured(cli, book_of.kind, book_of.truth)
    assert {text.partition(":")[0] for text in (*told["wrong"], *told["lost"])} == book_of.missed
