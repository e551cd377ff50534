"""The plan against Great Expectations for our own types about several rows, on tables made for what they look for.

Belongs here: totals among records, names in several spellings, periods with gaps. The questions are those of
`test_plan_parity`; random words would hardly ever answer them with a fault.
"""

from __future__ import annotations

from collections import Counter

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipelines.validation.plans import AGGREGATES, ROWWISE
from tests.parity_of import Asked, differences, of_rows
from tests.properties.test_plan_parity import ASKED

FAMILIES = ("kinds", "names", "periods", "references", "repetition", "sums", "totals")
OURS = [
    kind
    for kind, function in (AGGREGATES | ROWWISE).items()
    if function.__module__.rpartition(".")[2] in FAMILIES
]
LABELS = [
    "TOTAL",
    "Total:",
    "Subtotal",
    " Gran Total ",
    "Total 2024",
    "Subtotal Obra pública",
    "TOTAL GAS, S.A.",
    "Total Play Telecomunicaciones",
    "Suma",
    "Obra",
    "12",
    "1.234,56",
    "12 de enero de 2024",
]
NAMES = [
    "Constructora Peña S.A. de C.V.",
    "CONSTRUCTORA PENA, SA DE CV",
    "Constructora Peña, S. de R.L.",
    "Casa",
    "S.A.",
    "---",
    "Ñandú & Cía",
    "31/12/2024",
    "1,5",
]
AMOUNTS = ["1", "2", "3", "0", "0.5", "-1", "1000", "2024", "2025", "x"]
DATES = [
    "2024-01-01",
    "2024-01-02",
    "2024-02-29",
    "2024-12-31",
    "2025-01-01",
    "2025-06-30",
    "0999-12-31",
    "x",
]


def cells(pool: list[str]) -> st.SearchStrategy[str | None]:
    return st.one_of(st.none(), st.sampled_from(pool))


rows = st.lists(
    st.tuples(
        cells(LABELS),
        cells(NAMES),
        st.sampled_from(AMOUNTS),
        st.one_of(st.none(), st.none(), st.sampled_from(AMOUNTS)),
        cells(DATES),
        cells(DATES),
    ),
    max_size=12,
).flatmap(
    lambda some: (
        st.lists(st.sampled_from(some), max_size=3).map(lambda again: some + again) if some else st.just(some)
    )
)
questions = st.tuples(*(st.tuples(st.just(kind), ASKED[kind]) for kind in sorted(OURS)))
seen: Counter[tuple[str, bool]] = Counter()


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(rows, questions)
def check(table: list[tuple[str | None, ...]], asked: tuple[Asked, ...]) -> None:
    answers = of_rows(table, asked)
    seen.update((kind, plan["success"]) for (kind, _), (plan, _) in zip(asked, answers, strict=True) if plan)
    assert differences(asked, answers) == ""


def test_plan_and_great_expectations_agree_and_find_faults_and_none() -> None:
    check()
    assert {kind for kind, success in seen if success} == set(OURS)
    assert {kind for kind, success in seen if not success} == set(OURS)
