"""Briefs with as much on them as they can hold: still one sheet of A4."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.model import Outcome
from pipelines.site.feedback import Reported
from pipelines.site.output import Output
from pipelines.site.press import Press
from pipelines.site.sheet import Sheet
from pipelines.site.sheets import brief
from pipelines.site.trend import Trend, drawn
from tests.unit.site.test_site_sheets import entry, row, stretches

pytestmark = pytest.mark.slow
LONG = (
    "Registro de inconformidades en contrataciones públicas de todas las dependencias y entidades federativas "
    * 5
)
# The longest title of the guide's datasets has as many letters.
LONGEST = LONG[:58]
STATES = ("published", "out_of_reach", "unknown", "not_published", "not_watched")


def fullest_publisher() -> dict[str, Any]:
    entries = [entry(f"{LONG}{at}", "failed") for at in range(brief.DATASETS)]
    incident = {
        **{"severity": "critical", "title": LONG, "summary_en": LONG, "summary_es": LONG},
        **{"condition": "x", "first_seen": date(2026, 3, 1)},
    }
    fix = {
        **{"title_en": LONG, "title_es": LONG, "subject": "x", "datasets": 12, "category": "content"},
        **{"gain_in_category": 12.34, "advice_en": "", "advice_es": ""},
    }
    return {
        "since": date(2026, 11, 29),
        "country": "MX",
        "publisher": LONG,
        "page_path": "index.html",
        "entries": entries,
        "datasets": 99,
        "counts": [(it.value, 999) for it in Outcome],
        "place": {"rank": 999, "ranked": 999, "content": 99.9, "access": 99.9},
        "repair": {"repaired": 999, "median_days": 99.5, "longest_days": 999, "still_open": 99},
        "fixes": [fix] * brief.FIXES,
        "incidents": [incident] * brief.INCIDENTS,
        "incidents_in_all": 999,
    }


def fullest_country() -> dict[str, Any]:
    trend = Trend(date(2026, 3, 10), 10)
    trend.add(stretches([row(0, 4), row(5, 9, "failed")]))
    guide = [
        {
            **{"number": at, "guide_dataset": f"g{at}", "title_en": LONGEST, "title_es": LONGEST},
            **{"state": STATES[at % 5], "outcome": "failed", "content": 99.9, "path": "index.html"},
        }
        for at in range(30)
    ]
    best = {"rank": 1, "publisher": LONG, "content": 99.9, "datasets_passed": 999, "datasets": 999}
    return {
        "newest": date(2026, 11, 29),
        "country": "DO",
        "coverage": dict.fromkeys(STATES, 6),
        "guide": guide,
        "counts": [(it.value, 999) for it in Outcome],
        "best": [best] * brief.PUBLISHERS,
        "points": trend.points(),
        "drawing": drawn(trend.points()),
    }


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("kind", ["country", "publisher"])
def test_the_fullest_brief_is_one_sheet(chromium: Any, tmp_path: Path, kind: str, language: str) -> None:
    output = Output(tmp_path)
    press = Press(output, "test", "https://calidad.example.org/", Reported(), has_data=True)
    facts = fullest_country() if kind == "country" else fullest_publisher()
    press.print(Sheet(f"brief/{kind}/x.html", f"brief_{kind}", facts))
    style = Path("pipelines/site/static/style.css").read_text(encoding="utf-8")
    output.write("style.css", style)
    output.replace()
    context = chromium.new_context()
    page = context.new_page()
    page.goto((tmp_path / language / "brief" / kind / "x.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True, print_background=True)
    context.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
