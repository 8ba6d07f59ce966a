"""``intake --paste`` and the questions: off a terminal in-process, on one the real program in a real terminal."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.cli import Answer, Cli

CLEAR = (
    "泵车交流群 的聊天记录\n\n—————  2026-11-20  —————\n\n湘潭老周  08:13\n\n"
    "我那台37米泵车臂架下不来了，在湘潭工地，麻烦派个师傅过来修，电话13800000121\n"
)
ANSWERED = CLEAR + "\n长沙分公司-李铁柱  08:20\n\n收到，马上联系您\n"
UNCLEAR = "老周:\n56米泵车多少钱\n"
TWO = CLEAR + "\n老吴  08:30\n\n要两套密封件，发常德 13800000122\n"


@pytest.fixture
def paste(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Answer]:
    """Pipe a text into ``intake --paste``."""

    def run(text: str, *options: str) -> Answer:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode()), encoding="utf-8"))
        return cli.run("intake", "--paste", *options)

    return run


def test_a_dry_run_prints_what_was_recognised_and_writes_nothing(cli: Cli, paste: Callable[..., Answer]) -> None:
    (draft,) = paste(CLEAR, "--dry-run", "--json").json
    assert draft["kind"] == "service"
    assert draft["customer"]["name"] == "湘潭老周"
    assert draft["customer"]["phone"] == draft["phone"] == "13800000121"
    assert draft["urgency"] is None
    assert draft["raised_at"] == "2026-11-20T08:13:00+08:00"
    assert draft["words"]["phone"] == "13800000121"
    assert cli("list", "--json").json == []


def test_what_is_complete_is_recorded_and_the_whole_paste_is_kept(cli: Cli, paste: Callable[..., Answer]) -> None:
    (demand,) = paste(CLEAR, "--json", "--yes").json
    assert (demand["channel"], demand["group"], demand["region"]) == ("group", "泵车交流群", "湘潭")
    assert demand["raised_at"] == "2026-11-20T08:13:00+08:00"
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(cli.db)) as ledger, ledger:
        assert ledger.execute("SELECT source FROM demand").fetchone() == (CLEAR,)


def test_the_first_answer_in_the_group_meets_respond_and_makes_a_serviceman_the_handler(
    cli: Cli, paste: Callable[..., Answer]
) -> None:
    (demand,) = paste(ANSWERED, "--json", "--yes").json
    assert demand["handler"]["name"] == "李铁柱"
    met = {line["rule"]: line["met_at"] for line in demand["deadlines"] if line["met_at"]}
    assert met["respond"] == met["takeover"] == "2026-11-20T08:20:00+08:00"
    (follow_up,) = cli("show", "1", "--json").json["follow_ups"]
    assert (follow_up["by"], follow_up["method"], follow_up["internal"]) == ("李铁柱", "group", False)


def test_each_draft_is_an_operation_of_its_own(cli: Cli, paste: Callable[..., Answer]) -> None:
    assert [d["kind"] for d in paste(TWO, "--json", "--yes").json] == ["service", "opportunity"]
    cli("undo")
    assert [d["number"] for d in cli("list", "--json").json] == [1]


def test_what_is_incomplete_is_a_usage_error_that_names_the_options(cli: Cli, paste: Callable[..., Answer]) -> None:
    answer = paste(UNCLEAR, "--yes", "--json")
    assert answer.code == 2
    assert "--channel" in answer.err
    assert answer.json == []
    assert paste(UNCLEAR, "--yes", "--kind", "inquiry", "--channel", "私聊").code == 0
    assert cli("show", "1", "--json").json["product"] == "56米泵车"


def test_without_a_yes_nothing_is_recorded_off_a_terminal(cli: Cli, paste: Callable[..., Answer]) -> None:
    answer = paste(CLEAR)
    assert answer.code == 2
    assert "--yes" in answer.err
    assert cli("list", "--json").json == []


def test_options_hold_for_every_draft(paste: Callable[..., Answer]) -> None:
    found = paste(TWO, "--yes", "--json", "--group", "株洲泵车群", "--tag", "夜班").json
    assert [(d["channel"], d["group"], d["tags"]) for d in found] == [("group", "株洲泵车群", ["夜班"])] * 2
    assert [d["region"] for d in found] == ["湘潭", "常德"]


def test_a_paste_without_a_demand_says_so(paste: Callable[..., Answer]) -> None:
    answer = paste("老周:\n大家早上好\n")
    assert (answer.code, "没有看到需求" in answer.out) == (0, True)
    assert paste("老周:\n大家早上好\n", "--json").json == []


def test_the_same_thing_twice_is_refused_unless_insisted(cli: Cli, paste: Callable[..., Answer]) -> None:
    paste(CLEAR, "--yes")
    again = paste(CLEAR, "--yes")
    assert again.code == 1
    assert "D1" in again.err
    assert paste(CLEAR, "--yes", "--new").code == 0


def test_words_of_the_users_own_file_count(cli: Cli, paste: Callable[..., Answer]) -> None:
    cli.config.with_name("keywords.toml").write_text("[lists]\nmachine = ['大象机']\n", encoding="utf-8")
    (draft,) = paste("老周:\n大象机漏油，派人来修", "--dry-run", "--json").json
    assert draft["product"] == "大象机"
    cli.config.with_name("keywords.toml").write_text("[lists]\nmachine = 3\n", encoding="utf-8")
    answer = paste(CLEAR, "--dry-run")
    assert (answer.code, "keywords.toml" in answer.err) == (2, True)


def test_text_saved_by_old_windows_programs_is_read(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(CLEAR.encode("gb18030"))))
    assert cli("intake", "--paste", "--dry-run", "--json").json[0]["product"] == "37米泵车"


# -- in a real terminal ------------------------------------------------------------------------------------------

pexpect = pytest.importorskip("pexpect")

UP, DOWN, ENTER, ESC, DELETE = "\x1b[A", "\x1b[B", "\r", "\x1b", "\x7f"


class Terminal:
    """The program in a terminal of 100 columns; what it shows is read without its colours."""

    def __init__(self, cli: Cli, *words: str, **variables: str) -> None:
        environment = dict(os.environ) | {"TERM": "xterm-256color", "LANG": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
        for name in ("DISPLAY", "WAYLAND_DISPLAY", "SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT", "TMUX"):
            environment.pop(name, None)
        self.child: Any = pexpect.spawn(
            sys.executable, ["-m", "demandctl", *words], env=environment | variables, encoding="utf-8", timeout=20,
            dimensions=(40, 100),
        )  # fmt: skip
        self.seen = io.StringIO()
        self.child.logfile_read = self.seen

    def sees(self, text: str) -> None:
        """Wait until a text is on the screen."""
        self.child.expect_exact(text)
        self.child.expect([r"\x1b\[\?25h", pexpect.TIMEOUT], timeout=0.3)

    def presses(self, *keys: str) -> None:
        """Type."""
        for key in keys:
            self.child.send(key)

    def pastes(self, text: str) -> None:
        """Paste as terminals do."""
        self.child.send(f"\x1b[200~{text}\x1b[201~")

    def ends(self) -> tuple[int, str]:
        """The exit code and all that was shown."""
        self.child.expect(pexpect.EOF)
        self.child.close()
        return self.child.exitstatus, re.sub(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\a]*\a", "", self.seen.getvalue())


def test_from_a_clear_paste_to_the_message_for_the_handler_in_three_keys(cli: Cli) -> None:
    terminal = Terminal(cli, "intake", "--paste")
    terminal.sees("粘贴完按回车")
    terminal.pastes(CLEAR)
    terminal.presses(ENTER)
    terminal.sees("这条怎么办")
    terminal.presses(ENTER)
    terminal.sees("派给谁")
    terminal.presses(ENTER)
    terminal.sees("是哪个分公司的")  # a group that is met for the first time, once the demand is on its way
    terminal.presses(ENTER)
    terminal.sees("什么地区")
    terminal.presses(ENTER)
    code, shown = terminal.ends()
    assert code == 0
    assert "已派给 李铁柱" in shown
    assert "【售后】故障报修 D1" in shown
    assert cli("show", "1", "--json").json["handler"]["name"] == "李铁柱"


def test_a_clipboard_is_read_where_there_is_one_and_the_message_goes_back_to_it(cli: Cli, tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    board = tmp_path / "board"
    board.write_text(CLEAR, encoding="utf-8")
    tool = tools / "xclip"
    tool.write_text(f'#!/bin/sh\ncase "$*" in *-o*) cat "{board}" ;; *) cat > "{board}" ;; esac\n')
    tool.chmod(0o755)
    terminal = Terminal(
        cli, "intake", "--paste", "--copy", DISPLAY=":9", PATH=f"{tools}{os.pathsep}{os.environ['PATH']}"
    )
    terminal.sees("这条怎么办")
    terminal.presses(ENTER)
    terminal.sees("派给谁")
    terminal.presses(ENTER)
    for question in ("是哪个分公司的", "什么地区"):
        terminal.sees(question)
        terminal.presses(ENTER)
    assert terminal.ends()[0] == 0
    assert board.read_text(encoding="utf-8").startswith("【售后】故障报修 D1")


def test_over_ssh_the_terminal_is_asked_to_copy(cli: Cli) -> None:
    cli.demand()
    terminal = Terminal(cli, "assign", "1", "李铁柱", "--copy", SSH_TTY="/dev/pts/9")
    terminal.ends()
    assert "\x1b]52;c;" in terminal.seen.getvalue()


def test_what_is_missing_is_asked_and_one_can_go_back(cli: Cli) -> None:
    terminal = Terminal(cli, "intake", "--paste")
    terminal.sees("粘贴完按回车")
    terminal.pastes(UNCLEAR)
    terminal.presses(ENTER)
    terminal.sees("从哪里来的")
    terminal.presses("2", ENTER)
    terminal.sees("这条怎么办")
    terminal.presses("4", ENTER)  # 改一改
    terminal.sees("改哪一项")
    terminal.presses(*(DOWN,) * 3, ENTER)
    terminal.sees("需求类型")
    terminal.presses("1", ENTER)
    terminal.sees("子类")
    terminal.presses(UP, ENTER)  # the last entry: back
    terminal.sees("需求类型")
    terminal.presses("3", ENTER)
    terminal.sees("子类")
    terminal.presses("1", ENTER)
    terminal.sees("这条怎么办")
    terminal.presses("1", ENTER)
    terminal.sees("派给谁")
    terminal.presses(ESC)
    code, _ = terminal.ends()
    assert code == 130
    demand = cli("show", "1", "--json").json
    assert (demand["kind"], demand["channel"], demand["status"]) == ("inquiry", "direct", "new")


@pytest.mark.parametrize("key", [ESC, "\x03"])
def test_cancelling_writes_nothing(cli: Cli, key: str) -> None:
    terminal = Terminal(cli, "intake", "--paste")
    terminal.sees("粘贴完按回车")
    terminal.pastes(CLEAR)
    terminal.presses(ENTER)
    terminal.sees("这条怎么办")
    terminal.presses(key)
    code, shown = terminal.ends()
    assert code == 130
    assert "已取消" in shown
    assert cli("list", "--json").json == []


def test_chinese_is_typed_and_deleted_without_leaving_anything_behind(cli: Cli) -> None:
    terminal = Terminal(cli, "intake", "37米泵车臂架下不来了，派人修", "--kind", "service", "--channel", "direct")
    terminal.sees("客户姓名")
    terminal.presses("湘潭老吴", DELETE, "周", ENTER)
    terminal.sees("电话")
    terminal.presses("138", ENTER)  # not a phone: asked again
    terminal.sees("不像电话号码")
    terminal.presses("00000121", ENTER)
    terminal.sees("地区")
    terminal.presses("湘潭县", DELETE, ENTER)
    terminal.sees("这条怎么办")
    terminal.presses(ENTER)
    terminal.sees("派给谁")
    terminal.presses("\x03")
    terminal.ends()
    demand = cli("show", "1", "--json").json
    assert (demand["customer"]["name"], demand["customer"]["phone"]) == ("湘潭老周", "13800000121")
    assert (demand["region"], demand["product"]) == ("湘潭", "37米泵车")


def test_a_known_name_is_a_question_who_it_is(cli: Cli) -> None:
    cli.demand(customer="湘潭老周", kind="inquiry")
    terminal = Terminal(cli, "intake", "--paste")
    terminal.sees("粘贴完按回车")
    terminal.pastes(CLEAR)
    terminal.presses(ENTER)
    terminal.sees("是哪一位")
    terminal.presses(ENTER)
    terminal.sees("这条怎么办")
    terminal.presses(ENTER)
    terminal.sees("派给谁")
    terminal.presses("\x03")
    terminal.ends()
    assert cli("show", "2", "--json").json["customer"]["code"] == "K00001"
    assert cli("customer", "show", "K00001", "--json").json["phone"] == "13800000121"


def test_ending_a_demand_asks_how_and_why(cli: Cli) -> None:
    cli.demand(kind="opportunity")
    terminal = Terminal(cli, "close", "1")
    terminal.sees("结果是")
    terminal.presses(DOWN, ENTER)
    terminal.sees("原因")
    terminal.presses("客户买了别家的", ENTER)
    assert terminal.ends()[0] == 0
    demand = cli("show", "1", "--json").json
    assert (demand["outcome"], demand["reason"]) == ("lost", "客户买了别家的")


def test_a_name_that_fits_several_gives_a_list_to_choose_from(cli: Cli) -> None:
    cli.demand(customer="张三", region="湘潭")
    cli.demand(customer="张三", region="常德")
    terminal = Terminal(cli, "customer", "tag", "张三", "--add", "大客户")
    terminal.sees("是哪一位")
    terminal.presses("2", ENTER)
    assert terminal.ends()[0] == 0
    assert cli("customer", "show", "K00002", "--json").json["tags"] == ["大客户"]
    assert cli.run("customer", "tag", "张三", "--add", "大客户").code == 2


def test_what_was_said_is_asked_when_it_is_missing(cli: Cli) -> None:
    cli.demand()
    terminal = Terminal(cli, "follow-up", "1")
    terminal.sees("说了什么")
    terminal.presses("已联系，明天上门", ENTER)
    assert terminal.ends()[0] == 0
    assert cli("show", "1", "--json").json["follow_ups"][0]["text"] == "已联系，明天上门"
    assert cli.run("follow-up", "1").code == 2


def test_the_same_thing_again_is_noted_on_the_demand_that_is_open(cli: Cli) -> None:
    cli.demand(customer="湘潭老周", phone="13800000121")
    words = ("--phone", "13800000121", "--customer", "湘潭老周", "--kind", "service", "--channel", "direct")
    terminal = Terminal(cli, "intake", "还是不动", *words)
    terminal.sees("这次是")
    terminal.presses(ENTER)
    assert terminal.ends()[0] == 0
    assert len(cli("list", "--json").json) == 1
    assert "还是不动" in cli("show", "1", "--json").json["follow_ups"][0]["text"]


def test_a_paste_about_what_is_open_already_offers_to_follow_it_up(cli: Cli) -> None:
    cli.demand(customer="湘潭老周", phone="13800000121")
    terminal = Terminal(cli, "intake", "--paste")
    terminal.sees("粘贴完按回车")
    terminal.pastes(CLEAR.replace("08:13", "08:50"))
    terminal.presses(ENTER)
    terminal.sees("跟进已有的 D1")
    terminal.presses(ENTER)
    assert terminal.ends()[0] == 0
    assert [d["number"] for d in cli("list", "--json").json] == [1]


def test_planning_and_recording_a_visit_ask_what_was_not_typed(cli: Cli) -> None:
    cli.demand()
    terminal = Terminal(cli, "revisit", "add", "K00001")
    terminal.sees("回访类型")
    terminal.presses(DOWN, ENTER)
    terminal.sees("什么时候")
    terminal.presses("今天下午3点", ENTER)
    assert terminal.ends()[0] == 0
    terminal = Terminal(cli.at("2026-11-20T15:10:00"), "revisit", "record", "1")
    terminal.sees("回访 R1")
    terminal.presses(ENTER)
    terminal.sees("空着是现在")
    terminal.presses(ENTER)
    terminal.sees("整体满意度")
    terminal.presses(ENTER)
    assert terminal.ends()[0] == 0
    revisit = cli("revisit", "show", "1", "--json").json
    assert (revisit["kind"], revisit["satisfaction"]) == ("regular", "satisfied")
    assert revisit["visited_at"] == "2026-11-20T15:10:00+08:00"


# -- what was left out, and what is inferred -----------------------------------------------------------------------

MIXED = (
    "老周 11/20 08:13:00\n37米泵车漏油，派人来修，在湘潭 13800000121\n\n"
    "阿美 11/20 08:14:00\n大家早上好\n\n"
    "回收哥 11/20 08:15:00\n长期高价回收报废泵车，全国上门，量大从优\n\n"
    "小五 11/20 08:16:00\n那个那个哎\n"
)


def test_an_explanation_has_the_drafts_and_each_message_that_is_in_none_with_its_reason(
    cli: Cli, paste: Callable[..., Answer]
) -> None:
    told = paste(MIXED, "--explain", "--json").json
    assert [draft["customer"]["name"] for draft in told["drafts"]] == ["老周"]
    assert told["left_out"][0] == {
        "text": "大家早上好", "sender": "阿美", "at": "2026-11-20T08:14:00+08:00", "why": "寒暄",
    }  # fmt: skip
    assert [left["why"] for left in told["left_out"]][1] == "广告"
    assert len(told["left_out"]) == 3
    assert cli("list", "--json").json == []


def test_off_a_terminal_what_was_left_out_is_told_on_stderr(paste: Callable[..., Answer]) -> None:
    answer = paste(MIXED, "--yes", "--channel", "group")
    assert answer.code == 0
    assert "阿美 今天 08:14：大家早上好（寒暄）" in answer.err
    assert "（广告）" in answer.err


def test_what_is_inferred_is_marked_with_how_sure_it_is(paste: Callable[..., Answer]) -> None:
    text = "老周:\n搞不懂你们那个镇流器咋老是嗡嗡叫唤\n"
    (draft,) = paste(text, "--dry-run", "--json").json
    assert draft["inferred"].keys() <= {"kind", "subtype"}
    assert draft["inferred"]["subtype"] > 0.4
    assert "（猜 " in paste(text, "--dry-run").out
    (typed,) = paste(text, "--dry-run", "--json", "--kind", "售后", "--subtype", "报修").json
    assert typed["inferred"] == {}


def test_the_second_reader_learns_from_what_was_recorded(cli: Cli, paste: Callable[..., Answer]) -> None:
    text = "老{0}:\n那个嘎嘎叫的玩意儿又来了\n"
    assert "学到" not in paste(text.format("周"), "--dry-run").err
    for name in "赵钱孙":
        paste(text.format(name), "--yes", "--kind", "投诉", "--subtype", "服务", "--channel", "私聊")
    answer = paste(text.format("李"), "--dry-run", "--json")
    assert (answer.json[0]["kind"], answer.json[0]["subtype"]) == ("complaint", "service")
    assert "学到 3 条" in paste(text.format("李"), "--dry-run").err


def test_more_text_than_anybody_copies_is_refused_before_it_is_read(paste: Callable[..., Answer]) -> None:
    answer = paste("泵车坏了派人来修。" * 60_000, "--dry-run")
    assert (answer.code, "一次最多" in answer.err) == (2, True)


def test_the_cache_changes_nothing_damaged_read_only_or_stale(
    cli: Cli, paste: Callable[..., Answer], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    first = paste(CLEAR, "--dry-run", "--json").json
    folder = tmp_path / "cache" / "demandctl"
    files = {path.name for path in folder.iterdir()}
    assert {"keywords.bin", "sentences.bin"} <= files
    assert paste(CLEAR, "--dry-run", "--json").json == first
    for damage in (lambda raw: raw[:-7], lambda raw: raw[:40] + b"\x00\xff" + raw[42:], lambda raw: b""):
        for name in files:
            (folder / name).write_bytes(damage((folder / name).read_bytes()))
        assert paste(CLEAR, "--dry-run", "--json").json == first
    cli.config.with_name("keywords.toml").write_text("[lists]\nmachine = ['大象机']\n", encoding="utf-8")
    assert paste("老周:\n大象机漏油，派人来修", "--dry-run", "--json").json[0]["product"] == "大象机"
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null/nowhere")
    assert paste("老周:\n大象机漏油，派人来修", "--dry-run", "--json").json[0]["product"] == "大象机"


def test_two_at_once_share_one_cache(cli: Cli, tmp_path: Path) -> None:
    environment = dict(os.environ) | {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    words = [sys.executable, "-m", "demandctl", "intake", "--paste", "--dry-run", "--json"]
    running = [
        subprocess.Popen(words, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    told = [process.communicate(CLEAR)[0] for process in running]
    assert len(set(told)) == 1
    assert [process.returncode for process in running] == [0] * 4
    assert not [path for path in (tmp_path / "cache" / "demandctl").iterdir() if path.name.startswith(".")]


def test_a_message_that_was_left_out_becomes_a_draft_by_one_key(cli: Cli) -> None:
    terminal = Terminal(cli, "intake", "--paste", "--channel", "group")
    terminal.sees("粘贴完按回车")
    terminal.pastes("阿美:\n大家早上好\n小五:\n那个那个哎\n")
    terminal.presses(ENTER)
    terminal.sees("哪一句也是需求")
    terminal.presses("1")
    terminal.sees("草稿")
    terminal.sees("这条怎么办")
    terminal.presses(ENTER)
    terminal.sees("派给谁")
    terminal.presses(UP, ENTER)
    terminal.sees("哪一句也是需求")
    terminal.presses(ENTER)
    code, shown = terminal.ends()
    assert code == 0
    assert "没看懂" in shown
    assert [d["content"] for d in cli("list", "--json").json] == ["那个那个哎"]


def test_a_paste_made_of_places_is_read_as_far_as_a_sentence_goes(cli: Cli) -> None:
    from demandctl.language import places

    text = "在湘潭泵车漏油" + "长沙湘潭株洲朝阳区鼓楼区" * 800
    assert len(places.recognise(text)) < 2500
