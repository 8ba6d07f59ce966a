"""What a command lacks: asked for on a terminal, a usage error that names it elsewhere; nothing is written then."""

import io
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from typing import NamedTuple

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.input import create_pipe_input

from demandctl.store.attachments import folder
from tests.support.cli import EXAMPLES, Answer, Cli
from tests.support.terminal import BACKSPACE, CTRL_C, DOWN, ENTER, Terminal
from tests.terminal.test_bad_input import COMMANDS

CLEAR = "\x15"  # Ctrl-U: the line is empty


class Case(NamedTuple):
    """A call with something missing: what the error names, the keys that answer the questions, what is told then."""

    call: str
    names: str
    keys: str
    told: str


CASES = [
    Case("intake", "--customer --kind --channel 内容", "想买泵车|赵六|2||||||", "已登记 D"),
    Case("assign", "编号", "3|" + ENTER, "D3"),
    Case("follow-up", "编号", "1|已联系|", "D1 已记录"),
    Case("follow-up 1", "内容", "已联系|", "D1 已记录"),
    Case("close", "编号", "3||", "D3 已结束：成交"),
    Case("close 3", "--outcome", DOWN + "|价格高|", "D3 已结束：未成交"),
    Case("edit", "编号", f"1||{CLEAR}臂架抖|" + ENTER, "D1 已改"),
    Case("edit 1", "改什么", f"|{CLEAR}臂架抖|" + ENTER, "D1 已改"),
    Case("attach add", "编号 文件", "1|photo.jpg|", "D1 附上 1 个文件"),
    Case("attach add K1", "文件", "photo.jpg|", "K00001 附上 1 个文件"),
    Case("attach save", "附件编号", "1|", "文件已存在"),
    Case("attach remove", "附件编号", "1|y", "已去掉 R1 的附件"),
    Case("attach remove 1", "--yes", "y", "已去掉 R1 的附件"),
    Case("service", "编号 环节", "1||", "D1 已记录 收机"),
    Case("service 1 再次上门", "--reason", "配件不符|", "D1 已记录 再次上门，第 1 次"),
    Case("verify", "编号", "3|", "D3 已核实"),
    Case("upgrade", "编号", "2|", "D2 已转为商机"),
    Case("escalate", "编号 谁 --problem", "1|唐建明|油缸内泄|", "D1 已升级第 1 级 → 唐建明"),
    Case("escalate 1 唐建明", "--problem", "油缸内泄|", "D1 已升级第 1 级 → 唐建明"),
    Case("confirm", "编号", "5||", "D5 客户确认已解决"),
    Case("confirm 5", "--solved --unsolved", DOWN + ENTER, "D5 客户说没有解决"),
    Case("reopen", "编号", "4|", "D4 已重开"),
    Case("revisit add", "客户", "老周||3天后|", "已计划回访"),
    Case("revisit add K1", "--kind --at", "|3天后|", "已计划回访"),
    Case("revisit call", "回访编号", f"|{DOWN}{DOWN}|", "记下没联系上"),
    Case("revisit record", "回访编号", "1||||", "回访 R1 回访表已填"),
    Case("revisit forward", "回访编号 部门", "2|服务部|", "回访 R2 已转交 服务部"),
    Case("revisit contacted", "回访编号", "3|", "部门已联络客户"),
    Case("revisit planned", "回访编号 方案", "3|周五更换油缸|", "方案已记录"),
    Case("revisit escalate", "回访编号 谁", "3|唐建明|", "已上报 唐建明"),
    Case("revisit solved", "回访编号", "3|", "问题已解决"),
    Case("customer add", "姓名", "赵六|", "已新增客户"),
    Case("customer edit", "客户", f"K1||{CLEAR}周建国|" + ENTER, "K00001 已改"),
    Case("customer edit K1", "改什么", f"|{CLEAR}周建国|" + ENTER, "K00001 已改"),
    Case("customer order", "客户", "老周|", "K00001 订货"),
    Case("customer contract", "客户", "老周|", "K00001 合同验收"),
    Case("customer profile", "客户", "老周|营业执照|唐建明|", "K00001 已建档，还缺"),
    Case("customer owner", "客户", "老周|李铁柱|", "K00001 的对接人已设为 李铁柱"),
    Case("customer owner K1", "对接人 --briefed", "李铁柱|", "K00001 的对接人已设为 李铁柱"),
    Case("customer tag", "客户", "老周|大客户|", "K00001 的标签：大客户"),
    Case("customer machine add", "客户 机型", "老周|49米泵车|", "K00001 的设备 49米泵车 已记录"),
    Case("customer machine edit", "客户 设备", f"老周|SY1||{CLEAR}SY2|" + ENTER, "K00001 的设备已改"),
    Case("customer machine remove K1 SY1", "--yes", "y", "的设备 SY1 已去掉"),
    Case("customer credit", "客户", f"老周||500000|{ENTER}", "的申请单还差营销总监审核"),
    Case("customer credit K1", "额度", f"|500000|{ENTER}", "的申请单还差营销总监审核"),
    Case("customer tag K1", "标签", "大客户、急|", "K00001 的标签：大客户、急"),
    Case("customer merge", "客户", "K1|K2|y", "K00002 已并入 K00001"),
    Case("customer merge K1 K2", "--yes", "y", "K00002 已并入 K00001"),
    Case("customer erase", "客户", "K3|K00003|", "已删除 K00003"),
    Case("customer erase K3", "--yes", "K00003|", "已删除 K00003"),
    Case("contact add", "姓名", "钱七||", "已新增联系人"),
    Case("contact add 钱七", "--role", "|", "已新增联系人"),
    Case("contact edit", "联系人", f"唐建明||{CLEAR}唐健|" + ENTER, "唐健 已改"),
    Case("contact edit 唐建明", "改什么", f"|{CLEAR}唐健|" + ENTER, "唐健 已改"),
    Case("contact leave", "联系人", "谢晓梅|", "谢晓梅 已标记离职"),
    Case("contact import", "文件", "contacts.csv|", "已有 71"),
    Case("group add", "社群", "湘南群|", "已记下社群“湘南群”"),
    Case("group edit", "社群", f"湘潭群||{CLEAR}湘潭砼友群|" + ENTER, "“湘潭砼友群”已改"),
    Case("group edit 湘潭群", "改什么", f"|{CLEAR}湘潭砼友群|" + ENTER, "“湘潭砼友群”已改"),
    Case("group show", "社群", "湘潭群|", "湘潭群"),
    Case("handover", "交出人 接手人", "李铁柱|周志强|y", "已交接"),
    Case("handover 李铁柱 周志强", "--yes", "y", "已交接"),
    Case("script add", "新编号", "price|报价已发，请查收|", "已添话术 price"),
    Case("script add price", "--text", "报价已发，请查收|", "已添话术 price"),
    Case("script edit", "话术", f"handover|{CLEAR}换人了|", "已改话术 handover"),
    Case("script edit handover", "--text", f"{CLEAR}换人了|", "已改话术 handover"),
    Case("import demands", "文件", "nowhere.csv|" + CTRL_C, "已取消"),
    Case("import revisits", "文件", CTRL_C, "已取消"),
    Case("import customers", "文件", CTRL_C, "已取消"),
    Case("import contacts", "文件", "contacts.csv|", "已有 71"),
    Case("import groups", "文件", CTRL_C, "已取消"),
    Case("import orders", "文件", CTRL_C, "已取消"),
    Case("import machines", "文件", CTRL_C, "已取消"),
    Case("import follow-ups", "文件", CTRL_C, "已取消"),
    Case("restore", "备份文件", "copy.db|y", "已恢复"),
    Case("restore copy.db", "--yes", "y", "已恢复"),
    Case("config set", "配置项 值", "specialist.name|王芳|", "specialist.name 已设为 王芳"),
    # Reading commands ask as well.
    Case("show", "编号", "1|", "湘潭老周"),
    Case("customer show", "客户", "老周|", "K00001"),
    Case("contact show", "联系人", "唐建明|", "分管领导"),
    Case("sla explain", "对象", "1|", "D1"),
]

NEED_NOTHING = {
    "init", "undo", "backup", "sla init", "sla apply", "calendar add",
    "greet",  # tells whose day comes
    "monday",  # off a terminal it lists what is owed
    "completion install",  # finds out which shell it is
    "config edit",  # an editor asks
    "desk",  # asks by keys
    "notify schedule",  # shows what it would install
}  # fmt: skip
"""Writing commands that can be called bare."""

READING = {
    "due", "list", "show", "search", "nudge", "script list", "script show", "report", "who", "when", "log", "doctor",
    "notify test", "notify log", "notify channels", "calendar show", "sla show", "sla check", "sla explain",
    "config path", "config show", "completion show", "revisit plan", "revisit list", "revisit show", "customer list",
    "attach list", "group list", "group show",
    "customer show", "customer duplicates", "customer export", "contact list",
    "contact show",
}  # fmt: skip

_SCENE: dict[str, bytes] = {}


@pytest.fixture
def desk(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """Some of everything: D1 with a handler, D4 closed, D5 to be confirmed, visit 2 with a problem, 3 passed on."""
    monkeypatch.chdir(cli.folder)
    if not _SCENE:
        cli.demand()
        cli("assign", "1", "李铁柱")
        cli.demand("臂架多长", customer="长沙小李", kind="inquiry", region="长沙")
        cli.demand("想买泵车", customer="王五", kind="opportunity", region="贵阳")
        cli.demand("换滤芯", customer="K00002")
        cli("close", "4", "--outcome", "dropped", "--reason", "不修了")
        cli.demand("漏油", customer="K00001")
        cli("assign", "5", "周志强")
        cli("follow-up", "5", "修好了", "--resolved")
        for number in range(1, 4):
            cli("revisit", "add", "K1", "--kind", "regular", "--at", "明天")
            if number > 1:
                form = ("--visited-at", "今天9:00", "--satisfaction", "fair", "--problem", "漏油", "--urgent")
                cli("revisit", "record", str(number), *form)
        cli("revisit", "forward", "3", "服务部")
        cli("customer", "machine", "add", "K1", "泵车", "--serial", "SY1")
        cli("group", "add", "湘潭群")
        cli("backup", "copy.db")
        (cli.folder / "contacts.csv").write_bytes((EXAMPLES / "contacts.csv").read_bytes())
        cli("attach", "R1", "contacts.csv")
        [content] = folder(cli.db).iterdir()
        for name in (cli.db.name, "copy.db", "contacts.csv", f"{content.parent.name}/{content.name}"):
            _SCENE[name] = (cli.folder / name).read_bytes()
    for path in cli.folder.glob("ledger.db-*"):
        path.unlink()
    folder(cli.db).mkdir(exist_ok=True)
    for name, content in _SCENE.items():
        (cli.folder / name).write_bytes(content)
    (cli.folder / "photo.jpg").write_bytes(b"photo")
    return cli


@pytest.fixture
def keyboard(desk: Cli, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Run a call at a terminal where keys are typed; ``|`` is Enter."""

    class Stdin(io.StringIO):
        def isatty(self) -> bool:
            return True

    def typed(keys: str, *words: str) -> Answer:
        monkeypatch.setattr(sys, "stdin", Stdin())
        monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
        monkeypatch.setenv("TERM", "xterm")
        with create_pipe_input() as pipe, create_app_session(input=pipe):
            pipe.send_text(keys.replace("|", ENTER) + CTRL_C)  # a question too many is cancelled, not waited for
            return desk.run(*words)

    return typed


def operations(cli: Cli) -> int:
    """How many steps the ledger has seen."""
    with closing(sqlite3.connect(cli.db)) as ledger, ledger:
        count: int = ledger.execute("SELECT count(*) FROM operation").fetchone()[0]
    return count


def test_every_writing_command_is_looked_at_here() -> None:
    every = {" ".join(filter(None, path)) for path, _ in COMMANDS}
    covered = {name for name in every for case in CASES if f"{case.call} ".startswith(f"{name} ")}
    exports = {name for name in every if name.startswith("export ")}
    assert not every - covered - NEED_NOTHING - READING - exports - {"script"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.call)
def test_off_a_terminal_what_is_missing_is_named_and_nothing_is_written(desk: Cli, case: Case) -> None:
    before = operations(desk)
    answer = desk.run(*case.call.split())
    assert answer.code == 2
    assert not answer.out or case.names == "--yes"  # what it would do is shown before
    assert 1 <= len(answer.err.splitlines()) <= (8 if "handover" in case.call or "erase" in case.call else 3)
    assert not [name for name in case.names.split() if name not in answer.err]
    assert operations(desk) == before


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.call)
def test_on_a_terminal_it_is_asked_for_and_the_command_goes_on(keyboard: Callable[..., Answer], case: Case) -> None:
    answer = keyboard(case.keys, *case.call.split())
    assert case.told in answer.out + answer.err


@pytest.mark.parametrize("case", [c for c in CASES if not c.call[-1].isdigit()], ids=lambda case: case.call)
def test_cancelling_writes_nothing(desk: Cli, keyboard: Callable[..., Answer], case: Case) -> None:
    before = operations(desk)
    answer = keyboard(CTRL_C, *case.call.split())
    assert answer.code == 130
    assert answer.err.endswith("已取消，没有写入\n")
    assert "错误：已取消" not in answer.err
    assert operations(desk) == before


@pytest.mark.parametrize("option", ["--json", "--yes"])
def test_who_wants_json_or_says_yes_to_everything_is_not_asked(keyboard: Callable[..., Answer], option: str) -> None:
    assert keyboard("", "handover", option).code == 2
    assert keyboard("", "contact", "edit", "唐建明", "--json").code == 2


def test_several_of_a_name_are_a_choice_and_nothing_is_asked_twice(keyboard: Callable[..., Answer], desk: Cli) -> None:
    for branch in ("长沙分公司", "贵州分公司"):
        desk("contact", "add", "张三", "--role", "expert", "--branch", branch)
    assert "→ 张三" in keyboard(f"油缸内泄|{DOWN}|", "escalate", "1", "张三").out
    assert "已上报 张三" in keyboard(f"3|张三|{DOWN}|", "revisit", "escalate").out
    with closing(sqlite3.connect(desk.db)) as ledger, ledger:
        last = ledger.execute("SELECT max(id) FROM contact").fetchone()
        assert ledger.execute("SELECT to_id FROM escalation").fetchone() == last
        assert ledger.execute("SELECT escalated_to FROM revisit WHERE id = 3").fetchone() == last


def test_what_is_answered_may_begin_with_a_dash(keyboard: Callable[..., Answer], desk: Cli) -> None:
    assert "方案已记录" in keyboard("3|-5度以下换油|", "revisit", "planned").out
    assert desk("revisit show 3 --json").json["plan"] == "-5度以下换油"


def test_without_a_ledger_nothing_is_asked_but_what_to_restore(keyboard: Callable[..., Answer], desk: Cli) -> None:
    desk.db.unlink()
    answer = keyboard("", "close")
    assert (answer.code, "demandctl init" in answer.err) == (3, True)
    assert "已恢复" in keyboard("copy.db|y", "restore").out


def test_the_way_back_leads_to_the_question_before(desk: Cli) -> None:
    terminal = Terminal(desk, "escalate")
    terminal.sees("需求编号", "湘潭老周").press("泵车", ENTER).sees("不止一个")
    terminal.press(BACKSPACE, BACKSPACE, "臂架下", ENTER).sees("  1  ", "请谁协助").press("<", ENTER)
    terminal.sees("需求编号").press("长", BACKSPACE, ENTER)
    terminal.sees("请谁协助").press("tjm").sees("唐建明").press("\t", ENTER)
    terminal.sees("难在哪里").press(ENTER).sees("不能空着").press("油缸坏了", BACKSPACE, BACKSPACE, "内泄", ENTER)
    assert terminal.sees("D1 已升级第 1 级 → 唐建明").ends() == 0
    with closing(sqlite3.connect(desk.db)) as ledger, ledger:
        assert ledger.execute("SELECT problem FROM escalation").fetchone() == ("油缸内泄",)


def test_a_field_is_changed_from_what_it_is_and_escape_leaves_it(desk: Cli) -> None:
    terminal = Terminal(desk, "customer", "edit", "K1")
    terminal.sees("哪一项", "姓名", "湘潭老周").press(ENTER).sees("湘潭老周").press(*[BACKSPACE] * 2, "周建国", ENTER)
    terminal.sees("就这些", "湘潭老周 → 湘潭周建国").press(DOWN, DOWN, ENTER).sees("昵称", "上一步").press("\x1b")
    assert terminal.sees("已取消，没有写入").ends() == 130
    assert desk("customer show K1 --json").json["name"] == "湘潭老周"
    terminal = Terminal(desk, "customer", "edit", "K1")
    terminal.sees("哪一项").press(ENTER).sees("湘潭老周").press(*[BACKSPACE] * 2, "周建国", ENTER)
    assert terminal.sees("就这些").press(ENTER).sees("K00001 已改").ends() == 0
    assert desk("customer show K1 --json").json["name"] == "湘潭周建国"


def test_a_mistyped_option_is_answered_with_what_could_be_meant(cli: Cli) -> None:
    assert "是不是 --unverified？" in cli.run("verify 1 --no").err
    assert "是不是 --owner？" in cli.run("due --ownr x").err
    assert "--help" in cli.run("due --zzz").err


@pytest.mark.parametrize(
    ("words", "near"),
    [("--rule wekly", "weekly 周一反馈进度"), ("--owner 李铁注", "李铁柱"), ("--branch 长砂分公司", "长沙分公司"),
     ("--owner 无此人", "contact list")],
)  # fmt: skip
def test_who_is_unknown_owes_nothing_is_no_answer(cli: Cli, words: str, near: str) -> None:
    answer = cli.run(f"due {words}")
    assert (answer.code, near in answer.err) == (3, True)


def test_who_is_known_may_owe_nothing(cli: Cli) -> None:
    for words in ("--rule weekly", "--rule 周一反馈进度", "--owner 李铁", "--branch 长沙", "--owner 需求专员"):
        assert "没有符合条件" in cli(f"due {words}").out


def test_one_can_go_back_from_what_was_said_to_the_number_and_from_the_role_to_the_name(
    desk: Cli, keyboard: Callable[..., Answer]
) -> None:
    assert "D1 已记录" in keyboard(f"5|<|{BACKSPACE}1|已联系|", "follow-up").out
    back_to_the_name = "\x1b[A"  # the pointer stands on the first role; above it is the way back
    keyboard(f"钱七|{back_to_the_name}|{BACKSPACE}八||", "contact", "add")
    assert desk.run("contact", "show", "钱八").code == 0


def test_nobody_is_asked_what_would_be_refused(keyboard: Callable[..., Answer]) -> None:
    keyboard("", "close", "1", "--outcome", "dropped", "--reason", "x")
    answer = keyboard("", "confirm", "1")
    assert answer.code == 1
    assert "已结束" in answer.err


def test_a_missing_choice_is_named_with_what_it_may_be(desk: Cli) -> None:
    assert "角色：销售 sales、服务 service" in desk.run("contact", "add", "钱七").err


def test_colour_codes_in_what_is_typed_show_no_traceback(cli: Cli) -> None:
    cli.demand()
    terminal = Terminal(cli, "follow-up", "1").sees("说了什么")
    terminal.press("\x1b[31m")
    terminal.press("已联系", "\r")
    assert terminal.ends() == 0
    assert "Traceback" not in terminal.child.before


@pytest.mark.parametrize(("words", "key"), [(["close", "1"], "\x04"), (["edit", "1"], "\x04"),
                                            (["intake", "--paste"], "\x1b")])  # fmt: skip
def test_each_question_is_left_by_each_key_of_cancelling(cli: Cli, words: list[str], key: str) -> None:
    cli.demand()
    terminal = Terminal(cli, *words).sees("（")
    terminal.press(key)
    assert terminal.ends() == 130
