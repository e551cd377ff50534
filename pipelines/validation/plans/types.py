"""What type the values of a column are.

Belongs here: types about types. Everything is read as text and stays text, so that a column's type is `str`
whatever stands in it; whether a text is a number or a date is asked by other types (bounds, patterns).
"""

from __future__ import annotations

from pipelines.validation.compiled import Compiled, View
from pipelines.validation.plans.register import aggregate
from pipelines.validation.results import known
from pipelines.validation.sql import NotPlanned

TEXT = ("str", "string_types")
# Names of other types that pandas, numpy and GX know. About any other name GX is asked.
OTHER = frozenset(
    {
        *(
            "bool",
            "int",
            "long",
            "float",
            "complex",
            "bytes",
            "list",
            "dict",
            "none",
            "object",
            "object_",
            "O",
        ),
        *("bool_", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"),
        *("float16", "float32", "float64", "datetime64", "datetime64[ns]", "datetime64[us]", "timedelta64"),
        *("string", "StringDtype", "boolean", "Int64", "Float64", "category", "Timestamp"),
    }
)
# Of these, those that pandas does not know as the type of a column.
NO_PANDAS = {"none", "long", "list", "dict", "Timestamp", "StringDtype"}


@aggregate("expect_column_values_to_be_of_type")
def of_type(view: View, column: str, type_: str, mostly: object = 1) -> Compiled:
    """The type is the column's."""
    return _observed(view, column, _is_text(type_))


@aggregate("expect_column_values_to_be_in_type_list")
def in_type_list(view: View, column: str, type_list: list[str] | None, mostly: object = 1) -> Compiled:
    """The column's type is one of these; no list asks nothing."""
    if type_list is not None and (not isinstance(type_list, list) or not type_list):
        raise NotPlanned("type_list")
    texts = None if type_list is None else [_is_text(item) for item in type_list]
    return _observed(view, column, texts is None or any(texts))


@aggregate("expect_column_type_to_be")
def type_to_be(view: View, column: str, type_: str) -> Compiled:
    """The column's type is this one, and goes by no other name."""
    if view.condition or type_ not in (TEXT[0], *(OTHER - NO_PANDAS)):
        raise NotPlanned("type_")
    return _observed(view, column, type_ == TEXT[0])


def _is_text(name: object) -> bool:
    if not isinstance(name, str) or (name.lower() not in TEXT and name not in OTHER):
        raise NotPlanned("a type that may mean anything")
    return name.lower() in TEXT


def _observed(view: View, column: str, success: bool) -> Compiled:
    view.column(column)
    return known(success, {"observed_value": TEXT[0]})
