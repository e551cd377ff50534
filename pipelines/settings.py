"""Where this installation runs: folders, limits, delivery. Read from the environment by one function.

Belongs here: what differs between two machines that watch the same `sources.yaml`. Does not belong here:
what is watched (that is `sources.yaml`, reviewed and public) or any secret's value beyond its own field.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from pipelines.settings_folders import Folders
from pipelines.settings_values import base_address, check_number, convert, demand_usable


def packaged_expectations() -> Path:
    """The `expectations/` folder: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).resolve().parent
    inside = package / "expectations"
    return inside if inside.is_dir() else package.parent / "expectations"


@dataclass(frozen=True)
class Settings(Folders):
    """Everything that this installation decides. Each field's `env` names its environment variable."""

    sources: Path = field(
        default=Path("sources.yaml"), metadata={"env": "VEEDOR_SOURCES", "doc": "What is watched."}
    )
    data: Path = field(
        default=Path("data"),
        metadata={"env": "VEEDOR_DATA", "doc": "Snapshots, run folders, history and the public folder."},
    )
    store: str | None = field(
        default=None,
        metadata={
            "env": "VEEDOR_STORE",
            "doc": "Where fetched files are kept: a folder, or an object store's address such as "
            "s3://bucket/prefix. Unset: snapshots in the data folder.",
        },
    )
    keep_snapshots_days: int = field(
        default=0,
        metadata={
            "env": "VEEDOR_KEEP_SNAPSHOTS_DAYS",
            "doc": "`veedor snapshots prune` removes files that were last published longer ago than so many days "
            "and that nothing refers to. 0: everything is kept.",
        },
    )
    keep_dagster_days: int = field(
        default=60,
        metadata={"env": "VEEDOR_KEEP_DAGSTER_DAYS", "doc": "How long Dagster's runs are kept. 0: for ever."},
    )
    expectations: Path = field(
        default_factory=packaged_expectations,
        metadata={"env": "VEEDOR_EXPECTATIONS", "doc": "Suites, layouts and the catalogue of the guide."},
    )
    delivery: str = field(
        default="files",
        metadata={
            "env": "VEEDOR_DELIVERY",
            "doc": "`files`: alerts are written to data/outbox, and only the operator is mailed. `live`: owners are "
            "written to.",
        },
    )
    mail_url: str | None = field(
        default=None,
        repr=False,
        metadata={
            "env": "VEEDOR_MAIL_URL",
            "secret": True,
            "doc": "The mail server, e.g. mailtos://user:password@smtp.example.org:587 (STARTTLS); `?mode=ssl` is TLS "
            "throughout, mailto:// none.",
        },
    )
    mail_from: str = field(
        default="Veedor <veedor@localhost>",
        metadata={"env": "VEEDOR_MAIL_FROM", "doc": "Sender of the mails."},
    )
    operator: str | None = field(
        default=None,
        metadata={"env": "VEEDOR_OPERATOR", "doc": "Mail address of whoever runs this installation."},
    )
    bounces: str | None = field(
        default=None,
        repr=False,
        metadata={
            "env": "VEEDOR_BOUNCES",
            "secret": True,
            "doc": "Where mails that came back lie: a Maildir, an mbox file, or imaps://user:password@host/folder. It "
            "is the mailbox of VEEDOR_MAIL_FROM, and is only read.",
        },
    )
    contact: str | None = field(
        default=None,
        metadata={"env": "VEEDOR_CONTACT", "doc": "Address or page shown to portals in the user agent."},
    )
    public_url: str | None = field(
        default=None,
        metadata={
            "env": "VEEDOR_PUBLIC_URL",
            "doc": "Address under which the public folder is served, e.g. https://datos.example.org/veedor/. The names "
            "in the linked data (`dqv/`) stand below it. Unset: they are `urn:veedor:`, which leads nowhere.",
        },
    )
    answer_url: str | None = field(
        default=None,
        metadata={
            "env": "VEEDOR_ANSWER_URL",
            "doc": "Where links in messages lead. Unset: to VEEDOR_SERVE_URL; without it there are none.",
        },
    )
    serve_url: str | None = field(
        default=None,
        metadata={
            "env": "VEEDOR_SERVE_URL",
            "doc": "Address under which `veedor serve` is reached from outside, e.g. "
            "https://datos.example.org/veedor/. Pages of datasets link to its form.",
        },
    )
    trusted_proxies: str = field(
        default="",
        metadata={
            "env": "VEEDOR_TRUSTED_PROXIES",
            "doc": "Addresses or networks of the proxies before `veedor serve`, separated by commas: of these alone is "
            "X-Forwarded-For believed. Empty: of nobody.",
        },
    )
    issues_url: str | None = field(
        default=None,
        metadata={
            "env": "VEEDOR_ISSUES_URL",
            "doc": "Where readers open an issue, e.g. https://github.com/org/repository/issues/new, to which pages "
            "link while VEEDOR_SERVE_URL is unset. Without it they link to VEEDOR_CONTACT, a mail address.",
        },
    )
    link_key: str | None = field(
        default=None,
        repr=False,
        metadata={
            "env": "VEEDOR_LINK_KEY",
            "secret": True,
            "doc": "Key that signs those links: 32 characters.",
        },
    )
    publisher: str | None = field(
        default=None,
        metadata={
            "env": "VEEDOR_PUBLISHER",
            "doc": "Name of the institution that runs this installation, as publisher of its catalog in `dqv/`.",
        },
    )
    socrata_app_token: str | None = field(
        default=None,
        repr=False,
        metadata={
            "env": "VEEDOR_SOCRATA_APP_TOKEN",
            "secret": True,
            "doc": "App token by which Socrata portals know this installation. It is sent to those of sources.yaml "
            "only, over https, and lets their SODA3 API be used where they refuse the older one.",
        },
    )
    allow_private_addresses: bool = field(
        default=False,
        metadata={
            "env": "VEEDOR_ALLOW_PRIVATE_ADDRESSES",
            "doc": "Let sources live on private or loopback addresses (an intranet portal, a test).",
        },
    )
    max_bytes: int = field(
        default=5_000_000_000,
        metadata={"env": "VEEDOR_MAX_BYTES", "positive": True, "doc": "Largest download, in bytes."},
    )
    deadline_seconds: float = field(
        default=1800.0,
        metadata={
            "env": "VEEDOR_DEADLINE_SECONDS",
            "positive": True,
            "doc": "Longest time for one download, in seconds.",
        },
    )
    retries: int = field(
        default=3,
        metadata={
            "env": "VEEDOR_RETRIES",
            "doc": "Further tries when a connection fails or breaks off, or the server is in trouble.",
        },
    )
    min_bytes_per_second: int = field(
        default=1000,
        metadata={
            "env": "VEEDOR_MIN_BYTES_PER_SECOND",
            "doc": "A download that comes more slowly is ended; 0 lets it take until the deadline.",
        },
    )
    throughput_seconds: float = field(
        default=60.0,
        metadata={
            "env": "VEEDOR_THROUGHPUT_SECONDS",
            "positive": True,
            "doc": "Over how many seconds that speed is measured.",
        },
    )
    host_pause_seconds: float = field(
        default=0.5,
        metadata={"env": "VEEDOR_HOST_PAUSE_SECONDS", "doc": "Pause between two requests to one host."},
    )
    host_concurrency: int = field(
        default=2,
        metadata={
            "env": "VEEDOR_HOST_CONCURRENCY",
            "positive": True,
            "doc": "Requests to one host at a time, of all processes together.",
        },
    )
    cool_off_seconds: float = field(
        default=3600.0,
        metadata={
            "env": "VEEDOR_COOL_OFF_SECONDS",
            "doc": "How long a host that throttled us without saying for how long is not asked.",
        },
    )
    public_license: str = field(
        default="CC-BY-4.0",
        metadata={
            "env": "VEEDOR_PUBLIC_LICENSE",
            "doc": "Licence of what is published about the data, told beside it: CC-BY-4.0, CC0-1.0, ODC-BY-1.0, "
            "ODbL-1.0 or PDDL-1.0.",
        },
    )
    page_visits: int = field(
        default=50,
        metadata={
            "env": "VEEDOR_PAGE_VISITS",
            "doc": "How many pages of datasets and published links of one source are visited in a night, at most; the "
            "others wait for the next one. 0: none is visited.",
        },
    )
    page_days: float = field(
        default=7.0,
        metadata={"env": "VEEDOR_PAGE_DAYS", "doc": "A page that answered is not visited for these days."},
    )
    memory_limit: str = field(
        default="512MB",
        metadata={"env": "VEEDOR_MEMORY_LIMIT", "doc": "DuckDB's memory for one table, e.g. 512MB or 2GiB."},
    )
    sources_at_once: int = field(
        default=8,
        metadata={"env": "VEEDOR_SOURCES_AT_ONCE", "positive": True, "doc": "Sources waited for at a time."},
    )
    batch_sources: int = field(
        default=1000,
        metadata={
            "env": "VEEDOR_BATCH_SOURCES",
            "positive": True,
            "doc": "Under Dagster, how many sources make a batch, a step of the night; small ones suit many machines.",
        },
    )
    retry_seconds: float = field(
        default=60.0,
        metadata={
            "env": "VEEDOR_RETRY_SECONDS",
            "doc": "Under Dagster, how long after a fault of ours a step of the night is tried again; twice at most.",
        },
    )
    workers: int = field(
        default=2,
        metadata={
            "env": "VEEDOR_WORKERS",
            "doc": "Processes that read and validate large files; they share VEEDOR_MEMORY_LIMIT. 0: none, all is done "
            "in the process of the night.",
        },
    )
    large_bytes: int = field(
        default=16_000_000,
        metadata={
            "env": "VEEDOR_LARGE_BYTES",
            "positive": True,
            "doc": "A file of more bytes goes to one of these processes.",
        },
    )
    runs_store: str | None = field(
        default=None,
        metadata={
            "env": "VEEDOR_RUNS_STORE",
            "doc": "Where several machines share run folders, as VEEDOR_STORE.",
        },
    )
    executor: str = field(
        default="in_process",
        metadata={
            "env": "VEEDOR_EXECUTOR",
            "doc": "What runs a night under Dagster: in_process, celery or k8s.",
        },
    )
    broker: str | None = field(
        default=None,
        repr=False,
        metadata={
            "env": "VEEDOR_BROKER",
            "secret": True,
            "doc": "Celery's Redis, redis://:password@host:6379/0.",
        },
    )
    dagster_postgres_url: str | None = field(
        default=None,
        repr=False,
        metadata={
            "env": "DAGSTER_POSTGRES_URL",
            "secret": True,
            "doc": "Where Dagster's records are, when in PostgreSQL.",
        },
    )
    lost_after_seconds: int = field(
        default=3600,
        metadata={
            "env": "VEEDOR_LOST_AFTER_SECONDS",
            "positive": True,
            "doc": "With Celery, after how long a step that has not ended is begun anew by another worker.",
        },
    )
    threads: int = field(
        default=2, metadata={"env": "VEEDOR_THREADS", "positive": True, "doc": "DuckDB's threads."}
    )

    ping_url: str | None = field(
        default=None,
        repr=False,
        metadata={
            "env": "VEEDOR_PING_URL",
            "secret": True,
            "doc": "Dead-man's switch: asked when a night begins (`/start` behind it), is finished, or was stopped by "
            "a fault of ours (`/fail`), as healthchecks.io has it.",
        },
    )
    late_hours: float = field(
        default=6.0,
        metadata={
            "env": "VEEDOR_LATE_HOURS",
            "positive": True,
            "doc": "A night that is not finished so many hours after it was due is late.",
        },
    )
    log_form: str = field(
        default="text",
        metadata={"env": "VEEDOR_LOG", "doc": "How the log looks: `text`, or `json`, an object a line."},
    )
    log_level: str = field(
        default="error",
        metadata={
            "env": "VEEDOR_LOG_LEVEL",
            "doc": "What is logged: `debug`, `info`, `warning` or `error`, and what is worse.",
        },
    )
    metrics_file: Path | None = field(
        default=None,
        metadata={
            "env": "VEEDOR_METRICS_FILE",
            "doc": "Where figures of each finished night are written for Prometheus, e.g. "
            "/var/lib/node_exporter/veedor.prom. Unset: nowhere.",
        },
    )
    otlp_endpoint: str | None = field(
        default=None,
        metadata={
            "env": "OTEL_EXPORTER_OTLP_ENDPOINT",
            "doc": "An OpenTelemetry collector, to which each finished night is pushed over OTLP/HTTP, e.g. "
            "http://localhost:4318. Unset: none. Its own variables, such as OTEL_EXPORTER_OTLP_HEADERS, are heeded.",
        },
    )

    @classmethod
    def from_env(cls, environment: Mapping[str, str] | None = None) -> Settings:
        """Read the settings from `environment` (default: the process's).

        Raises `ConfigurationError` naming the variable when a value is unusable.
        """
        source = os.environ if environment is None else environment
        values: dict[str, Any] = {}
        for item in fields(cls):
            text = source.get(item.metadata["env"])
            if text is not None and text != "":
                values[item.name] = convert(item.metadata["env"], str(item.type), text)
                check_number(item.metadata["env"], values[item.name], item.metadata.get("positive", False))
        settings = cls(**values)
        if settings.public_url is not None:
            settings = replace(settings, public_url=base_address("VEEDOR_PUBLIC_URL", settings.public_url))
        if settings.answer_url is not None:
            settings = replace(settings, answer_url=base_address("VEEDOR_ANSWER_URL", settings.answer_url))
        if settings.serve_url is not None:
            serve = base_address("VEEDOR_SERVE_URL", settings.serve_url)
            settings = replace(settings, serve_url=serve, answer_url=settings.answer_url or f"{serve}answer/")
        if settings.otlp_endpoint is not None:
            endpoint = base_address("OTEL_EXPORTER_OTLP_ENDPOINT", settings.otlp_endpoint)
            settings = replace(settings, otlp_endpoint=endpoint)
        demand_usable(settings)
        return settings
