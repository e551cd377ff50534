"""What a table is made of: which columns it has.

Belongs here: types that are answered without looking at a value. A suite speaks of roles, so a *column* is a
role of the suite that the layout found in the table.
"""

from __future__ import annotations

from pipelines.validation.compiled import Compiled, NotPlanned, View, known
from pipelines.validation.plans.register import aggregate


@aggregate("expect_column_to_exist")
def exist(view: View, column: str, column_index: int | None = None) -> Compiled:
    """The role was found."""
    if column_index is not None or view.condition:
        raise NotPlanned("column_index")
    return known(column in view.columns.order, {})
