"""`flask storefronts`: outside shops whose addresses name no shop."""

import click

from branch.growers.service.notices import tell_people
from branch.storefronts.queries.unusable_addresses import unjudged_addresses
from core.command_groups import CommandGroup
from core.database import transaction
from core.settings import current_settings

group = CommandGroup("storefronts", help="Outside shops of growers.")


@group.command("check")
@click.option("--tell", is_flag=True, help="Tell the people of each grower concerned, once.")
@click.pass_context
def check(context: click.Context, *, tell: bool) -> None:
    """List addresses on record that name no shop: they answer for nobody. Exit code 1 when there are any."""
    with transaction():
        addresses = unjudged_addresses()
        if tell:
            for unjudged in addresses:
                tell_people(
                    unjudged.grower_id,
                    key=f"unjudged:{unjudged.public_id}:{unjudged.address}"[:120],
                    template="storefront_unjudged",
                    context={
                        "shop_name": unjudged.shop_name,
                        "address": unjudged.address,
                        "page": f"{current_settings().base_url}/seller/storefronts",
                    },
                )
    for unjudged in addresses:
        click.echo(
            f"{unjudged.public_id}  {unjudged.shop_name}  {unjudged.address}{'  (its only address)' if unjudged.alone else ''}"
        )
    click.echo(f"{len(addresses)} addresses name no shop")
    context.exit(1 if addresses else 0)
