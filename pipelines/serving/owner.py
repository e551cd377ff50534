"""The owner's answer to a report, by the signed link that came with it.

Belongs here: showing the report and taking the answer, which is public. Once it is closed or withdrawn none is taken.
"""

from __future__ import annotations

from functools import partial

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pipelines.errors import AnswerRefused, FeedbackRefused, FeedbackUnknown
from pipelines.feedback import acts, inbox, tokens, written
from pipelines.feedback.tokens import Purpose
from pipelines.feedback_course import may
from pipelines.model import FeedbackEventKind, FeedbackReport
from pipelines.serving.bodies import form_of
from pipelines.serving.context import of
from pipelines.serving.pages import language_of, page, told, words


async def show(request: Request) -> Response:
    """GET: the report, and the form for its answer."""
    return await _with_report(request, {})


async def answer(request: Request) -> Response:
    """POST: keep the answer; the same one twice is one."""
    return await _with_report(request, {"text": "", **await form_of(request)})


async def _with_report(request: Request, fields: dict[str, str]) -> Response:
    here, language = of(request), language_of(request, of(request).sources.language)
    now, night = here.now()
    try:
        (key, *_), _ = tokens.read(Purpose.OWNER, request.path_params["token"], here.key, now)
        report = await run_in_threadpool(inbox.one, here.runs, key)
    except AnswerRefused as fault:
        return told(request, language, f"link_{fault.refusal}", 410 if fault.refusal == "expired" else 404)
    except (FeedbackUnknown, ValueError):
        return told(request, language, "gone", 410)
    if not may(report.course, FeedbackEventKind.ANSWERED):
        return told(request, language, "gone", 410)
    known = await run_in_threadpool(here.known.dataset, report.item.dataset)
    late = report.course.due_on is not None and night > report.course.due_on
    shown = partial(_shown, request, language, report, known.title if known else report.item.dataset, late)
    if not fields:
        return shown()
    if not here.may_send(request):
        return shown(fields["text"], "often", 429)
    try:
        await run_in_threadpool(acts.answer, here.runs, key, now, night, fields["text"])
    except FeedbackRefused as fault:
        return shown(fields["text"], fault.refusal, 422)
    return told(request, language, "owner_done")


def _shown(
    request: Request,
    language: str,
    report: FeedbackReport,
    title: str,
    late: bool,
    text: str = "",
    fault: str = "",
    status: int = 200,
) -> Response:
    return page(
        request,
        "owner",
        language,
        status,
        it=report,
        title=title,
        late=late,
        text=text or report.course.answer,
        fault=words(language)[f"fault_{fault}"] if fault else "",
        longest=written.LONGEST,
    )
