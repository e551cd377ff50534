"""What of the environment no log may show.

Belongs here: which variables hold a secret, and which parts of their values are one. Does not belong here: hiding it
(`redaction`, `logs`), or the variables that `channels` of sources.yaml name (each channel knows its own).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import fields

from pipelines.redaction import secrets_in
from pipelines.settings import Settings


def secrets_of(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What no log may show of `environment` (default: the process's), whether or not the settings can be used."""
    source = os.environ if environment is None else environment
    names = [item.metadata["env"] for item in fields(Settings) if item.metadata.get("secret")]
    values = [source[name] for name in names if source.get(name)]
    found = [it for value in values for it in (secrets_in(value) if "://" in value else (value,))]
    # Of a collector: "authorization=Basic abc,x=y"
    for name in ("", "TRACES_", "METRICS_"):
        pairs = source.get(f"OTEL_EXPORTER_OTLP_{name}HEADERS", "").split(",")
        found += [value.strip() for _, _, value in (it.partition("=") for it in pairs)]
    return tuple(it for it in found if it)
