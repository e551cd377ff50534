"""Moderation: the operator looks at what came in, behind a link of a week (`veedor feedback link`).

Belongs here: the page and its two acts. All else is done by `veedor feedback`.
"""

from __future__ import annotations

from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pipelines.errors import AnswerRefused, FeedbackRefused, FeedbackUnknown
from pipelines.feedback import acts, inbox, tokens, written
from pipelines.feedback.tokens import Purpose
from pipelines.model import FeedbackState
from pipelines.serving.bodies import form_of
from pipelines.serving.context import of
from pipelines.serving.pages import language_of, page, told, words

SHOWN = 50


async def show(request: Request) -> Response:
    """GET: the reports that wait, the oldest first."""
    return await _page(request, None)


async def act(request: Request) -> Response:
    """POST: accept one, or reject it with a reason."""
    return await _page(request, await form_of(request))


async def _page(request: Request, fields: Mapping[str, str] | None) -> Response:
    here, language = of(request), language_of(request, of(request).sources.language)
    now, night = here.now()
    said, done, fault = words(language), "", ""
    try:
        tokens.read(Purpose.MODERATION, request.path_params["token"], here.key, now)
    except AnswerRefused as refused:
        return told(
            request, language, f"link_{refused.refusal}", 410 if refused.refusal == "expired" else 404
        )
    if fields is not None:
        key, wanted = fields.get("report", ""), fields.get("act", "")
        try:
            if wanted == "accept":
                await run_in_threadpool(acts.accept, here.runs, key, now, night)
            elif wanted == "reject":
                await run_in_threadpool(acts.reject, here.runs, key, now, night, fields.get("reason", ""))
            else:
                raise written.refused(written.Refusal.UNKNOWN, "act", "no act was chosen")
            done = said[f"did_{wanted}"]
        except FeedbackUnknown:
            fault = said["gone"]
        except FeedbackRefused as refused_:
            fault = said[f"fault_{refused_.refusal}"]
    every = await run_in_threadpool(inbox.every, here.runs)
    datasets = await run_in_threadpool(here.known.datasets)
    waiting = [it for it in every if it.course.state is FeedbackState.RECEIVED]
    return page(
        request,
        "moderation",
        language,
        422 if fault else 200,
        reports=waiting[:SHOWN],
        titles={key: it.title for key, it in datasets.items()},
        waiting=len(waiting),
        done=done,
        fault=fault,
        longest=written.LONGEST,
    )
