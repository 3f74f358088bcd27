"""Outside shops from proposal to end, and the check of an address."""

import pytest
from sqlalchemy import select, update

from branch.api import Scope, UrlStatus, check_url, get_storefront, storefronts_of
from branch.licences.service import decisions as licences
from branch.storefronts.models.tables import StorefrontAddress
from branch.storefronts.queries.register import addresses_of, changes_of, get_storefront_file
from branch.storefronts.queries.unusable_addresses import unjudged_addresses
from branch.storefronts.service import decisions as service
from branch.storefronts.states import StorefrontState, StorefrontStep, after, steps_from
from core.database import session as db_session
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
        "https://guihuamm.m.taobao.com/shop",
        "https://market.m.taobao.com/app/shop?userId=2207654321",
    ],
)
def test_an_authorised_shop_is_known_in_every_form(session, at, grower, pasted):
    with transaction():
        storefront = make_storefront(grower, address=SHOP, at=at)
        service.add_address(storefront.public_id, "https://guihuamm.taobao.com", at=at)
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
        ("proposed", ("not_authorised", "not_in_register")),
        ("refused", None),
        ("suspended", ("suspended", "storefront_suspended")),
        ("ended", ("not_authorised", "not_in_register")),
    ],
)
def test_a_shop_in_another_state_is_not_authorised(session, at, grower, state, answer):
    with transaction():
        if state == "refused":
            storefront = make_storefront(grower, address=SHOP, state="proposed", at=at)
            service.decide(storefront.public_id, StorefrontStep.REFUSE, reason="x", by_account_id=None, at=at)
        else:
            make_storefront(grower, address=SHOP, state=state, at=at)

    assert check(SHOP, at) == (answer or ("not_authorised", "not_in_register"))


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
    ("text", "status", "reason"),
    [
        ("https://shop999999.taobao.com", "not_authorised", "not_in_register"),
        ("https://shop123456.taobao.com.evil.example", "not_authorised", "not_in_register"),
        ("https://unknown.example/shop", "not_authorised", "not_in_register"),
        ("https://weibo.com/u/502", "not_authorised", "not_in_register"),
        ("https://m.tb.cn/h.other", "unknown", "short_link"),
        ("https://s.click.taobao.com/t?e=1", "unknown", "short_link"),
        ("#小程序://桂香苗圃/AbCdE123", "unknown", "short_link"),
        ("https://item.taobao.com/item.htm?id=1", "unknown", "product_page"),
        ("https://www.xiaohongshu.com/explore/64ab", "unknown", "product_page"),
        ("https://weibo.com/", "unknown", "shared_site"),
        ("https://www.taobao.com/", "unknown", "not_a_shop"),
        ("https://shop123456.taobao.com@evil.example", "unknown", "disguised"),
        ("https://x@shop123456.taobao.com/", "unknown", "disguised"),
        ("https://evil.example/?url=https://shop123456.taobao.com", "unknown", "leads_on"),
        ("https://shop.m.taobao.com/?shop_id=123456&userId=999", "unknown", "not_fully_known"),
        ("桂香苗圃", "unknown", "no_address"),
    ],
)
def test_only_an_address_that_names_one_shop_is_said_not_to_be_authorised(
    session, at, grower, text, status, reason
):
    with transaction():
        make_storefront(grower, address=SHOP, at=at)

    assert check(text, at) == (status, reason)


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
    assert check("https://weibo.com/u/502", at) == ("not_authorised", "not_in_register")
    assert check("https://weibo.com/", at) == ("unknown", "shared_site")


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


@pytest.mark.parametrize(
    "link", ["https://s.click.taobao.com/t?e=1", "https://m.tb.cn/h.5abc", "https://u.jd.com/x"]
)
def test_a_promotion_link_is_refused_with_what_to_give_instead(session, at, grower, link):
    mark = make_mark(at=at)
    with transaction(), pytest.raises(Invalid, match="粘贴店铺自己的地址") as refused:
        service.propose_storefront(grower.id, mark.id, address=link, shop_name="x", by_account_id=None, at=at)
    assert refused.value.code == "short_link"
    assert ("taobao.com" in str(refused.value)) == ("jd" not in link)


@pytest.fixture
def of_old(session, at, grower):
    """A shop that was registered by a promotion link when that was possible, and one with an address of its own besides."""
    with transaction():
        shops = [make_storefront(grower, state="proposed", at=at) for _ in range(2)]
        for shop, main in zip(shops, (True, False), strict=True):
            link = "https://s.click.taobao.com/t?e=1" if main else "https://m.tb.cn/h.5abc"
            if main:
                db_session.execute(
                    update(StorefrontAddress)
                    .where(StorefrontAddress.storefront_id == shop.id)
                    .values(key="short:s.click.taobao.com/t", given=link, shown="s.click.taobao.com/t")
                )
            else:
                db_session.add(
                    StorefrontAddress(
                        storefront_id=shop.id, key="short:m.tb.cn/h.5abc", given=link, shown="m.tb.cn/h.5abc",
                        main=False, live=False, added_at=at,
                    )
                )  # fmt: skip
    return shops


@pytest.mark.both
def test_links_of_old_are_found_told_and_never_made_to_answer(of_old, app, at, grower):
    found = unjudged_addresses()
    assert [(one.public_id, one.address, one.alone) for one in found] == [
        (of_old[0].public_id, "s.click.taobao.com/t", True),
        (of_old[1].public_id, "m.tb.cn/h.5abc", False),
    ]
    with pytest.raises(Conflict) as refused, transaction():
        service.decide(of_old[0].public_id, StorefrontStep.AUTHORISE, by_account_id=None, at=at)
    assert refused.value.code == "address_unjudged"
    with transaction():
        service.decide(of_old[1].public_id, StorefrontStep.AUTHORISE, by_account_id=None, at=at)
    live = db_session.scalars(select(StorefrontAddress.key).where(StorefrontAddress.live.is_(True))).all()
    assert all(not key.startswith("short:") for key in live)
    assert len(live) == 1
    db_session.rollback()
    said = app.test_cli_runner().invoke(args=["storefronts", "check", "--tell"])
    assert said.exit_code == 1
    assert "s.click.taobao.com/t  (its only address)" in said.output
    assert "2 addresses name no shop" in said.output


@pytest.mark.both
def test_the_grower_adds_addresses_only_until_the_branch_has_decided(session, at, grower):
    with transaction():
        proposed = make_storefront(grower, address=SHOP, state="proposed", at=at)
        service.add_address(proposed.public_id, "https://shop222222.taobao.com", at=at, grower_id=grower.id)
        service.add_address(proposed.public_id, "https://shop222222.taobao.com", at=at, grower_id=grower.id)
        service.decide(proposed.public_id, StorefrontStep.AUTHORISE, by_account_id=None, at=at)
    with pytest.raises(Conflict), transaction():
        service.add_address(proposed.public_id, "https://shop333333.taobao.com", at=at, grower_id=grower.id)

    assert [one.shown for one in addresses_of(get_storefront_file(proposed.public_id).id)] == [
        "shop123456.taobao.com",
        "shop222222.taobao.com",
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
