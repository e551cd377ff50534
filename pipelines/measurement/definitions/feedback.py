"""Metrics of feedback: does the owner answer what readers report, and in time?

Belongs here: their words and versions. They are computed in `measurement.feedback`, and in no score: how often readers
report anything says more of the readers than of the data.
"""

from __future__ import annotations

from pipelines.measurement.metric import metric

METRICS = (
    metric(
        "feedback.answered_in_time",
        ("Readers are answered in time", "Se responde a tiempo a las personas usuarias"),
        (
            "Share of the accepted reports that the owner answered within 30 days, of those answered or overdue. "
            "Without any it is unknown.",
            "Proporción de los reportes aceptados que la institución respondió en 30 días, de los respondidos o "
            "vencidos. Si no hay ninguno, se desconoce.",
        ),
        (
            "Answer what readers report within 30 days, by the link of the message; say so too when nothing will "
            "change.",
            "Responda en 30 días lo que reportan las personas usuarias, con el enlace del mensaje; dígalo también "
            "cuando nada vaya a cambiar.",
        ),
    ),
    metric(
        "feedback.overdue",
        ("Reports without an answer in time", "Reportes sin respuesta a tiempo"),
        (
            "Number of accepted reports that have no answer after 30 days. Where nothing was ever reported it is "
            "unknown.",
            "Número de reportes aceptados que no tienen respuesta después de 30 días. Si nunca se reportó nada, se "
            "desconoce.",
        ),
        unit="count",
    ),
)
