"""`flask channels import FILE... --platform P --storefront ID [--dry-run]`."""

from __future__ import annotations

from collections import Counter
from datetime import date
from pathlib import Path

import click

from branch import api as branch
from core.clock import local_day, now
from core.command_groups import CommandGroup
from core.database import transaction
from core.money import decimal_text
from core.work_claims import claimed
from shop.channels.queries import BY_CONSOLE
from shop.channels.rules.tables import UnknownFile
from shop.channels.rules.taobao import Parsed
from shop.channels.service import importing, stored_plans
from shop.channels.service.reading import UnreadableFile, parse
from shop.channels.tasks import applying

group = CommandGroup("channels", help="Orders of growers' outside shops.")
PLATFORMS = ("taobao", "pinduoduo", "jd", "douyin")
READ_NOW = ("taobao",)
SHOW_ROWS = 50


@group.command("import")
@click.argument(
    "paths", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--platform", type=click.Choice(PLATFORMS), required=True)
@click.option("--storefront", "storefront_id", required=True, help="Public id of the storefront.")
@click.option(
    "--from", "first", type=date.fromisoformat, metavar="YYYY-MM-DD", help="First day chosen when exporting."
)
@click.option(
    "--to", "last", type=date.fromisoformat, metavar="YYYY-MM-DD", help="Last day chosen when exporting."
)
@click.option("--dry-run", is_flag=True, help="Show what would happen and change nothing.")
def import_files(
    paths: tuple[Path, ...],
    platform: str,
    storefront_id: str,
    first: date | None,
    last: date | None,
    dry_run: bool,
) -> None:
    """Take in order exports; files of one export (orders and items) go together."""
    chosen = [day for day in (first, last) if day is not None]
    if chosen != sorted(chosen) or any(day > local_day(now()) for day in chosen):
        raise click.ClickException("--from and --to must be in order, and not in the future.")
    if platform not in READ_NOW:
        raise click.ClickException(
            f"Exports of {platform} are not read yet; only those of {', '.join(READ_NOW)} are."
        )
    storefront = branch.get_storefront(storefront_id)
    if storefront.platform not in {platform, "tmall"}:
        raise click.ClickException(f"The storefront {storefront_id} is one of {storefront.platform}.")
    parsed = _parse(paths, platform)
    planned = importing.plan(parsed, storefront.id)
    for planned_order in planned[:SHOW_ROWS]:
        changes = f"  ({', '.join(planned_order.changes)})" if planned_order.changes else ""
        click.echo(
            f"row {planned_order.order.row_number:>6}  {planned_order.action:9}  {planned_order.order.order_id}{changes}"
        )
    if len(planned) > SHOW_ROWS:
        click.echo(f"... and {len(planned) - SHOW_ROWS} more")
    for bad in parsed.rejected:
        click.echo(f"row {bad.row_number:>6}  reject     {bad.reason}  {bad.value}  in {bad.file}")
    _summary(Counter(planned_order.action for planned_order in planned), parsed)
    if dry_run:
        click.echo("dry run: nothing was changed")
        return
    _apply(parsed, planned, storefront, platform, chosen)


def _parse(paths: tuple[Path, ...], platform: str) -> Parsed:
    try:
        return parse([(path.name, path.read_bytes()) for path in paths], platform=platform)
    except UnknownFile as error:
        header = ", ".join(cell for cell in error.header if cell)
        raise click.ClickException(
            f"{error.file} is no known export of {platform}. Its header: {header}"
        ) from None
    except UnreadableFile as error:
        raise click.ClickException(f"A file could not be read: {error.code}") from None


def _summary(actions: Counter[str], parsed: Parsed) -> None:
    click.echo(
        f"create {actions['create']}, update {actions['update']}, unchanged {actions['unchanged']}, "
        f"reject {len(parsed.rejected)}"
    )
    in_files = sum(parsed.totals_minor.values())
    taken = sum(order.total_minor for order in parsed.orders)
    click.echo(
        f"order totals in the files CNY {decimal_text(in_files)}, taken CNY {decimal_text(taken)}, "
        f"difference CNY {decimal_text(in_files - taken)}"
    )


def _apply(
    parsed: Parsed,
    planned: list[stored_plans.PlannedOrder],
    storefront: branch.StorefrontView,
    platform: str,
    chosen_days: list[date],
) -> None:
    at = now()
    with transaction():
        row = importing.record_import(
            parsed, storefront=storefront, platform=platform, at=at, chosen_days=chosen_days
        )
        import_id, public_id = row.id, row.public_id
        importing.put_plan(import_id, planned, plan_key=None)
        importing.claim(import_id, job_id=None, at=at)
    with (
        claimed(BY_CONSOLE, public_id) as claim,
        click.progressbar(length=len(parsed.orders), label="booking orders") as bar,
    ):
        done = 0

        def moved(now_done: int) -> None:
            nonlocal done
            bar.update(now_done - done)
            done = now_done

        counts = applying.apply_import(
            import_id, parsed.orders, storefront, at=at, progress=moved, still_ours=claim.renew
        )
    click.echo(f"booked {counts['facts']} sale facts")
