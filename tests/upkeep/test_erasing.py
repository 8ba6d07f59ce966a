"""Nothing of a person outlives him, whatever column it was typed into: every one of them is filled, and he erased."""

import gzip
import json
import sqlite3
from contextlib import closing

import pytest

from demandctl.store.fields import FIELDS, Erased, Field, Holds, blank, fields_of
from demandctl.upkeep.privacy import GONE, OWNED
from tests.support.cli import EXAMPLES, Cli
from tests.support.ledgerfile import add_row, assert_replayed, writing

NAME, PHONE, WECHAT, COMPANY = "湘潭老周", "13800000121", "zhoubc_x", "大周砼业"
SPOKEN = (Holds.TEXT, Holds.NAME, Holds.PHONE, Holds.ACCOUNT, Holds.LIST)
STRUCK = f"{NAME}的电话{PHONE}，微信{WECHAT}，{COMPANY}"
STRUCK_ELSEWHERE = f"问{PHONE}或{WECHAT.upper()}"
WRITTEN = (Holds.TEXT, Holds.NAME, Holds.LIST)
AS_TYPED = {("customer", column) for column in ("name", "phone", "wechat", "company")}
PERSONAL = [field for field in FIELDS if field.erased not in (Erased.KEPT, Erased.FOLLOWS)]


@pytest.fixture
def two(cli: Cli) -> Cli:
    """Two customers; the first is to be erased, and has rows in every table."""
    for name, phone, wechat in ((NAME, PHONE, WECHAT), ("小王", "13700000001", "")):
        number = str(
            cli.demand("漏油", customer=name, phone=phone, company=COMPANY if wechat else "", wechat=wechat)["number"]
        )
        cli("assign", number, "李铁柱")
        cli("follow-up", number, "去看过", "--next", "明天", "--plan", "再去")
        cli("escalate", number, "唐建明", "--problem", "修不好")
        cli("revisit", "add", f"K{number}", "--kind", "regular", "--at", "3天后")
        for of in (number, f"K{number}", f"R{number}"):
            cli("attach", of, str(EXAMPLES / "contacts.csv"))
        with writing(cli.db) as ledger:
            for table in OWNED:
                if table not in ("follow_up", "assignment", "escalation", "deadline", "attachment"):
                    add_row(ledger, table, dict.fromkeys(OWNED[table], int(number)))
            ledger.execute(
                "INSERT INTO notification (at, channel, deadline_id, level, due_at, answer) "
                "SELECT '2026', '群', min(id), 1, '2026', '' FROM deadline WHERE demand_id = ?",
                (number,),
            )
    with writing(cli.db) as ledger:
        add_row(ledger, "wechat_group", {})
    return cli


def _his(table: str) -> str:
    """The condition for the first customer's rows of a table."""
    owned = {"customer": "id = 1", "demand": "customer_id = 1", "revisit": "customer_id = 1",
             "notification": "deadline_id IN (SELECT id FROM deadline WHERE demand_id = 1)"}  # fmt: skip
    return owned.get(table) or " OR ".join(f"{column} = 1" for column in OWNED.get(table, ())) or "0"


def _marker(place: int, field: Field) -> str:
    """What a column of his is filled with: his names and numbers, or what stands nowhere else."""
    if field.erased is Erased.STRUCK:
        return STRUCK
    if field.holds is Holds.DAY:
        return f"{1700 + place}-03-01"
    return f"98765{place}.25" if field.holds is Holds.MONEY else f"〔{field.table}.{field.column}〕"


def _fill(cli: Cli) -> list[str]:
    """Write markers into every personal column, and his numbers into others' texts; returns what may not be left."""
    markers = [NAME, PHONE, WECHAT, WECHAT.upper(), COMPANY]
    with writing(cli.db) as ledger:
        for place, field in enumerate(PERSONAL):
            if field.holds not in (*SPOKEN, Holds.DAY, Holds.MONEY) or (field.table, field.column) in AS_TYPED:
                continue
            his, marker = _his(field.table), _marker(place, field)
            elsewhere = f"rowid = (SELECT max(rowid) FROM {field.table} WHERE NOT ({his}))"
            for where, text in ((his, marker), (elsewhere, STRUCK_ELSEWHERE if field.holds in WRITTEN else None)):
                value = json.dumps([text], ensure_ascii=False) if field.holds is Holds.LIST else text
                if text:
                    ledger.execute(f"UPDATE {field.table} SET {field.column} = ? WHERE {where}", (value,))
            if field.erased is not Erased.STRUCK:
                markers.append(marker)
    return markers


def test_no_word_of_a_person_outlives_him_in_any_column_of_the_file(two: Cli) -> None:
    markers = _fill(two)
    raw = two.db.read_bytes() + _log(two)
    assert [marker for marker in markers if marker.encode() not in raw] == []
    two("customer erase K1 --yes")
    left = two.db.read_bytes() + _log(two)
    assert [marker for marker in markers if marker.encode() in left] == []


def _log(cli: Cli) -> bytes:
    log = cli.db.with_name(f"{cli.db.name}-wal")
    return log.read_bytes() if log.exists() else b""


def test_what_is_emptied_is_as_in_a_new_row_and_what_is_marked_says_so(two: Cli) -> None:
    _fill(two)
    two("customer erase K1 --yes")
    with closing(sqlite3.connect(two.db)) as ledger:
        for field in PERSONAL:
            found = ledger.execute(f"SELECT {field.column} FROM {field.table} WHERE {_his(field.table)}").fetchall()
            wanted = {Erased.EMPTIED: blank(field), Erased.MARKED: GONE}
            if field.erased in wanted:
                assert {row[0] for row in found} <= {wanted[field.erased]}, field


def test_an_emptied_column_holds_what_a_new_row_holds(cli: Cli) -> None:
    with closing(sqlite3.connect(cli.db)) as ledger:
        for table in {field.table for field in PERSONAL}:
            defaults = {row[1]: row[4] for row in ledger.execute(f"PRAGMA table_info({table})")}
            for field in fields_of(table):
                if field.erased is Erased.EMPTIED:
                    [new] = ledger.execute(f"SELECT {defaults[field.column] or 'NULL'}").fetchone()
                    assert blank(field) == new, field


def test_a_ledger_without_the_person_is_sound(two: Cli) -> None:
    two("revisit", "record", "1", "--satisfaction", "fair", "--problem", f"{NAME}说又漏", "--urgent", "--department",
        f"{COMPANY}服务部", "--visited-at", "2026-11-20 08:50")  # fmt: skip
    two("revisit", "forward", "1", f"{COMPANY}服务部")
    two("customer erase K1 --yes")
    assert two("doctor", "--all", "--json").json["ok"]
    assert COMPANY.encode() not in two.db.read_bytes()


def test_a_number_in_what_was_promised_to_somebody_else_is_struck_where_it_is_repeated(two: Cli) -> None:
    two("follow-up", "2", "好", "--next", "后天", "--plan", f"问{PHONE}")
    two("customer erase K1 --yes")
    assert PHONE.encode() not in two.db.read_bytes()
    assert two("doctor", "--all", "--json").json["ok"]


def test_a_number_that_was_passed_on_stays_the_new_owners(two: Cli) -> None:
    two("customer edit K1 --phone 13800000999")
    two(f"customer edit K2 --phone {PHONE}")
    two("customer erase K1 --yes")
    assert two("customer show K2 --json").json["phone"] == PHONE


def test_one_who_was_merged_by_mistake_and_parted_again_keeps_his_own_words(two: Cli) -> None:
    two("customer merge K1 K2 --yes")
    two("undo")
    before = two("show 2 --json").json
    two("customer erase K1 --yes")
    after = two("show 2 --json").json
    assert (after["content"], after["customer"]) == (before["content"], before["customer"])
    assert two("customer show K2 --json").json["phone"] == "13700000001"


def test_a_number_given_with_a_follow_up_a_visitor_and_a_department_are_forgotten(cli: Cli) -> None:
    cli.demand(customer=NAME, phone=PHONE)
    cli("follow-up", "1", "他自己来说的", "--phone", PHONE)
    cli("revisit", "add", "K1", "--kind", "regular", "--at", "3天后")
    cli("revisit", "record", "1", "--satisfaction", "fair", "--visitor", f"{NAME}的儿子", "--department", f"{NAME}车队",
        "--heard-from", f"{NAME}介绍", "--visited-at", "2026-11-20 08:50")  # fmt: skip
    cli("customer erase K1 --yes")
    assert [word for word in (NAME, PHONE) if word.encode() in cli.db.read_bytes() + _log(cli)] == []


@pytest.mark.parametrize("name", ["金", "李敏", "彭振宇", "潘金莲"])
def test_every_copy_is_named_whatever_it_is_called_and_nothing_of_a_short_or_borrowed_name_stays(
    cli: Cli, name: str
) -> None:
    demand = cli.demand("漏油，找武大郎", customer=name, phone=PHONE, wechat=WECHAT, tag="潘家")
    cli("customer edit K1 --stage intent --note 爱喝龙井")
    cli("assign", str(demand["number"]), "李铁柱")
    cli.demand("另要西门庆的泵", customer=name, phone=PHONE, kind="opportunity")
    cli("undo")
    cli("revisit add K1 --kind regular --at 3天后")
    cli("revisit", "record", "1", "--visited-at", "今天", "--satisfaction", "fair", "--heard-from", "武松介绍")
    cli("backup")
    below = cli.folder / "旧电脑" / "桌面"
    below.mkdir(parents=True)
    copies = [
        cli.folder / "手工.bak",
        cli.folder / "backups" / "老的 备份",
        below / "x.sqlite3",
        cli.folder / ".part-7",
    ]
    with closing(sqlite3.connect(cli.db)) as ledger:
        ledger.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    for copy in copies:
        copy.write_bytes(cli.db.read_bytes())
    packed = cli.folder / "ledger.db.gz"
    packed.write_bytes(gzip.compress(cli.db.read_bytes()))
    told = set(cli("customer erase K1 --dry-run --json").json["held_in"])
    assert {str(path) for path in [*copies, packed]} <= told
    assert any(path.endswith("-manual.db") for path in told)
    cli("customer erase K1 --yes")
    left = (cli.db.read_bytes() + _log(cli)).decode(errors="ignore")
    gone = [PHONE, WECHAT, "武大郎", "潘家", "龙井", "西门庆", "武松", f"K00001 {name}"]
    assert [word for word in gone if word in left] == []
    assert [word for word in gone if word in cli("log --changes").out] == []
    assert cli.run("doctor").code in (0, 1)
    assert_replayed(cli.db)
