"""Orders and machines out of old books: a 购机记录 gives both, twice nothing more, and no past deadline rings."""

from pathlib import Path

from tests.support.cli import Cli

BOOK = (
    "客户姓名,联系电话,购机日期,机型,出厂编号,金额（万元）,保修到期,业务员\n"
    "周建国,13800000121,2024.3.5,49米泵车,SY-001,280,2026-03-05,王五\n"
    "周建国,13800000121,2026年11月10日,10方搅拌车,JB-9,38.5,2027-11-10,王五\n"
    "李四,13900000002,2025/6/1,拖泵,,,,\n"
)


def write(cli: Cli, text: str, name: str = "购机记录.csv") -> Path:
    """A book beside the ledger."""
    path = cli.folder / name
    path.write_text(text, "utf-8")
    return path


def test_a_book_of_what_was_bought_gives_orders_and_machines(cli: Cli) -> None:
    path = write(cli, BOOK)
    told = cli("import", "orders", str(path), "--json").json
    assert (told["read"], told["added"], told["customers_added"]) == (3, 3, 2)
    found = cli("customer", "show", "周建国", "--json").json
    assert [(o["date"], o["product"], o["amount"]) for o in found["orders"]] == [
        ("2024-03-05", "49米泵车", 2800000), ("2026-11-10", "10方搅拌车", 385000)
    ]  # fmt: skip
    assert [(m["model"], m["serial"], m["bought_on"], m["warranty_until"]) for m in found["machines"]] == [
        ("49米泵车", "SY-001", "2024-03-05", "2026-03-05"), ("10方搅拌车", "JB-9", "2026-11-10", "2027-11-10")
    ]  # fmt: skip
    assert found["last_order"] == "2026-11-10"
    assert found["orders"][0]["note"] == "业务员：王五"
    assert cli("customer", "show", "李四", "--json").json["machines"] == []
    assert cli("due", "--json").json == []
    cli("doctor")


def test_the_same_book_twice_adds_nothing_and_blanks_are_filled(cli: Cli) -> None:
    cli("import", "orders", str(write(cli, BOOK)))
    told = cli("import", "orders", str(write(cli, BOOK)), "--json").json
    assert (told["added"], told["skipped"]) == (0, 3)
    more = "客户姓名,联系电话,购机日期,机型,金额\n李四,13900000002,2025/6/1,拖泵,160000\n"
    cli("import", "orders", str(write(cli, more)))
    found = cli("customer", "show", "李四", "--json").json
    assert (found["order_count"], found["order_sum"]) == (1, 160000)


def test_a_serial_number_of_somebody_else_is_a_problem_with_its_row(cli: Cli) -> None:
    cli("import", "orders", str(write(cli, BOOK)))
    path = write(cli, "客户姓名,联系电话,机型,序列号,保修到期\n张三,13700000007,泵车,SY-001,2027-01-01\n")
    answer = cli.run("import", "machines", str(path), "--json")
    assert answer.code == 1
    assert [(p["row"], p["column"]) for p in answer.json["problems"]] == [(2, "序列号")]


def test_a_book_of_machines_gives_machines(cli: Cli) -> None:
    path = write(
        cli, "客户姓名,联系电话,机型,序列号,购买日期,保修到期\n张三,13700000007,泵车,SY-9,2025-01-01,2027-01-01\n"
    )
    cli("import", "machines", str(path))
    [machine] = cli("customer", "show", "张三", "--json").json["machines"]
    assert (machine["serial"], machine["bought_on"], machine["warranty_until"]) == ("SY-9", "2025-01-01", "2027-01-01")


def test_further_phones_names_rhythms_and_last_orders_of_a_customer_book_are_kept(cli: Cli) -> None:
    book = "客户姓名,联系电话,其他电话,微信号,其他微信,又名,回访周期,最近订货,行业,客户来源\n"
    book += "周建国,13800000121,13900000122,zhou,zhou2,周老板、老周,每两周一次,2026-11-18,混凝土,展会\n"
    cli("import", "customers", str(write(cli, book, "客户.csv")))
    found = cli("customer", "show", "K1", "--json").json
    assert found["phones"] == ["13800000121", "13900000122"]
    assert found["wechats"] == ["zhou", "zhou2"]
    assert found["names"] == ["周建国", "周老板", "老周"]
    assert (found["revisit_every"], found["industry"], found["source"]) == ("FREQ=WEEKLY;INTERVAL=2", "混凝土", "展会")
    assert [o["date"] for o in found["orders"]] == ["2026-11-18"]
    told = cli("import", "customers", str(write(cli, book, "客户.csv")), "--json").json
    assert (told["added"], told["updated"], told["problems"]) == (0, 0, [])


def test_our_own_customer_workbook_reads_back_with_all_that_is_theirs(cli: Cli, tmp_path: Path) -> None:
    cli("customer", "add", "周建国", "--phone", "13800000121", "--other-phone", "13900000122", "--other-name", "周老板")
    cli("customer", "edit", "K1", "--other-wechat", "zhou_2", "--wechat", "zhou_1", "--email", "zhou@example.com")
    cli("customer", "edit", "K1", "--stage", "流失", "--lost-reason", "价格高", "--revisit-every", "每两周的周三")
    cli("customer", "order", "K1", "2026-11-01", "--product", "泵车", "--amount", "128万", "--note", "首付三成")
    cli("customer", "machine", "add", "K1", "49米泵车", "--serial", "SY1", "--warranty", "2027-03-01")
    cli(
        "customer",
        "credit",
        "K1",
        "--limit",
        "50万",
        "--term",
        "60天",
        "--audited-by",
        "张总",
        "--checked-by",
        "王会计",
    )
    cli("customer", "credit", "K1", "--signed-by", "赵总")
    cli("greet", "元旦", "--sent")
    before = cli("customer", "show", "K1", "--json").json
    book = tmp_path / "客户档案.xlsx"
    cli("export", "customers", "-o", str(book))
    fresh = ("--db", str(tmp_path / "second.db"))
    cli(*fresh, "init")
    told = cli(*fresh, "import", "customers", str(book), "--json").json
    assert (told["added"], told["problems"], told["notes"]) == (1, [], [])
    after = cli(*fresh, "customer", "show", "K1", "--json").json
    kept = ["phones", "wechats", "names", "email", "lost_reason", "revisit_every", "orders", "machines", "credits"]
    kept += ["greetings", "credit_limit", "credit_term", "order_count", "order_sum", "last_order"]
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    again = cli(*fresh, "import", "customers", str(book), "--json").json
    assert (again["added"], again["updated"]) == (0, 0)
    assert cli(*fresh, "customer", "show", "K1", "--json").json["orders"] == before["orders"]


def test_a_demand_of_an_old_book_that_was_won_is_an_order(cli: Cli) -> None:
    book = "客户姓名,联系电话,需求类型,需求内容,产品,提出时间,来源渠道,状态,结果,成交金额,结束时间\n"
    book += "孙三,13900000013,商机,买泵车,泵车,2026-10-08 10:00,私聊,已结束,成交,1280000,2026-10-20 09:00\n"
    cli("import", "demands", str(write(cli, book, "需求.csv")))
    found = cli("customer", "show", "孙三", "--json").json
    assert [(o["date"], o["product"], o["amount"], o["demand"]) for o in found["orders"]] == [
        ("2026-10-20", "泵车", 1280000, 1)
    ]
    assert (found["last_order"], found["order_count"]) == ("2026-10-20", 1)
    cli("import", "demands", str(write(cli, book, "需求.csv")))
    assert cli("customer", "show", "孙三", "--json").json["order_count"] == 1
    cli("doctor")


def test_the_machine_of_a_demand_reads_back_where_the_customer_has_it(cli: Cli, tmp_path: Path) -> None:
    cli("customer", "add", "周建国", "--phone", "13800000121")
    cli("customer", "machine", "add", "K1", "49米泵车", "--serial", "SY1", "--warranty", "2027-03-01")
    cli.demand(customer="周建国", phone="13800000121")
    for what in ("customers", "demands"):
        cli("export", what, "-o", str(tmp_path / f"{what}.xlsx"))
    fresh = ("--db", str(tmp_path / "second.db"))
    cli(*fresh, "init")
    for what in ("customers", "demands"):
        cli(*fresh, "import", what, str(tmp_path / f"{what}.xlsx"))
    found = cli(*fresh, "show", "1", "--json").json
    assert found["machine"] == cli("show", "1", "--json").json["machine"]
    assert found["note"] is None
