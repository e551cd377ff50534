"""Great Expectations itself: the language, and the reference for what a suite means.

Belongs here: running expectations through GX on a frame. This module imports GX (and `custom`, which does)
inside functions, because the import costs seconds. Facts that it rests on (GX 1.24): results come
back in another order and with null ids, so they are joined on `meta.key`; an expectation that raised counts
as a plain failure in GX's statistics, so its exception is looked at.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

from pipelines.validation.compiled import EXAMPLES
from pipelines.validation.results import raised

if TYPE_CHECKING:
    import pandas


@cache
def _context() -> Any:
    """One ephemeral context for the process, silent: no analytics, no progress bars."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    from pipelines.validation import custom  # noqa: F401 - importing it makes GX know our own types

    logging.getLogger("great_expectations").setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    return context


def run(
    frame: pandas.DataFrame,
    expectations: Sequence[Mapping[str, Any]],
    parameters: Mapping[str, object],
    *,
    every_row: bool = False,
) -> dict[str, dict[str, Any]]:
    """Run `expectations` (GX's own JSON) over `frame`; give GX's result JSON by `meta.key`.

    With `every_row` its `unexpected_index_list` names all rows that fail, where GX tells them.

    `parameters` fill `{"$PARAMETER": name}`. `frame` must hold the column `_row`, which names failing rows. An
    expectation that GX will not build has a result as if it had raised, and leaves the others alone.
    """
    if not expectations:
        return {}
    context = _context()
    refused: dict[str, dict[str, Any]] = {}
    from great_expectations.core.expectation_suite import ExpectationSuite

    with warnings.catch_warnings():
        # GX and pandas warn about their own internals, and GX 1 about conditions written as text, which is
        # the only form that its JSON has; nothing that a publisher could act on.
        warnings.simplefilter("ignore")
        suite = ExpectationSuite(name="veedor")
        for item in expectations:
            try:
                suite.expectations += ExpectationSuite(name="one", expectations=[dict(item)]).expectations
            except Exception as error:  # a type or an argument that GX does not know, told in many ways
                refused[item["meta"]["key"]] = raised(error)
        if not suite.expectations:
            return refused
        source = context.data_sources.add_or_update_pandas("veedor")
        definition = source.add_dataframe_asset("table").add_batch_definition_whole_dataframe("whole")
        outcome = definition.get_batch({"dataframe": frame}).validate(
            suite,
            result_format={
                "result_format": "COMPLETE" if every_row else "SUMMARY",
                "unexpected_index_column_names": ["_row"],
                "partial_unexpected_count": EXAMPLES,
            },
            expectation_parameters=dict(parameters),
        )
        results: list[dict[str, Any]] = outcome.to_json_dict()["results"]
    return refused | {item["expectation_config"]["meta"]["key"]: item for item in results}


def exception_of(result: Mapping[str, Any]) -> str | None:
    """The message of the exception that an expectation raised, or None.

    GX gives either one flat record or one record for each metric that raised.
    """
    info = result.get("exception_info") or {}
    records = [info] if "raised_exception" in info else [v for v in info.values() if isinstance(v, dict)]
    for record in records:
        if record.get("raised_exception"):
            return str(record.get("exception_message") or "an exception without a message")
    return None
