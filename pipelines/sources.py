"""`sources.yaml`: what is watched, by whom it is owned, and when.

Belongs here: the schema (pydantic, unknown keys refused), and the loader whose every complaint names file,
line and remedy. `source` is ours: the unit of schedule, retry and blame. The other words are DCAT's.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from email.errors import MessageError
from email.headerregistry import Address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml
from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.functional_validators import BeforeValidator

from pipelines import record_path
from pipelines.errors import SourcesError

SLUG = re.compile(r"^[a-z0-9][a-z0-9-]{0,62}$")
ADDRESS = re.compile(r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+$")
# A field of a five-field cron line: *, numbers, ranges, lists and steps (man 5 crontab).
CRON_FIELD = re.compile(r"^(\*|\d+(-\d+)?)(/\d+)?(,(\*|\d+(-\d+)?)(/\d+)?)*$")
CRON_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))


def _slug(value: str) -> str:
    if not SLUG.match(value):
        raise ValueError(f"{value!r} is not a slug: use a-z, 0-9 and '-', beginning with a letter or digit")
    return value


def _cron(value: str) -> str:
    parts = value.split()
    if len(parts) != 5:
        raise ValueError(f"{value!r} is not a cron line of five fields, such as '0 3 * * *'")
    for part, (low, high) in zip(parts, CRON_BOUNDS, strict=True):
        numbers = [int(n) for n in re.findall(r"\d+", part.split("/")[0])]
        if not CRON_FIELD.match(part) or any(not low <= n <= high for n in numbers) or "/0" in part:
            raise ValueError(f"{part!r} in the cron line {value!r} is not between {low} and {high}")
    try:
        next(CronSim(value, datetime(2026, 1, 1, tzinfo=UTC)), None)
    except CronSimError as error:
        raise ValueError(f"the cron line {value!r} names no day: {error}") from None
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except Exception:
        raise ValueError(f"{value!r} is not a time zone, such as 'America/Mexico_City'") from None
    return value


def _web_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError(f"{value!r} is not an address that begins with http:// or https://")
    return value


def usable_address(text: str) -> bool:
    """Whether a mail can be addressed to `text`: what a header refuses, no mail server would take either."""
    try:
        return ADDRESS.match(text) is not None and text.isascii() and bool(Address(addr_spec=text).domain)
    except (MessageError, ValueError, IndexError):
        return False


def _mail_address(value: str) -> str:
    if not usable_address(value):
        raise ValueError(f"{value!r} is not a mail address")
    return value


def _record_path(value: str) -> str:
    record_path.steps(value)
    return value


Slug = Annotated[str, AfterValidator(_slug)]
Cron = Annotated[str, AfterValidator(_cron)]
Zone = Annotated[str, AfterValidator(_zone)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
MailAddress = Annotated[str, AfterValidator(_mail_address)]
RecordPath = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_record_path)]
Text = Annotated[str, Field(min_length=1, max_length=500)]
Names = Annotated[
    tuple[Text, ...],
    Field(min_length=1),
    BeforeValidator(lambda it: [it] if isinstance(it, str) else it, Text | tuple[Text, ...]),
]
Language = Literal["es", "en"]
PortalKind = Literal[
    "ckan", "socrata", "opendatasoft", "arcgis", "udata", "dkan", "dcat_us", "dcat", "ocds_api", "direct"
]


class _Block(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class SourcePublisher(_Block):
    """Who publishes (dct:publisher)."""

    name: Text = Field(description="Name of the publishing body, as it writes it.")
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, description="ISO 3166-1 alpha-2 code of its country."
    )


class Owner(_Block):
    """Who is told when quality drops."""

    name: Text = Field(description="The office or unit that answers for the data.")
    email: MailAddress | None = Field(
        default=None,
        description="Where alerts go. Left out: the contact point that the portal gives, else the operator.",
    )


class Attested(_Block):
    """What the owner says of a dataset where no measurement can tell. What is left out stays unknown."""

    withheld_explained: bool | None = Field(
        default=None, description="What is not published, and why, is explained (general check G03)."
    )
    independent_copy: bool | None = Field(
        default=None, description="A copy is kept at another institution or site (G28)."
    )
    secure_site: bool | None = Field(
        default=None, description="The data are kept where only those in charge can change them."
    )
    change_control: bool | None = Field(
        default=None, description="Every change of the data leaves a trace: who, when, what (G29)."
    )
    comparable_over_time: bool | None = Field(
        default=None, description="Codes mean the same in all years, or a table says how they changed (G45)."
    )
    provenance: bool | None = Field(
        default=None, description="It is said from which system the data come and how they were made (G46)."
    )
    authoritative: bool | None = Field(
        default=None, description="The publisher is who keeps the register by law (G52)."
    )
    human_view: bool | None = Field(default=None, description="A page lets people search the records (G53).")
    official_languages: bool | None = Field(
        default=None, description="Metadata and dictionary are in all official languages (G54)."
    )
    reuse_documented: bool | None = Field(default=None, description="Known uses are listed and linked (G56).")

    def given(self) -> dict[str, bool]:
        """What was said, by name."""
        return {name: value for name, value in self.model_dump().items() if value is not None}


class SourceDistribution(_Block):
    """One file of a dataset (dcat:Distribution)."""

    id: Slug = Field(description="Stable name of the distribution within its dataset.")
    url: WebAddress | None = Field(default=None, description="Download address (portal `direct`).")
    portal_id: str | None = Field(default=None, description="The portal's own id of it (CKAN resource id).")
    format: str | None = Field(default=None, description="Declared format: csv, xlsx, json, zip, ...")
    title: Text | None = Field(default=None, description="Title, when the portal gives none.")
    member: Text | None = Field(
        default=None, description="File in an archive that is read, no other; `*` stands for any text."
    )
    sheet: Text | None = Field(
        default=None, description="Sheet of a workbook that is read, no other; `*` stands for any text."
    )
    record_path: RecordPath | None = Field(
        default=None,
        description="Where the records of JSON or XML are: `data.items` as in jq, or `/data/items`.",
    )


class SourceDataset(_Block):
    """One dataset (dcat:Dataset): the unit of score and ownership."""

    id: Slug = Field(description="Stable name of the dataset within its source.")
    identifier: str | None = Field(
        default=None, description="Name or id at the portal; left out: the same as `id`."
    )
    title: Text | None = Field(default=None, description="Title, when the portal gives none.")
    description: str | None = Field(default=None, description="What it holds, in a sentence.")
    guide_dataset: str | None = Field(
        default=None, description="Key of the Open Up Guide's dataset that it should be; names the suite."
    )
    layout: Names | None = Field(
        default=None,
        description="Layout to use, or several of which the best fit is taken (`[name, other]`); "
        "left out: chosen by the columns of the file among all of the guide dataset.",
    )
    accrual_periodicity: str | None = Field(
        default=None, description="How often it is promised to change (dct:accrualPeriodicity)."
    )
    license: str | None = Field(default=None, description="Licence, when the portal gives none.")
    language: Language | None = Field(default=None, description="Language in which the owner is written to.")
    attested: Attested | None = Field(
        default=None, description="What its owner attests where nothing can be measured."
    )
    distributions: tuple[SourceDistribution, ...] = Field(
        default=(), description="Its files; for a portal with a catalog, left out means all that it lists."
    )

    @model_validator(mode="after")
    def _distinct(self) -> SourceDataset:
        _no_doubles("distribution", [item.id for item in self.distributions])
        return self


class Source(_Block):
    """One entry of sources.yaml: the unit of schedule, retry and blame."""

    id: Slug = Field(description="Stable name of the source.")
    portal: PortalKind = Field(description="Kind of portal.")
    url: WebAddress | None = Field(default=None, description="Base address of the portal.")
    title: Text | None = Field(default=None, description="Name to show; left out: the publisher's.")
    publisher: SourcePublisher
    owner: Owner
    enabled: bool = Field(default=True, description="Set to false to keep an entry without visiting it.")
    schedule: Cron | None = Field(
        default=None,
        description="On which nights it is visited: the day fields of a cron line, such as '0 3 * * 1' for Mondays. "
        "Left out: every night.",
    )
    language: Language = Field(default="es", description="Language in which the owner is written to.")
    datasets: Annotated[tuple[SourceDataset, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _complete(self) -> Source:
        _no_doubles("dataset", [item.id for item in self.datasets])
        if self.portal != "direct" and self.url is None:
            raise ValueError(f"a source with portal {self.portal!r} needs `url`, the portal's base address")
        if self.portal == "direct":
            for dataset in self.datasets:
                if not dataset.distributions or any(item.url is None for item in dataset.distributions):
                    raise ValueError(
                        f"dataset {dataset.id!r} of a source with portal 'direct' needs `distributions`, "
                        "each with its `url`"
                    )
        return self

    def visited_on(self, night: date) -> bool:
        """Whether `schedule` names the day of `night`, whatever its hour."""
        if self.schedule is None:
            return True
        days = " ".join(("0 0", *self.schedule.split()[2:]))
        midnight = datetime.combine(night, time.min, UTC)
        return next(CronSim(days, midnight - timedelta(minutes=1))) == midnight


class Sources(_Block):
    """The whole file."""

    version: Literal[1] = Field(description="Version of this file's schema.")
    time_zone: Zone = Field(description="Time zone of the schedule and of what counts as one night.")
    schedule: Cron = Field(default="0 3 * * *", description="When the night begins (cron, five fields).")
    language: Language = Field(default="es", description="Language of owners for whom none is given.")
    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _distinct(self) -> Sources:
        _no_doubles("source", [item.id for item in self.sources])
        return self

    @property
    def enabled(self) -> tuple[Source, ...]:
        """The sources that are visited at all."""
        return tuple(source for source in self.sources if source.enabled)

    def due(self, night: date) -> tuple[Source, ...]:
        """The enabled sources that `night` visits."""
        return tuple(source for source in self.enabled if source.visited_on(night))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that is named: of portals and of files."""
        files = (it.url for source in self.sources for item in source.datasets for it in item.distributions)
        return tuple(it for it in (*(source.url for source in self.sources), *files) if it)


def _no_doubles(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two entries have the {what} id {name!r}; give one of them another id")


def load(path: Path) -> Sources:
    """Read and check `path`. Raises `SourcesError` naming file, line and remedy."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise SourcesError(
            "there is no such file.",
            "Run the command in the folder that holds sources.yaml, or set VEEDOR_SOURCES to it.",
            file=str(path),
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SourcesError(f"it cannot be read: {error}", "Save it as UTF-8 text.", file=str(path)) from error
    return parse(text, str(path))


def parse(text: str, file: str = "sources.yaml") -> Sources:
    """Check the text of a sources file. Raises `SourcesError` naming file, line and remedy."""
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        raw = _plain(node, (), lines, file) if node is not None else None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SourcesError(
            f"it is not valid YAML: {error.problem or error.context}.",
            "Look at indentation, colons and quotes at this line.",
            file=file,
            line=mark.line + 1 if mark else None,
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise SourcesError(f"it is not valid YAML: {error}", file=file) from error
    if not isinstance(raw, dict):
        raise SourcesError(
            "it must hold `version`, `time_zone` and `sources`.", "See docs/reference/sources.md.", file=file
        )
    if isinstance(raw.get("sources"), list) and "language" in raw:
        for entry in raw["sources"]:
            if isinstance(entry, dict):
                entry.setdefault("language", raw["language"])
    try:
        return Sources.model_validate(raw)
    except ValidationError as error:
        raise _complaint(error, lines, file) from error


def _plain(
    node: yaml.Node, path: tuple[str | int, ...], lines: dict[tuple[str | int, ...], int], file: str
) -> Any:
    """Turn a YAML node into plain values, noting each key's line and refusing a key that stands twice."""
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in result:
                raise SourcesError(
                    f"the key {key!r} stands twice in the same block (first at line {lines[(*path, key)]}).",
                    "Keep one of the two: YAML would silently drop the first.",
                    file=file,
                    line=line,
                )
            lines[(*path, key)] = line
            result[key] = _plain(value_node, (*path, key), lines, file)
        return result
    if isinstance(node, yaml.SequenceNode):
        return [_plain(item, (*path, index), lines, file) for index, item in enumerate(node.value)]
    # Text stays text: a publisher's code such as 0123 or NO must not turn into a number or false.
    if node.tag == "tag:yaml.org,2002:null":
        return None
    if node.tag == "tag:yaml.org,2002:bool" and node.value in ("true", "false"):
        return node.value == "true"
    if path == ("version",) and node.value.isdecimal():
        return int(node.value)
    return node.value


REMEDIES = {
    "missing": "Add the missing key.",
    "extra_forbidden": "Remove the key or correct its spelling; docs/reference/sources.md lists them all.",
}


def _complaint(error: ValidationError, lines: dict[tuple[str | int, ...], int], file: str) -> SourcesError:
    first = error.errors()[0]
    where = tuple(first["loc"])
    known = where
    while known and known not in lines:
        known = known[:-1]
    named = ".".join(str(part) for part in where) or "the file"
    kind = first["type"]
    if kind == "missing":
        text = f"{named} is missing."
    elif kind == "extra_forbidden":
        text = f"{named} is not a key that is known here."
    else:
        text = f"{named}: {first['msg'].removeprefix('Value error, ')}."
    more = error.error_count() - 1
    if more:
        text += f" ({more} more fault{'s' if more > 1 else ''} after this one.)"
    return SourcesError(
        text, REMEDIES.get(kind, "Correct the value at this line."), file=file, line=lines.get(known)
    )
