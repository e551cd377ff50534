"""Forms and links as readers, owners and the operator have them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.feedback import inbox, tokens
from pipelines.feedback.tokens import Purpose
from tests.serving_process import KEY
from tests.unit.feedback.reports import DATASET

FORM = f"/feedback/new?dataset={DATASET}"
TEXT = "El importe del contrato 17 tiene un cero de más."


def form_token(ago: float = 60, dataset: str = DATASET) -> str:
    now = datetime.now(UTC) - timedelta(seconds=ago)
    return tokens.sign(Purpose.FORM, (tokens.nonce(), dataset), KEY, now)


def filled(**more: str) -> dict[str, str]:
    return {"kind": "error", "text": TEXT, "token": form_token(), **more}


def stored(data: Path) -> dict[str, str]:
    return {it.item.id: it.item.text for it in inbox.every(data / "runs")}


def moderation(ago: float = 0) -> str:
    return tokens.sign(Purpose.MODERATION, ("operator",), KEY, datetime.now(UTC) - timedelta(days=ago))
