"""`flask units`: the tree of units, from the command line of the server."""

import click

from branch.organisation.queries import tree
from branch.organisation.service import tree as service
from branch.organisation.wording import KIND_NAMES
from core.command_groups import CommandGroup
from core.database import transaction

group = CommandGroup("units", help="Town committee, industry branch, villages, groups.")


@group.command("create")
@click.argument("name_zh")
@click.option("--kind", type=click.Choice(list(KIND_NAMES)), required=True)
@click.option("--parent", metavar="U", help="Code of the unit above; a committee stands alone.")
@click.option("--code", default="", help="Left out, it is made from the name; it stays for good.")
@click.option("--name-en", default="", help="Left out, the Chinese name serves.")
def create(name_zh: str, kind: str, parent: str | None, code: str, name_en: str) -> None:
    """Add a unit to the tree."""
    with transaction():
        unit = service.found_unit(
            code=code,
            name_zh=name_zh,
            name_en=name_en,
            kind=kind,
            parent=tree.get_unit(parent) if parent else None,
        )
    click.echo(f"{unit.code}: {unit.name_zh}")


@group.command("list")
def show() -> None:
    """Print the tree."""
    for unit in tree.all_units():
        click.echo(f"{'  ' * unit.depth}{unit.code}  {unit.kind}  {unit.name_zh}  {unit.name_en}")
