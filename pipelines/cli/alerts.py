"""`veedor alerts`: what stands, who was told, and what the operator answers.

Belongs here: the commands, what they are asked, and which incidents are meant. What is shown is in `alerts_show`, how
incidents stand in `alerts.standing`.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated

import typer

from pipelines.cli import alerts_act, alerts_deliver, alerts_replay
from pipelines.cli.alerts_here import Language, demand_source, opened
from pipelines.cli.console import AsJson
from pipelines.errors import ConfigurationError

app = typer.Typer(help="Alerts: what stands, who was told, and your answers.", no_args_is_help=True)


@app.callback()
def alerts() -> None:
    """Alerts: what stands, who was told, and your answers."""


@app.command("list")
def list_(
    source: Annotated[str | None, typer.Option(help="Only of this source.")] = None,
    owner: Annotated[
        str | None, typer.Option(help="Only of an owner: any part of a name, an address or a publisher.")
    ] = None,
    state: Annotated[
        list[str] | None,
        typer.Option(help="open, acknowledged, muted or resolved (may be given several times)."),
    ] = None,
    held: Annotated[
        bool, typer.Option("--held", help="Only what no owner is told of until released.")
    ] = False,
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """List the incidents that stand: the most serious and oldest first, consequences below their cause."""
    from pipelines.alerts.standing import codes, matching
    from pipelines.cli import alerts_show
    from pipelines.model import IncidentState

    for name in state or ():
        if name not in list(IncidentState):
            raise ConfigurationError(f"--state {name!r} is not known.", f"One of {', '.join(IncidentState)}.")
    here = opened(language)
    demand_source(source, here.sources)
    found = matching(here.every, source=source, owner=owner, states=state or (), held=held)
    alerts_show.list_of(found, codes(here.every), here.language, here.every, as_json=as_json)


@app.command("show")
def show(
    incident: Annotated[str, typer.Argument(help="Id of an incident, or its beginning.")],
    language: Language = None,
    as_json: AsJson = False,
) -> None:
    """Show one incident: what is wrong, since when, whose it is, who was told and what they answered."""
    from pipelines.alerts.standing import codes, one
    from pipelines.cli import alerts_show
    from pipelines.history import incident_facts, incidents
    from pipelines.history.database import reading

    here = opened(language)
    found = one(here.every, incident)
    with reading(here.settings.history) as connection:
        course = incident_facts.changes(connection, found.incident.id)
        attempts = incident_facts.attempts(connection, found.incident.id)
        said = [it for it in incidents.actions(connection, date.min) if found.incident.id in it.incidents]
    facts = alerts_show.Facts(found, here.every, codes(here.every), course, attempts, said)
    alerts_show.one_of(facts, here.language, as_json=as_json)


app.command("ack")(alerts_act.acknowledge)
app.command("mute")(alerts_act.mute)
app.command("unmute")(alerts_act.unmute)
app.command("release")(alerts_act.release)
app.command("answer")(alerts_act.answer)
app.command("test")(alerts_deliver.rehearse)
app.command("deliver")(alerts_deliver.deliver)
app.command("replay")(alerts_replay.replay)
