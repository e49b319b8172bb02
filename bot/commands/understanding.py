"""`akrab nlu test`: train on one set of examples, measure on another, say what was confused."""

import json
from dataclasses import asdict
from pathlib import Path

from rich.table import Table

from bot.commands import show
from bot.errors import UserError
from nlu.embedded.problems import TrainingDataError
from nlu.evaluate import Confusion, IntentFigures, Report, evaluate

SHOWN = 10


def test(train_on: Path, test_on: Path, *, as_json: bool) -> None:
    """Print the report. Raises UserError if a file is missing or faulty."""
    for path in (train_on, test_on):
        if not path.exists():
            raise UserError(f"There is no {path}")
    try:
        report = evaluate([train_on], [test_on])
    except TrainingDataError as error:
        raise UserError(str(error)) from error
    if as_json:
        show.out.print_json(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _tell(report)


def _tell(report: Report) -> None:
    show.out.print(
        f"{report.train_examples} examples of {report.intents} intents learnt in "
        f"{report.train_seconds:.1f} s; {report.test_examples} tested"
    )
    show.out.print(f"accuracy {report.accuracy:.1%}, macro F1 {report.macro_f1:.1%}")
    if report.out_of_scope_recall is not None and report.threshold is not None:
        show.out.print(
            f"out of scope: {report.out_of_scope_recall:.1%} of {report.out_of_scope_examples} "
            f"refused below confidence {report.threshold:.2f}, which keeps 95 % of the others"
        )
    show.out.print(
        f"one message is understood in {report.parse_p50_ms:.2f} ms (p50), "
        f"{report.parse_p95_ms:.2f} ms (p95)"
    )
    _weakest(report.per_intent)
    _confused(report.confusions)


def _weakest(figures: dict[str, IntentFigures]) -> None:
    table = Table("intent", "precision", "recall", "F1", "tested", title="weakest intents")
    weakest = sorted(figures.items(), key=lambda item: item[1].f1)[:SHOWN]
    for name, one in weakest:
        table.add_row(
            name, f"{one.precision:.0%}", f"{one.recall:.0%}", f"{one.f1:.0%}", str(one.support)
        )
    show.out.print(table)


def _confused(confusions: list[Confusion]) -> None:
    if not confusions:
        return
    table = Table("is", "taken for", "times", "such as", title="most confused")
    for one in confusions[:SHOWN]:
        table.add_row(one.wanted, one.given, str(one.count), one.example)
    show.out.print(table)
