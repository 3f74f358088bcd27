"""Outside shops from proposal to end, and the check of an address."""

import pytest

from branch.api import Scope, UrlStatus, check_url, get_storefront, storefronts_of
from branch.licences import service as licences
from branch.storefronts import service
from branch.storefronts.addresses import Platform
from branch.storefronts.queries import addresses_of, changes_of, get_storefront_file
from branch.storefronts.states import StorefrontState, StorefrontStep, after, steps_from
from core.database import transaction
from core.errors import Conflict, Forbidden, Invalid, NotFound
from tests.factories.accounts import make_account
from tests.factories.licences import make_licence, make_mark, make_storefront
from tests.factories.organisation import make_grower, make_membership

SHOP = "https://shop123456.taobao.com"


@pytest.fixture
def grower(session, at):
    with transaction():
        grower = make_grower(at=at)
        make_licence(grower, at=at)
        return grower


def check(url, at):
    answer = check_url(url, at=at)
    return str(answer.status), str(answer.reason)


@pytest.mark.parametrize(
    "pasted",
    [
        SHOP,
        "shop123456.taobao.com",
        "https://shop123456.m.taobao.com/?spm=a1z",
        "https://shop.m.taobao.com/shop/shop_index.htm?shop_id=123456",
        "【淘宝】https://shop123456.taobao.com 桂香苗圃，点击打开",
        "我的店shop123456.taobao.com欢迎",
        "https://m.tb.cn/h.5abcDEF?tk=x",
        "https://market.m.taobao.com/app/shop?userId=2207654321",
    ],
)
def test_an_authorised_shop_is_known_in_every_form(session, at, grower, pasted):
    with transaction():
        storefront = make_storefront(grower, address=SHOP, at=at)
        service.add_address(storefront.public_id, "https://m.tb.cn/h.5abcDEF", at=at)
        service.add_address(storefront.public_id, "https://market.m.taobao.com/?userId=2207654321", at=at)

    answer = check_url(pasted, at=at)

    assert answer.status is UrlStatus.AUTHORISED
    assert answer.storefront.public_id == storefront.public_id
    assert answer.licence.is_valid


def test_the_check_needs_two_statements(session, at, grower, count_statements):
    with transaction():
        make_storefront(grower, address=SHOP, at=at)
    session.rollback()
    with count_statements() as seen:
        check_url(SHOP, at=at)

    assert len(seen) <= 2


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("proposed", ("not_authorised", "unknown")),
        ("refused", None),
        ("suspended", ("suspended", "storefront_suspended")),
        ("ended", ("not_authorised", "unknown")),
    ],
)
def test_a_shop_in_another_state_is_not_authorised(session, at, grower, state, answer):
    with transaction():
        if state == "refused":
            storefront = make_storefront(grower, address=SHOP, state="proposed", at=at)
            service.decide(storefront.public_id, StorefrontStep.REFUSE, reason="x", by_account_id=None, at=at)
        else:
            make_storefront(grower, address=SHOP, state=state, at=at)

    assert check(SHOP, at) == (answer or ("not_authorised", "unknown"))


@pytest.mark.parametrize(
    ("state", "answer"),
    [
        ("suspended", ("suspended", "licence_suspended")),
        ("withdrawn", ("not_authorised", "licence_withdrawn")),
        ("applied", ("not_authorised", "licence_applied")),
    ],
)
def test_a_shop_is_worth_no_more_than_its_licence(session, at, state, answer):
    with transaction():
        grower = make_grower(at=at)
        make_licence(grower, state=state, at=at)
        make_storefront(grower, address=SHOP, at=at)

    assert check(SHOP, at) == answer


def test_a_suspension_shows_at_the_next_check(session, at, grower):
    with transaction():
        make_storefront(grower, address=SHOP, at=at)
        licence = check_url(SHOP, at=at).licence
    assert check(SHOP, at) == ("authorised", "ok")
    with transaction():
        licences.suspend(licence.number, reason="x", by_account_id=None, at=at)

    assert check(SHOP, at) == ("suspended", "licence_suspended")


def test_a_licence_that_leaves_the_platform_out_does_not_cover_the_shop(session, at):
    with transaction():
        grower = make_grower(at=at)
        make_licence(grower, scope=Scope(channels=("shop", "jd")), at=at)
        make_storefront(grower, address=SHOP, at=at)

    assert check(SHOP, at) == ("not_authorised", "channel_outside_scope")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("https://shop999999.taobao.com", "unknown"),
        ("https://m.tb.cn/h.other", "short_link"),
        ("https://item.taobao.com/item.htm?id=1", "product_page"),
        ("https://shop123456.taobao.com.evil.example", "unknown"),
        ("https://shop.m.taobao.com/?shop_id=123456&userId=999", "not_fully_known"),
        ("桂香苗圃", "no_address"),
    ],
)
def test_what_is_not_known_says_why(session, at, grower, text, reason):
    with transaction():
        make_storefront(grower, address=SHOP, at=at)

    assert check(text, at) == ("not_authorised", reason)


def test_a_look_alike_is_named(session, at, grower):
    with transaction():
        make_storefront(grower, address=SHOP, at=at)

    assert check_url("https://shop123456.taobao.com.evil.example", at=at).imitates == "taobao.com"


def test_a_site_covers_its_pages_but_a_folder_of_a_shared_site_covers_only_itself(session, at, grower):
    with transaction():
        make_storefront(grower, address="https://www.guihua.example/", at=at)
        make_storefront(grower, address="https://weibo.com/u/501", at=at)

    assert check("http://guihua.example/seedlings/dangui.html?x=1", at) == ("authorised", "ok")
    assert check("https://weibo.com/u/501/home", at) == ("authorised", "ok")
    assert check("https://weibo.com/u/502", at) == ("not_authorised", "unknown")
    assert check("https://weibo.com/", at) == ("not_authorised", "unknown")


def test_the_nearest_folder_answers(session, at, grower):
    with transaction():
        other = make_grower(at=at)
        make_licence(other, at=at)
        make_storefront(grower, address="https://mall.example/", at=at)
        inner = make_storefront(other, address="https://mall.example/stores/7", at=at)

    assert check_url("https://mall.example/stores/7/a", at=at).storefront.public_id == inner.public_id


def test_one_address_belongs_to_one_shop(session, at, grower):
    with transaction():
        make_storefront(grower, address=SHOP, shop_name="桂香苗圃", at=at)
        other = make_grower(at=at)
        mark = make_mark()
    with pytest.raises(Conflict) as refused, transaction():
        service.propose_storefront(
            other.id, mark.id, address="shop123456.m.taobao.com", shop_name="x", by_account_id=None, at=at
        )

    assert refused.value.code == "address_taken"


def test_a_proposal_blocks_nobody_and_only_one_of_two_is_authorised(session, at, grower):
    with transaction():
        squatter = make_grower(at=at)
        first = make_storefront(squatter, address=SHOP, state="proposed", at=at)
        make_storefront(grower, address=SHOP, at=at)
    with pytest.raises(Conflict), transaction():
        service.decide(first.public_id, StorefrontStep.AUTHORISE, by_account_id=None, at=at)

    assert check_url(SHOP, at=at).storefront.grower_id == grower.id


def test_an_ended_shop_frees_its_address(session, at, grower):
    with transaction():
        make_storefront(grower, address=SHOP, state="ended", at=at)
        other = make_grower(at=at)
        make_licence(other, at=at)
        make_storefront(other, address=SHOP, at=at)

    assert check_url(SHOP, at=at).storefront.grower_id == other.id


def test_an_address_that_names_no_shop_is_refused_with_the_reason(session, at, grower):
    with transaction():
        mark = make_mark()
    with pytest.raises(Invalid) as refused, transaction():
        service.propose_storefront(
            grower.id, mark.id, address="https://weibo.com", shop_name="x", by_account_id=None, at=at
        )

    assert refused.value.code == "shared_site"


def test_a_short_link_takes_the_platform_that_the_grower_says(session, at, grower):
    with transaction():
        storefront = make_storefront(grower, address="https://t.cn/A6abc", platform=Platform.TAOBAO, at=at)

    assert storefront.platform == "taobao"
    assert check("t.cn/A6abc", at) == ("authorised", "ok")


@pytest.mark.both
def test_the_grower_adds_addresses_only_until_the_branch_has_decided(session, at, grower):
    with transaction():
        proposed = make_storefront(grower, address=SHOP, state="proposed", at=at)
        service.add_address(proposed.public_id, "https://m.tb.cn/h.1234", at=at, grower_id=grower.id)
        service.add_address(proposed.public_id, "https://m.tb.cn/h.1234", at=at, grower_id=grower.id)
        service.decide(proposed.public_id, StorefrontStep.AUTHORISE, by_account_id=None, at=at)
    with pytest.raises(Conflict), transaction():
        service.add_address(proposed.public_id, "https://m.tb.cn/h.5678", at=at, grower_id=grower.id)

    assert [one.shown for one in addresses_of(get_storefront_file(proposed.public_id).id)] == [
        "shop123456.taobao.com",
        "m.tb.cn/h.1234",
    ]


def test_nobody_touches_anothers_shop(session, at, grower):
    with transaction():
        storefront = make_storefront(grower, address=SHOP, at=at)
        other = make_grower(at=at)
        account = make_account(at=at)
        make_membership(account.id, "secretary", "guihua-tea", at)
        stranger = account.id
    with pytest.raises(NotFound), transaction():
        service.take_back(storefront.public_id, grower_id=other.id, by_account_id=stranger, at=at)
    with pytest.raises(Forbidden), transaction():
        service.decide(storefront.public_id, StorefrontStep.END, by_account_id=stranger, at=at)

    assert get_storefront(storefront.public_id).state == "authorised"


@pytest.mark.both
def test_every_step_is_kept(session, at, grower):
    with transaction():
        storefront = make_storefront(grower, address=SHOP, state="suspended", at=at)
        service.decide(storefront.public_id, StorefrontStep.REINSTATE, by_account_id=None, at=at)

    steps = [change.step for change in changes_of(get_storefront_file(storefront.public_id).id)]
    assert steps == ["propose", "authorise", "suspend", "reinstate"]
    assert [one.state for one in storefronts_of(grower.id)] == ["authorised"]


def test_suspending_needs_a_reason(session, at, grower):
    with transaction():
        storefront = make_storefront(grower, address=SHOP, at=at)
    with pytest.raises(Invalid), transaction():
        service.decide(storefront.public_id, StorefrontStep.SUSPEND, reason=" ", by_account_id=None, at=at)


@pytest.mark.parametrize("state", [StorefrontState.REFUSED, StorefrontState.ENDED])
def test_nothing_follows_an_end(state):
    assert steps_from(state) == []
    assert after(state, StorefrontStep.AUTHORISE) is None
