"""`flask codes simulate`: the alarm rules against buyers, copies, label resale and scrapers with known truth."""

import os
import time

import click

from traceability.codes.cli import group

FIRST_SEED = 1


@group.command("simulate")
@click.option("--seeds", default=20, show_default=True, type=click.IntRange(1), help="How many seasons.")
@click.option(
    "--growers", default=60, show_default=True, type=click.IntRange(5), help="Licensees in a season."
)
@click.option("--workers", type=click.IntRange(1, 64), help="Processes; as many as processors if left out.")
@click.option(
    "--tune", "tuning", is_flag=True, help="Choose thresholds, on seeds of their own, and say which."
)
def simulate(seeds: int, growers: int, workers: int | None, *, tuning: bool) -> None:
    """Replay simulated seasons through the rules in force by default, and print what they find and miss."""
    from benchmarks.alarms.seasons import Scale, run_seasons
    from benchmarks.alarms.table import lines, sum_up, target_lines
    from benchmarks.alarms.tuning import tune
    from traceability.alarms.rules.thresholds import DEFAULTS

    scale, workers = Scale(growers=growers), workers or os.cpu_count() or 1
    if tuning:
        chosen = DEFAULTS
        for line, so_far in tune(scale=scale, workers=workers):
            click.echo(line)
            chosen = so_far
        changed = {
            name: value for name, value in chosen.as_values().items() if value != getattr(DEFAULTS, name)
        }
        click.echo(f"differs from the defaults: {changed or 'nothing'}")
        return
    numbers = range(FIRST_SEED, FIRST_SEED + seeds)
    click.echo(f"{seeds} seasons, seeds {numbers[0]} to {numbers[-1]}, default thresholds (version 1)")
    for places, title in ((True, "with an address database"), (False, "without one: no look-up has a place")):
        started = time.monotonic()
        summary = sum_up(run_seasons(numbers, DEFAULTS, scale, places=places, workers=workers))
        click.echo(f"\n{title} ({time.monotonic() - started:.0f} s)")
        for line in [*lines(summary), *target_lines(summary)]:
            click.echo(f"  {line}")
