"""What a text is about, as marks that two texts can share: pairs of 汉字, models, codes, sizes. Pure."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable

from demandctl.language.figures import narrow
from demandctl.language.products import LINES

_EMPTY = frozenset(
    "的了吗呢吧啊呀哦嗯我你您他她它们这那哪是在有和跟与就也都还又再很太挺个台条到去来把被给让叫要想请麻烦帮忙什么怎"
    "一二三四五六七八九十两几时候现今昨天已经好人说看问谢能否可以急尽快着"
)
"""汉字 that stand in any demand and tell nothing of what it is about."""
_FORMAL = frozenset(
    {
        "电话",
        "联系",
        "系方",
        "方式",
        "公众",
        "众号",
        "号留",
        "留言",
        "用户",
        "内容",
        "客户",
        "地区",
        "地址",
        "需求",
        "记录",
    }
    | {"聊天", "姓名", "微信", "建议", "咨询", "公司", "办理", "资料", "预算", "手续", "工地", "停工"}
    | {"老板", "师傅", "感觉", "知道", "自己"}
)
"""Pairs that stand in any message or form."""
_HAN = "[一-鿿]+"
_CODE = r"[a-z]+[-_ ]?\d[a-z\d-]*|\d+[a-z][a-z\d-]*|[a-z]{2,}|\d+(?=米|吨|寸|升|匹|方)[一-鿿]"
"""SY215C, E-045, HBT60, 37米: one mark each."""

_NAMED = sorted({name[place : place + 2] for names in LINES for name in names for place in range(len(name) - 1)})
_MACHINE = rf"\d+.|[a-z]{{2,}}[-_ ]?\d[a-z\d-]*|[米方吨].|.[车机泵站吊]|{'|'.join(_NAMED)}"


def marks(text: str, without: Iterable[str] = ()) -> tuple[str, ...]:
    """The marks of a text, each once, in its order; what stands in *without*, a place or a name, is none of them."""
    for word in filter(None, without):
        text = text.replace(word, " ")
    plain = narrow(text).lower()
    found = [code[0] for code in re.finditer(_CODE, plain)]
    for run in re.findall(_HAN, plain):
        pairs = map("".join, itertools.pairwise(run))
        found += [pair for pair in pairs if not _EMPTY.intersection(pair) and pair not in _FORMAL]
    return tuple(dict.fromkeys(found))


def is_machine(mark: str) -> bool:
    """Whether a mark names the machine, not what is the matter with it: 37米, HBT60, 泵车, 拌车."""
    return re.fullmatch(_MACHINE, mark) is not None


def words_of(shared: Collection[str], text: str) -> list[str]:
    """Shared marks as the words that they make in a text: 液压 and 压泵 are 液压泵."""
    plain, covered = narrow(text).lower(), set[int]()
    for mark in shared:
        for found in re.finditer(re.escape(mark), plain):
            covered.update(range(*found.span()))
    runs = "".join(char if place in covered else "\n" for place, char in enumerate(text))
    return list(dict.fromkeys(run.strip() for run in runs.split("\n") if run.strip()))
