"""`sources.yaml`: what is watched, by whom it is owned, and when.

Belongs here: the schema (pydantic, unknown keys refused), and the loader whose every complaint names file,
line and remedy. `source` is ours: the unit of schedule, retry and blame. The other words are DCAT's.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal

import yaml
from cronsim import CronSim
from pydantic import Field, ValidationError, model_validator

from pipelines.errors import SourcesError
from pipelines.sources_alerts import AlertPolicy, Alerts, Subscribers, contradiction, merged
from pipelines.sources_channels import ChannelName, DeclaredChannel
from pipelines.sources_text import complaint, plain
from pipelines.sources_values import (
    Block,
    Cron,
    Language,
    MailAddress,
    Names,
    RecordPath,
    Slug,
    Text,
    WebAddress,
    Zone,
)

# libyaml's where PyYAML was built with it: a tenth of the time, for the same nodes with the same lines.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

PortalKind = Literal[
    "ckan", "socrata", "opendatasoft", "arcgis", "udata", "dkan", "dcat_us", "dcat", "ocds_api", "direct"
]


class SourcePublisher(Block):
    """Who publishes (dct:publisher)."""

    name: Text = Field(description="Name of the publishing body, as it writes it.")
    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] | None = Field(
        default=None, description="ISO 3166-1 alpha-2 code of its country."
    )


class SecondContact(Block):
    """Who is told when a fault has stood for `alerts.escalate_after_days`."""

    name: Text = Field(description="The office that the owner answers to.")
    email: MailAddress = Field(description="Its mail address.")


class Owner(Block):
    """Who is told when quality drops."""

    name: Text = Field(description="The office or unit that answers for the data.")
    email: MailAddress | None = Field(
        default=None,
        description="Where alerts go. Left out: the contact point that the portal gives, else the operator.",
    )
    second: SecondContact | None = Field(
        default=None, description="Who is told when a fault stays. Left out: nobody is, besides the operator."
    )

    @model_validator(mode="after")
    def _two_addresses(self) -> Owner:
        if self.second is not None and self.second.email == self.email:
            raise ValueError(f"`second` has the owner's own address, {self.email}: name another, or nobody")
        return self


class Attested(Block):
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


class SourceDistribution(Block):
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


class SourceDataset(Block):
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
    alerts: Alerts | None = Field(default=None, description="What counts as a drop here, where it differs.")
    subscribers: Subscribers = Field(
        default=(), description="Mail addresses that get the weekly summary of this dataset."
    )
    distributions: tuple[SourceDistribution, ...] = Field(
        default=(), description="Its files; for a portal with a catalog, left out means all that it lists."
    )

    @model_validator(mode="after")
    def _distinct(self) -> SourceDataset:
        _no_doubles("distribution", [item.id for item in self.distributions])
        return self


class Source(Block):
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
        description="On which nights it is visited: the day fields of a cron line, such as '0 3 * * 1' for Mondays, or "
        "'0 3 * * *' for every night. Left out: every night while it changes, down to once a week while it does not.",
    )
    language: Language = Field(default="es", description="Language in which the owner is written to.")
    alerts: Alerts | None = Field(
        default=None, description="What counts as a drop in its datasets, where it differs."
    )
    subscribers: Subscribers = Field(
        default=(), description="Mail addresses that get the weekly summary of this source."
    )
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
        return self.next_on(night - timedelta(days=1)) == night

    def next_on(self, night: date) -> date:
        """The first night after `night` that `schedule` names; without one, the next."""
        days = " ".join(("0 0", *(self.schedule or "0 0 * * *").split()[2:]))
        return next(CronSim(days, datetime.combine(night, time.max, UTC))).date()

    @property
    def declaration(self) -> str:
        """The entry as it is written into a run folder: another text is another declaration."""
        return self.model_dump_json(indent=1)


class Sources(Block):
    """The whole file."""

    version: Literal[1] = Field(description="Version of this file's schema.")
    time_zone: Zone = Field(description="Time zone of the schedule and of what counts as one night.")
    schedule: Cron = Field(default="0 3 * * *", description="When the night begins (cron, five fields).")
    language: Language = Field(default="es", description="Language of owners for whom none is given.")
    alerts: Alerts | None = Field(
        default=None, description="What counts as a drop, and who hears of it how often."
    )
    subscribers: Subscribers = Field(
        default=(), description="Mail addresses that get the weekly summary of all that is watched."
    )
    channels: dict[ChannelName, DeclaredChannel] = Field(
        default={}, description="Ways to deliver alerts besides mail, by a name of yours."
    )
    sources: tuple[Source, ...]

    @model_validator(mode="after")
    def _distinct(self) -> Sources:
        _no_doubles("source", [item.id for item in self.sources])
        return self

    @property
    def enabled(self) -> tuple[Source, ...]:
        """The sources that are visited at all."""
        return tuple(source for source in self.sources if source.enabled)

    def policy(self, source_id: str, dataset_id: str) -> AlertPolicy:
        """The alert policy of one dataset; of what is not declared any more, that of the blocks above it."""
        source = next((it for it in self.sources if it.id == source_id), None)
        if source is None:
            return merged(self.alerts)
        return self.policy_of(source, next((it for it in source.datasets if it.id == dataset_id), None))

    def policy_of(self, source: Source, dataset: SourceDataset | None) -> AlertPolicy:
        """The same, for whoever goes through all of them."""
        return merged(self.alerts, source.alerts, dataset.alerts if dataset else None)

    @property
    def subscriptions(self) -> dict[str, tuple[str, ...]]:
        """By mail address, the datasets (`source/dataset`) whose weekly summary it gets."""
        wanted: dict[str, list[str]] = {}
        for source in self.enabled:
            for dataset in source.datasets:
                for address in {*self.subscribers, *source.subscribers, *dataset.subscribers}:
                    wanted.setdefault(address, []).append(f"{source.id}/{dataset.id}")
        return {address: tuple(datasets) for address, datasets in sorted(wanted.items())}

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address that is named: of portals and of files."""
        files = (it.url for source in self.sources for item in source.datasets for it in item.distributions)
        return tuple(it for it in (*(source.url for source in self.sources), *files) if it)


def _no_doubles(what: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"two entries have the {what} id {name!r}; give one of them another id")
        seen.add(name)


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
    return _parsed(text, str(path))


def parse(text: str, file: str = "sources.yaml") -> Sources:
    """Check the text of a sources file. Raises `SourcesError` naming file, line and remedy."""
    lines: dict[tuple[str | int, ...], int] = {}
    try:
        node = yaml.compose(text, Loader=LOADER)
        raw = plain(node, (), lines, file) if node is not None else None
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
        sources = Sources.model_validate(raw)
    except ValidationError as error:
        raise complaint(error, lines, file) from error
    _demand_consistent(sources, lines, file)
    return sources


# Dagster asks for the definitions five times before a run begins; the value cannot be changed.
_parsed = lru_cache(maxsize=1)(parse)


def _demand_consistent(sources: Sources, lines: Mapping[tuple[str | int, ...], int], file: str) -> None:
    """Refuse a policy that contradicts itself once it is merged, at the innermost field that has a part in it."""
    for n, source in enumerate(sources.sources):
        for m, dataset in enumerate(source.datasets):
            found = contradiction(sources.policy_of(source, dataset))
            if found is None:
                continue
            fields, reason = found
            blocks = (("sources", n, "datasets", m, "alerts"), ("sources", n, "alerts"), ("alerts",))
            places = [(*block, field) for block in blocks for field in fields]
            raise SourcesError(
                f"alerts of {source.id}/{dataset.id}: {reason}.",
                f"Change `{fields[0]}` or `{fields[1]}`; the defaults are in docs/reference/sources.md.",
                file=file,
                line=next((lines[place] for place in places if place in lines), None),
            )
