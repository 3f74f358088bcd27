import pytest
from hypothesis import given
from hypothesis import strategies as st

from shop.freight.rules.addresses import (
    UnknownPlaceError,
    cities,
    districts,
    find_province,
    province_name,
    provinces,
    resolve,
    short_name,
)


def test_there_are_34_provinces():
    assert len(provinces()) == 34


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("湖北省", "湖北省"),
        ("湖北", "湖北省"),
        ("420000", "湖北省"),
        (" 广西 ", "广西壮族自治区"),
        ("内蒙古", "内蒙古自治区"),
        ("北京", "北京市"),
        ("香港", "香港特别行政区"),
    ],
)
def test_a_province_is_found_by_name_short_name_or_code(typed, name):
    found = find_province(typed)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("typed", ["", "湖", "Atlantis", "421200", "省"])
def test_what_is_no_province_is_not_found(typed):
    assert find_province(typed) is None


@pytest.mark.parametrize(
    ("typed", "code", "city"),
    [
        (("湖北省", "咸宁市", "咸安区"), "421202", "咸宁市"),
        (("湖北", "咸宁", "咸安"), "421202", "咸宁市"),
        (("浙江省", "杭州市", "西湖区"), "330106", "杭州市"),
        (("北京市", "北京市", "朝阳区"), "110105", "北京市"),
        (("北京市", "市辖区", "朝阳区"), "110105", "北京市"),
        (("重庆", "", "渝中区"), "500103", "重庆市"),
        (("湖北省", "仙桃市", "仙桃市"), "429004", "仙桃市"),
        (("湖北省", "仙桃市", ""), "429004", "仙桃市"),
        (("湖北省", "省直辖县级行政区划", "仙桃市"), "429004", "仙桃市"),
        (("广东省", "东莞市", "东莞市"), "441900", "东莞市"),
        (("广东省", "东莞市", "长安镇"), "441900", "东莞市"),
    ],
)
def test_an_address_is_resolved_where_the_three_levels_are_uneven(typed, code, city):
    place = resolve(*typed)
    assert place.district.code == code
    assert place.city.name == city


@pytest.mark.parametrize(
    ("typed", "field", "choice"),
    [
        (("火星", "咸宁市", "咸安区"), "province", "湖北省"),
        (("湖北省", "杭州市", "西湖区"), "city", "咸宁市"),
        (("湖北省", "咸宁市", "西湖区"), "district", "咸安区"),
        (("北京市", "北京市", "咸安区"), "district", "朝阳区"),
    ],
)
def test_the_first_wrong_part_is_named_with_what_would_be_right(typed, field, choice):
    with pytest.raises(UnknownPlaceError) as caught:
        resolve(*typed)
    assert caught.value.field == field
    assert choice in caught.value.choices


@given(st.data())
def test_every_listed_place_resolves_to_itself(data):
    province = data.draw(st.sampled_from(provinces()))
    city = data.draw(st.sampled_from(cities(province.code)))
    district = data.draw(st.sampled_from(districts(city.code)))
    place = resolve(province.name, city.name, district.name)
    assert (place.province, place.city, place.district) == (province, city, district)


def test_an_unknown_code_is_shown_as_it_is():
    assert province_name("420000") == "湖北省"
    assert province_name("990000") == "990000"


def test_names_are_shortened_for_rows_of_many():
    assert short_name("新疆维吾尔自治区") == "新疆"
