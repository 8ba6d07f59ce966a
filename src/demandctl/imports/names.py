"""Which texts are names of persons: only they become one. A date, a remark, a number in their column is none."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

SURNAMES = frozenset(
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付傅方白邹孟"
    "熊秦邱丘江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤温康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒"
    "阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦戚岑景党宫费卜冷晏席卫米柏"
    "宗瞿桂全佟应臧闵苟邬边卞姬师和仇栾隋商刁沙荣巫寇桑郎甄丛仲虞敖巩明佘池查麻苑迟邝常蔚敬蔺檀揭冼奚嵇郁鞠逯阙衡郗桓贲滑勾仉晁訾匡鄢亓支昝宓苌荆茹殳"
    "郜逄阚湛裘厉凤贝禹伏茅危杭井富乌巴弓隗班仰暴祖束幸赖屠闻莘贡扶堵雍濮寿扈燕冀浦习容慎戈庾弘禄沃越隆那权盖谯伯赏代但修候仝晋"
)
COMPOUND = (
    "欧阳", "司马", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "令狐", "司徒", "端木", "东方", "南宫",
)  # fmt: skip
_TITLED = re.compile(
    r"([一-鿿·]{1,4}?)(?:总|经理|主任|工程师|工|师傅|师|总监|部长|站长|店长|主管|专员|老师|老板|哥|姐|叔|队长|队)"
)
_AFFECTIONATE = re.compile(r"[小老阿大][一-鿿]{1,2}")
_FOREIGN = re.compile(r"[A-Za-z][A-Za-z.'· ]{1,30}")
_FARTHER = re.compile("[一-鿿]{2,8}·[一-鿿·]{2,10}")
_SAID = re.compile(
    "^[见已待未无转给自再另请等由]|同上|备注|客户|用户|分公司|大区|公司|中心|办事处|部门?$|[科组室班队站店厂]$|电话|微信|领导$|本人|业务员|销售$|服务$|售后|配件|"
    "处理|跟进|联系|安排|协商|解决|完成|取消|拒绝|关闭|暂停|时间|方便|高兴|明天|今天|下周|多次|全部|多人|路上|"
    "(?:处理|跟进|联系|沟通|办理|进行|考虑|洽谈|等待|协调)中|[了的过着吗呢啊。，、！？；：]$|不|是否|没有"
)
"""What stands in a column of persons and is none."""


@lru_cache(maxsize=16_384)
def is_person(text: str) -> bool:
    """Whether a text is the name of somebody: 李铁柱, 欧阳先生, 王总, 小刘, 老马师傅, Tom."""
    if not text or len(text) > 30 or re.search(r"\d", text):
        return False
    if _FOREIGN.fullmatch(text) or _FARTHER.fullmatch(text):
        return True
    plain = re.sub(r"(?:先生|女士|小姐|同志)$", "", text)
    if _AFFECTIONATE.fullmatch(plain):
        return True
    titled = _TITLED.fullmatch(plain)
    if titled and (_is_surname(titled[1]) or _AFFECTIONATE.fullmatch(titled[1])):
        return True
    if _SAID.search(plain):
        return False
    names = (plain, titled[1]) if titled else (plain,)
    return any(_is_surname(name) or is_full_name(name) for name in names)


def _is_surname(text: str) -> bool:
    return text in SURNAMES or text in COMPOUND


def is_full_name(text: str) -> bool:
    """Whether a text is a surname with one or two characters after it."""
    if re.fullmatch("[一-鿿·]{2,4}", text) is None:
        return False
    return (len(text) < 4 and text[0] in SURNAMES) or (len(text) in (3, 4) and text.startswith(COMPOUND))


def someone(text: str, known: Collection[str]) -> bool:
    """The same, for a column of persons some of whom are known."""
    return text in known or is_person(text)
