"""`veedor serve` under load: many readers and some writers at once; what was lost, what failed, how long it took.

    python -m benchmarks.serve_load --seconds 60 --readers 200 --writers 20

Belongs here: the load, as threads with connections that are kept. The data are generated; the server is a process of
its own. A report that was thanked for has to be in the inbox, whole; who sends too often is refused, which
is no failure. The last line is one JSON object: `answers` by `statuses`, `p50_ms` and `p99_ms` of an answer,
reports that were `thanked` for and of them `lost`, and connections that were `broken`.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from benchmarks.validate_scale import machine
from pipelines.feedback import inbox, tokens
from pipelines.feedback.tokens import Purpose
from pipelines.site.build import build
from tests.serving_process import KEY, serving
from tests.unit.feedback.reports import DATASET, SOURCES
from tests.unit.site.conftest import make_public

READ = (
    *("/", "/es/index.html", "/en/dataset/federal/contratos.html", "/style.css", "/dqv/catalog.ttl"),
    f"/feedback/new?dataset={DATASET}",
)


@dataclass
class Load:
    """What came of it: answers by status, seconds of each answer, the ids that were thanked for, what broke."""

    statuses: Counter[int] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    thanked: dict[str, str] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)

    def at(self, share: float) -> float:
        """The seconds within which such a share of the answers came."""
        ordered = sorted(self.seconds)
        return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else 0.0


def load(url: str, seconds: float, readers: int, writers: int) -> Load:
    """Put the load on a server."""
    found, lock, over = Load(), threading.Lock(), threading.Event()
    place = urlsplit(url)

    def work(writes: bool, number: int) -> None:
        dice = random.Random(number)  # noqa: S311
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=30)
        while not over.is_set():
            text = f"Reporte {number} {dice.random()} de la prueba de carga."
            nonce = tokens.nonce()
            begun = time.monotonic()
            try:
                if writes:
                    since = datetime.now(UTC) - timedelta(minutes=1)
                    token = tokens.sign(Purpose.FORM, (nonce, DATASET), KEY, since)
                    household = f"198.{dice.randrange(18, 20)}.{dice.randrange(256)}.{dice.randrange(256)}"
                    connection.request(
                        "POST",
                        READ[-1],
                        urlencode({"kind": "error", "text": text, "token": token}),
                        {
                            "content-type": "application/x-www-form-urlencoded",
                            "x-forwarded-for": household,
                        },
                    )
                else:
                    connection.request("GET", dice.choice(READ))
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException) as error:
                with lock:
                    found.broken.append(f"{type(error).__name__}: {error}")
                connection.close()
                continue
            with lock:
                found.statuses[answer.status] += 1
                found.seconds.append(time.monotonic() - begun)
                if writes and answer.status == 200:
                    found.thanked[inbox.identity("form", nonce)] = text
        connection.close()

    threads = [
        threading.Thread(target=work, args=(number < writers, number), daemon=True)
        for number in range(readers + writers)
    ]
    for it in threads:
        it.start()
    time.sleep(seconds)
    over.set()
    for it in threads:
        it.join(60)
    return found


def lost(found: Load, runs: Path) -> list[str]:
    """The reports that were thanked for and are not in the inbox as they were sent."""
    stored = {it.item.id: it.item.text for it in inbox.every(runs)}
    return [key for key, text in found.thanked.items() if stored.get(key) != text]


def main() -> None:
    """Print what came of it."""
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--seconds", type=float, default=60)
    asked.add_argument("--readers", type=int, default=200)
    asked.add_argument("--writers", type=int, default=20)
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        (base / "sources.yaml").write_text(SOURCES, encoding="utf-8")
        build(make_public(base / "data"))
        with serving(base / "data", base / "sources.yaml", VEEDOR_TRUSTED_PROXIES="127.0.0.1") as it:
            found = load(it.url, options.seconds, options.readers, options.writers)
        answers = found.statuses.total()
        figures = {
            "seconds": options.seconds,
            "readers": options.readers,
            "writers": options.writers,
            "answers": answers,
            "answers_per_s": round(answers / options.seconds),
            "statuses": {str(status): count for status, count in sorted(found.statuses.items())},
            "p50_ms": round(found.at(0.5) * 1000),
            "p99_ms": round(found.at(0.99) * 1000),
            "thanked": len(found.thanked),
            "lost": len(lost(found, base / "data/runs")),
            "broken": len(found.broken),
            "machine": machine(),
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
