"""An inbox of reports as the server leaves it, for what is recorded and published of it. Nobody in them exists."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from pipelines.feedback import inbox
from tests.unit.feedback.reports import NOW, event, item

# Words that nobody but the operator may ever see.
UNMODERATED = "palabra-sin-revisar"
REJECTED = "palabra-rechazada"
ERASED = "palabra-borrada"
ADDRESS = "lectora@example.org"


def write(runs: Path) -> None:
    """One report of each state, about three datasets."""
    inbox.receive(runs, item("waiting", text=f"{UNMODERATED}: falta un año.", kind="missing"))
    inbox.receive(runs, item("rejected", text=f"{REJECTED}: compre aquí."))
    inbox.add(runs, event("rejected", 0.5, "rejected", text="propaganda"))
    inbox.receive(runs, item("open", text=f"Un cero de más. Escríbanme a {ADDRESS}."))
    inbox.add(runs, event("accepted", 0.5, "open"))
    inbox.add(runs, event("told", 0.6, "open", by="veedor"))
    earlier = {"received_at": NOW - timedelta(days=90), "night": (NOW - timedelta(days=90)).date()}
    inbox.receive(
        runs,
        item(
            "answered",
            dataset="estatal/padron",
            column="",
            row="",
            evidence="https://example.org/",
            **earlier,
        ),
    )
    inbox.add(runs, event("accepted", -20, "answered"))
    inbox.add(runs, event("answered", -10, "answered", text="Se corrige hoy.", by="owner"))
    inbox.receive(runs, item("late", dataset="estatal/obra", kind="outdated", **earlier))
    inbox.add(runs, event("accepted", -60, "late"))
    inbox.receive(runs, item("erased", text=f"{ERASED}: vive en la calle…"))
    inbox.add(runs, event("accepted", 0.5, "erased"))
    inbox.add(runs, event("answered", 0.7, "erased", text=f"{ERASED} es ella.", by="owner"))
    inbox.erase(runs, event("erased", 0.8, "erased"))
