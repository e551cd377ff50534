"""A scale of others as data: its parts, their items, and what answers each (`expectations/scales.json`).

Belongs here: the file's form and what makes it invalid. Does not belong here: scoring a dataset on it (`scale_score`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from pipelines.errors import SuiteError
from pipelines.measurement.metrics import METRICS
from pipelines.measurement.published import COMMON, COVERAGE, OF_FILES
from pipelines.sources import Attested

Vocabulary = Literal["license", "access_rights", "file_types"]
SOURCES = ("metric", "property", "file", "vocabulary", "principle", "type", "attested", "person")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Title(_Strict):
    """A name in both languages."""

    en: str = Field(min_length=1)
    es: str = Field(min_length=1)


class Item(_Strict):
    """One item: `points` are its weight within the part. Exactly one of the other fields answers it.

    `best`: the best file speaks for the dataset, else all of them on average. `person` says who could tell.
    """

    key: str
    title: Title
    points: Annotated[float, Field(gt=0)]
    metric: str | None = None
    property: str | None = None
    file: str | None = None
    vocabulary: Vocabulary | None = None
    principle: str | None = None
    type: str | None = None
    attested: str | None = None
    person: Literal["user", "software"] | None = None
    best: bool = False

    @model_validator(mode="after")
    def _answered(self) -> Item:
        given = {name: value for name in SOURCES if (value := getattr(self, name)) is not None}
        if len(given) != 1:
            raise ValueError(f"item {self.key!r} must be answered by one of {', '.join(SOURCES)}")
        known: dict[str, Any] = {
            "metric": {it.id for it in METRICS.values() if it.unit == "share"},
            "property": COMMON | COVERAGE,
            "file": OF_FILES,
            "attested": Attested.model_fields,
        }
        ((name, value),) = given.items()
        if name in known and value not in known[name]:
            raise ValueError(f"item {self.key!r}: there is no {name} {value!r}")
        return self


class Part(_Strict):
    """One part: its items' points are brought to `most` in all."""

    key: str
    title: Title
    most: Annotated[float, Field(gt=0)]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]


class Grade(_Strict):
    """The word for a total of at least `least` points."""

    least: float = Field(alias="from")
    title: Title


class Scale(_Strict):
    """One scale. `total`: its parts are added up; without, an average would hide what the parts tell."""

    key: str
    title: Title
    basis: str
    total: bool
    grades: tuple[Grade, ...] = ()
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]


class Scales(_Strict):
    """The whole file."""

    version: str
    note: str
    scales: tuple[Scale, ...]


def load_scales(expectations: Path) -> Scales:
    """Read `expectations/scales.json`. Raises `SuiteError` when it is unusable."""
    path = expectations / "scales.json"
    try:
        return Scales.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise SuiteError(f"the scales are not valid: {error}", file=str(path)) from error
