"""Which shop a pasted text points at, in every form in which people paste it."""

import string
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from branch.platforms.rules.opaque_links import LINK_HOSTS
from branch.platforms.rules.recognition import Refusal, ShopAddress, Unrecognised, as_registered, recognise

SAME_SHOP = [
    (
        "taobao:shop:123456",
        [
            "https://shop123456.taobao.com",
            "http://shop123456.taobao.com/",
            "shop123456.taobao.com",
            "SHOP123456.TAOBAO.COM",
            "https://shop123456.m.taobao.com/?spm=a1z10.1-c.0.0&tracelog=x",
            "https://shop123456.world.taobao.com/category-1.htm",
            "https://shop123456.taobao.com/search.htm?search=y&keyword=%B9%F0",
            "https://shop.m.taobao.com/shop/shop_index.htm?shop_id=123456&spm=a2141",
            "https://market.m.taobao.com/?shop_id=123456",
            "https://market.m.taobao.com/app/tb-source-app/shop/index.html?shopId=123456&utm_source=qq",
            "https://h5.m.taobao.com/weapp/shop/view?shopId=123456",
            "https://shop.m.tmall.com/?shop_id=123456",
            "【淘宝】桂香苗圃 https://shop123456.taobao.com?from=share 点击链接,再选择浏览器打开",
            "店铺地址：shop123456.taobao.com，欢迎光临",
            "我的店shop123456.taobao.com",
            "https://shop123456.taobao.com快来看看吧",
            "（https://shop123456.taobao.com/）",
            "https://shop123456.taobao.com。谢谢",
            "ｓｈｏｐ１２３４５６．taobao．com",
            "shop123456。taobao。com",
            "HTTPS：//shop123456.taobao.com/",
            "//shop123456.taobao.com/",
            "https://shop123456.taobao.com:443/",
            "https://shop123456.taobao.com./",
            "https://shop\u200b123456.taobao.com/",
            "https://shop123456.taobao.com/ https://shop123456.m.taobao.com/",
            "复制https://shop123456.taobao.com/打开",
        ],
    ),
    (
        "taobao:seller:2207654321",
        [
            "https://market.m.taobao.com/x?userId=2207654321",
            "https://store.taobao.com/shop/view_shop.htm?user_number_id=2207654321",
        ],
    ),
    ("taobao:name:guihuamm", ["https://guihuamm.taobao.com", "guihuamm.m.taobao.com/shop"]),
    (
        "tmall:name:guixiang",
        [
            "https://guixiang.tmall.com/",
            "https://guixiang.m.tmall.com/?q=1",
            "guixiang.world.tmall.com",
            "guixiang.tmall.hk",
        ],
    ),
    (
        "jd:shop:1000012345",
        [
            "https://mall.jd.com/index-1000012345.html",
            "https://mall.jd.com/index-1000012345.html?from=pc&cu=true",
            "https://mall.jd.hk/index-1000012345.html",
            "https://shop.m.jd.com?shopId=1000012345",
            "https://shop.m.jd.com/shop/home?shopId=1000012345&utm_campaign=t_1",
            "【京东】https://shop.m.jd.com/?shopId=1000012345」",
        ],
    ),
    ("jd:name:guixiang", ["guixiang.jd.com", "https://guixiang.jd.com/?a=b"]),
    (
        "pinduoduo:mall:634521",
        [
            "https://mobile.yangkeduo.com/mall_page.html?mall_id=634521",
            "http://mobile.yangkeduo.com/mall_page.html?refer_page_name=login&mall_id=634521&_x_share_id=9",
            "https://mobile.pinduoduo.com/mall_page.html?mallId=634521",
            "https://mms.pinduoduo.com/home?mall_id=634521",
        ],
    ),
    (
        "douyin:shop:RkbQwLp",
        [
            "https://haohuo.jinritemai.com/views/shop/index?id=RkbQwLp",
            "https://haohuo.jinritemai.com/ecommerce/trade/shop?shop_id=RkbQwLp&origin=9",
        ],
    ),
    (
        "douyin:user:MS4wLjABAAAAabc",
        [
            "https://www.douyin.com/user/MS4wLjABAAAAabc?vid=1",
            "https://www.iesdouyin.com/share/user/MS4wLjABAAAAabc",
        ],
    ),
    (
        "1688:name:guihuamiaomu",
        ["https://guihuamiaomu.1688.com/", "guihuamiaomu.1688.com/page/contactinfo.htm"],
    ),
    (
        "1688:member:b2b-22076543211ab",
        [
            "https://m.1688.com/winport/b2b-22076543211ab.html",
            "https://winport.m.1688.com/page/index.html?memberId=b2b-22076543211ab&spm=1",
        ],
    ),
    (
        "weidian:shop:1718456",
        [
            "https://shop1718456.v.weidian.com/",
            "https://weidian.com/?userid=1718456&wfr=c",
            "https://weidian.com/s/1718456",
            "https://h5.weidian.com/decoration/shop/index.html?userid=1718456",
        ],
    ),
    ("youzan:shop:40123456", ["https://shop40123456.youzan.com/v2/feature/x", "shop40123456.m.youzan.com"]),
    ("wechat:store:abc12345", ["https://store.weixin.qq.com/shop/abc12345"]),
    (
        "website:guihua-nursery.example",
        [
            "https://www.guihua-nursery.example/",
            "guihua-nursery.example",
            "http://GUIHUA-nursery.example:80/index.html",
            "https://m.guihua-nursery.example/?utm_source=wx",
            "https://guihua-nursery.example./",
            "网站 https://guihua-nursery.example，长期有效",
        ],
    ),
    (
        "website:xn--1cs341bb3tmea.xn--fiqs8s",
        [
            "https://桂花苗圃.中国/",
            "桂花苗圃.中国",
            "桂花苗圃。中国",
            "https://xn--1cs341bb3tmea.xn--fiqs8s/index.php",
        ],
    ),
    ("website:guihua.example:8080", ["http://guihua.example:8080/"]),
    (
        "website:weibo.com/u/5012345678",
        [
            "https://weibo.com/u/5012345678?refer_flag=1",
            "weibo.com/u/5012345678/",
            "https://www.weibo.com/u/./x/../5012345678",
        ],
    ),
    ("short:mini-program/AbCdE123", ["#小程序://桂香苗圃/AbCdE123"]),
]


@pytest.mark.parametrize(("key", "text"), [(key, text) for key, texts in SAME_SHOP for text in texts])
def test_every_form_of_a_shops_address_gives_its_key(key, text):
    found = recognise(text)

    assert isinstance(found, ShopAddress), found
    assert found.keys == (key,)


@pytest.mark.parametrize(
    "text",
    [
        "https://shop123456.taobao.com.evil.example/",
        "https://evil.example/shop123456.taobao.com",
        "https://evil.example/?u=https://shop123456.taobao.com",
        "https://evil.example/#shop123456.taobao.com",
        "https://evil.example\\@shop123456.taobao.com/",
        "https://shop123456.taobao.com@evil.example/",
        "https://user:shop123456@evil.example/",
        "https://shop123456.taobao.com:8443/",
        "https://shop123456.tаobao.com/",
        "https://shop123456.taoba0.com/",
        "https://shop123456.taobao.com。evil.example/",
        "https://shop123456.taobao.com快来.evil.example/",
        "https://shop123456.taobao.com。中国",
        "https://shop123456.taobao.com-evil.example",
        "https://shop123456-taobao.com",
        "https://shop123456taobao.com",
        "https://ashop123456.taobao.com",
        "https://shop123456.evil.taobao.com",
        "https://shop0123456.taobao.com",
        "https://shop1234567.taobao.com",
        "https://item.taobao.com/item.htm?id=9&shop_id=123456",
        "https://h5.m.taobao.com/awp/core/detail.htm?id=9&shopId=123456",
        "https://market.m.taobao.com/x?itemId=9&shopId=123456",
        "https://shop.m.taobao.com/?shop_id=654321&shop_id=123456",
        "https://shop.m.taobao.com/?shop_id=654321&shopId=123456",
        "https://s.taobao.com/search?shopId=123456",
        "https://shop.m.taobao.com/?shop_id=١٢٣٤٥٦",
        "https://shop123456.taobao.com https://evil.example",
        "taobao://shop123456.taobao.com",
        "javascript:location='//shop123456.taobao.com'",
    ],
)
def test_what_only_looks_like_a_shop_is_not_taken_for_it(text):
    found = recognise(text)

    assert not isinstance(found, ShopAddress) or found.keys != ("taobao:shop:123456",)


@pytest.mark.parametrize(
    ("text", "imitated"),
    [
        ("https://shop1.tаobao.com", "taobao.com"),
        ("https://taoba0.com/shop", "taobao.com"),
        ("https://shop123.taobao.com.evil.example", "taobao.com"),
        ("https://taobao-shop.example", "taobao.com"),
        ("https://mall.jd.com.evil.example", "jd.com"),
        ("https://guihua.1688.com.evil.example", "1688.com"),
        ("https://guihua.example", None),
    ],
)
def test_a_host_made_to_look_like_a_platform_is_named(text, imitated):
    found = recognise(text)

    assert found.imitates == imitated


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", Refusal.NO_ADDRESS),
        ("桂香苗圃", Refusal.NO_ADDRESS),
        ("secretary@guihua.example", Refusal.NO_ADDRESS),
        ("8.5 公分", Refusal.NO_ADDRESS),
        ("http://localhost/", Refusal.NO_ADDRESS),
        ("http://127.0.0.1/", Refusal.NO_ADDRESS),
        ("https://-bad-.example..com", Refusal.NO_ADDRESS),
        ("https://item.taobao.com/item.htm?id=1", Refusal.PRODUCT_PAGE),
        ("https://detail.tmall.com/item.htm?id=1", Refusal.PRODUCT_PAGE),
        ("https://item.jd.com/100.html", Refusal.PRODUCT_PAGE),
        ("https://mobile.yangkeduo.com/goods.html?goods_id=1&mall_id=634521", Refusal.PRODUCT_PAGE),
        ("https://detail.1688.com/offer/1.html", Refusal.PRODUCT_PAGE),
        ("https://haohuo.jinritemai.com/views/product/item2?id=3", Refusal.PRODUCT_PAGE),
        ("https://weidian.com/item.html?itemID=4&userid=1718456", Refusal.PRODUCT_PAGE),
        ("https://myseller.taobao.com/home.htm", Refusal.BACK_OFFICE),
        ("https://mms.pinduoduo.com/home", Refusal.BACK_OFFICE),
        ("https://fxg.jinritemai.com/", Refusal.BACK_OFFICE),
        ("https://www.taobao.com/", Refusal.NOT_A_SHOP),
        ("https://m.tb.cn/", Refusal.SHORT_LINK),
        ("https://mall.jd.com/", Refusal.NOT_A_SHOP),
        ("https://www.1688.com", Refusal.NOT_A_SHOP),
        ("https://shop.m.taobao.com/?shop_id=1234&shopId=5678", Refusal.AMBIGUOUS),
        ("https://shop1.example@evil.example/", Refusal.DISGUISED),
        ("shop123.taobao.com shop456.taobao.com", Refusal.SEVERAL),
    ],
)
def test_a_text_that_names_no_shop_says_why(text, reason):
    found = recognise(text)

    assert isinstance(found, Unrecognised), found
    assert found.reason == reason


# One row a host of a platform's short, shared or promotion links; what stands behind it never matters.
LINKS = [
    "s.click.taobao.com/t?e=m%3D2%26s%3Dabc", "s.click.taobao.com/kgV8Xku", "uland.taobao.com/coupon/edetail?e=x",
    "https://uland.taobao.com/", "m.tb.cn/h.5abcDEF?tk=Xyz1", "https://e.tb.cn/h.TBabc", "tb.cn/abc",
    "ai.taobao.com/search/index.htm?pid=mm_1", "click.mz.simba.taobao.com/rd?w=1", "temai.taobao.com/event.php?pid=1",
    "https://s.click.tmall.com/t?e=1", "click.tmall.com/x",
    "union-click.jd.com/jdc?e=&p=AyIGZRhb", "u.jd.com/AbC123", "k.youshop10.com/AbC123", "https://3.cn/abc", "re.jd.com/cps/item/1.html",
    "jingfen.jd.com/detail/x.html", "coupon.m.jd.com/coupons/show.action?key=1", "a.b.u.jd.com/x",
    "p.pinduoduo.com/AbCdE", "file-link.pinduoduo.com/x", "p.yangkeduo.com/abc", "jinbao.pinduoduo.com/",
    "https://v.douyin.com/iJabc/", "z.douyin.com/AbC", "vt.douyin.com/x", "buyin.jinritemai.com/x",
    "qr.1688.com/s/abc", "https://u.1688.com/abc", "cps.1688.com/x", "dj.1688.com/ci_bb?a=1",
    "k.weidian.com/abc", "w.url.cn/s/abc", "https://mp.weixinbridge.com/mp/wapredirect?url=x",
    "v.kuaishou.com/abc", "v.m.chenzhongtech.com/fw/photo/1", "xhslink.com/a/b", "t.cn/A6abc", "dwz.cn/x", "bit.ly/x",
    "S.CLICK.TAOBAO.COM/t", "s.click.taobao.com./t", "https://s.click.taobao.com:443/t", "ｓ．ｃｌｉｃｋ．ｔａｏｂａｏ．ｃｏｍ/t",
    "【淘宝】https://m.tb.cn/h.5abcDEF?tk=Xyz1 CZ0001 「桂香苗圃」",
]  # fmt: skip


@pytest.mark.parametrize("text", LINKS)
def test_a_short_or_promotion_link_names_no_shop_and_cannot_be_registered(text):
    for found in (recognise(text), as_registered(text)):
        assert isinstance(found, Unrecognised), found
        assert found.reason is Refusal.SHORT_LINK


@pytest.mark.parametrize("platform", list(LINK_HOSTS))
def test_every_host_of_the_table_and_all_below_it_serves_links(platform):
    for host in LINK_HOSTS[platform]:
        for form in (f"https://{host}/a/b?c=d", f"www.{host}", f"https://x.{host}/", f"{host.upper()}./x"):
            assert recognise(form).reason is Refusal.SHORT_LINK, form
        assert recognise(f"https://{host}.evil.example/").keys[0].startswith("website:")
        assert not isinstance(recognise(f"https://shop123456.taobao.com/?spm={host}"), Unrecognised)


# What is on a platform and yet no shop's: searches, products, front pages, other ports, the platform's own hosts.
NOBODYS = [
    "https://www.taobao.com/", "taobao.com", "https://s.taobao.com/search?q=%E6%A1%82%E8%8A%B1", "m.taobao.com/#index",
    "https://item.taobao.com/item.htm?id=1", "https://detail.m.tmall.com/item.htm?id=1&shop_id=123456",
    "https://www.tmall.com/?user_id=1", "https://list.tmall.com/search_product.htm?q=x", "https://www.jd.com",
    "https://search.jd.com/Search?keyword=x", "https://item.m.jd.com/product/1.html", "https://mall.jd.com/view/1.html",
    "https://mobile.yangkeduo.com/", "https://mobile.yangkeduo.com/goods2.html?goods_id=1&mall_id=634521",
    "https://mobile.yangkeduo.com/duo_coupon_landing.html?goods_id=1&pid=2", "https://www.douyin.com/video/123",
    "https://www.douyin.com/search/x", "https://haohuo.jinritemai.com/ecommerce/trade/detail/index.html?id=1",
    "https://s.1688.com/selloffer/offer_search.htm?keywords=x", "https://detail.1688.com/offer/1.html?memberId=b2b-1",
    "https://weidian.com/", "https://store.weixin.qq.com/", "https://shop123456.taobao.com:8443/",
    "https://h5.jd.com/x", "https://app.1688.com/", "https://go.tmall.com/x", "https://union.1688.com/x",
    "https://redirect.jd.com/?to=mall.jd.com/index-1000012345.html", "https://q.taobao.com/shop123456",
]  # fmt: skip


@pytest.mark.parametrize("text", NOBODYS)
def test_a_page_of_a_platform_that_is_no_shops_names_none(text):
    for found in (recognise(text), as_registered(text)):
        assert isinstance(found, Unrecognised), found


@pytest.mark.parametrize(
    "text",
    [
        "https://guihua.example/go?url=https://shop123456.taobao.com",
        "https://guihua.example/go?url=https%3A%2F%2Fevil.example%2F",
        "https://guihua.example/?target=//evil.example",
        "https://guihua.example/?redirect_uri=evil.example/x",
        "https://guihua.example/?u=https%253A%252F%252Fevil.example",
        "https://guihua.example/jump/https://evil.example/",
        "https://guihua.example/jump/https:/evil.example/",
        "https://shop123456.taobao.com/go.htm?redirectURL=https://evil.example",
        "https://link.example/?goto=weixin://dl/business",
    ],
)
def test_an_address_that_leads_on_to_another_is_not_judged_by_its_host(text):
    for found in (recognise(text), as_registered(text)):
        assert isinstance(found, Unrecognised), found
        assert found.reason is Refusal.LEADS_ON


@pytest.mark.parametrize(
    "text",
    [
        "https://guihua.example/?from=https://mp.weixin.qq.com/s/1",
        "https://guihua.example/?ref=https://www.baidu.com/link",
        "https://shop123456.taobao.com/?spm=a1z10.1-c&url=1",
        "https://guihua.example/?next=2",
    ],
)
def test_where_a_visitor_came_from_does_not_matter(text):
    assert isinstance(recognise(text), ShopAddress)


def test_a_link_with_two_numbers_keeps_both_so_that_both_must_be_known():
    found = recognise("https://shop.m.taobao.com/shop/shop_index.htm?user_id=2207654321&shop_id=123456")

    assert found.keys == ("taobao:shop:123456", "taobao:seller:2207654321")


def test_a_page_of_a_site_lies_in_every_folder_above_it_nearest_first():
    found = recognise("https://www.guihua.example/shop/osmanthus/page.html")

    assert found.keys == ("website:guihua.example/shop/osmanthus/page.html",)
    assert found.wider == (
        "website:guihua.example/shop/osmanthus",
        "website:guihua.example/shop",
        "website:guihua.example",
    )


def test_a_page_of_a_shared_site_never_lies_in_the_whole_site():
    assert recognise("https://weibo.com/u/1/home").wider == ("website:weibo.com/u/1", "website:weibo.com/u")


def test_dot_segments_do_not_lead_out_of_a_folder_unseen():
    found = recognise("https://weibo.com/u/501/%2e%2e/666")

    assert found.keys == ("website:weibo.com/u/666",)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://weibo.com/", Refusal.SHARED_SITE),
        ("https://b2b.example/shop.php?id=123", Refusal.QUERY_ADDRESS),
        ("https://item.taobao.com/item.htm?id=1", Refusal.PRODUCT_PAGE),
    ],
)
def test_an_address_that_covers_more_than_one_shop_cannot_be_registered(text, reason):
    found = as_registered(text)

    assert isinstance(found, Unrecognised)
    assert found.reason == reason


def test_a_site_with_tracking_behind_its_address_can_be_registered():
    assert isinstance(as_registered("https://guihua.example/?utm_source=wx&spm=1"), ShopAddress)


# --- properties -----------------------------------------------------------------------------------

chinese = st.text(alphabet="桂花苗圃欢迎光临店铺的我在这里看一下老板发货", max_size=12)
tracking = st.dictionaries(
    st.sampled_from(["spm", "utm_source", "from", "tracelog", "sprefer", "ut_sk", "suid_x"]),
    st.text(alphabet=string.ascii_letters + string.digits + ".-", max_size=8),
    max_size=4,
)
shop_numbers = st.integers(min_value=100, max_value=10**12)


@given(
    shop_numbers,
    chinese,
    chinese,
    tracking,
    st.booleans(),
    st.sampled_from(["", "http://", "https://", "HTTPS://"]),
)
def test_words_and_tracking_around_an_address_change_nothing(number, before, after, extra, mobile, scheme):
    host = f"shop{number}.{'m.' if mobile else ''}taobao.com"
    query = "&".join(f"{name}={quote(value)}" for name, value in extra.items())
    text = f"{before} {scheme}{host}/{'?' + query if query else ''} {after}"

    assert recognise(text).keys == (f"taobao:shop:{number}",)


@given(shop_numbers, shop_numbers)
def test_two_shops_never_share_a_key(one, other):
    keys = {recognise(f"shop{number}.taobao.com").keys for number in (one, other)}

    assert len(keys) == len({one, other})


hosts = st.from_regex(r"[a-z][a-z0-9]{0,8}(\.[a-z][a-z0-9]{0,8}){0,2}\.(example|com|cn)", fullmatch=True)


@given(
    shop_numbers,
    hosts,
    st.sampled_from(
        [
            "https://{shop}.{evil}/",
            "https://{evil}/{shop}",
            "https://{shop}@{evil}/",
            "https://{evil}\\@{shop}/",
            "https://{evil}?{shop}",
            "https://{evil}#@{shop}",
            "https://{shop}。{evil}",
        ]
    ),
)
def test_no_foreign_host_is_taken_for_a_platforms_shop(number, evil, shape):
    found = recognise(shape.format(shop=f"shop{number}.taobao.com", evil=evil))

    assert not isinstance(found, ShopAddress) or f"taobao:shop:{number}" not in found.keys


@given(st.text(max_size=300))
def test_any_text_at_all_gets_an_answer(text):
    found = recognise(text)

    assert isinstance(found, ShopAddress | Unrecognised)
    if isinstance(found, ShopAddress):
        assert all(0 < len(key) <= 200 for key in found.keys)


@given(st.text(alphabet=string.printable + "。．桂花:/@\\?#%&=.", max_size=60))
def test_what_is_shown_of_an_address_is_recognised_as_the_same_address(tail):
    found = recognise("https://shop-guihua.example/" + tail)

    if isinstance(found, ShopAddress) and not found.is_opaque and "%" not in found.shown:
        again = recognise("https://" + found.shown)
        assert isinstance(again, ShopAddress | Unrecognised)


@pytest.mark.parametrize("province", ["hb.cn", "hn.cn", "ah.cn", "sc.cn", "yn.cn", "com.cn"])
def test_a_name_right_below_an_open_suffix_is_somebody_s_own(province):
    assert recognise(f"https://m.{province}/").keys == (f"website:m.{province}",)
    assert recognise(f"https://m.gui.{province}/").keys == (f"website:gui.{province}",)
