"""The links of alerts: acknowledge, dispute, ask, snooze and mute, without an account.

Belongs here: showing on GET what a link would do, because mail programs and virus scanners open every link, and doing
it on POST, as a file of the night. The history hears of it with the next night. What a link is: `alerts.answers`.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from pipelines.alerts.answers import Answer, act, read, write_action
from pipelines.errors import AnswerRefused
from pipelines.serving.bodies import form_of
from pipelines.serving.context import of
from pipelines.serving.pages import language_of, page, told, words

WITH_TEXT = (Answer.ASK, Answer.DISPUTE)
SHOWN = 40


async def show(request: Request) -> Response:
    """GET: what would be done, and a button."""
    here, language = of(request), language_of(request, of(request).sources.language)
    try:
        found = read(request.path_params["token"], here.now()[0], here.key)
    except AnswerRefused as fault:
        return told(request, language, f"link_{fault.refusal}", 410 if fault.refusal == "expired" else 404)
    incidents = await run_in_threadpool(here.known.incidents, found.incidents)
    said = words(language)
    return page(
        request,
        "answer",
        language,
        title=said[f"answer_{found.answer}_title"],
        lead=said[f"answer_{found.answer}"],
        incidents=incidents[:SHOWN],
        unnamed=len(found.incidents) - len(incidents),
        asks_text=found.answer in WITH_TEXT,
        button=said["answer_button"],
    )


async def do(request: Request) -> Response:
    """POST: keep the answer; the same one twice is one."""
    here, language = of(request), language_of(request, of(request).sources.language)
    fields = await form_of(request)
    now, night = here.now()
    try:
        action = act(request.path_params["token"], now, here.key, text=fields.get("text", ""))
    except AnswerRefused as fault:
        return told(request, language, f"link_{fault.refusal}", 410 if fault.refusal == "expired" else 404)
    if not here.may_send(request):
        return told(request, language, "error_503", 429)
    await run_in_threadpool(write_action, here.runs, night, action)
    return told(request, language, "answered")
