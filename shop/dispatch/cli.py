"""`flask labels print --order NUMBER --output FILE.pdf`."""

from pathlib import Path

import click

from core.atomic import write_durably
from core.clock import local_day, now
from core.command_groups import CommandGroup
from core.database import transaction
from shop.dispatch.queries import parcels_of_order
from shop.dispatch.service.seedling_labels import seedling_labels
from traceability import api as traceability

group = CommandGroup("labels", help="Labels and papers that travel.")


@group.command("print")
@click.option("--order", "order_number", required=True)
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), required=True)
def print_labels(order_number: str, output: Path) -> None:
    """Seedling labels of every parcel of an order, one page per lot."""
    at = now()
    on = local_day(at)
    parcels = parcels_of_order(order_number)
    labels = [label for parcel in parcels for label in seedling_labels(parcel, at=at, on=on)]
    write_durably(output, traceability.seedling_labels_pdf(labels, at=at))
    with transaction():
        for parcel in parcels:
            traceability.record_printed_label(consignment_number=parcel.number, at=at, on=on, by=None)
    click.echo(f"{len(labels)} labels in {output}")
