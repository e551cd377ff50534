"""`veedor feedback`: what readers report, and what the operator does with it.

Belongs here: the commands and what they are asked. What is shown is in `feedback_show`; what an act leaves in the inbox
is the matter of `feedback.acts`.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.cli import feedback_export
from pipelines.cli.alerts_here import Installed, Language, installed
from pipelines.cli.console import AsJson, out, print_json
from pipelines.cli.feedback_words import WORDS
from pipelines.errors import ConfigurationError

if TYPE_CHECKING:
    from pipelines.model import FeedbackReport

app = typer.Typer(help="What readers report, and what becomes of it.", no_args_is_help=True)

Ids = Annotated[list[str], typer.Argument(help="Ids of reports, or their beginnings.")]
Id = Annotated[str, typer.Argument(help="Id of a report, or its beginning.")]


@app.callback()
def feedback() -> None:
    """What readers report, and what becomes of it."""


@app.command("list")
def list_(
    state: Annotated[
        list[str] | None,
        typer.Option(
            help="received, accepted, answered, closed, rejected or erased (may be given several times)."
        ),
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(help="Only of this dataset (source/dataset) or source.")
    ] = None,
    overdue: Annotated[
        bool, typer.Option("--overdue", help="Only those of which the days for an answer are over.")
    ] = False,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """List the reports, the oldest first: those that wait to be looked at before all others."""
    from pipelines.cli import feedback_show
    from pipelines.feedback import inbox
    from pipelines.model import FeedbackState

    for name in state or ():
        if name not in list(FeedbackState):
            raise ConfigurationError(f"--state {name!r} is not known.", f"One of {', '.join(FeedbackState)}.")
    here = installed(language)
    every = list(inbox.every(here.settings.runs))
    found = [
        it
        for it in every
        if (not state or it.course.state in state)
        and (dataset is None or it.item.dataset == dataset or it.item.dataset.startswith(f"{dataset}/"))
        and (not overdue or feedback_show.is_overdue(it, here.night))
    ]
    feedback_show.list_of(found, every, here, as_json=as_json)


@app.command("show")
def show(report: Id, language: Language = None, as_json: AsJson = False) -> None:
    """Show one report: what it says, the address for the answer, and what has happened."""
    from pipelines.cli import feedback_show
    from pipelines.feedback import inbox

    here = installed(language)
    feedback_show.one_of(inbox.beginning(here.settings.runs, report), here, as_json=as_json)


@app.command("accept")
def accept(reports: Ids, language: Language = None, as_json: AsJson = False) -> None:
    """Take reports: they are public, their owners are told, and the 30 days for an answer begin."""
    from pipelines.feedback import acts

    _each(
        reports,
        language,
        as_json,
        lambda here, key: acts.accept(here.settings.runs, key, here.now, here.night),
    )


@app.command("reject")
def reject(
    reason: Annotated[str, typer.Option(help="Why, for whoever looks later; it is never published.")],
    reports: Annotated[list[str] | None, typer.Argument(help="Ids of reports, or their beginnings.")] = None,
    waiting: Annotated[
        bool, typer.Option("--waiting", help="All that nobody has looked at yet: after a flood.")
    ] = False,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Take no notice of reports, or take their acceptance back: nobody sees them any more."""
    from pipelines.feedback import acts, inbox
    from pipelines.model import FeedbackState
    from pipelines.settings import Settings

    if bool(reports) == waiting:
        raise ConfigurationError("it is not said what to reject.", "Give ids, or --waiting.")
    if waiting:
        every = inbox.every(Settings.from_env().runs)
        reports = [it.item.id for it in every if it.course.state is FeedbackState.RECEIVED]
    _each(
        reports or [],
        language,
        as_json,
        lambda here, key: acts.reject(here.settings.runs, key, here.now, here.night, reason),
    )


@app.command("answer")
def answer(
    report: Id,
    text: Annotated[str, typer.Option(help="The owner's answer, which is published.")],
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Publish the owner's answer to a report: for an owner who wrote or telephoned."""
    from pipelines.feedback import acts

    _each(
        [report],
        language,
        as_json,
        lambda here, key: acts.answer(here.settings.runs, key, here.now, here.night, text),
    )


@app.command("close")
def close(
    reports: Ids,
    reason: Annotated[str, typer.Option(help="Why, for whoever looks later; it is never published.")] = "",
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """End reports: mended, answered, or no answer is to be had."""
    from pipelines.feedback import acts

    _each(
        reports,
        language,
        as_json,
        lambda here, key: acts.close(here.settings.runs, key, here.now, here.night, reason),
    )


@app.command("erase")
def erase(reports: Ids, language: Language = None, as_json: AsJson = False) -> None:
    """Take every word and address of reports out of everything that Veedor keeps; their dates stay."""
    from pipelines import hearing
    from pipelines.feedback import acts

    _each(
        reports,
        language,
        as_json,
        lambda here, key: hearing.erase(acts.erasure(key, here.now, here.night), here.settings),
    )


@app.command("promote")
def promote(
    report: Id,
    role: Annotated[
        str | None, typer.Option(help="The role of the column; left out: by the layout of the last night.")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help="File for the expectation; left out: it is printed.")
    ] = None,
) -> None:
    """Draft an expectation from a report on a column, so that such faults are found from then on.

    It is GX's JSON with the `meta` of our suites; set its bounds and add it to a suite of yours.
    """
    feedback_export.promote(report, role, output)


@app.command("link")
def link() -> None:
    """Print the address at which whoever has it moderates for a week; keep it as a password is kept."""
    from pipelines.clock import SystemClock
    from pipelines.feedback.tokens import Purpose, sign
    from pipelines.settings import Settings

    settings = Settings.from_env()
    if settings.link_key is None or settings.serve_url is None:
        raise ConfigurationError(
            "there is no address that such a link could be of.", "Set VEEDOR_SERVE_URL and VEEDOR_LINK_KEY."
        )
    token = sign(Purpose.MODERATION, ("operator",), settings.link_key, SystemClock().now())
    typer.echo(f"{settings.serve_url}moderate/{token}")


app.command("export")(feedback_export.export)


def _each(
    beginnings: list[str],
    language: str | None,
    as_json: bool,
    act: Callable[[Installed, str], FeedbackReport],
) -> None:
    """Do it with each report that is meant, all of which have to be there, and say so."""
    from pipelines.feedback import inbox

    here = installed(language)
    keys = [inbox.beginning(here.settings.runs, it).item.id for it in beginnings]
    done = [act(here, key) for key in dict.fromkeys(keys)]
    if as_json:
        print_json(done)
        return
    for it in done:
        said = WORDS[here.language][f"did_{it.course.state}"].format(due=it.course.due_on)
        out.print(f"{it.item.id}: {said}", soft_wrap=True)
