"""`flask codes ...`: issue codes as a file, activate and void batches."""

from pathlib import Path

import click

from core.atomic import write_durably
from core.clock import now
from core.command_groups import CommandGroup
from core.database import transaction
from core.settings import current_settings
from traceability.codes.queries.batches import get_batch
from traceability.codes.service import issuing, lifecycle
from traceability.codes.service.printing import code_file
from traceability.codes.states import Level
from traceability.lots.queries.records import get_lot

group = CommandGroup("codes", help="Trace codes.")

PLANTS_IN_A_BUNDLE = 10
LEVELS = ["bundle", "unit", "lot"]


@group.command("issue")
@click.option("--lot", "lot_number", required=True, help="Number of the lot, as L-2026-7K3F9QA.")
@click.option("--level", required=True, type=click.Choice(LEVELS), help="What one code stands for.")
@click.option("--count", required=True, type=click.IntRange(1, issuing.MOST_AT_ONCE), help="How many codes.")
@click.option(
    "--plants",
    type=click.IntRange(1),
    help=f"Plants under one bundle's code; {PLANTS_IN_A_BUNDLE} if left out.",
)
@click.option("--activate", is_flag=True, help="Activate the codes at once (labels already hang on plants).")
@click.option("--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help=".csv or .pdf")
def issue(lot_number: str, level: str, count: int, plants: int | None, activate: bool, output: Path) -> None:
    """Issue codes for a lot and write them to OUTPUT, the only place where they stand in clear."""
    ending = output.suffix.lower().lstrip(".")
    if ending not in {"csv", "pdf"}:
        raise click.BadParameter("the file must end in .csv or .pdf", param_hint="--output")
    if output.exists() and output.stat().st_size:
        raise click.BadParameter(
            f"{output} exists already; codes are not written over", param_hint="--output"
        )
    at, written = now(), False
    per_code = plants or (PLANTS_IN_A_BUNDLE if level == Level.BUNDLE else 1)
    try:
        with transaction():
            lot = get_lot(number=lot_number)
            issued = issuing.issue_codes(lot.id, level, count, per_code, at=at, by=None)
            if activate:
                lifecycle.activate_batch(issued.batch.number, grower_id=lot.grower_id, at=at, by=None)
            content = code_file(issued, lot, ending=ending, public_url=current_settings().base_url, at=at)
            write_durably(output, content, mode=0o600)
            written = True
    except BaseException as error:
        if written:  # its codes were not kept: nobody may print them
            output.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise click.ClickException(str(error)) from None
        raise
    click.echo(f"{count} codes of lot {lot.number}, batch {issued.batch.number}, written to {output}")


@group.command("activate")
@click.option("--batch", required=True, help="Number of the batch, as B-2026-7K3F9QA.")
def activate_batch(batch: str) -> None:
    """Make the issued codes of a batch count."""
    with transaction():
        grower_id = get_batch(batch).grower_id
        after = lifecycle.activate_batch(batch, grower_id=grower_id, at=now(), by=None)
    click.echo(f"{after.number}: {after.states.get('active', 0)} active")


@group.command("void")
@click.option("--batch", required=True, help="Number of the batch.")
@click.option("--reason", required=True, help="Shown to whoever scans one of them.")
def void_batch(batch: str, reason: str) -> None:
    """Void what of a batch has not left."""
    with transaction():
        grower_id = get_batch(batch).grower_id
        after = lifecycle.void_batch(batch, grower_id=grower_id, reason=reason, at=now(), by=None)
    click.echo(f"{after.number}: {after.states.get('voided', 0)} voided")
