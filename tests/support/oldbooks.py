"""Old books of other firms, each in a layout of its own, with what they should yield: the truth was written first."""

# ruff: noqa: E501  (books are tables: a line is a row)

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import openpyxl
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

Rows = Sequence[Sequence[Any]]


class OldBook(NamedTuple):
    """A book: its file, what it is to be imported as, how it is written, and its truth."""

    file: str
    kind: str
    write: Callable[[Path], None]
    truth: list[dict[str, Any]]
    missed: frozenset[str] = frozenset()
    """What of the truth is not read as a person reads it: whose, and which field."""


def sheets(path: Path, sheets: dict[str, Rows], merges: Sequence[str] = ()) -> openpyxl.Workbook:
    made = openpyxl.Workbook()
    made.remove(made.worksheets[0])
    for title, rows in sheets.items():
        sheet = made.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    for block in merges:
        made.worksheets[0].merge_cells(block)
    made.save(path)
    return made


def _months(path: Path) -> None:
    header = ["日", "业主", "手机", "小区", "报修内容", "维修工", "修好没"]
    sheets(path, {
        "2026年3月": [["电梯报修登记"], header, [3, "翠园物业", "13800011001", "长沙", "三号梯困人", "周大勇", "修好了"],
                     ["5", "锦城物业", "13800011002", "株洲", "门机异响", "周大勇", "没有"]],
        "2026年4月": [["电梯报修登记"], header, ["12日", "翠园物业", "13800011001", "长沙", "轿厢照明不亮", "钱立", "修好了"]],
    })  # fmt: skip


def _weeks(path: Path) -> None:
    sheets(path, {"商机漏斗": [
        ["2026年5月意向客户跟踪"], ["客户", "电话", "机型", "需求", "登记日期", "业务员", "第1周", "第2周", "第3周"],
        ["宏达租赁", "13800012001", "25吨吊车", "想添一台25吨吊车", "5.2", "郑海", "已拜访", "报价68万", ""],
        ["老冯", "13800012002", "随车吊", "问随车吊分期", "5.9", "郑海", "", "寄了资料", "约试机"],
    ]})  # fmt: skip


def _ticked(path: Path) -> None:
    sheets(path, {"来电": [
        ["来电日期", "来电人", "号码", "商机", "售后", "投诉", "说的什么", "谁在跟"],
        ["2026-06-01", "何敏", "13800013001", "", "√", "", "空调外机不转", "方志"],
        ["2026-06-02", "汤军", "13800013002", "√", "", "", "要三台柜机", "方志"],
        ["2026-06-03", "文静", "13800013003", "", "", "√", "装机师傅没来", "鲁平"],
    ]})  # fmt: skip


def _merged(path: Path) -> None:
    sheets(path, {"客户需求": [
        ["客户名称", "联系电话", "地区", "日期", "需求类型", "需求内容", "跟进人"],
        ["利群商砼", "13800014001", "衡阳", "2026-03-04", "商机", "要两台搅拌车", "易文彬"],
        [None, None, None, "2026-03-20", "售后", "罐体漏浆", "李铁柱"],
        ["老邓", "13800014002", "郴州", "2026-03-21", "咨询", "有没有二手泵车", "易文彬"],
    ]}, ["A2:A3", "B2:B3", "C2:C3"])  # fmt: skip


def _blank_below(path: Path) -> None:
    rows = [["客户", "电话", "地区", "日期", "类别", "内容"], ["盛达石料", "13800015001", "岳阳", "2026/3/4", "售后", "破碎机皮带断"],
            ["", "", "", "2026/3/9", "售后", "电机发烫"], ["小詹", "13800015002", "益阳", "2026/3/10", "商机", "要一台筛分机"]]  # fmt: skip
    path.write_bytes("\n".join(",".join(row) for row in rows).encode("gb18030"))


def _beside(path: Path) -> None:
    sheets(path, {"四月": [
        ["商机", None, None, None, None, "售后"],
        ["日期", "客户", "电话", "需求内容", None, "报修日期", "客户", "电话", "故障描述", "师傅"],
        ["2026-04-02", "阿强", "13800016001", "要一台叉车", None, "2026-04-03", "金属城", "13800016003", "叉车漏油", "关师傅"],
        ["2026-04-06", "阿珍", "13800016002", "要两台堆高车", None, None, None, None, None, None],
    ]})  # fmt: skip


def _page(path: Path) -> None:
    path.write_bytes(
        '<html><head><meta http-equiv="Content-Type" content="text/html; charset=gb2312"></head><body><h3>2026年7月工单</h3>'
        "<table><tr><td rowspan=2>受理日期</td><td colspan=2>用户</td><td rowspan=2>工单类型</td><td rowspan=2>问题描述</td>"
        "<td rowspan=2>处理人</td></tr><tr><td>姓名</td><td>电话</td></tr>"
        "<tr><td>7月1日</td><td rowspan=2>顾镕基</td><td rowspan=2>13800017001</td><td>报修</td><td>地暖不热<br>二楼</td><td>蓝天</td></tr>"
        "<tr><td>7月4日</td><td>咨询</td><td>怎么调温控器</td><td>蓝天</td></tr></table></body></html>".encode(
            "gb18030"
        )
    )


def _xml(path: Path) -> None:
    def cell(text: str, more: str = "") -> str:
        return f'<Cell{more}><Data ss:Type="String">{text}</Data></Cell>'

    rows = [
        "".join(map(cell, ["登记日期", "客户名称", "联系方式", "信息类别", "具体需求"])),
        '<Cell><Data ss:Type="DateTime">2026-08-03T00:00:00.000</Data></Cell>'
        + "".join(map(cell, ["桂花苑", "13800018001", "投诉", "等了两天没人来"])),
        cell("2026-08-05") + cell("老薛") + cell("商机", ' ss:Index="4"') + cell("要换锅炉"),
    ]
    body = "".join(f"<Row>{row}</Row>" for row in rows)
    path.write_text(
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="八月"><Table>{body}</Table></Worksheet></Workbook>',
        encoding="utf-8",
    )


def _turned(path: Path) -> None:
    sheets(path, {"回访": [
        ["客户名称", "康乐宫", "大众浴池"], ["联系电话", "13800019001", "13800019002"], ["回访日期", "2026-05-06", "2026-05-07"],
        ["回访方式", "电话", "上门"], ["整体满意度", "满意", "一般"], ["意见建议", "多派人", "水泵声音大"],
    ]})  # fmt: skip


def _sections(path: Path) -> None:
    sheets(path, {"台账": [
        ["2025年配件需求台账"], ["日期", "客户", "电话", "要什么", "归谁管"], ["一月份"],
        ["8日", "龙王镇站", "13800020001", "要主油泵一台", "麦冬"], ["二月份"],
        ["3", "清溪站", "13800020002", "买滤芯十套", "麦冬"], ["合计", "2"], ["制表：柯南"],
    ]})  # fmt: skip


def _stacked_forms(path: Path) -> None:
    def form(name: str, phone: str, day: str, how: str, rating: str, said: str) -> list[list[str]]:
        return [["客户回访单"], [f"客户姓名：{name}", "", f"电话：{phone}"], [f"回访日期：{day}", "", "回访人：甘霖"],
                ["回访方式", how], ["整体满意度", rating], ["意见建议", said], []]  # fmt: skip

    sheets(path, {"单子": [
        *form("石小军", "13800021001", "2026年2月3日", "☑电话 □微信 □上门", "□满意 ☑一般 □不满意", "回电要快"),
        *form("尤丽", "13800021002", "2026年2月5日", "□电话 ☑微信 □上门", "☑满意 □一般 □不满意", ""),
    ]})  # fmt: skip


def _tabs(path: Path) -> None:
    rows = [["提报日期", "机主", "机主电话", "反馈类型", "反馈内容", "责任人"],
            ["2026年9月1日", "莫大海", "13800022001", "维修", "动臂油缸漏油", "常新"],
            ["2026年9月2日", "甘泉", "88220033", "求购", "想要台60挖机", "常新"]]  # fmt: skip
    path.write_bytes("\n".join("\t".join(row) for row in rows).encode("gb18030"))


def _marked(path: Path) -> None:
    made = sheets(path, {"售后": [
        ["日期", "客户", "电话", "故障", "师傅"], ["2026-10-08", "阮氏", "13800023001", "开不了机", "鲍工"],
        ["2026-10-09", "贺兰", "13800023002", "有异响", "见微信"],
    ]})  # fmt: skip
    sheet = made.worksheets[0]
    sheet["C2"].comment = Comment("他老婆的号", "我")
    sheet["A3"].fill = PatternFill("solid", fgColor="FFFF00")
    made.save(path)


def demand(customer: str, phone: str | None, raised: str, kind: str, content: str, **more: Any) -> dict[str, Any]:
    return {"customer": customer, "phone": phone, "raised": raised, "kind": kind, "content": content, **more}


BOOKS = (
    OldBook("电梯.xlsx", "demands", _months, [
        demand("翠园物业", "13800011001", "2026-03-03", "service", "三号梯困人", handler="周大勇", closed=True, region="长沙"),
        demand("锦城物业", "13800011002", "2026-03-05", "service", "门机异响", handler="周大勇", closed=False),
        demand("翠园物业", "13800011001", "2026-04-12", "service", "轿厢照明不亮", handler="钱立", closed=True)]),
    OldBook("吊车.xlsx", "demands", _weeks, [
        demand("宏达租赁", "13800012001", "2026-05-02", "opportunity", "想添一台25吨吊车", handler="郑海", product="25吨吊车"),
        demand("老冯", "13800012002", "2026-05-09", "opportunity", "问随车吊分期", handler="郑海", product="随车吊")]),
    OldBook("空调.xlsx", "demands", _ticked, [
        demand("何敏", "13800013001", "2026-06-01", "service", "空调外机不转", handler="方志"),
        demand("汤军", "13800013002", "2026-06-02", "opportunity", "要三台柜机", handler="方志"),
        demand("文静", "13800013003", "2026-06-03", "complaint", "装机师傅没来", handler="鲁平")]),
    OldBook("商砼.xlsx", "demands", _merged, [
        demand("利群商砼", "13800014001", "2026-03-04", "opportunity", "要两台搅拌车", handler="易文彬", region="衡阳"),
        demand("利群商砼", "13800014001", "2026-03-20", "service", "罐体漏浆", handler="李铁柱", region="衡阳"),
        demand("老邓", "13800014002", "2026-03-21", "inquiry", "有没有二手泵车", handler="易文彬", region="郴州")]),
    OldBook("石料.csv", "demands", _blank_below, [
        demand("盛达石料", "13800015001", "2026-03-04", "service", "破碎机皮带断", region="岳阳"),
        demand("盛达石料", "13800015001", "2026-03-09", "service", "电机发烫", region="岳阳"),
        demand("小詹", "13800015002", "2026-03-10", "opportunity", "要一台筛分机", region="益阳")]),
    OldBook("叉车.xlsx", "demands", _beside, [
        demand("阿强", "13800016001", "2026-04-02", "opportunity", "要一台叉车"),
        demand("阿珍", "13800016002", "2026-04-06", "opportunity", "要两台堆高车"),
        demand("金属城", "13800016003", "2026-04-03", "service", "叉车漏油", handler="关师傅")]),
    OldBook("地暖.xls", "demands", _page, [
        demand("顾镕基", "13800017001", "2026-07-01", "service", "地暖不热", handler="蓝天"),
        demand("顾镕基", "13800017001", "2026-07-04", "inquiry", "怎么调温控器", handler="蓝天")]),
    OldBook("锅炉.xls", "demands", _xml, [
        demand("桂花苑", "13800018001", "2026-08-03", "complaint", "等了两天没人来"),
        demand("老薛", None, "2026-08-05", "opportunity", "要换锅炉")]),
    OldBook("浴池.xlsx", "revisits", _turned, [
        {"customer": "康乐宫", "phone": "13800019001", "visited": "2026-05-06", "method": "phone", "satisfaction": "satisfied", "suggestion": "多派人"},
        {"customer": "大众浴池", "phone": "13800019002", "visited": "2026-05-07", "method": "onsite", "satisfaction": "fair", "suggestion": "水泵声音大"}]),
    OldBook("配件.xlsx", "demands", _sections, [
        demand("龙王镇站", "13800020001", "2025-01-08", "opportunity", "要主油泵一台", handler="麦冬"),
        demand("清溪站", "13800020002", "2025-02-03", "opportunity", "买滤芯十套", handler="麦冬")]),
    OldBook("回访单.xlsx", "revisits", _stacked_forms, [
        {"customer": "石小军", "phone": "13800021001", "visited": "2026-02-03", "method": "phone", "satisfaction": "fair", "suggestion": "回电要快", "visitor": "甘霖"},
        {"customer": "尤丽", "phone": "13800021002", "visited": "2026-02-05", "method": "wechat", "satisfaction": "satisfied", "suggestion": "", "visitor": "甘霖"}]),
    OldBook("挖机.xls", "demands", _tabs, [
        demand("莫大海", "13800022001", "2026-09-01", "service", "动臂油缸漏油", handler="常新"),
        demand("甘泉", "88220033", "2026-09-02", "opportunity", "想要台60挖机", handler="常新")]),
    OldBook("家电.xlsx", "demands", _marked, [
        demand("阮氏", "13800023001", "2026-10-08", "service", "开不了机", handler="鲍工"),
        demand("贺兰", "13800023002", "2026-10-09", "service", "有异响", handler=None)]),
)  # fmt: skip
