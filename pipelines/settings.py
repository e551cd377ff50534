"""Where this installation runs: folders, limits, delivery. Read from the environment by one function.

Belongs here: what differs between two machines that watch the same `sources.yaml`. Does not belong here:
what is watched (that is `sources.yaml`, reviewed and public) or any secret's value beyond its own field.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from email.errors import MessageError
from email.headerregistry import Address
from email.utils import parseaddr
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines import mail_server
from pipelines.errors import ConfigurationError
from pipelines.public_licenses import PUBLIC_LICENSES

# DuckDB's own forms of a size; without a unit, or of zero, it refuses (its documentation, "memory_limit").
SIZE = re.compile(r"^(?=.*[1-9])\d+(\.\d+)?\s*([KMGT]i?B|%)$", re.IGNORECASE | re.ASCII)
# What can stand in a header, and is long enough to be told from other text where it comes back.
TOKEN = re.compile("[!-~]{8,200}")
# Of the characters of an address (RFC 3986), those that stand in a folder's.
BASE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[A-Za-z0-9._~:/!$&'()*+,;=@%\[\]-]+")
MAIL_FORM = (
    "Set VEEDOR_MAIL_URL, e.g. mailtos://user:password@smtp.example.org:587; "
    "write special characters of the password as %40, %23, %2F."
)


def packaged_expectations() -> Path:
    """The `expectations/` folder: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).resolve().parent
    inside = package / "expectations"
    return inside if inside.is_dir() else package.parent / "expectations"


@dataclass(frozen=True)
class Settings:
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
        metadata={"env": "VEEDOR_ANSWER_URL", "doc": "Where links in messages lead. Unset: there are none."},
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
        metadata={
            "env": "VEEDOR_PAGE_DAYS",
            "doc": "A page or link that answered is not visited again for so many days.",
        },
    )
    memory_limit: str = field(
        default="512MB",
        metadata={"env": "VEEDOR_MEMORY_LIMIT", "doc": "DuckDB's memory for one table, e.g. 512MB or 2GiB."},
    )
    threads: int = field(
        default=2, metadata={"env": "VEEDOR_THREADS", "positive": True, "doc": "DuckDB's threads."}
    )

    @property
    def snapshots(self) -> Path:
        """Content-addressed bytes."""
        return self.data / "snapshots"

    @property
    def hosts(self) -> Path:
        """Whose turn it is at which host, among all processes, and every host's robots.txt of the day."""
        return self.data / "hosts"

    @property
    def runs(self) -> Path:
        """Run folders."""
        return self.data / "runs"

    @property
    def history(self) -> Path:
        """The history database, opened by the recording stage only."""
        return self.data / "history.duckdb"

    @property
    def public(self) -> Path:
        """What anybody may read: the site and `quality.duckdb`."""
        return self.data / "public"

    @property
    def outbox(self) -> Path:
        """Alerts as files."""
        return self.data / "outbox"

    @property
    def troubles(self) -> Path:
        """Which channel is switched off, which address is not reached: a file each; who deletes it tries again."""
        return self.data / "delivery"

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
                values[item.name] = _convert(item.metadata["env"], str(item.type), text)
                _check_number(item.metadata["env"], values[item.name], item.metadata.get("positive", False))
        settings = cls(**values)
        if settings.delivery not in ("files", "live"):
            raise ConfigurationError(
                f"VEEDOR_DELIVERY is {settings.delivery!r}; it must be 'files' or 'live'.",
                "Set VEEDOR_DELIVERY=files until the operator has looked at the messages in data/outbox.",
            )
        if settings.delivery == "live" and not settings.mail_url:
            raise ConfigurationError("VEEDOR_DELIVERY is 'live' but VEEDOR_MAIL_URL is not set.", MAIL_FORM)
        if settings.mail_url is not None:
            try:
                mail_server.parse(settings.mail_url)
            except ValueError as error:  # which never tells the value itself: it holds the password
                raise ConfigurationError(f"VEEDOR_MAIL_URL cannot be used: {error}.", MAIL_FORM) from None
        if settings.bounces is not None and not mail_server.is_mailbox(settings.bounces):
            raise ConfigurationError(
                "VEEDOR_BOUNCES is neither a path nor imaps://user:password@host/folder.",
                "Write special characters of the password as %40, %23, %2F.",
            )
        if settings.socrata_app_token is not None and not TOKEN.fullmatch(settings.socrata_app_token):
            # Never the value itself.
            raise ConfigurationError(
                "VEEDOR_SOCRATA_APP_TOKEN is no app token: it has letters, digits and signs only, at least 8.",
                "Copy the token as the portal's developer settings show it, not the secret beside it, or unset it.",
            )
        if settings.public_license not in PUBLIC_LICENSES:
            raise ConfigurationError(
                f"VEEDOR_PUBLIC_LICENSE is {settings.public_license!r}, which is none of the open licences for data.",
                f"Set it to one of: {', '.join(PUBLIC_LICENSES)}.",
            )
        if settings.public_url is not None:
            settings = replace(settings, public_url=_base_address("VEEDOR_PUBLIC_URL", settings.public_url))
        if settings.answer_url is not None:
            settings = replace(settings, answer_url=_base_address("VEEDOR_ANSWER_URL", settings.answer_url))
        _check_key(settings.link_key, needed=settings.answer_url is not None)
        if not SIZE.match(settings.memory_limit):
            raise ConfigurationError(
                f"VEEDOR_MEMORY_LIMIT is {settings.memory_limit!r}, which is not a size.",
                "Write it as DuckDB does: 512MB, 1GB, 2GiB.",
            )
        _check_address("VEEDOR_MAIL_FROM", parseaddr(settings.mail_from)[1], settings.mail_from)
        if settings.operator is not None:
            _check_address("VEEDOR_OPERATOR", settings.operator, settings.operator)
        return settings


def _check_number(name: str, value: object, positive: bool) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return
    if not math.isfinite(value) or value < 0 or (positive and value == 0):
        wanted = "greater than 0" if positive else "0 or greater"
        raise ConfigurationError(f"{name} is {value}; it must be {wanted}.", f"Correct or unset {name}.")


def _check_address(name: str, address: str, written: str) -> None:
    try:
        built = Address(addr_spec=address)
        usable = bool(built.username and built.domain) and written.isprintable() and " " not in address
    except (MessageError, ValueError, IndexError):  # the parser's ways to say no
        usable = False
    if not usable:
        raise ConfigurationError(
            f"{name} is {written!r}, which is not a mail address.",
            f"Set {name} to an address such as open.data@example.org.",
        )


def _check_key(key: str | None, *, needed: bool) -> None:
    weak = key is not None and (len(key) < 32 or len(set(key)) < 10)
    if weak or (needed and key is None):  # never the value itself
        raise ConfigurationError(
            f"VEEDOR_LINK_KEY is {'too easy to guess' if weak else 'not set, but VEEDOR_ANSWER_URL is'}.",
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )


def _base_address(name: str, text: str) -> str:
    """An address below which other addresses are made: it ends in a slash."""
    try:
        parts = urlsplit(text)
        fine = parts.scheme in ("http", "https") and bool(parts.hostname) and "@" not in parts.netloc
        _ = parts.port
    except ValueError:
        fine = False
    if not fine or "?" in text or "#" in text or not BASE.fullmatch(text):
        raise ConfigurationError(
            f"{name} is {text!r}, which is not an address of a folder on the web.",
            f"Set {name} to one such as https://datos.example.org/veedor/, without ? and #.",
        )
    return text if text.endswith("/") else f"{text}/"


def _convert(name: str, kind: str, text: str) -> Any:
    try:
        if kind == "Path":
            return Path(text).expanduser()
        if kind == "bool":
            return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}[
                text.lower()
            ]
        if kind == "int":
            return int(text)
        if kind == "float":
            return float(text)
    except (ValueError, KeyError):
        raise ConfigurationError(
            f"{name} is {text!r}, which is not a valid {kind}.", f"Correct or unset {name}."
        ) from None
    return text
