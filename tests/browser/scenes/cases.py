"""Counterfeit cases of the town that is looked at: one that waits, one proposed, one confirmed."""

from itertools import count

from core.clock import now
from core.database import transaction
from tests.browser.town import account_of
from tests.factories.pictures import picture
from traceability.cases.rules.evidence import Evidence
from traceability.cases.service import decisions
from traceability.cases.service import reporting as intake
from traceability.cases.service.opening import add_evidence

LIST = "/branch/reports-of-fakes"
SHOP = "https://shop36912.taobao.com"


_numbers = count(1)


def _reported() -> str:
    number = next(_numbers)  # a shop and a reporter of their own, so that each is a case of its own
    report = intake.Report(
        what="买了十株朱砂丹桂，到货叶片窄长，与标签照片不符；卖家不肯出示检疫证。",
        price="¥120",
        shop=f"https://shop36912{number:03}.taobao.com",
        contact=f"138 0013 {number:04}",
        photo_keys=(intake.keep_photo(picture()),),
    )
    return intake.receive_report(report, at=now()).number


def received_case() -> str:
    """What the reporter sees at once."""
    with transaction():
        return f"/report-fake/{_reported()}"


def waiting_case() -> str:
    """A case that nobody took yet."""
    with transaction():
        return f"{LIST}/{_reported()}"


def own_case() -> str:
    """A case in the hands of the secretary, with a rule's evidence."""
    rule = Evidence.of_rule("too_many", version=3, facts={"provinces": 4, "parties": 9})
    with transaction():
        number = _reported()
        add_evidence(number, [rule], at=now(), by=None)
        decisions.take(number, at=now(), by=account_of("secretary").id)
    return f"{LIST}/{number}"


def verdict_form() -> str:
    """Where the secretary says what was found out."""
    return f"{own_case()}/verdict"


def evidence_form() -> str:
    """Where the secretary adds evidence."""
    return f"{own_case()}/evidence"


def take_form() -> str:
    """Where the secretary takes a case."""
    return f"{waiting_case()}/take"


def _proposed() -> str:
    number = own_case().rsplit("/", 1)[1]
    with transaction():
        decisions.propose(
            number,
            note="叶形、叶缘与朱砂丹桂不符，店铺不在授权登记中。",
            answer="经两名工作人员核对，该商品不是本地产的朱砂丹桂。",
            shop=SHOP,
            at=now(),
            by=account_of("secretary").id,
        )
    return number


def confirm_form() -> str:
    """Where the committee confirms what the secretary proposed."""
    return f"{LIST}/{_proposed()}/confirm"


def _confirmed() -> str:
    number = _proposed()
    with transaction():
        decisions.confirm(number, note="同意", at=now(), by=account_of("committee").id)
    return number


def confirmed_case() -> str:
    """A confirmed fake, for the secretary to act upon."""
    return f"{LIST}/{_confirmed()}"


def act_form() -> str:
    """Where the secretary notes what was done."""
    return f"{confirmed_case()}/act"


def reopen_form() -> str:
    """Where the secretary looks again."""
    return f"{confirmed_case()}/reopen"


def public_case() -> str:
    """The public page of a confirmed case."""
    return f"/report-fake/{_confirmed()}"


def confirmed_shop() -> str:
    """What the register says about the shop of a confirmed case."""
    _confirmed()
    return f"/registry/check?url={SHOP}"


def statistics() -> str:
    """The counts by month, with something to count."""
    _confirmed()
    waiting_case()
    return "/cases/statistics"
