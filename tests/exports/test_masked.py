"""No masked output holds a number that one could call, or an id that one could add, wherever somebody wrote it."""

import json
import re
import zipfile
from pathlib import Path

import pytest

from demandctl.language.figures import DIGITS, narrow
from tests.support.cli import Cli

NUMBERS = {
    "13800000849": "１３８００００ ０８４９",
    "13800000850": "138·0000·0850",
    "13800000851": "138  0000  0851",
    "13800000852": "138 - 0000 - 0852",
    "13800000853": "手机号13800000853",
    "13800000854": "幺三八零零零零零八五四",
    "13800000855": "+86(138)0000-0855",
    "073184000856": "（0731）8400 0856转3",
    "84000857": "座机：8400-0857",
    "4001230858": "400 123 0858",
    "85298760859": "+852 9876 0859",
    "12125550860": "+1 (212) 555-0860",
}
SAID = "，".join(NUMBERS.values())
WECHAT = "xiaoma_888"
EXPORTS = ["demands", "revisits", "revisit 1", "follow-ups", "customers", "contacts", "weekly", "monthly", "quarterly"]


def said(name: str) -> str:
    return f"{name}{SAID}，微信{WECHAT}"


@pytest.fixture
def ledger(cli: Cli) -> Cli:
    """A ledger in which every text holds every number."""
    for name, role, region, phone in (
        ("刘", "sales", "湘潭", "13800000850"),
        ("孙", "leader", "湘潭县", "13800000851"),
    ):
        person = ("--role", role, "--branch", said("湘潭"), "--region", region, "--phone", phone)
        cli("contact", "add", said(name), *person)
    options = {name: said(name) for name in ("group", "product", "warranty", "wish", "company", "address", "tag")}
    customer = {"customer": said("老周"), "phone": "13800000849", "wechat": WECHAT}
    flags = [word for name, value in (options | customer).items() for word in (f"--{name}", value)]
    for kind in ("opportunity", "service"):
        cli("intake", said("要买"), "--kind", kind, "--region", "湘潭县", "--new", *flags)
    newest = cli("list", "--limit", "0", "--json").json
    one, two = sorted(demand["number"] for demand in newest)[-2:]
    code = next(demand for demand in newest if demand["number"] == one)["customer"]["code"]
    nickname = ("--nickname", said("周"), "--note", said("备"))
    cli("customer", "edit", code, *nickname)
    cli("assign", str(one), said("刘"), "--reason", said("因"))
    cli("assign", str(two), said("孙"))
    cli(
        "follow-up",
        str(one),
        said("说"),
        "--plan",
        said("计"),
        "--next",
        "+3d",
        "--stage",
        said("到"),
        "--by",
        said("刘"),
    )
    cli("escalate", str(two), said("孙"), "--problem", said("难"))
    cli("close", str(one), "--outcome", "lost", "--reason", said("因"))
    visit = cli("revisit", "add", code, "--kind", "regular", "--at", "+1d", "--note", said("备"), "--json").json["id"]
    texts = (
        "dissatisfaction",
        "heard-from",
        "suggestion",
        "inactive-reason",
        "problem",
        "department",
        "visitor",
        "note",
    )
    written = [word for name in texts for word in (f"--{name}", said(name[:2]))]
    cli("revisit", "record", str(visit), "--satisfaction", "unsatisfied", "--urgent", *written)
    return cli


def held(text: str) -> list[str]:
    """The numbers and ids that a text still holds: its figures alone, whatever stood between them."""
    plain = re.sub(r"[\W_]", "", narrow(text).translate(str.maketrans(DIGITS)))
    return [number for number in NUMBERS if number in plain] + [WECHAT] * (WECHAT in text)


def texts_of(file: Path) -> str:
    if file.suffix == ".xlsx":
        with zipfile.ZipFile(file) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml"))
    text = file.read_text(encoding="utf-8-sig")
    return json.dumps(json.loads(text), ensure_ascii=False) if file.suffix == ".json" else text


def test_no_masked_file_holds_a_number_or_an_id(ledger: Cli, tmp_path: Path) -> None:
    assert held(SAID) == list(NUMBERS)
    for what in EXPORTS:
        for suffix in ("xlsx", "csv", "json"):
            target = tmp_path / f"out.{suffix}"
            ledger("export", *what.split(), "--mask", "--force", "-o", str(target))
            assert held(texts_of(target)) == [], f"{what} {suffix}"


def test_no_masked_reminder_holds_a_number(ledger: Cli) -> None:
    ledger.at("2026-11-25T18:00:00")
    channel = ["[[notify.channels]]", 'name = "x"', 'type = "command"', 'command = ["cat"]']
    ledger.config.write_text("\n".join([ledger.config.read_text(encoding="utf-8"), *channel]), encoding="utf-8")
    for command in ("nudge --mask", "monday --message --mask", "monday --leaders --mask", "due --notify --dry-run"):
        answer = ledger(*command.split())
        assert "****" in answer.out, command
        texts = [line for line in answer.out.splitlines() if not line.startswith("【")]
        assert [number for number in held("\n".join(texts)) if number != WECHAT] == [], command


@pytest.mark.parametrize("before", range(20, 30))
def test_a_summary_that_is_cut_keeps_no_more_of_a_number_than_its_mask(cli: Cli, before: int) -> None:
    cli.demand("泵" * before + "13800000849找我")
    cli("undo")
    for operation in cli("log", "--json").json:
        assert not re.search(r"138\d|\d{5}", operation["summary"])
