"""Everything that a night imports, imported once by the process that the others are forked from. Opens nothing."""

from __future__ import annotations

import dagster
import dagster._cli
import dagster._core.execution.api
import duckdb
import numpy
import pandas
import pyarrow

import pipelines.definitions
import pipelines.history.verify
import pipelines.night
import tests.soak.nights.definitions
import tests.soak.nights.work

__all__ = ["dagster", "duckdb", "numpy", "pandas", "pipelines", "pyarrow", "tests"]
