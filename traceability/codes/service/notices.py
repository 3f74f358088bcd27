"""Tells the people of a grower that somebody enters wrong inner codes for a label of theirs."""

from branch import api as branch
from traceability.codes.events import InnerCodeTried


def tell_grower_of_tries(event: InnerCodeTried, *, event_id: str) -> None:  # noqa: ARG001 - told once a day and label
    """Handler: one message a day and label to each person who works for the grower."""
    branch.tell_people(
        event.grower_id,
        key=f"inner:{event.label}:{event.day}",
        template="inner_code_tried",
        context={"label": event.label, "order": event.order_number},
    )
