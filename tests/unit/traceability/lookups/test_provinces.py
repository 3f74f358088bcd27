"""Provinces, and the file that tells them."""

import pytest

from core.networks import neighbourhood_of as network_of
from core.settings import SettingError, Settings
from shop.freight.rules.addresses import provinces
from tests.factories.address_database import record, write_database
from traceability.lookups.rules.provinces import PROVINCES, distance_km, province_named
from traceability.lookups.service import address_database
from traceability.lookups.service.visitors import visitor_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ZJ", "浙江省"),
        ("CN-ZJ", "浙江省"),
        ("浙江", "浙江省"),
        ("浙江省", "浙江省"),
        ("Zhejiang", "浙江省"),
        ("内蒙古", "内蒙古自治区"),
        ("广西", "广西壮族自治区"),
        ("北京", "北京市"),
        ("Bavaria", None),
        ("", None),
        (None, None),
    ],
)
def test_a_province_is_known_by_any_of_its_names(text, name):
    assert province_named(text) == name


def test_names_are_those_that_orders_use():
    assert [one.name_zh for one in PROVINCES] == [one.name for one in provinces()]


def test_distances_are_those_of_a_map():
    assert 500 < distance_km("湖北省", "浙江省") < 600
    assert 3000 < distance_km("黑龙江省", "新疆维吾尔自治区") < 3200
    assert distance_km("湖北省", "湖北省") == 0
    assert distance_km("湖北省", "nowhere") == 0


@pytest.fixture
def installed(app, tmp_path):
    """An application that knows where two networks are."""
    path = write_database(
        tmp_path / "places.mmdb",
        {
            "203.0.113.0/24": record("ZJ", "浙江"),
            "198.51.100.0/25": record("", "湖北"),
            "192.0.2.0/24": record("BY", "巴伐利亚", country="DE"),
            "2001:db8:1::/48": record("GD"),
            "192.88.99.0/24": record("", "", country="HK"),
        },
    )
    reader = address_database.open_database(path)
    app.extensions["address_database"] = reader
    yield
    app.extensions["address_database"] = None
    reader.close()


@pytest.mark.parametrize(
    ("address", "province"),
    [
        ("203.0.113.9", "浙江省"),
        ("198.51.100.7", "湖北省"),
        ("198.51.100.200", None),
        ("192.0.2.1", None),
        ("192.88.99.5", "香港特别行政区"),
        ("2001:db8:1:2::3", "广东省"),
        ("not an address", None),
    ],
)
def test_an_installed_file_tells_the_province_and_nothing_more(session, installed, address, province):
    assert visitor_of(address, "phone").province == province


def test_without_a_file_nobody_guesses(session):
    assert visitor_of("203.0.113.9", "phone").province is None


def test_a_file_that_is_none_stops_the_start_and_is_named(app, tmp_path):
    wrong = tmp_path / "wrong.mmdb"
    wrong.write_bytes(b"not a database")
    for path in (wrong, tmp_path / "missing.mmdb"):
        with pytest.raises(SettingError, match="ADDRESS_DATABASE"):
            address_database.init_app(app, Settings(_env_file=None, address_database=path))


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("::ffff:203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("unknown", "unknown"),
    ],
)
def test_a_network_is_a_24_or_a_48(address, network):
    assert network_of(address) == network


def test_a_phone_that_leaves_its_wireless_network_has_the_same_agent(session):
    wechat = "Mozilla/5.0 MicroMessenger/8.0.49 NetType/{} Language/zh_CN"
    home = visitor_of("203.0.113.9", wechat.format("WIFI"))
    away = visitor_of("198.51.100.7", wechat.format("4G"))
    assert home.agent == away.agent
    assert {home.device, home.address, home.network}.isdisjoint({away.device, away.address, away.network})
