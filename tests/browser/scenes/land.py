"""A surveyed plot, quota, and a lot with a family."""

from sqlalchemy import select

from branch.api import all_units, get_grower
from core.clock import local_year, now
from core.database import session, transaction
from tests.browser.scenes import goods
from tests.browser.town import account_of
from traceability.api import NewSurvey, Outcome, Stand, StepKind, get_lot, transform
from traceability.plots.models.tables import Plot, PlotSurvey
from traceability.plots.states import Decision
from traceability.quota.queries.ledger import balances_of_units, growing_on
from traceability.surveys.service import decide, record_survey


def plot_number() -> str:
    """The first plot, which is grower1's."""
    return session.scalars(select(Plot.number).order_by(Plot.id).limit(1)).one()


def survey() -> str:
    """Where the technician notes down what stands on it."""
    return f"/branch/plots/{plot_number()}/survey"


def surveyed_plot() -> str:
    """That plot, which the village agreed to and the town still has to approve."""
    with transaction():
        plot = session.scalars(select(Plot).order_by(Plot.id).limit(1)).one()
        if not session.scalar(select(PlotSurvey.id).where(PlotSurvey.plot_id == plot.id)):
            found = NewSurvey(
                year=local_year(now()),
                area_m2=plot.area_m2,
                stands=(Stand("dangui", "specimen", 1_200), Stand("jingui", "first_year", 800)),
                method="satellite",
                outline=((29.801, 114.301), (29.801, 114.3015), (29.8014, 114.3015), (29.8014, 114.301)),
                note="东边靠溪，西边是路。",
            )
            number = record_survey(
                plot.id, found, surveyed_at=now(), at=now(), by=account_of("technician").id
            )
            decide(plot.id, number, Decision.AGREE, at=now(), by=account_of("secretary").id)
    return f"/branch/plots/{plot_number()}"


def family() -> str:
    """A lot that was split; one part was potted on, then both were merged again."""
    number = goods.lot().rsplit("/", 1)[1]
    with transaction():
        lot = get_lot(number=number)
        if not lot.quantity_moved:
            own = {"grower_id": lot.grower_id, "at": now(), "by": None}
            one, other = transform(StepKind.SPLIT, {lot.id: 900}, [Outcome(500), Outcome(380)], **own).outputs
            potted = transform(
                StepKind.POT_ON, {one.id: 500}, [Outcome(480, {"root": "container"})], **own
            ).outputs[0]
            transform(StepKind.MERGE, {potted.id: 480, other.id: 380}, [Outcome(860)], **own)
    return f"/seller/lots/{number}/family"


def transformation(kind: str) -> str:
    """Where a lot is transformed."""
    return f"{goods.lot()}/transform?kind={kind}"


def own_recall() -> str:
    """What a recall would reach, for the grower."""
    return family().replace("/family", "/recall")


def lot_at_branch() -> str:
    """The same lot as the branch sees it."""
    return family().replace("/seller", "/branch").replace("/family", "")


def recall_at_branch() -> str:
    """What a recall would reach, for the branch."""
    return f"{lot_at_branch()}/recall"


def quota_of_grower() -> str:
    """grower1's quota as the branch sees it."""
    grower_id = session.scalars(select(Plot.grower_id).order_by(Plot.id).limit(1)).one()
    return f"/branch/quota/growers/{get_grower(id=grower_id).slug}"


def growth() -> str:
    """Where it is written down that plants of the first line that can have outgrown their size class."""
    units = [unit.id for unit in all_units()]
    key = growing_on(balances_of_units(units, year=local_year(now())), at=now())[0].key
    slug = get_grower(id=key.grower_id).slug
    return f"/branch/quota/growers/{slug}/growth/{key.unit_id}/{key.cultivar_group}/{key.size_class}"
