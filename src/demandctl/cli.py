"""The app: root options and the tree of commands. The one error boundary is ``grammar.Root``."""

import gc
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from demandctl.context import Context
from demandctl.errors import Ended
from demandctl.terminal.grammar import Entry, Root, Tree
from demandctl.terminal.render import put
from demandctl.terminal.takes import FILE, Option


def open_desk(ctx: typer.Context) -> None:
    """整天开着的工作台：该做什么、该催谁，粘贴聊天就登记，一屏一键。

    按 ? 看全部按键，q 离开。做的每一步和同名的命令一样，记在日志里，能撤销。
    """
    from demandctl.desk.start import start

    start(ctx.obj, app().candidates)


# Each line: the command, the function below demandctl.commands (or a group's own tree), its line in --help.
TREE: Tree = {
    "intake": Entry("登记", "intake.typed:intake", "登记一条需求。"),
    "assign": Entry("派单", "assign:assign", "派单：派给对接人、转领导指派、请专家或外部资源，可以几条一起。"),
    "follow-up": Entry("跟进", "follow_up:follow_up", '记录一次跟进，可以几条一起：follow-up 8 9 "已到货"。'),
    "close": Entry("结束", "close:close", "结束需求，可以几条一起：close 3 5 7。"),
    "due": Entry("到期", "due:due", "谁欠谁什么、何时到期：先超时的，再今天到期的，再快到期的。"),
    "desk": Entry("工作台", open_desk),
    "revisit": Entry("回访", "revisit.visits:TREE", "回访：计划、记录、转交、解决。"),
    "export": Entry("导出", "export:TREE", "导出表格和汇报。"),
    "init": Entry("建账", "init:init", "建台账和配置；已有的不动。"),
    "service": Entry(
        "服务",
        "service:service",
        "记录服务环节：收机、检测、备件、修好、发出、取机、上门、退换货、收费。",
    ),
    "attach": Entry("附件", "attach:TREE", "附件：照片、合同、截图附到需求、客户、回访上；看、取出、去掉。"),
    "list": Entry("列表", "show:list_", "列出需求。"),
    "show": Entry("查看", "show:show", "一条需求的全部：资料、时限、经过。"),
    "search": Entry("查找", "show:search", "在所有需求里找一段文字；--like 25 找以前类似的。"),
    "edit": Entry("修改", "edit:edit", "改正一条需求，连同它的客户的姓名、电话。"),
    "verify": Entry("核实", "edit:verify", "记录商机是否属实，可以几条一起。"),
    "upgrade": Entry("转商机", "edit:upgrade", "咨询客户有意购买：转为商机，经过保留，时限从现在重新起算。"),
    "escalate": Entry("升级", "edit:escalate", "疑难升级：请更高层协助，写明问题和时限。"),
    "confirm": Entry(
        "确认", "close:confirm", "记录客户对结果的确认，可以几条一起：--solved 就此结束，--unsolved 继续跟进。"
    ),
    "reopen": Entry("重开", "close:reopen", "重开已结束的需求，可以几条一起。"),
    "monday": Entry("周一", "monday.round:monday", "每周一轮：逐人逐条问进度，记下来；--message 打印催促消息。"),
    "nudge": Entry("催办", "nudge:nudge", "催一条或催一个人：打印可以直接粘贴的提醒，发出去了就记一笔。"),
    "customer": Entry("客户", "customer.profile:TREE", "客户：资料、订货、合同、建档、对接人、合并。"),
    "greet": Entry("问候", "greet:greet", "问候：近期谁过生日、哪家合作周年、下一个节日；写明缘由就逐位写好祝福。"),
    "contact": Entry("通讯录", "contact:TREE", "通讯录：分公司人员、领导、专家、外部资源。"),
    "group": Entry("社群", "group:TREE", "社群：归哪个分公司、什么地区、群里的专家。"),
    "handover": Entry("交接", "handover:handover", "交接：一个人手里没完的事和客户交给另一个人。"),
    "script": Entry("话术", "script:TREE", "话术：电话话术和快捷回复，填好称呼。"),
    "import": Entry("导入", "import_:TREE", "导入旧表和自己导出的表：需求、回访、客户、通讯录。"),
    "report": Entry("报告", "report:report", "一周、一月或一季度的数字，与上期相比。"),
    "who": Entry("派给谁", "assign:who", "这样的需求该派给谁：按合适程度排列，附理由。"),
    "when": Entry("何时", "when:when", "时间的说法会被理解成什么。"),
    "log": Entry("日志", "log:log", "操作日志：谁在何时做了什么；--changes 看改了什么。"),
    "undo": Entry("撤销", "log:undo", "撤销最近一步或几步；再撤销就是再往前一步。"),
    "backup": Entry("备份", "backup:backup", "备份台账：正在使用时也完整一致，写好后检查过。"),
    "restore": Entry("恢复", "backup:restore", "用备份恢复台账；先检查备份，被替换的台账留在旁边。"),
    "doctor": Entry("体检", "doctor:doctor", "检查台账、历史、时限、权限，说明怎么办；什么也不改。"),
    "notify": Entry("提醒", "notify.sending:TREE", "提醒：测试渠道、看发过什么、定时发；发一次用 due --notify。"),
    "calendar": Entry("日历", "calendar:TREE", "工作日历：放假、调休、自定的日子。"),
    "sla": Entry("时限", "sla.rules:TREE", "时限规则：看、检查、改。"),
    "completion": Entry("补全", "completion:TREE", "按 Tab 补全：装上或看看。"),
    "config": Entry("配置", "config:TREE", "配置：在哪里、是什么、改一项。"),
}


def program(
    ctx: typer.Context,
    db: Annotated[Path | None, Option("--db", "台账文件", FILE, "也可用环境变量 DEMANDCTL_DB")] = None,
    config_file: Annotated[Path | None, Option("--config", "配置文件", FILE, "也可用环境变量 DEMANDCTL_CONFIG")] = None,
    version: Annotated[bool, Option("--version", "版本")] = False,
    json: Annotated[bool, Option("--json", "今日一览，输出 JSON")] = False,
) -> None:
    """需求专员的台账：谁在何时欠谁什么。

    不带命令时显示今日一览。每个命令都有 --help（也可写 demandctl help 命令），
    能输出数据的都有 --json；命令也可以写中文名。
    """
    ctx.obj = Context(db, config_file)
    if version:
        show_version()
        raise Ended
    if ctx.invoked_subcommand is None:
        from demandctl.commands.today import today

        today(ctx.obj, as_json=json)


def show_version() -> None:
    """The program's and the schema's version."""
    from demandctl import __version__
    from demandctl.store.fields import SCHEMA_VERSION

    put(f"demandctl {__version__}（台账版本 {SCHEMA_VERSION}）")


def app() -> Root:
    """The root command, its sub-commands still unbuilt."""
    return Root(program, TREE)


def main() -> None:
    """The entry point of the program."""
    if sys.stdout is None or sys.stderr is None:
        _write_to_a_log()
    try:
        app().main()
    finally:
        gc.freeze()


def _write_to_a_log() -> None:
    """Where Windows' scheduler runs the program there is no window to write to: what is said goes to a file."""
    from platformdirs import user_log_path

    log = user_log_path("demandctl", appauthor=False, ensure_exists=True) / "demandctl.log"
    sys.stdin = open(os.devnull, encoding="utf-8")  # noqa: SIM115
    sys.stdout = sys.stderr = log.open("a", encoding="utf-8", buffering=1)
