"""Whatever is typed: no traceback, an exit code that means something, nothing raw on the terminal, nothing executed.

``DEMANDCTL_FUZZ=5000`` makes the walk over the command line longer.
"""

import io
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from demandctl.cli import TREE, app
from demandctl.terminal.grammar import Command, Tree, loaded
from demandctl.terminal.takes import Parameter
from tests.support.cli import EXAMPLES, Cli

ROUNDS = int(os.environ.get("DEMANDCTL_FUZZ", "120"))

NASTY = [
    "", " ", "-", "--", "[bold red]红[/]", "[/]", "[link=file:///etc/passwd]x[/link]",
    "\x1b[31m红\x1b[0m\x1b]0;t\x07",
    "\x9b31m", "\u202e文反\u2066\u2069", "\ufeff\u200b\u2028\u2029", "a\0b", "\udcff\ud800", "=1+1",
    "+cmd|' /C calc'!A0", "@SUM(A1:A9)", '=HYPERLINK("http://x","y")', "'; DROP TABLE demand; --",
    '" OR 1=1 --', "%s%n{0}{x}$(id)`id`",
    "\r\n\t",
    "\\", "\"'", "字" * 100_000, "９９９", "NaN", "1e400", "-1", "0", "99999999999999999999", "D99999999999999999999",
    "١٢",
    "../../../x", "K99999", "🀄" * 50, "e\u0301" * 30, "\x7f\x08\x0b", "客户：\n类型：", "{}", "[]", "null",
]  # fmt: skip
"""Markup, terminal escapes, writing directions, NUL, lone surrogates, formulas, SQL, formats, sizes, numbers."""

KNOWN = {
    "编号": ["1", "D1", "2", "3", "999", "0"],
    "客户": ["K1", "湘潭老周", "13800000121", "K2"],
    "联系人": ["李铁柱", "1", "唐建明", "周志强"],
    "时间": ["今天", "昨天", "明天下午3点", "3天后", "下周一", "2026-11-25", "2026-11-20T08:30",
            "9999-12-31", "0001-01-01",
            "+999999999d", "99999999999天后", "月底", "9999年12月31日", "-30m"],
    "日期": ["今天", "2026-11-19", "1980-05-06", "0001-01-01", "9999-12-31", "明天"],
    "电话": ["13800000121", "0731-88888888", "1", "+86 138 0000 0999"],
    "金额": ["128万", "1e400", "-5", "NaN", "Infinity", "1e-400", "0", "999999999999999", "¥1,280,000.50", "1亿亿"],
    "类型": ["service", "商机", "inquiry", "complaint", "suggestion", "regular", "inactive", "after-sale"],
    "渠道": ["direct", "group", "社群"],
    "结果": ["won", "lost", "dropped", "duplicate", "solved"],
    "时限": ["2h", "1d", "0h", "-1h", "99999999999d"],
    "RRULE": ["FREQ=MONTHLY", "FREQ=YEARLY;COUNT=1", "FREQ=SECONDLY", "FREQ=DAILY;UNTIL=20200101"],
    "文件": ["nowhere.csv", ".", "contacts.csv", "copy.db", "ledger.db"],
    "条数": ["0", "3", "-1", "99999999999999999999"],
}  # fmt: skip
"""Values by the word that the help shows for them, so that commands get further than the first check."""


def commands(tree: Tree = TREE, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], list[Parameter]]]:
    """Every command of the program with its parameters."""
    for name, entry in tree.items():
        target = loaded(entry.does) if isinstance(entry.does, str) else entry.does
        if callable(target):
            yield (*path, name), Command(name, target).known()
        else:
            yield from commands(target, (*path, name))


COMMANDS = list(commands())
SKIPPED = {("config", "edit")}  # opens an editor


def value_of(parameter: Parameter) -> st.SearchStrategy[str]:
    """Something for one parameter: what it knows, what it should not, and anything at all."""
    assert parameter.takes is not None
    known = [text for word, texts in KNOWN.items() if word in parameter.takes.metavar for text in texts]
    known += [word for pair in parameter.takes.choices({}) for word in pair]
    return st.one_of(st.sampled_from(known or NASTY), st.sampled_from(NASTY), st.text(max_size=12))


def words_of(path: tuple[str, ...], parameters: list[Parameter]) -> st.SearchStrategy[list[str]]:
    """A call of one command: its arguments, some of its options."""
    parts: list[st.SearchStrategy[list[str]]] = [st.just(list(path))]
    for parameter in parameters:
        if not parameter.flags:
            given_one = value_of(parameter).map(lambda text: [text])
            parts.append(given_one if parameter.required else st.one_of(st.just([]), given_one))
            continue
        flags = [*parameter.flags, *parameter.off]
        if parameter.takes is None:
            filled = st.sampled_from(flags).map(lambda flag: [flag])
        else:
            filled = st.tuples(st.just(parameter.flags[0]), value_of(parameter)).map(list)
        parts.append(st.one_of(st.just([]), st.just([]), filled))
    return st.tuples(*parts).map(lambda lists: [word for words in lists for word in words])


CALLS = st.sampled_from([entry for entry in COMMANDS if entry[0] not in SKIPPED]).flatmap(
    lambda entry: words_of(*entry)
)

FORBIDDEN = {*range(32), *range(0x7F, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x2028, 0x202F), *range(0x2066, 0x206A)} - {
    10
}


def run(words: list[str], stdin: str = "") -> tuple[int, str, str]:
    """The program with its streams caught as bytes; what it lets through as an exception fails the test."""
    streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
    saved = sys.stdin, sys.stdout, sys.stderr
    sys.stdin, sys.stdout, sys.stderr = io.StringIO(stdin), *streams
    try:
        app().main(words)
    except SystemExit as ended:
        code = int(ended.code or 0)
    finally:
        sys.stdin, sys.stdout, sys.stderr = saved
    out, err = (stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]
    return code, out, err


def check(words: list[str], stdin: str = "") -> int:
    """Run one call and judge what came out."""
    code, out, err = run(words, stdin)
    told = f"{[word[:80] for word in words]} → {code}\n{out[:500]}\n{err[:500]}"
    assert code in (0, 1, 2, 3, 4, 5, 130), told
    assert "Traceback" not in out + err, told
    assert not {ord(char) for char in out + err} & FORBIDDEN, told
    assert code in (0, 1, 4) or (out + err).strip(), told
    assert len(err) < 5_000, told
    if "--json" in words and "--" not in words and code == 0 and out.strip():
        json.loads(out)
    return code


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder to work in, with a ledger that holds some of everything."""
    folder = tmp_path_factory.mktemp("bad")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in {
            "DEMANDCTL_DB": str(folder / "ledger.db"), "DEMANDCTL_CONFIG": str(folder / "config.toml"),
            "DEMANDCTL_NOW": "2026-11-20T09:00:00+08:00", "DEMANDCTL_USER": "李敏", "EDITOR": "true",
            "DEMANDCTL_DEBUG": "1",
        }.items():  # fmt: skip
            patch.setenv(name, value)
        patch.chdir(folder)
        (folder / "contacts.csv").write_bytes((EXAMPLES / "contacts.csv").read_bytes())
        run(["init"])
        run(["contact", "import", "contacts.csv"])
        taken = ["--channel", "direct", "--region", "湘潭", "--product", "泵车"]
        for number, kind in enumerate(("service", "inquiry", "opportunity"), 1):
            run(
                [
                    "intake",
                    "臂架下不来",
                    "--customer",
                    "湘潭老周",
                    "--phone",
                    f"1380000012{number}",
                    "--kind",
                    kind,
                    *taken,
                ]
            )
        run(["assign", "1", "李铁柱"])
        run(["revisit", "add", "K1", "--kind", "regular", "--at", "3天后"])
        (folder / "whole").write_bytes((folder / "ledger.db").read_bytes())
        yield folder


def again(scene: Path) -> None:
    """The ledger as it was before the last call."""
    for ending in ("-wal", "-shm"):
        (scene / f"ledger.db{ending}").unlink(missing_ok=True)
    (scene / "ledger.db").write_bytes((scene / "whole").read_bytes())


SEEN: dict[int, int] = {}
WRONG: dict[str, list[str]] = {}
"""Each thing that went wrong once, with the call: one run reports them all."""


@settings(
    max_examples=ROUNDS, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True,
    derandomize=ROUNDS < 1000, phases=[Phase.generate],
)  # fmt: skip
@given(CALLS, st.one_of(st.just(""), st.sampled_from(NASTY)))
def test_every_option_of_every_command_takes_anything(scene: Path, words: list[str], stdin: str) -> None:
    again(scene)
    try:
        code = check(words, stdin)
    except Exception as error:
        place = error.__traceback__
        while place and place.tb_next:
            place = place.tb_next
        where = f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
        WRONG.setdefault(f"{where} {type(error).__name__} {str(error)[:300] if 'test_bad' in where else error!r:.200}",
                         [word[:60] for word in words])  # fmt: skip
        return
    SEEN[code] = SEEN.get(code, 0) + 1


def test_nothing_of_all_that_went_wrong() -> None:
    assert len(COMMANDS) > 40
    assert not WRONG, "\n".join(f"{words}\n    {what}" for what, words in WRONG.items())
    if ROUNDS > 1000:
        print("inputs by exit code:", sorted(SEEN.items()))


@pytest.mark.parametrize("text", NASTY, ids=lambda text: repr(text[:20]))
def test_what_a_customer_is_called_stays_a_name(cli: Cli, text: str) -> None:
    taken = ["--kind", "service", "--channel", "direct", "--region", text, "--company", text, "--product", text]
    if check(["intake", f"内容{text}", "--customer", f"客户{text}", "--wish", text, *taken]):
        return
    for words in (
        ["list"], ["show", "1"], ["due", "--within", "9d"], ["search", "内容"], ["customer", "list"],
        ["customer", "show", "K1"], ["log", "--changes"], ["customer", "export", "K1"], ["show", "1", "--json"],
        ["assign", "1"], ["revisit", "plan"], [],
    ):  # fmt: skip
        assert check(words) == 0
    [demand] = cli("list", "--json").json
    assert demand["content"] == f"内容{text}".strip()


def test_numbers_out_of_range_are_refused(cli: Cli) -> None:
    cli.demand(kind="opportunity")
    for number in ("D99999999999999999999", "-1", "0", "1.5", "99999999999999999999", "一"):
        assert check(["show", "--", number]) in (2, 3)
    for amount in ("1e400", "NaN", "-1", "Infinity", "1e-9", "999999999999999"):
        assert check(["close", "1", "--outcome", "won", f"--amount={amount}"]) == 2
    assert check(["list", "--limit", "99999999999999999999"]) in (0, 2)


def test_no_cell_of_an_export_is_a_formula(cli: Cli) -> None:
    import csv

    from openpyxl import load_workbook

    formulas = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1:A9)", "\t=1+1", '=HYPERLINK("http://x","y")']
    for text in formulas:
        words = ["--kind", "inquiry", f"--group={text}", f"--region={text}", f"--company={text}"]
        names = [f"{name}={text}" for name in ("--content", "--customer", "--product", "--wish")]
        cli("intake", *names, *words)
    cli("follow-up", "1", "=1+1", "--stage", "=1+1", "--plan", "@SUM(A1)", "--next", "明天")
    cli("revisit", "add", "K1", "--kind", "regular", "--at", "3天后", "--note", "=1+1")
    cells = 0
    for what in ("demands", "revisits", "follow-ups", "contacts", "customers", "weekly"):
        workbook, table = (cli.folder / f"{what}.{ending}" for ending in ("xlsx", "csv"))
        cli("export", what, "-o", str(workbook))
        for sheet in load_workbook(workbook):
            for row in sheet.iter_rows():
                texts = [cell for cell in row if isinstance(cell.value, str) and cell.value.strip() in formulas]
                assert [cell.coordinate for cell in texts if cell.data_type == "f"] == []
                cells += len(texts)
        if cli.run("export", what, "-o", str(table)).code == 0:
            rows = csv.reader(table.read_text(encoding="utf-8-sig").splitlines())
            assert [c for row in rows for c in row if c[:1] in "=+@" and c.strip() in formulas] == []
    assert cells >= len(formulas)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("follow-up 1 等 --wait-until 2062-03-01", "在 2 年以后"),
        ("follow-up 1 说 --next 2206-12-01", "在 2 年以后"),
        ("intake 想买 --customer 李 --kind opportunity --channel direct --raised 1926-11-20", "在 2 年以前"),
        ("edit 1 --raised 2023-01-05", "在 2 年以前"),
        ("follow-up 1 说 --next 2028-11-21", "在 2 年以后"),
        ("revisit add K1 --kind regular --at 2206-01-01", "在 2 年以后"),
        ("customer order K1 1926-01-01", "在 30 年以前"),
        ("customer edit K1 --birthday 1726-01-01", "在 120 年以前"),
        ("customer machine add K1 37米 --warranty 2926-01-01", "在 30 年以后"),
    ],
)
def test_a_time_that_cannot_be_meant_is_refused_unless_somebody_says_yes(cli: Cli, command: str, reason: str) -> None:
    cli.demand()
    cli("assign", "1", "李铁柱")
    refused = cli.run(command)
    assert refused.code == 2
    assert reason in refused.err
    assert "之间" in refused.err, "what is allowed"
    assert "--yes" in refused.err
    cli(f"{command} --yes")
    assert cli.run("doctor").code in (0, 1)


def test_a_time_two_years_away_is_taken(cli: Cli) -> None:
    cli.demand()
    cli("follow-up 1 说 --next 2028-11-20")
    cli("customer edit K1 --birthday 1930-01-01")


def test_an_old_workbook_may_tell_of_long_ago_and_promises_nothing_far_ahead(cli: Cli) -> None:
    book = cli.folder / "旧表.csv"
    book.write_text(
        "客户,类型,内容,提出时间,下次跟进\n甲,售后,漏油,2015-03-02,\n乙,售后,漏油,1926-03-02,\n"
        "丙,售后,漏油,2026-11-02,2062-12-01\n", encoding="utf-8",
    )  # fmt: skip
    answer = cli.run("import", "demands", str(book), "--skip-errors", "--json")
    problems = {(p["row"], p["column"]) for p in answer.json["problems"]}
    assert problems == {(3, "提出时间"), (4, "下次跟进")}
    assert all("太远" in p["message"] for p in answer.json["problems"])
    assert answer.json["added"] == 1
