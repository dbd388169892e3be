"""`grader verify-receipt`: checks a signed record of a grade, and grades again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from grader.errors import UsageError
from grader.harmless import harmless

if TYPE_CHECKING:
    from grader.learner.receipt import Receipt
    from grader.plugins import PluginManager


@click.command("verify-receipt", short_help="Check a signed record of a grade.")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--key", metavar="KEY", help="The public key that must have signed it, as written in the receipt.")
@click.option(
    "--replay",
    type=click.Path(path_type=Path),
    metavar="PATH",
    help="Also grade the submission at PATH again, and compare.",
)
@click.pass_context
def command(ctx: click.Context, file: Path, key: str | None, replay: Path | None) -> None:
    """Check a receipt that `grader run --receipt` has written.

    Without --key it is only certain that whoever holds the key in the receipt has signed it. Exit code 0 means that
    everything that was asked for holds, 1 that it does not, 2 that the grader or the command line is at fault.
    """
    from grader.learner import receipt as receipts

    try:
        content = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: expected a receipt, cannot read it ({error.strerror}).") from error
    signed = receipts.read(content, str(file))
    receipt = signed.receipt
    problems = (
        [] if receipts.is_signed(signed) else ["The signature does not belong to this receipt, which was changed."]
    )
    if key is not None and key.strip() != signed.public_key:
        problems.append(f"It is signed by the key {signed.public_key}, and not by {key.strip()}.")
    if replay and not problems:
        differences = receipts.differences(receipt, _grade_again(ctx.obj, receipt, replay))
        problems += [f"Graded again, it differs (receipt / now): {difference}" for difference in differences]
    click.echo(
        harmless(
            f"{receipt.kata}: {receipt.status}, {receipt.score:g} of {receipt.max_score:g} points, graded at "
            f"{receipt.graded_at} with seed {receipt.seed}, isolated by {', '.join(receipt.sandbox) or 'nothing'}\n"
            f"submission {receipt.submission}\nsigned by {signed.public_key}"
        )
    )
    for problem in problems:
        click.echo(harmless(problem))
    if not problems:
        click.echo("The signature is right" + (", and the same grade was made again." if replay else "."))
    ctx.exit(1 if problems else 0)


def _grade_again(manager: PluginManager, receipt: Receipt, path: Path) -> Receipt:
    from grader.content.catalog import load_catalog
    from grader.content.submission import read_submission
    from grader.learner import receipt as receipts
    from grader.protocol.channel import GradeRequest
    from grader.service import client
    from grader.service import connection

    catalog = load_catalog(manager)
    kata = catalog.find(receipt.kata)
    source = read_submission(manager, path, kata)
    request = GradeRequest(source=source, seed=receipt.seed, device=receipt.device, diagnosis_seconds=0.0)
    with connection.open_service(cold=False) as service:
        result, _ = client.grade(service, client.make_job(catalog, kata, request))
    return receipts.make_receipt(kata, source, result)
