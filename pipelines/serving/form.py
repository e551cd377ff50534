"""The form: a reader reports a fault of a dataset, a column or a row.

Belongs here: what the form asks, and from its fields to a report in the inbox. It works without any script. A form is
given out with a signed token, of which the report's id is made: sent twice, it is one report. Bots are told apart by a
field that people do not see and by their haste; whoever fills the field is thanked, and nothing is kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from pipelines.errors import AnswerRefused, FeedbackRefused
from pipelines.feedback import inbox, tokens, written
from pipelines.feedback.tokens import Purpose
from pipelines.model import FeedbackKind, UserQualityFeedback
from pipelines.serving.bodies import form_of
from pipelines.serving.context import Context, of
from pipelines.serving.known import KnownDataset
from pipelines.serving.pages import language_of, page, told, words

FIELDS = ("kind", "text", "distribution", "column", "row", "evidence", "email")
PREFILLED = ("kind", "distribution", "column", "row")
LEAST = timedelta(seconds=3)
SHOWN_CODE = 8


async def show(request: Request) -> Response:
    """GET: the form, with what the page that led here knows."""
    here, language = of(request), language_of(request, of(request).sources.language)
    dataset = await run_in_threadpool(here.known.dataset, request.query_params.get("dataset", "")[:500])
    if dataset is None:
        return told(request, language, "unknown_dataset", 404)
    values = {name: request.query_params.get(name, "")[:300] for name in PREFILLED}
    return _form(request, here, dataset, language, values)


async def receive(request: Request) -> Response:
    """POST: keep the report, or show what is to be corrected, with all that was written."""
    here, language = of(request), language_of(request, of(request).sources.language)
    fields = await form_of(request)
    dataset = await run_in_threadpool(here.known.dataset, request.query_params.get("dataset", "")[:500])
    if dataset is None:
        return told(request, language, "unknown_dataset", 404)
    again = partial(_form, request, here, dataset, language, fields)
    if fields.get("website"):
        return told(request, language, "thanks", code=inbox.identity(tokens.nonce())[:SHOWN_CODE])
    now, _ = here.now()
    try:
        (nonce, of_dataset), since = tokens.read(Purpose.FORM, fields.get("token", ""), here.key, now)
        if of_dataset != dataset.key:
            return again(faults={"": "token"}, status=400)
    except (AnswerRefused, ValueError):
        return again(faults={"": "token"}, status=400)
    if now - since < LEAST:
        return again(faults={"": "fast"}, status=429, token=fields["token"])
    try:
        item = _item(here, dataset, language, fields, nonce)
    except FeedbackRefused as fault:
        return again(faults={fault.field: fault.refusal}, status=422, token=fields["token"])
    if not here.may_send(request):
        return again(faults={"": "often"}, status=429, token=fields["token"])
    try:
        await run_in_threadpool(inbox.receive, here.runs, item)
    except FeedbackRefused as fault:
        return again(faults={"": fault.refusal}, status=429, token=fields["token"])
    return told(request, language, "thanks", code=item.id[:SHOWN_CODE])


def _item(
    here: Context, dataset: KnownDataset, language: str, fields: Mapping[str, str], nonce: str
) -> UserQualityFeedback:
    """The report that the fields make. Raises `FeedbackRefused` naming the field."""
    now, night = here.now()
    kind, file = fields.get("kind", ""), fields.get("distribution", "")
    if kind not in list(FeedbackKind):
        raise written.refused(written.Refusal.UNKNOWN, "kind", "no kind was chosen")
    if file and file not in dataset.distributions:
        raise written.refused(written.Refusal.UNKNOWN, "distribution", "there is no such file")
    return UserQualityFeedback(
        id=inbox.identity("form", nonce),
        dataset=dataset.key,
        kind=FeedbackKind(kind),
        text=written.block(fields.get("text", ""), "text", shortest=written.SHORTEST_TEXT),
        received_at=now,
        night=night,
        language=language,
        distribution=file,
        column=written.line(fields.get("column", ""), "column"),
        row=written.line(fields.get("row", ""), "row"),
        evidence=written.evidence(fields.get("evidence", "")),
        email=written.mail_address(fields.get("email", "")),
    )


def _form(
    request: Request,
    here: Context,
    dataset: KnownDataset,
    language: str,
    values: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    status: int = 200,
    token: str | None = None,
) -> HTMLResponse:
    now, _ = here.now()
    said = words(language)
    asked: dict[str, Any] = {name: request.query_params.get(name, "") for name in ("dataset", *PREFILLED)}

    def query(other: str) -> str:
        return urlencode({**{name: it for name, it in asked.items() if it}, "language": other})

    return page(
        request,
        "form",
        language,
        status,
        dataset=dataset,
        values={name: values.get(name, "") for name in FIELDS} | {"kind": values.get("kind") or "error"},
        faults={name: said[f"fault_{refusal}"] for name, refusal in (faults or {}).items()},
        kinds=[str(it) for it in FeedbackKind],
        longest=written.LONGEST,
        query=query,
        token=token or tokens.sign(Purpose.FORM, (tokens.nonce(), dataset.key), here.key, now),
    )
