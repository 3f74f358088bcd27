"""People on their way in: sign-ins, second factors, invitations, applicants; licences, shops and members of the town."""

from playwright.sync_api import Page
from sqlalchemy import select

from branch import api as branch
from branch.growers.service.membership import Application, apply_to_join
from branch.licences.models.tables import Licence
from branch.organisation.models.tables import Membership
from branch.organisation.queries.tree import get_unit
from branch.organisation.service import invitations
from branch.storefronts.models.tables import Storefront, StorefrontAddress
from core.accounts.rules.identity import parse_identity
from core.clock import now
from core.database import session, transaction
from tests.browser.town import DOMAIN, PASSWORD, account_of, grower1, open_account
from tests.factories.licences import make_licence, make_storefront


def _enter(page: Page, name: str) -> None:
    page.fill("main input[name=email]", f"{name}@{DOMAIN}")
    page.fill("main input[name=password]", PASSWORD)
    page.click("main form button[type=submit]")


def wrong_password(page: Page) -> None:
    page.fill("main input[name=email]", f"buyer@{DOMAIN}")
    page.fill("main input[name=password]", "not the password")
    page.click("main form button[type=submit]")
    page.wait_for_selector(".banner--bad, .field--wrong")


def sign_up_in_haste(page: Page) -> None:
    page.fill("#identity", "nobody")
    page.fill("#password", "123")
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    page.click("main form button[type=submit]")
    page.wait_for_selector(".field--wrong")


def ask_for_recovery(page: Page) -> None:
    page.fill("main input[name=identity]", f"buyer@{DOMAIN}")
    with page.expect_navigation():
        page.click("main form button[type=submit]")


def ask_for_a_code(page: Page) -> None:
    page.fill("main input[name=identity]", "139 0013 9000")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/account/code/**")


def asked_for_second_factor(page: Page) -> None:
    _enter(page, "careful")
    page.wait_for_url("**/account/second-factor/code**")


def without_the_phone(page: Page) -> None:
    asked_for_second_factor(page)
    page.goto("/account/recovery-code")


def without_anything(page: Page) -> None:
    asked_for_second_factor(page)
    page.goto("/account/second-factor/help")


def show_the_second_factor(page: Page) -> None:
    page.click("main button[value=authenticator]")
    page.wait_for_selector("img.qr")


def reset_link() -> str:
    from flask_security.recoverable import generate_reset_password_token

    return f"/account/recover/{generate_reset_password_token(account_of('buyer'))}"


def invitation() -> str:
    """The buyer is invited to work for the branch."""
    return _invited(f"buyer@{DOMAIN}")


def invitation_for_another() -> str:
    """The buyer has a link that was sent to somebody else."""
    return _invited("+8613800138999")


def _invited(contact: str) -> str:
    identity = parse_identity(contact)
    assert identity is not None
    with transaction():
        token = invitations.invite_to_unit(
            identity,
            branch.Role.TECHNICIAN,
            get_unit("guihua-osmanthus"),
            by_account_id=account_of("secretary").id,
            reason="下村指导（演示）",
            at=now(),
        )
    return f"/invitation/{token}"


def invitation_of_grower() -> str:
    identity = parse_identity(f"buyer@{DOMAIN}")
    assert identity is not None
    with transaction():
        token = invitations.invite_to_grower(
            identity, grower1().id, by_account_id=account_of("grower1").id, at=now()
        )
    return f"/grower/join/{token}"


def grower_at_the_branch() -> str:
    return f"/branch/growers/{grower1().slug}"


def applicant() -> str:
    """Somebody who wants to join."""
    with transaction():
        account_id = open_account("applicant", "星野", demo=True, at=now())
        found = apply_to_join(
            Application(
                name="星野苗圃（演示）",
                contact_name="星野",
                phone="+8613900139000",
                unit_id=grower1().unit_id,
                about="山脚下十亩地，育桂花苗十二年。",
            ),
            account_id=account_id,
            at=now(),
        )
    return f"/branch/growers/{found.slug}"


def licence_at_the_branch() -> str:
    found = select(Licence.number).where(Licence.grower_id == grower1().id).order_by(Licence.id).limit(1)
    return f"/branch/licences/{session.scalars(found).one()}"


def licence_asked_for() -> str:
    """A licence that waits for the branch's decision."""
    with transaction():
        return f"/branch/licences/{make_licence(state='applied').number}"


def licence_in_public() -> str:
    return licence_at_the_branch().replace("/branch/", "/registry/")


def storefront_at_the_branch() -> str:
    with transaction():
        return f"/branch/storefronts/{make_storefront(grower1(), state='proposed').public_id}"


def check_of_a_shop() -> str:
    """The public answer about a shop that is authorised."""
    found = (
        select(StorefrontAddress.given)
        .join(Storefront, Storefront.id == StorefrontAddress.storefront_id)
        .where(Storefront.state == "authorised")
    )
    return f"/registry/check?url={session.scalars(found.limit(1)).one()}"


def take_a_role() -> str:
    found = select(Membership.id).where(Membership.account_id == account_of("technician").id)
    return f"/branch/members/{session.scalars(found.limit(1)).one()}/take"


def token_in_haste(page: Page) -> None:
    page.fill("#name", "秤")
    page.evaluate("document.querySelectorAll('form').forEach(form => { form.noValidate = true })")
    page.click("main form.form button[type=submit]")
    page.wait_for_selector(".field--wrong")


def make_token(page: Page) -> None:
    page.fill("#name", "秤")
    page.check("input[name=scopes][value='epcis.capture']")
    page.click("main form.form button[type=submit]")
    page.wait_for_selector(".code-box")
