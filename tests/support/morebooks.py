"""Ten more old books, of five kinds of firm (forklifts, water purifiers, farm machines, printers, lifts for hospitals),
each in a layout of its own. The truth was written before any of them was tried: 91 of 168 fields were
right, 12 wrong and 65 lost at first; now 157 are right. What is missed stands beside each: a rental that the truth calls
an opportunity is an inquiry in our domain, a kind is guessed where none is written, and 目前 is progress, not an end.
"""

# ruff: noqa: E501  (books are tables: a line is a row)

from datetime import datetime
from pathlib import Path
from typing import Any

from tests.support.oldbooks import OldBook, Rows, demand, sheets


def _text(rows: Rows, sign: str) -> str:
    return "\r\n".join(sign.join(map(str, row)) for row in rows)


def _forklift_csv(path: Path) -> None:
    rows = [["叉车报修台账（2025年）", "", "", "", "", ""], ["接报时间", "使用单位", "联络人/电话", "车型", "故障现象", "处理结果"],
            ["3/4 9:20", "顺达物流", "辛师傅 13800031001", "3吨内燃", "不起升", "已修好，换油泵"],
            ["3/6 14:05", "永昌纸业", "管主任 13800031002", "2吨电瓶", "充不进电", "待配件"]]  # fmt: skip
    path.write_bytes(_text(rows, ";").encode("gb18030"))


def _forklift_rent(path: Path) -> None:
    sheets(path, {"租赁意向": [
        ["2025年下半年租车意向"], ["序", "来电日", "单位", "姓名", "电话", "想租什么", "租期", "谁跟", "目前"],
        [1, datetime(2025, 7, 8), "顺达物流", "辛师傅", 13800031001, "租3吨叉车两台", "半年", "魏然", "已签合同"],
        [2, datetime(2025, 7, 19), "海润冷链", "裴经理", 13800031003, "租高位前移式一台", "3个月", "魏然", "嫌贵，没谈成"],
        [3, datetime(2025, 8, 2), "", "个体户老耿", 13800031004, "租堆高车", "1个月", "魏然", "还在谈"],
    ]})  # fmt: skip


def _purifier_calls(path: Path) -> None:
    sheets(path, {"4月": [
        ["客服来电登记表", "", "", "", "", ""], ["月份：2026年4月", "", "", "", "", ""],
        ["日期", "用户", "电话", "地址", "来电事项", "派给"],
        ["4.1", "兰女士", "138-0003-2001", "望城区金星路8号", "滤芯该换了，预约上门", "戚工"],
        ["", "同上", "", "", "顺便问反渗透膜多少钱", "戚工"],
        ["4.3", "褚先生", "138 0003 2002", "岳麓区", "机器漏水", "孟工"],
        ["合计", "3", "", "", "", ""],
    ]})  # fmt: skip


def _purifier_visits(path: Path) -> None:
    sheets(path, {"回访": [
        ["净水器装机回访（2026年5月）"],
        ["回访日期", "用户姓名", "手机", "产品", "", "服务", "", "有什么建议", "回访员"],
        ["", "", "", "好", "一般", "好", "一般", "", ""],
        [datetime(2026, 5, 6), "兰女士", "13800032001", "√", "", "√", "", "水压小了点", "古静"],
        [datetime(2026, 5, 7), "褚先生", "13800032002", "", "√", "√", "", "", "古静"],
    ]}, ["D2:E2", "F2:G2"])  # fmt: skip


def _harvester_html(path: Path) -> None:
    rows = "".join(
        f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>"
        for row in (["农户", "手机号码", "乡镇", "机具", "要求", "登记日期", "经手人"],
                    ["牛建国", "13800033001", "桃源县漆河镇", "收割机", "秋收前要保养", "2025-09-01", "马骁"],
                    ["田大嫂", "13800033002", "桃源县陬市镇", "旋耕机", "刀轴断了要换", "2025-09-02", "马骁"])
    )  # fmt: skip
    page = f"<html><head><meta charset='gb2312'></head><body><table border=1><tr><td colspan=7>农机服务登记</td></tr>{rows}</table></body></html>"
    path.write_bytes(page.encode("gb18030"))


def _harvester_blocks(path: Path) -> None:
    header = ["姓名", "电话", "事由", "日期", "办理"]
    sheets(path, {"2025秋": [
        ["一、买农机的"], header, ["牛建国", "13800033001", "想换大马力拖拉机", "9月3日", "报价给了，等补贴"],
        ["简二", "13800033003", "问打捆机", "9月5日", "买了，4.2万"], [],
        ["二、修农机的"], header, ["田大嫂", "13800033002", "旋耕机又断轴", "9月8日", "已修"],
        ["三、投诉"], header, ["简二", "13800033003", "打捆机三天才送到", "9月12日", "道歉了，客户接受"],
    ]})  # fmt: skip


def _printer_system(path: Path) -> None:
    sheets(path, {"导出": [
        ["工单号", "创建时间", "客户名称", "客户电话", "工单类型", "问题描述", "优先级", "处理人", "工单状态", "关闭时间", "解决方案"],
        ["WO-1001", "2026-01-12 08:47:10", "金石印务", "0731-88003401", "维修", "喷头堵了，出横条", "高", "应楠", "已关闭", "2026-01-13 17:20:00", "清洗喷头"],
        ["WO-1002", "2026-01-12 10:02:33", "蓝图快印", "13800034002", "咨询", "能不能打相纸", "中", "应楠", "已关闭", "2026-01-12 10:30:00", "可以，推荐相纸型号"],
        ["WO-1003", "2026-01-15 15:40:00", "金石印务", "0731-88003401", "投诉", "换的喷头两天又堵", "紧急", "应楠", "处理中", "", ""],
    ]})  # fmt: skip


def _printer_notes(path: Path) -> None:
    rows = [["日期", "谁", "说了啥", "电话", "备注"], ["2026年2月3日", "蓝图快印小白", "要报一台写真机的价", "13800034002", "2.4报了3.8万 2.9又来问能不能便宜"],
            ["2026年2月5日", "锦绣图文", "写真机卡纸", "13800034003", "2.5下午修好了"]]  # fmt: skip
    path.write_bytes("﻿".encode() + _text(rows, "\t").encode())


def _hospital_sheet(path: Path) -> None:
    sheets(path, {"报修单": [
        ["设备报修单"], ["单位名称", "仁爱医院", "报修时间", "2026-03-02 09:10"], ["报修人", "司护士长", "联系电话", "13800035001"],
        ["设备型号", "X200", "故障描述", "监护仪黑屏"], ["维修工程师", "闻涛", "是否解决", "是"], [],
        ["设备报修单"], ["单位名称", "康宁门诊", "报修时间", "2026-03-05 15:00"], ["报修人", "单大夫", "联系电话", "13800035002"],
        ["设备型号", "B5", "故障描述", "输液泵报警停不下来"], ["维修工程师", "闻涛", "是否解决", "否"],
    ]})  # fmt: skip


def _hospital_year(path: Path) -> None:
    sheets(path, {"台账": [
        ["仪器服务台账", "", "", "", "", "", ""], ["年", "月", "日", "医院", "联系人电话", "内容", "工程师"],
        [2025, 11, 3, "仁爱医院", "司护士长13800035001", "心电图机打不出纸", "闻涛"],
        [2025, 11, 17, "第三医院", "许科长13800035003", "咨询CT维保怎么收费", "闻涛"],
    ]})  # fmt: skip


def _visit(customer: str, phone: str, visited: str, **more: Any) -> dict[str, Any]:
    return {"customer": customer, "phone": phone, "visited": visited, **more}


MORE_BOOKS = (
    OldBook("叉车报修.csv", "demands", _forklift_csv, [
        demand("辛师傅", "13800031001", "2025-03-04", "service", "不起升", product="3吨内燃", closed=True),
        demand("管主任", "13800031002", "2025-03-06", "service", "充不进电", product="2吨电瓶", closed=False)]),
    OldBook("叉车租赁.xlsx", "demands", _forklift_rent, [
        demand("辛师傅", "13800031001", "2025-07-08", "opportunity", "租3吨叉车两台", handler="魏然", closed=True, outcome="won"),
        demand("裴经理", "13800031003", "2025-07-19", "opportunity", "租高位前移式一台", handler="魏然", closed=True, outcome="lost"),
        demand("个体户老耿", "13800031004", "2025-08-02", "opportunity", "租堆高车", handler="魏然", closed=False)], frozenset({"辛师傅 kind", "裴经理 kind", "个体户老耿 kind", "辛师傅 closed", "辛师傅 outcome", "裴经理 closed", "裴经理 outcome"})),
    OldBook("净水器来电.xlsx", "demands", _purifier_calls, [
        demand("兰女士", "13800032001", "2026-04-01", "service", "滤芯该换了，预约上门", handler="戚工"),
        demand("兰女士", "13800032001", "2026-04-01", "inquiry", "顺便问反渗透膜多少钱", handler="戚工"),
        demand("褚先生", "13800032002", "2026-04-03", "service", "机器漏水", handler="孟工")], frozenset({"兰女士 kind"})),
    OldBook("净水器回访.xlsx", "revisits", _purifier_visits, [
        _visit("兰女士", "13800032001", "2026-05-06", product_rating="satisfied", suggestion="水压小了点", visitor="古静"),
        _visit("褚先生", "13800032002", "2026-05-07", product_rating="fair", suggestion="", visitor="古静")]),
    OldBook("农机服务.xls", "demands", _harvester_html, [
        demand("牛建国", "13800033001", "2025-09-01", "service", "秋收前要保养", product="收割机", handler="马骁", region="桃源县"),
        demand("田大嫂", "13800033002", "2025-09-02", "service", "刀轴断了要换", product="旋耕机", handler="马骁", region="桃源县")]),
    OldBook("农机分块.xlsx", "demands", _harvester_blocks, [
        demand("牛建国", "13800033001", "2025-09-03", "opportunity", "想换大马力拖拉机", closed=False),
        demand("简二", "13800033003", "2025-09-05", "opportunity", "问打捆机", closed=True, outcome="won"),
        demand("田大嫂", "13800033002", "2025-09-08", "service", "旋耕机又断轴", closed=True),
        demand("简二", "13800033003", "2025-09-12", "complaint", "打捆机三天才送到", closed=True)], frozenset({"简二 closed"})),
    OldBook("印机工单.xlsx", "demands", _printer_system, [
        demand("金石印务", "0731-88003401", "2026-01-12", "service", "喷头堵了，出横条", handler="应楠", closed=True, urgency="urgent"),
        demand("蓝图快印", "13800034002", "2026-01-12", "inquiry", "能不能打相纸", handler="应楠", closed=True),
        demand("金石印务", "0731-88003401", "2026-01-15", "complaint", "换的喷头两天又堵", handler="应楠", closed=False)]),
    OldBook("印机随手记.txt", "demands", _printer_notes, [
        demand("蓝图快印小白", "13800034002", "2026-02-03", "opportunity", "要报一台写真机的价"),
        demand("锦绣图文", "13800034003", "2026-02-05", "service", "写真机卡纸")], frozenset({"锦绣图文 kind"})),
    OldBook("医院报修单.xlsx", "demands", _hospital_sheet, [
        demand("司护士长", "13800035001", "2026-03-02", "service", "监护仪黑屏", product="X200", handler="闻涛", closed=True),
        demand("单大夫", "13800035002", "2026-03-05", "service", "输液泵报警停不下来", product="B5", handler="闻涛", closed=False)]),
    OldBook("仪器台账.xlsx", "demands", _hospital_year, [
        demand("司护士长", "13800035001", "2025-11-03", "service", "心电图机打不出纸", handler="闻涛"),
        demand("许科长", "13800035003", "2025-11-17", "inquiry", "咨询CT维保怎么收费", handler="闻涛")], frozenset({"许科长 kind"})),
)  # fmt: skip
