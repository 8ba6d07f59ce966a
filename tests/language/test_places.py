"""Places: every way to name one leads to the same division, and ordinary words lead to none."""

from __future__ import annotations

import pytest

from demandctl import DATA
from demandctl.language import places
from demandctl.language.places import contains, find, narrowness, path, recognise, region


def names(text: str) -> list[str]:
    return [path(place) for place in find(text)]


def believed(text: str) -> list[tuple[str, str]]:
    return [(m.text, m.places[0].name) for m in recognise(text) if m.confidence >= places.POSSIBLE]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("湖南湘潭", "湖南省湘潭市"),
        ("湖南省郴州市嘉禾县珠泉镇", "湖南省郴州市嘉禾县"),
        ("武汉蔡甸", "湖北省武汉市蔡甸区"),
        ("湖北 蔡甸", "湖北省武汉市蔡甸区"),
        ("湘乡", "湖南省湘潭市湘乡市"),
        ("益阳南县", "湖南省益阳市南县"),
        ("中牟", "河南省郑州市中牟县"),
        ("广东/深圳/南山区", "广东省深圳市南山区"),
        ("新疆喀什", "新疆维吾尔自治区喀什地区"),
        ("海南儋州", "海南省儋州市"),
        ("望城（长沙）", "湖南省长沙市望城区"),
        ("内蒙古鄂尔多斯准格尔旗", "内蒙古自治区鄂尔多斯市准格尔旗"),
        ("吉林长春", "吉林省长春市"),
        ("牡丹江西安区", "黑龙江省牡丹江市西安区"),
        ("济源", "河南省济源市"),
    ],
)
def test_of_nested_names_the_narrowest_counts(text: str, place: str) -> None:
    assert names(text) == [place]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("湘", "湖南省"),
        ("粤", "广东省"),
        ("内蒙", "内蒙古自治区"),
        ("广西", "广西壮族自治区"),
        ("恩施", "湖北省恩施土家族苗族自治州"),
        ("恩施州", "湖北省恩施土家族苗族自治州"),
        ("恩施市", "湖北省恩施土家族苗族自治州恩施市"),
        ("黔南", "贵州省黔南布依族苗族自治州"),
        ("湘西", "湖南省湘西土家族苗族自治州"),
        ("大理", "云南省大理白族自治州"),
        ("威宁", "贵州省毕节市威宁彝族回族苗族自治县"),
        ("威宁县", "贵州省毕节市威宁彝族回族苗族自治县"),
        ("全州", "广西壮族自治区桂林市全州县"),
        ("伊旗", "内蒙古自治区鄂尔多斯市伊金霍洛旗"),
        ("浦东", "上海市浦东新区"),
    ],
)
def test_a_short_name_is_as_good_as_the_full_one(text: str, place: str) -> None:
    assert names(text) == [place]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("豫A", "河南省郑州市"),
        ("穗", "广东省广州市"),
        ("豫ａ", "河南省郑州市"),
        ("湘C12345", "湖南省湘潭市"),
        ("苏U", "江苏省苏州市"),
        ("鄂Q", "湖北省恩施土家族苗族自治州"),
        ("粤X", "广东省佛山市顺德区"),
        ("沪C", "上海市"),
        ("渝F·D1234", "重庆市"),
    ],
)
def test_a_plate_letter_names_its_city(text: str, place: str) -> None:
    assert names(text) == [place]


@pytest.mark.parametrize("letter", "ABCDE")
def test_every_province_has_its_plate_letters(letter: str) -> None:
    # Where a province has no such letter (宁F, 琼C), the plate still tells the province.
    for province in "冀晋蒙辽吉黑苏浙皖闽赣鲁豫鄂湘粤桂琼川贵云藏陕甘青宁新京津沪渝":
        assert len(find(province + letter)) == 1


def test_a_county_that_is_named_like_its_city_needs_its_suffix() -> None:
    assert names("长沙县") == ["湖南省长沙市长沙县"]
    assert names("长沙") == ["湖南省长沙市"]
    assert names("湘潭县") == ["湖南省湘潭市湘潭县"]
    assert names("大理市") == ["云南省大理白族自治州大理市"]


def test_a_name_of_several_places_gives_them_all() -> None:
    assert names("朝阳区") == ["北京市朝阳区", "吉林省长春市朝阳区"]
    assert set(names("朝阳")) == {"北京市朝阳区", "吉林省长春市朝阳区", "辽宁省朝阳市"}
    assert names("吉林") == ["吉林省", "吉林省吉林市"]
    assert len(find("鼓楼区")) == 4


def test_a_parent_tells_places_of_one_name_apart() -> None:
    assert names("北京朝阳") == ["北京市朝阳区"]
    assert names("长春市朝阳区") == ["吉林省长春市朝阳区"]
    assert names("辽宁朝阳") == ["辽宁省朝阳市"]
    assert names("青海海南") == ["青海省海南藏族自治州"]
    assert names("海南三亚") == ["海南省三亚市"]


def test_a_well_known_city_is_not_mistaken_for_a_district_far_away() -> None:
    assert names("西安") == ["陕西省西安市"]
    assert names("河北") == ["河北省"]
    assert names("大同") == ["山西省大同市"]


@pytest.mark.parametrize(
    ("text", "place", "rest"),
    [
        ("长沙经开区", "湖南省长沙市", "经开区"),
        ("郑州高新区", "河南省郑州市", "高新区"),
        ("东莞虎门镇", "广东省东莞市", "镇"),
        ("鄂尔多斯工地", "内蒙古自治区鄂尔多斯市", ""),
        ("南昌市区", "江西省南昌市", ""),
        ("青岛市香港中路", "山东省青岛市", "香港中路"),
        ("长沙韶山路", "湖南省长沙市", "韶山路"),
        ("湘南", "湖南省", "南"),
    ],
)
def test_an_unknown_part_falls_back_to_the_known_one(text: str, place: str, rest: str) -> None:
    assert names(text) == [place]
    assert region(text).rest == rest


def test_places_side_by_side_are_all_meant() -> None:
    assert names("长沙、株洲") == ["湖南省长沙市", "湖南省株洲市"]
    assert names("湘鄂") == ["湖南省", "湖北省"]


def test_names_of_yesterday_are_still_understood() -> None:
    assert names("襄樊") == ["湖北省襄阳市"]
    assert names("望城县") == ["湖南省长沙市望城区"]
    assert names("重庆渝北") == ["重庆市两江新区渝北区"]
    assert contains("两江新区", "渝北")
    assert names("上海南汇") == ["上海市浦东新区南汇区"]


@pytest.mark.parametrize("text", ["", "缅甸", "工地", "新建搅拌站", "中山西路", "大理石", "A", "安全", "3号线"])
def test_what_is_no_place_of_the_table_gives_none(text: str) -> None:
    assert find(text) == []


@pytest.mark.parametrize(
    ("outer", "inner", "level"),
    [
        ("湖南", "湘潭", 1),
        ("湘", "湖南湘潭湘乡", 1),
        ("湖南省", "长沙市", 1),
        ("长沙", "长沙县", 2),
        ("长沙县", "湖南省长沙市长沙县江背镇", 3),
        ("豫A", "中牟", 2),
        ("吉林", "吉林市", 2),
        ("全国", "北京", 0),
        ("长沙经开区", "湖南长沙经开区", 3),
        ("湖北除武汉外", "宜昌", 1),
        ("仰光", "缅甸仰光", 5),
    ],
)
def test_a_region_contains_a_place_at_its_own_level(outer: str, inner: str, level: int) -> None:
    assert contains(outer, inner)
    assert narrowness(outer, inner) == level


@pytest.mark.parametrize(
    ("outer", "inner"),
    [
        ("长沙县", "长沙"),
        ("湘潭", "湖南"),
        ("湖南", "湖北"),
        ("长沙经开区", "长沙"),
        ("湖北除武汉外", "武汉蔡甸"),
        ("市区", "南昌市区"),
        ("", "长沙"),
        ("长沙", ""),
    ],
)
def test_a_region_does_not_contain_what_lies_outside_or_around_it(outer: str, inner: str) -> None:
    assert not contains(outer, inner)


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("我是湖南湘潭的客户，37米泵车坏了", [("湖南湘潭", "湘潭市")]),
        ("从江西过来要两天", [("江西", "江西省")]),
        ("到湖北京山", [("湖北京山", "京山市")]),
        ("从长沙发到株洲", [("长沙", "长沙市"), ("株洲", "株洲市")]),
        ("客户：王总\n湖南 郴州 嘉禾县", [("湖南 郴州 嘉禾县", "嘉禾县")]),
        ("长沙县江背镇有个工地", [("长沙县", "长沙县")]),
        ("豫A12345这台泵车", [("豫A", "郑州市")]),
        ("在湖南山区施工", [("湖南", "湖南省")]),
        ("开封这边要一台泵车", [("开封", "开封市")]),
        ("武冈要一台", [("武冈", "武冈市")]),
    ],
)
def test_places_are_found_inside_a_sentence(sentence: str, found: list[tuple[str, str]]) -> None:
    assert believed(sentence) == found


@pytest.mark.parametrize(
    "sentence",
    [
        "安全第一，平安到家",
        "新建的搅拌站",
        "和县里谈过",
        "设备开封使用前先检查",
        "东风底盘，福田底盘",
        "在和平路那边",
        "通道打开了",
        "资源合作，前进",
        "李长安师傅",
        "大理石厂",
        "湘菜馆",
        "城区和郊区",
        "来宾请坐",
    ],
)
def test_ordinary_words_are_not_believed_to_be_places(sentence: str) -> None:
    assert believed(sentence) == []


def test_confidence_falls_from_full_names_to_words() -> None:
    sure = [recognise(text)[0].confidence for text in ("湘潭县", "湘潭", "醴陵客户", "醴陵", "和平")]
    assert sure == [places.CERTAIN, places.KNOWN, places.LIKELY, places.POSSIBLE, places.UNLIKELY]


def every_division() -> list[places.Place]:
    """The divisions of the table, each read back by its name: a bare name may stand for several."""
    lines = (DATA / "divisions.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t")[:2] for line in lines if line[0] not in "#~"]
    return [place for code, name in rows for place in places.region(name).readings if place.code == code]


def test_every_division_is_found_by_its_own_full_name() -> None:
    divisions = every_division()
    assert len(divisions) > 3200
    for place in divisions:
        assert place in find(path(place)), path(place)


def test_every_division_lies_in_a_province_by_a_chain_of_wider_ones() -> None:
    for place in every_division():
        province = places.ancestor(place, places.PROVINCE)
        assert province is not None
        assert place.code[:2] == province.code[:2]
