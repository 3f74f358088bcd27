"""`flask seal`: the log's state, the audit, a static copy, an offline check, repairs, a witness."""

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import click

from core.atomic import write_once
from core.clock import now, to_utc
from core.command_groups import CommandGroup, exit_with_error
from core.database import session, snapshot
from core.seal.models.log import this_log
from core.seal.queries.audit import audit
from core.seal.queries.sources import sources
from core.seal.queries.standing import NothingToRepair, SealRefused, current_standing, signed_at
from core.seal.queries.subjects import signed_size
from core.seal.queries.unsealed import waiting
from core.seal.queries.witnesses import witnesses_of
from core.seal.rules.merkle import ProofFails
from core.seal.rules.note import BadNote, Signer, Verifier
from core.seal.rules.proof_check import ProvedEntry, check_proof, proofs_in
from core.seal.rules.tiles import TileDamaged
from core.seal.rules.witnesses import witness_key
from core.seal.service.comparing import (
    Comparison,
    ComparisonOutcome,
    LogAway,
    checkpoint_in,
    compare,
    shown_at,
    shown_here,
)
from core.seal.service.static_copy import export
from core.seal.service.witness import Witness, make_server
from core.seal.tasks.repair import adopt, rebuild, seal_unsealed_rows
from core.seal.tasks.sequencer import sequence
from core.seal.wording import explained, title

LONGEST_KEPT = 16 * 1024 * 1024

group = CommandGroup("seal", help="The public log of what must not be bent.")


@group.command("status")
def status() -> None:
    """Print where the log stands; exit 1 when nothing can be signed."""
    log = this_log()
    click.echo(f"origin       {log.origin}")
    click.echo(f"key          {log.verifier}")
    click.echo(f"files        {log.store.folder}")
    click.echo(f"remembered   {log.signed_head_file.path}")
    click.echo(f"signed       {signed_size(log)} entries, last at {signed_at(log) or 'never'}")
    count, since = waiting()
    click.echo(f"waiting      {count}" + (f", the oldest since {since}" if since else ""))
    for witness in witnesses_of(log):
        click.echo(
            f"witness      {witness.name}: {witness.size} entries at {witness.cosigned_at or 'never'} "
            f"{'ALARM: ' if witness.alarm_at else ''}{witness.trouble}"
        )
    if not log.witnesses:
        click.echo("witness      none")
    try:
        current_standing(log)
    except SealRefused as error:
        exit_with_error(f"REFUSED      {error}")


@group.command("now")
def sequence_now() -> None:
    """Take in what waits and sign, without waiting for the scheduler."""
    try:
        added = sequence()
    except SealRefused as error:
        exit_with_error(error)
    click.echo("another process is at it" if added is None else f"{added} entries added")


@group.command("verify")
def verify() -> None:
    """Re-derive everything from the database and the files; name what differs and exit 1."""
    snapshot()
    findings = 0
    for finding in audit(this_log(), sources(), at=now()):
        findings += 1
        click.echo(f"{finding.code:14} {finding}")
    session.rollback()
    if findings:
        exit_with_error(f"{findings} things do not agree with the log.")
    click.echo(
        f"Everything agrees with the log of {signed_size()} entries; {waiting()[0]} wait to be sealed."
    )


@group.command("export")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def export_log(folder: Path) -> None:
    """Write a static copy of the log that any web server can carry on."""
    try:
        size = export(this_log(), folder)
    except (TileDamaged, NothingToRepair) as error:
        exit_with_error(error)
    click.echo(f"{size} entries in {folder}")


@group.command("check")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", "vkey", help="The log's verifier key; this installation's own when left out.")
@click.option(
    "--witness", "witness_keys", multiple=True, help="The key of a witness that you trust; repeatable."
)
@click.option("--log", "address", help="Ask the log at this address too whether it still holds it.")
def check(file: Path, vkey: str | None, witness_keys: Sequence[str], address: str | None) -> None:
    """Check a proof file, or those attached to a PDF: offline, and with --log against the present log."""
    data = file.read_bytes()
    try:
        log = Verifier.parse(vkey) if vkey else this_log().verifier
        known = [witness_key(key) for key in witness_keys]
        checked = [check_proof(text, log, known) for text in proofs_in(data)]
        comparison = _compare(checkpoint_in(data), log, address) if address else None
    except (BadNote, ProofFails, LogAway) as error:
        exit_with_error(f"NOT PROVED   {error}")
    for proof in checked:
        _print_proof(proof, len(known))
    if comparison is not None:
        click.echo(f"{comparison.answer.value.upper():12} {title(comparison.answer)} {explained(comparison)}")
        if comparison.answer is not ComparisonOutcome.SAME:
            sys.exit(1)


def _print_proof(checked: ProvedEntry, known: int) -> None:
    click.echo(f"PROVED       entry {checked.number} of {checked.size} in {checked.origin}")
    click.echo(f"sealed       {to_utc(checked.at):%Y-%m-%d %H:%M:%S} UTC")
    click.echo(f"what         {checked.kind}: {checked.subject}")
    for name, value in checked.body.items():
        click.echo(f"             {name} = {value}")
    if checked.member is not None:
        click.echo(f"member       {checked.member}")
    if known:
        click.echo(
            f"witnesses    {', '.join(checked.witnesses) or 'none of those given'} ({len(checked.witnesses)} of {known})"
        )


@group.command("compare")
@click.argument("checkpoint", type=click.File("rb"))
@click.option("--key", "vkey", help="The log's verifier key; this installation's own when left out.")
@click.option("--log", "address", help="Ask the log at this address, as https://guiyuan.example/log.")
def compare_kept(checkpoint: BinaryIO, vkey: str | None, address: str | None) -> None:
    """Tell whether a kept checkpoint (or the one in a kept proof) is of this log; - reads it from the input.

    Exits with 0 when the present log has grown out of it, else with 1.
    """
    try:
        key = Verifier.parse(vkey) if vkey else this_log().verifier
        comparison = _compare(checkpoint_in(checkpoint.read(LONGEST_KEPT)), key, address)
    except (BadNote, LogAway) as error:
        exit_with_error(f"NOT COMPARED {error}")
    click.echo(f"{comparison.answer.value.upper():12} {title(comparison.answer)}")
    kept, present = comparison.kept, comparison.present
    click.echo(f"kept         {kept.size} entries, root {kept.root.hex()}, {kept.origin}")
    click.echo(f"present      {present.size} entries, root {present.root.hex()}")
    click.echo(f"             {explained(comparison)}")
    if comparison.answer is not ComparisonOutcome.SAME:
        sys.exit(1)


def _compare(checkpoint: str, key: Verifier, address: str | None) -> Comparison:
    return compare(checkpoint, key, shown_at(address, key) if address else shown_here(this_log()))


@group.command("adopt")
def adopt_log() -> None:
    """Let a restored, older database continue after the last signed entry."""
    try:
        recovered, lost = adopt(this_log())
    except (SealRefused, NothingToRepair, TileDamaged) as error:
        exit_with_error(error)
    click.echo(f"{recovered} leaves were found again, {lost} are lost to this database and stay in the log.")


@group.command("rebuild")
def rebuild_files() -> None:
    """Write the log's files anew from the database, when they were lost or damaged."""
    try:
        size = rebuild(this_log())
    except (NothingToRepair, TileDamaged) as error:
        exit_with_error(error)
    click.echo(f"{size} entries were written anew; the former tiles lie in tile.replaced.")


@group.command("take-in")
def take_in_rows() -> None:
    """Seal every row that was never sealed; once, after an upgrade from a version without the log."""
    counts = seal_unsealed_rows(sources())
    for kind, count in sorted(counts.items()):
        click.echo(f"{count:8} {kind}")
    click.echo(f"{sum(counts.values())} rows were sealed now.")


@group.command("witness")
@click.option(
    "--log",
    "log_keys",
    multiple=True,
    required=True,
    help="The verifier key of a log to witness; repeatable.",
)
@click.option(
    "--name", required=True, help="The witness's name, as an address without its scheme: witness.example/w1"
)
@click.option(
    "--folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="Where its key and memory lie.",
)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8100, show_default=True)
def witness(log_keys: Sequence[str], name: str, folder: Path, host: str, port: int) -> None:
    """Witness the logs of others: cosign what only ever grew. Runs until stopped."""
    try:
        logs = [Verifier.parse(log_key) for log_key in log_keys]
        signer = _witness_key(folder / "key", name)
    except (BadNote, OSError) as error:
        exit_with_error(error)
    server = make_server(Witness(signer, logs, folder), host, port)
    click.echo(
        f"{name} witnesses {', '.join(log.name for log in logs)} on http://{host}:{server.server_port}"
    )
    click.echo(f"WITNESS_URLS of the log: http://{host}:{server.server_port}#{signer.cosigner}")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _witness_key(path: Path, name: str) -> Signer:
    if not path.exists():
        write_once(path, Signer.generate(name).private_key_text().encode() + b"\n")
    signer = Signer.parse(path.read_text())
    if signer.name != name:
        raise BadNote(f"the key in {path} is that of {signer.name}")
    return signer
