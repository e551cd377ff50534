"""Rows: one night's artifacts as rows of the tables, by column name.

Belongs here: how a value of the model becomes rows, of artifacts that have a few values a source. A column has the
name of the model's field, so most of a row is the value itself; what is named here is what differs. Does not belong
here: DuckDB, files. What must not be public (mail addresses, a mail server's answers) goes into tables of their own,
which `publish` leaves out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from pipelines.model import (
    Alert,
    Catalog,
    DatasetNight,
    Distribution,
    Fault,
    Incident,
    IncidentAction,
    Judged,
    Notification,
    PageVisit,
    ReadReport,
    RowChange,
    RunIndex,
    Snapshot,
    Transition,
    UnexpectedExample,
    Verdict,
)

Row = dict[str, Any]
Rows = dict[str, list[Row]]

T = TypeVar("T")

EXAMPLES_KEPT = 10
# Longer texts (a title of a megabyte, a list of 100,000 values) are cut, and end in an ellipsis.
TEXT_LIMIT = 4_000

_ADDRESS = re.compile(r"[^\s@<>()\[\]\"',;:]+@[^\s@<>()\[\]\"',;:]+")
# Nine digits or more: a pair of years has eight.
_PHONE = re.compile(r"\+?\d(?:[\s().-]*\d){8,}")


def run_id(index: RunIndex) -> str:
    """The id under which a run's rows are replaced: `<night>/<source>`."""
    return f"{index.night.isoformat()}/{index.source}"


def of_run(
    index: RunIndex,
    catalog: Catalog | None,
    snapshots: Iterable[Snapshot],
    reads: Iterable[ReadReport],
    verdicts: Iterable[Verdict],
    row_changes: Iterable[RowChange] = (),
    pages: Iterable[PageVisit] = (),
) -> Rows:
    """The rows of one source's night, by table, but for the artifacts of many lines (`lines`, `measurements`)."""
    run = {"run_id": run_id(index), "night": index.night}
    return {
        "run": [_row(index, run)],
        **_of_catalog(run, index.source, catalog),
        "snapshot": [
            _row(it, run, _place(it.distribution), _fault(it.fault), validators=_json(it.validators))
            for it in snapshots
        ],
        "read_report": [
            _row(
                it,
                run,
                _place(it.distribution),
                _fault(it.fault),
                table_name=it.table,
                roles=_json(it.roles),
                kinds=_json(dict(_fitting(it.kinds.items()))),
                column_changes=_json(_fitting(asdict(change) for change in it.column_changes)),
            )
            for it in reads
        ],
        "verdict": [_row(it, run) for it in verdicts],
        "row_change": [
            _row(
                it,
                run,
                _place(it.distribution),
                table_name=it.table,
                key=_json(it.key),
                columns=_json(dict(_fitting(it.columns.items()))),
            )
            for it in row_changes
        ],
        "page_visit": [_of_page(run, it) for it in pages],
    }


def _of_page(run: Row, it: PageVisit) -> Row:
    # Where a redirect led may name somebody, though the address that was published does not.
    led = None if it.final_url and _ADDRESS.search(it.final_url) else it.final_url
    return _row(it, run, _fault(it.fault), table_name=it.table, row_number=it.row, final_url=led)


def _of_catalog(run: Row, source: str, catalog: Catalog | None) -> Rows:
    rows: Rows = {"source_visit": [], "dataset": [], "contact_point": [], "distribution": []}
    if catalog is None:
        return rows
    count = len(catalog.datasets)
    rows["source_visit"].append(_row(catalog, run, _fault(catalog.fault), source=source, datasets=count))
    for it in catalog.datasets:
        contact = it.contact_point
        rows["dataset"].append(
            _row(
                it,
                run,
                _fault(it.fault),
                _in_languages("guide_title", it.guide_title),
                source=source,
                dataset=it.key,
                publisher=it.publisher.name,
                country=it.publisher.country,
                attested=_json(it.attested) if it.attested else None,
                contact_name=without_addresses(contact.name),
            )
        )
        rows["contact_point"].append(_row(contact, run, dataset=it.key))
        rows["distribution"] += [
            _row(file, run, dataset=it.key, distribution=file.key, part=_part(file))
            for file in it.distributions
        ]
    return rows


def of_alerts(
    night: date,
    judged: Iterable[Judged],
    alerts: Iterable[Alert],
    notifications: Iterable[Notification],
    incidents: Iterable[Incident] = (),
    actions: Iterable[IncidentAction] = (),
    seen: Iterable[DatasetNight] = (),
    happened: Iterable[Transition] = (),
) -> Rows:
    """All rows of one night's alerts, by table.

    `happened` are the night's transitions, told or not; on the nights of earlier software only those that were told
    are known. A transition told to several owners is one row. It belongs to the night in which it happened; an alert
    of a later night that speaks of it again only refers to it. The words of an incident are those of its transitions.
    """
    tables = (
        *("alert", "alert_transition", "alert_reminder", "alert_feedback", "alert_recipient"),
        "incident_action",
    )
    rows: Rows = {table: [] for table in tables}
    transitions: dict[str, Row] = {it.id: _of_transition(it) for it in happened}
    for alert in alerts:
        mark = {"night": night, "alert": alert.id}
        name = without_addresses(alert.recipient.name)
        told = _json([without_addresses(it) for it in alert.told])
        rows["alert"].append(_row(alert, recipient_name=name, told=told, channels=_json(alert.channels)))
        rows["alert_recipient"].append(_row(alert.recipient, mark))
        rows["alert_transition"] += [{**mark, "transition": it.id} for it in alert.transitions]
        rows["alert_reminder"] += [{**mark, "incident": it.id} for it in alert.reminders]
        rows["alert_feedback"] += [{**mark, "feedback": it} for it in alert.feedback]
        transitions |= {it.id: _of_transition(it) for it in alert.transitions if it.night == night}
    answers = [_row(it, night=night) for it in actions]
    for answer in answers:
        rows["incident_action"] += [{**answer, "incident": one} for one in answer["incidents"]]
    attempts = [_row(it, night=night) for it in notifications]
    return {
        **rows,
        "judged": [_row(it) for it in judged],
        "judged_dataset": [_row(it) for it in seen],
        "transition": list(transitions.values()),
        "incident": [_row(it, night=night, col=it.column) for it in incidents],
        "incident_action_text": answers,
        "notification": attempts,
        "notification_delivery": attempts,
    }


def _of_transition(it: Transition) -> Row:
    words = _in_languages("summary", it.summary) | _in_languages("advice", it.advice)
    return _row(it, words, examples=_examples(it.examples), col=it.column)


def without_addresses(text: str) -> str:
    """A name as it may be published: portals put mail addresses and telephone numbers into name fields."""
    left = _PHONE.sub("", _ADDRESS.sub("", text))
    # What enclosed an address goes with it; a name's own brackets stay.
    return left.strip(" \t") if left == text else left.strip(" \t<>()[],;:")


def _row(value: Any, *more: Row, **named: object) -> Row:
    """The fields of a dataclass by name, with `more` and `named` over them. Tables take what they have."""
    row: Row = {
        name: getattr(value, name) for name in value.__dataclass_fields__
    }  # `fields` costs five times as much
    for one in more:
        row |= one
    return row | named


def _part(file: Distribution) -> str | None:
    asked = {name: text for name, text in asdict(file.part).items() if text is not None}
    return _json(asked) if asked else None


def _place(distribution: str) -> Row:
    """A distribution's key is `source/dataset/distribution`: the dataset's is what stands before the last."""
    return {"distribution": distribution, "dataset": distribution.rpartition("/")[0]}


def _fault(fault: Fault | None) -> Row:
    if fault is None:
        return dict.fromkeys(("fault_kind", "fault_message", "fault_advice", "fault_transient"))
    return {
        "fault_kind": fault.kind,
        "fault_message": fault.message,
        "fault_advice": fault.advice,
        "fault_transient": fault.transient,
    }


def _in_languages(name: str, texts: dict[str, str]) -> Row:
    return {f"{name}_en": texts.get("en"), f"{name}_es": texts.get("es")}


def _examples(examples: Iterable[UnexpectedExample]) -> str:
    return _json(
        [{"row": it.row, "value": it.value, "record": it.record} for it in list(examples)[:EXAMPLES_KEPT]]
    )


def _fitting(items: Iterable[T]) -> list[T]:
    """As many of `items` as a text may hold as JSON: a longer one would be cut, and be no JSON any more."""
    kept: list[T] = []
    left = TEXT_LIMIT - 2
    for item in items:
        left -= len(_json(item)) + 2
        if left < 0:
            break
        kept.append(item)
    return kept


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
