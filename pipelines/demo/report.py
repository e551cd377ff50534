"""What the demonstration shows when it is through: scores per night, the mails, three answers, the site.

Belongs here: reading the published history and the outbox as any user would. Nothing is computed that the
history does not say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from email import message_from_bytes, policy
from pathlib import Path

from pipelines.demo.run import Demo
from pipelines.history.asking import columns_and_rows

SCORES = """
select dataset, title, night,
       max(score) filter (where dimension = 'access') as access,
       max(score) filter (where dimension = 'content') as content
from score_history group by all order by dataset, night
"""

QUESTIONS: tuple[tuple[str, str], ...] = (
    (
        "Which datasets got worse from one night to the next, in which dimension, by how much?",
        """select dataset, dimension, night, score_before, score, change, regained
from worst_regressions where change <= -5 order by change""",
    ),
    (
        "What exactly was wrong with the contracts on the worst night, and in how many rows?",
        """select key, severity, col, reason from expectation_history
where dataset = 'demo-compras/contratos' and outcome = 'failed'
  and night = (select arg_min(night, score) from score_history
               where dataset = 'demo-compras/contratos' and dimension = 'content')
order by unexpected_percent desc nulls first""",
    ),
    (
        "What can a reuser rely on today?",
        """select v.dataset, v.outcome,
       max(s.score) filter (where s.dimension = 'content') as content, v.reason
from latest_verdict v join latest_score s using (dataset)
group by all order by content desc nulls last, v.dataset""",
    ),
)


@dataclass(frozen=True)
class Mail:
    """One message of the outbox."""

    path: Path
    to: str
    subject: str
    text: str


@dataclass(frozen=True)
class Answer:
    """One question, its SQL, and what the history answered."""

    question: str
    sql: str
    columns: list[str]
    rows: list[tuple[object, ...]]


@dataclass(frozen=True)
class DemoReport:
    """Everything that is shown. `scores` is {(dataset, title): {night: (access, content)}}."""

    nights: tuple[date, ...]
    scores: dict[tuple[str, str], dict[date, tuple[float | None, float | None]]]
    mails: tuple[Mail, ...]
    answers: tuple[Answer, ...]
    site: Path


def report(demo: Demo) -> DemoReport:
    """Read what a demonstration left behind."""
    public = demo.settings.public
    scores: dict[tuple[str, str], dict[date, tuple[float | None, float | None]]] = {}
    for dataset, title, night, access, content in columns_and_rows(SCORES, public=public)[1]:
        nights = scores.setdefault((str(dataset), str(title)), {})
        nights[night] = (access, content)  # type: ignore[index, assignment]
    answers = []
    for question, sql in QUESTIONS:
        columns, rows = columns_and_rows(sql, public=public)
        answers.append(Answer(question, sql, columns, rows))
    return DemoReport(
        nights=demo.nights,
        scores=scores,
        mails=tuple(_mail(path) for path in sorted(demo.settings.outbox.glob("*.eml"))),
        answers=tuple(answers),
        site=public / "index.html",
    )


def _mail(path: Path) -> Mail:
    message = message_from_bytes(path.read_bytes(), policy=policy.default)
    body = message.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    return Mail(path, str(message["To"]), str(message["Subject"]), text)
