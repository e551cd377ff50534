"""The Open Up Guide's 30 priority datasets: key, name, group and largest age, from `expectations/catalogue.json`.

Belongs here: the catalogue as values. Its facts are the Open Data Charter's; what is inferred says so in
`expectations/README.md`. What is expected of each dataset is its suite's matter.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from pipelines.errors import SuiteError


@dataclass(frozen=True)
class GuideDataset:
    """One of the 30. `max_age_days` is the age at which its newest data are too old, in days."""

    key: str
    number: int
    name: dict[str, str]
    group: str
    max_age_days: float | None


Guide = dict[str, GuideDataset]


def load_guide(expectations: Path) -> Guide:
    """Read the catalogue by key, in the guide's order. Raises `SuiteError`."""
    path = expectations / "catalogue.json"
    try:
        entries = json.loads(path.read_text(encoding="utf-8"))["datasets"]
        return {
            entry["key"]: GuideDataset(
                entry["key"], entry["number"], entry["name"], entry["group"], entry["max_age_days"]
            )
            for entry in entries
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SuiteError(
            f"the catalogue of the guide cannot be read: {error!r}",
            "Set VEEDOR_EXPECTATIONS to a folder of suites, or unset it to use those that came with Veedor.",
            file=str(path),
        ) from error
