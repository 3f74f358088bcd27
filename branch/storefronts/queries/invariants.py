"""What must hold of suspensions: a licence or storefront is suspended exactly while some source suspends it."""

from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import select

from branch.licences.models.tables import Licence, LicenceChange
from branch.licences.rules.suspensions import BRANCH, standing_sources
from branch.storefronts.models.tables import Storefront, StorefrontChange
from core.database import session
from core.seal import Finding


def disagreements() -> Iterator[Finding]:
    """Licences and storefronts whose written state is not what their steps say. Reads only."""
    steps: dict[str, list[tuple[str, str]]] = defaultdict(list)
    states: dict[str, tuple[str, str]] = {}
    for number, state, step, details in session.execute(
        select(Licence.number, Licence.state, LicenceChange.step, LicenceChange.details)
        .join(LicenceChange, LicenceChange.licence_id == Licence.id)
        .order_by(LicenceChange.id)
    ):
        steps[number].append((step, details.get("source", BRANCH)))
        states[number] = state, "licence"
    for public_id, state, step, source in session.execute(
        select(Storefront.public_id, Storefront.state, StorefrontChange.step, StorefrontChange.source)
        .join(StorefrontChange, StorefrontChange.storefront_id == Storefront.id)
        .order_by(StorefrontChange.id)
    ):
        steps[public_id].append((step, source or BRANCH))
        states[public_id] = state, "storefront"
    for name, taken in steps.items():
        state, table = states[name]
        sources = standing_sources(taken)
        if (state == "suspended") != bool(sources):
            suspended_by = ", ".join(sources) or "nobody"
            yield Finding("suspension", f"{table}/{name}", f"is {state}, suspended by {suspended_by}", table)
