"""Our own expectations in plain Great Expectations, as somebody without Veedor's plan runs them."""

from __future__ import annotations

import pandas as pd


def test_plain_great_expectations_runs_them_after_one_import():
    import great_expectations as gx

    from pipelines.validation.custom.texts import ExpectColumnValuesToHaveNoOuterBlanks

    context = gx.get_context(mode="ephemeral")
    frame = pd.DataFrame({"name": ["Obras", " Obras", None, "Obras\n"], "of": [1, 2, 3, 4]})
    source = context.data_sources.add_pandas("plain")
    batch = source.add_dataframe_asset("t").add_batch_definition_whole_dataframe("w")
    result = batch.get_batch({"dataframe": frame}).validate(
        ExpectColumnValuesToHaveNoOuterBlanks(column="name", mostly=0.3)
    )
    assert (result.success, result.result["unexpected_count"], result.result["missing_count"]) == (True, 2, 1)
    assert result.result["partial_unexpected_list"] == [" Obras", "Obras\n"]
