"""Routing: who gets a demand, on the directory of the demo and on small ones made for a rule."""

from __future__ import annotations

import csv
from itertools import count

import pytest

from demandctl.core.routing import Branch, Candidate, Need, Routing, branch_of, is_accused, route
from demandctl.vocabulary import Role
from tests.support.cli import EXAMPLES

CONTACTS = EXAMPLES / "contacts.csv"


def listed(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split("、") if part)


def read_directory() -> list[Candidate]:
    with CONTACTS.open(encoding="utf-8-sig", newline="") as file:
        return [
            Candidate(
                number,
                row["姓名"],
                Role.parse(row["角色"]).value,
                row["分公司"],
                listed(row["负责区域"]),
                listed(row["产品线"]),
                listed(row["专长"]),
                row["是否领导"] == "是",
                row["电话"],
                row["在职"] == "是",
            )
            for number, row in enumerate(csv.DictReader(file), start=1)
        ]


DIRECTORY = read_directory()
IDS = {person.name: person.id for person in DIRECTORY}


def who(what: str, region: str = "", product: str = "", owner: str = "", accused: str = "") -> Routing:
    kind, _, subtype = what.partition(" ")
    return route(Need(kind, subtype or None, region, product, IDS.get(owner), accused), DIRECTORY)


def outcome(routing: Routing) -> tuple[list[str], str | None]:
    """The one who is clear, or all who are proposed; and the leader otherwise."""
    names = [p.name for p in routing.proposals]
    return (names[:1] if routing.clear else names), routing.leader and routing.leader.name


@pytest.mark.parametrize(
    ("what", "region", "product", "handler"),
    [
        ("opportunity new", "岳阳", "37米泵车", "向阳"),
        ("opportunity new", "长沙", "泵车", "彭振宇"),
        ("opportunity new", "长沙", "搅拌站", "龙小燕"),
        ("opportunity used", "湖北 蔡甸", "车载泵", "万鹏"),
        ("opportunity new", "恩施州利川", "搅拌车", "梅芳"),
        ("opportunity new", "邵阳", "搅拌车", "段志刚"),
        ("opportunity new", "赤峰", "挖掘机", "高俊"),
        ("inquiry rental", "赣州于都", "泵车", "钟小林"),
        ("inquiry resale", "贵阳", "泵车", "陆小曼"),
        ("opportunity parts", "湖北宜昌", "泵车", "夏雨荷"),
        ("opportunity parts", "永州", "", "胡秀英"),
        ("service repair", "郴州嘉禾", "泵车", "蒋卫东"),
        ("service repair", "湖南省郴州市嘉禾县珠泉镇", "泵车", "蒋卫东"),
        ("service repair", "益阳南县", "搅拌车", "陶进"),
        ("service repair", "湘乡", "泵车", "李铁柱"),
        ("service repair", "湘C", "泵车", "李铁柱"),
        ("service repair", "中牟", "泵车", "冯立军"),
        ("service repair", "豫A", "", "冯立军"),
        ("service repair", "鄂尔多斯工地", "起重机", "陈永贵"),
        ("service repair", "毕节威宁", "起重机", "吴昌荣"),
        ("service advice", "南昌市区", "泵车", "黄金水"),
        ("service return", "桂林全州", "起重机", "蓝天"),
        ("service", "驻马店", "泵车", "田野"),
        ("complaint service", "衡阳耒阳", "泵车", "罗海涛"),
    ],
)
def test_the_one_who_serves_the_place_and_the_product_is_clear(
    what: str, region: str, product: str, handler: str
) -> None:
    routing = who(what, region, product)
    assert routing.clear
    assert routing.proposals[0].name == handler


@pytest.mark.parametrize(
    ("region", "product", "first", "behind"),
    [
        ("长沙县", "", "彭振宇", "龙小燕"),  # 长沙县 is narrower than 长沙
        ("宁乡玉潭街道", "", "彭振宇", "龙小燕"),
    ],
)
def test_the_narrowest_region_comes_first_and_the_wider_one_behind(
    region: str, product: str, first: str, behind: str
) -> None:
    routing = who("opportunity new", region, product)
    assert routing.clear
    assert [p.name for p in routing.proposals] == [first, behind]
    assert "（最窄）" in routing.proposals[0].reasons[0]


def test_the_narrow_one_whose_lines_exclude_the_product_leaves_it_to_the_wider_one() -> None:
    assert outcome(who("opportunity new", "长沙县", "搅拌车")) == (["龙小燕"], "唐建明")


@pytest.mark.parametrize(
    ("what", "region", "product", "leader"),
    [
        ("service repair", "襄阳", "泵车", "余光辉"),  # 卢军 left
        ("service repair", "赤峰", "", "巴特尔"),  # 郑海龙 left
        ("opportunity new", "桂林", "起重机", "覃卫国"),  # 梁启华 left
        ("service repair", "商丘", "搅拌车", "郭新民"),  # nobody serves it
        ("opportunity new", "宜昌", "起重机", "余光辉"),  # nobody sells it there
        ("opportunity new", "豫", "泵车", "郭新民"),  # nobody sells in the whole province
    ],
)
def test_a_gap_goes_to_the_branch_leader(what: str, region: str, product: str, leader: str) -> None:
    assert outcome(who(what, region, product)) == ([], leader)


@pytest.mark.parametrize(
    ("what", "region", "tied", "leader"),
    [
        ("opportunity new", "长沙", ["彭振宇", "龙小燕"], "唐建明"),
        ("opportunity new", "湘潭", ["龙小燕", "易文彬"], "唐建明"),
        ("inquiry product", "长沙", ["黎志华", "邓少平"], "唐建明"),
    ],
)
def test_a_tie_is_not_clear_and_names_those_who_fit(what: str, region: str, tied: list[str], leader: str) -> None:
    routing = who(what, region)
    assert not routing.clear
    assert outcome(routing) == (tied, leader)


@pytest.mark.parametrize("region", ["朝阳区", "湘", "甘肃兰州", "缅甸"])
def test_a_place_that_nobody_serves_has_neither_handler_nor_leader(region: str) -> None:
    assert outcome(who("service repair", region, "泵车")) == ([], None)


@pytest.mark.parametrize(
    "what",
    [
        "opportunity erp",
        "inquiry policy",
        "inquiry industry",
        "inquiry recruiting",
        "inquiry other",
        "suggestion product",
        "complaint staff",
        "complaint",
    ],
)
def test_some_demands_are_the_leaders_own(what: str) -> None:
    assert outcome(who(what, "宜昌")) == (["余光辉"], "余光辉")


@pytest.mark.parametrize(
    ("what", "region", "expert", "why"),
    [
        ("inquiry product", "郴州", "黎志华", "湘南分公司的专家"),
        ("inquiry product", "九江", "邓少平", "江西分公司的专家"),
        ("complaint product", "南昌", "邓少平", "江西分公司的专家"),
        ("inquiry finance", "武汉", "熊伟", "湖北分公司的专家"),
        ("inquiry finance", "郴州", "熊伟", "本分公司无此专家，来自湖北分公司"),
        ("inquiry legal", "桂林", "曾丽", "本分公司无此专家，来自长沙分公司"),
        ("inquiry legal", "", "曾丽", "法务专家"),
    ],
)
def test_the_expert_of_the_branch_answers_else_the_only_one_there_is(
    what: str, region: str, expert: str, why: str
) -> None:
    routing = who(what, region)
    assert routing.clear
    assert routing.proposals[0].name == expert
    assert routing.proposals[0].reasons[0] == why


def test_experts_of_other_fields_are_never_proposed() -> None:
    named = {p.name for what in ("inquiry product", "inquiry legal", "inquiry finance") for p in who(what).proposals}
    assert named == {"黎志华", "邓少平", "曾丽", "熊伟"}


def test_the_customers_own_owner_comes_before_everybody() -> None:
    routing = who("opportunity new", "长沙", "搅拌车", owner="石磊")
    assert routing.clear
    assert [p.name for p in routing.proposals] == ["石磊", "龙小燕"]
    assert "客户的专属对接人" in routing.proposals[0].reasons
    assert outcome(who("opportunity new", "甘肃兰州", owner="石磊")) == (["石磊"], None)


@pytest.mark.parametrize(
    ("what", "region", "owner", "handler"),
    [
        ("opportunity new", "襄阳", "卢军", "柯晓东"),  # left
        ("service repair", "岳阳", "向阳", "陶进"),  # a salesman does not repair
        ("opportunity parts", "长沙", "周志强", "谢晓梅"),  # a serviceman only where there is nobody for parts
    ],
)
def test_an_owner_who_left_or_has_another_role_is_passed_over(what: str, region: str, owner: str, handler: str) -> None:
    assert who(what, region, owner=owner).proposals[0].name == handler


@pytest.mark.parametrize("accused", ["程大伟", "你们的程大伟态度很差", "那个程师傅", "姓程的"])
def test_the_person_complained_of_never_gets_the_complaint(accused: str) -> None:
    assert outcome(who("complaint service", "武汉", accused=accused)) == ([], "余光辉")
    assert outcome(who("complaint staff", "武汉", accused=accused)) == (["余光辉"], "余光辉")
    assert outcome(who("complaint service", "武汉", owner="程大伟", accused=accused)) == ([], "余光辉")


def test_a_complaint_about_the_leader_does_not_go_to_the_leader() -> None:
    assert outcome(who("complaint staff", "武汉", accused="余光辉")) == ([], None)


def test_without_a_region_only_a_single_fitting_person_is_clear() -> None:
    assert who("inquiry finance").clear
    assert not who("opportunity new").clear
    assert outcome(who("opportunity new", product="挖掘机")) == (["高俊"], None)
    assert not who("suggestion").clear
    assert len(who("suggestion").leaders) == 8


def test_a_product_that_the_directory_does_not_know_excludes_nobody() -> None:
    assert outcome(who("service repair", "南昌", "摊铺机")) == (["黄金水"], "涂志勇")


@pytest.mark.parametrize("product", ["37米泵车", "混凝土泵车 SY5330", "天泵", " 泵车 "])
def test_a_product_is_recognised_as_people_write_it(product: str) -> None:
    assert outcome(who("opportunity new", "岳阳", product)) == (["向阳"], "唐建明")


def test_two_places_of_one_person_are_clear_and_of_two_are_not() -> None:
    assert outcome(who("opportunity new", "岳阳、益阳", "泵车"))[0] == ["向阳"]
    assert outcome(who("opportunity new", "长沙、株洲", "泵车")) == (["彭振宇", "易文彬"], "唐建明")


def test_every_proposal_says_why() -> None:
    assert who("opportunity new", "岳阳", "37米泵车").proposals[0].reasons == ("负责岳阳", "产品线含泵车", "角色：销售")
    assert who("opportunity erp", "岳阳").proposals[0].reasons == ("分管领导", "负责岳阳")


def test_specialists_and_outsiders_are_never_proposed_unasked() -> None:
    shown = [p for what in ("inquiry legal", "inquiry rental", "service") for p in who(what, "湖南").proposals]
    assert not {p.role for p in shown} & {Role.SPECIALIST, Role.EXTERNAL}


@pytest.mark.parametrize(
    ("what", "region", "outsider"),
    [
        ("inquiry legal", "湖北", "秦律师"),
        ("inquiry finance", "", "融通资本 艾经理"),
        ("inquiry rental", "郑州", "宏运租赁 苗总"),
        ("inquiry industry", "南昌", "顺达物流老方"),
    ],
)
def test_outside_help_is_chosen_by_what_it_is_for(what: str, region: str, outsider: str) -> None:
    kind, _, subtype = what.partition(" ")
    routing = route(Need(kind, subtype, region, ""), DIRECTORY, external=True)
    assert routing.clear
    assert routing.proposals[0].name == outsider
    assert {p.role for p in routing.proposals} == {Role.EXTERNAL}


def test_an_expert_of_the_field_can_be_asked_about_any_demand() -> None:
    routing = route(Need("service", "repair", "长沙", ""), DIRECTORY, expert=True)
    assert routing.clear
    assert [p.name for p in routing.proposals] == ["邹国平", "顾晓峰"]


def by_region(region: str, directory: list[Candidate]) -> Branch:
    return branch_of(None, None, region, "", directory)


def test_the_branch_of_a_region_is_its_leaders() -> None:
    assert by_region("湖南湘潭", DIRECTORY) == ("长沙分公司", IDS["唐建明"])
    assert by_region("衡阳祁东", DIRECTORY) == ("湘南分公司", IDS["欧阳勇"])
    assert by_region("湘", DIRECTORY) == ("", None)
    assert by_region("", DIRECTORY) == ("", None)
    assert by_region("蔡甸", DIRECTORY)[1] == IDS["余光辉"]


def test_a_demand_that_is_nowhere_is_of_its_groups_branch() -> None:
    assert branch_of(None, None, "", "湘南分公司", DIRECTORY) == ("湘南分公司", IDS["欧阳勇"])
    assert branch_of(None, None, "湖南湘潭", "湘南分公司", DIRECTORY).name == "长沙分公司"


# Small directories, each made for a rule.

NUMBERS = count(1000)


def person(name: str, role: str, branch: str, regions: str = "", products: str = "", skills: str = "") -> Candidate:
    mark, active = role.endswith("*"), not role.startswith("-")
    made = listed(regions), listed(products), listed(skills)
    return Candidate(next(NUMBERS), name, role.strip("*-"), branch, *made, mark, "", active)


def asked(directory: list[Candidate], what: str, region: str, product: str = "") -> tuple[list[str], str | None]:
    kind, _, subtype = what.partition(" ")
    return outcome(route(Need(kind, subtype or None, region, product), directory))


BOTH_CHAOYANG = [
    person("京领", "leader", "北京分公司", "北京"),
    person("京服", "service", "北京分公司", "朝阳区、海淀区"),
    person("吉领", "leader", "吉林分公司", "吉林"),
    person("长服", "service", "吉林分公司", "长春、朝阳区"),
    person("吉服", "service", "吉林分公司", "吉林、四平"),
]


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        ("朝阳区", (["京服", "长服"], None)),
        ("朝阳", (["京服", "长服"], None)),
        ("北京朝阳", (["京服"], "京领")),
        ("长春朝阳区", (["长服"], "吉领")),
        ("吉林市", (["吉服"], "吉领")),
        ("吉A88888", (["长服"], "吉领")),
    ],
)
def test_a_bare_name_served_in_two_places_is_not_clear_without_its_city(
    region: str, expected: tuple[list[str], str | None]
) -> None:
    assert asked(BOTH_CHAOYANG, "service repair", region) == expected


def test_a_bare_name_counts_when_the_directory_serves_just_one_of_its_places() -> None:
    assert asked(BOTH_CHAOYANG[:2], "service repair", "朝阳区") == (["京服"], "京领")
    assert asked(BOTH_CHAOYANG[:2], "service repair", "长春朝阳区") == ([], None)


def test_regions_nest_from_the_province_to_the_district_in_any_writing() -> None:
    directory = [
        person("粤领", "leader", "广东分公司", "广东省"),
        person("粤服", "service", "广东分公司", "粤"),
        person("深服", "service", "广东分公司", "粤B"),
        person("南山服", "service", "广东分公司", "深圳市南山区"),
    ]
    assert asked(directory, "service", "广东深圳南山区科技园") == (["南山服"], "粤领")
    assert asked(directory, "service", "深圳福田") == (["深服"], "粤领")
    assert asked(directory, "service", "东莞") == (["粤服"], "粤领")


def test_a_region_of_a_list_means_what_its_neighbours_say() -> None:
    directory = [
        person("琼服", "service", "海南分公司", "海口、儋州、三亚"),
        person("青服", "service", "青海分公司", "西宁、海东、海南"),
        person("喀服", "service", "新疆分公司", "喀什、和田"),
        person("渝服", "service", "重庆分公司", "渝北、江北"),
    ]
    assert asked(directory, "service", "青海共和县")[0] == ["青服"]
    assert asked(directory, "service", "海南儋州")[0] == ["琼服"]
    assert asked(directory, "service", "喀什莎车")[0] == ["喀服"]
    assert asked(directory, "service", "重庆市渝北区")[0] == ["渝服"]
    assert asked(directory, "service", "宁波江北")[0] == []


def test_an_unknown_zone_is_served_only_by_name() -> None:
    directory = [person("区服", "service", "长沙分公司", "长沙经开区"), person("市服", "service", "长沙分公司", "长沙")]
    assert asked(directory, "service", "长沙经开区")[0] == ["区服"]
    assert asked(directory, "service", "长沙岳麓")[0] == ["市服"]


def test_a_leader_without_regions_covers_those_of_the_branch() -> None:
    directory = [
        person("甘领", "leader", "西北分公司"),
        person("甘服", "-service", "西北分公司", "兰州、天水"),
        person("甘配", "parts", "西北分公司"),
        person("陕领", "leader", "陕西分公司"),
        person("陕售", "sales", "陕西分公司", "西安"),
    ]
    assert asked(directory, "service", "天水") == ([], "甘领")
    assert asked(directory, "opportunity parts", "兰州") == (["甘配"], "甘领")
    assert asked(directory, "opportunity new", "西安") == (["陕售"], "陕领")
    assert asked(directory, "opportunity new", "宝鸡") == ([], "陕领")  # the branch is named after its province


def test_the_mark_makes_a_leader_of_any_role_and_keeps_the_role() -> None:
    directory = [person("皖经理", "sales*", "安徽分公司", "合肥"), person("皖总", "leader", "安徽分公司", "安徽")]
    assert asked(directory, "opportunity erp", "合肥肥西") == (["皖经理"], "皖经理")
    assert asked(directory, "opportunity erp", "芜湖") == (["皖总"], "皖总")
    assert asked(directory, "opportunity new", "合肥") == (["皖经理"], "皖经理")


def test_leaders_who_fit_equally_are_all_named() -> None:
    directory = [person("甲", "leader", "东区", "合肥"), person("乙", "leader", "西区", "合肥市")]
    routing = route(Need("opportunity", "erp", "合肥", ""), directory)
    assert not routing.clear
    assert routing.leader is None
    assert [p.name for p in routing.leaders] == ["甲", "乙"]
    assert by_region("合肥", directory) == ("", None)


def test_parts_go_to_service_where_nobody_is_for_parts() -> None:
    directory = [person("川服", "service", "四川分公司", "成都"), person("川配", "-parts", "四川分公司", "四川")]
    assert asked(directory, "opportunity parts", "成都双流")[0] == ["川服"]


def test_a_line_that_names_the_product_comes_before_one_that_takes_all() -> None:
    directory = [
        person("专", "sales", "四川分公司", "成都", "泵车"),
        person("全", "sales", "四川分公司", "成都"),
        person("窄", "sales", "四川分公司", "双流", "起重机"),
    ]
    assert asked(directory, "opportunity new", "成都", "泵车")[0] == ["专"]
    assert asked(directory, "opportunity new", "成都", "吊车")[0] == ["全"]
    assert asked(directory, "opportunity new", "成都双流", "25吨汽车吊")[0] == ["窄"]
    assert asked(directory, "opportunity new", "成都")[0] == ["专", "全"]


def test_who_serves_the_narrower_region_comes_before_whose_line_names_the_product() -> None:
    directory = [person("专", "sales", "四川分公司", "四川", "泵车"), person("近", "sales", "四川分公司", "双流")]
    assert asked(directory, "opportunity new", "成都双流", "泵车")[0] == ["近"]
    assert asked(directory, "opportunity new", "绵阳", "泵车")[0] == ["专"]


def test_the_only_one_there_is_not_clear_where_nobodys_lines_hold_the_product() -> None:
    routing = route(Need("opportunity", "new", "成都", "起重机"), [person("泵", "sales", "四川分公司", "成都", "泵车")])
    assert [p.name for p in routing.proposals] == ["泵"]
    assert "产品线不含起重机" in routing.proposals[0].reasons
    assert not routing.clear


def test_a_policy_expert_is_asked_before_the_leader() -> None:
    directory = [person("领", "leader", "四川分公司", "四川"), person("策", "expert", "四川分公司", skills="政策")]
    assert asked(directory, "inquiry policy", "成都") == (["策"], "领")


def test_skills_may_be_written_as_values_or_inside_longer_words() -> None:
    directory = [
        person("甲", "expert", "四川分公司", skills="legal"),
        person("乙", "expert", "四川分公司", skills="金融租赁"),
    ]
    assert asked(directory, "inquiry legal", "")[0] == ["甲"]
    assert asked(directory, "inquiry finance", "")[0] == ["乙"]


def test_a_leader_of_one_reading_of_a_place_is_not_the_one_leader() -> None:
    without_jilin = [someone for someone in BOTH_CHAOYANG if someone.name != "吉领"]
    assert asked(without_jilin, "service repair", "朝阳区") == (["京服", "长服"], None)


def test_a_bare_region_means_what_the_colleagues_of_the_branch_serve() -> None:
    directory = [person("甲", "service", "一部", "朝阳区"), person("乙", "sales", "一部", "海淀")]
    assert asked(directory, "service", "北京朝阳区")[0] == ["甲"]
    assert asked(directory, "service", "长春朝阳区")[0] == []


def test_a_branch_named_after_a_part_of_a_province_serves_no_place_by_its_name() -> None:
    directory = [person("南领", "leader", "湘南分公司")]
    assert asked(directory, "opportunity erp", "湖南益阳南县") == ([], None)


def test_an_outsider_is_known_by_his_name_where_no_skill_is_written() -> None:
    directory = [person("大发物流", "external", ""), person("宏运租赁", "external", "")]
    routing = route(Need("inquiry", "rental", "", ""), directory, external=True)
    assert (routing.clear, routing.proposals[0].name) == (True, "宏运租赁")


def test_parts_are_asked_of_the_expert_for_service() -> None:
    directory = [person("产", "expert", "", skills="产品"), person("后", "expert", "", skills="售后")]
    routing = route(Need("opportunity", "parts", "", ""), directory, expert=True)
    assert [p.name for p in routing.proposals] == ["后"]


@pytest.mark.parametrize(("words", "accused"), [("姓欧阳的那个师傅", True), ("欧师傅没来", False), ("姓欧的", False)])
def test_a_surname_of_two_characters_is_not_taken_for_one_of_one(words: str, accused: bool) -> None:
    assert is_accused(person("欧阳勇", "service", ""), words) is accused
