"""Names: the IRIs of everything that this installation speaks of, stable from night to night.

Belongs here: how a dataset, a file, a measurement, a metric or a run is named. Does not belong here: what is said of
them. Below an address (VEEDOR_PUBLIC_URL) a name is that of the Turtle file which tells of it, with a fragment, so that
any web server answers it; without one it is a `urn:`, which names but leads nowhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from hashlib import sha256

from pipelines.site.page import safe_name

URN = "urn:veedor:"
FOLDER = "dqv"
METRICS, CATALOG = "metrics", "catalog"
_LOCAL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9_.-]{0,150}[A-Za-z0-9_-])?")


@dataclass(frozen=True)
class Names:
    """Names below `address`, which ends in a slash, or is None."""

    address: str | None = None

    def file(self, path: str, suffix: str = ".ttl") -> str:
        """The IRI of a file of ours; `path` is without its suffix."""
        return f"{self.address or URN}{FOLDER}/{path}{suffix}"

    def document(self, key: str) -> str:
        """The IRI of the file about a dataset."""
        return self.file(path_of(key))

    def dataset(self, key: str) -> str:
        """The IRI of a dataset; inside its own file it is `d:dataset`."""
        return f"{self.document(key)}#dataset"

    def prefixes(self, key: str | None = None) -> dict[str, str]:
        """Prefixes of ours: `v` the vocabulary, `c` the catalog, `d` the file about the dataset `key`."""
        common = {"v": f"{self.file(METRICS)}#", "c": f"{self.file(CATALOG)}#"}
        return common if key is None else {**common, "d": f"{self.document(key)}#"}


def path_of(key: str) -> str:
    """Where the file about a dataset lies below `dqv/`, without suffix."""
    return f"dataset/{safe_name(key)}"


@lru_cache(maxsize=1 << 16)  # a night, a metric and a file are named alike in every dataset's file
def local(*parts: object) -> str:
    """A local name out of `parts`; what could not stand in one becomes a hash."""
    name = ".".join(str(part) for part in parts if part != "")
    return name if _LOCAL.fullmatch(name) else f"x-{sha256(name.encode()).hexdigest()[:16]}"


def distribution(key: str) -> str:
    """A file of the dataset, by the last part of its key."""
    return f"d:{local('file', key.split('/', 2)[-1])}"


def target(key: str, dataset: str) -> str:
    """What was measured: the dataset itself, or one of its files."""
    return "d:dataset" if key == dataset else distribution(key)


def metric(id: str, version: str) -> str:
    """A metric under one version: another version is another metric, and never compared with it."""
    return f"v:{local(id, f'v{version}')}"


def run(night: date, source: str) -> str:
    """One source's night."""
    return f"c:{local('run', night, source)}"
