"""Who is told, in how many messages, and when an alert is held."""

from __future__ import annotations

from datetime import date

from pipelines.alerts.decide import decide
from pipelines.model import AlertKind, ContactPoint, Dataset, Publisher, Severity, Transition, TransitionKind

NIGHT = date(2026, 3, 5)
OPERATOR = ContactPoint("Veedor", "operator@team.example")


def dataset(key: str, email: str | None, language: str = "es") -> Dataset:
    return Dataset(key, key, Publisher("P"), ContactPoint("Oficina", email), language=language)


def transition(key: str, kind: TransitionKind = TransitionKind.OPENED, condition: str = "c") -> Transition:
    return Transition(
        f"{key}{condition}", key, condition, kind, NIGHT, NIGHT, 0.0, 50.0, "r", Severity.CRITICAL
    )


def test_one_owner_gets_one_message_about_all_its_datasets() -> None:
    datasets = {key: dataset(key, "a@x.example") for key in ("s/1", "s/2")} | {
        "t/3": dataset("t/3", "b@x.example")
    }
    found = decide(
        [transition("s/1"), transition("s/1", condition="d"), transition("s/2"), transition("t/3")],
        datasets, NIGHT, OPERATOR,
    )  # fmt: skip
    assert [(a.recipient.email, len(a.transitions)) for a in found] == [
        ("a@x.example", 3),
        ("b@x.example", 1),
    ]
    assert {alert.state for alert in found} == {"pending"}
    assert len({alert.id for alert in found}) == 2


def test_better_and_worse_go_into_one_message_that_says_worse() -> None:
    datasets = {"s/1": dataset("s/1", "a@x.example"), "s/2": dataset("s/2", "a@x.example")}
    (alert,) = decide(
        [transition("s/1", TransitionKind.RECOVERED), transition("s/2")], datasets, NIGHT, OPERATOR
    )
    assert alert.kind is AlertKind.OPENED
    (alert,) = decide([transition("s/1", TransitionKind.RECOVERED)], datasets, NIGHT, OPERATOR)
    assert alert.kind is AlertKind.RECOVERED


def test_without_an_address_the_operator_is_told() -> None:
    (alert,) = decide([transition("s/1")], {"s/1": dataset("s/1", None)}, NIGHT, OPERATOR)
    assert alert.recipient == OPERATOR


def test_when_most_datasets_break_at_once_owners_are_not_alerted() -> None:
    datasets = {f"s/{n}": dataset(f"s/{n}", f"o{n}@x.example") for n in range(6)}
    broken = [transition(f"s/{n}") for n in range(5)]
    found = decide(broken, datasets, NIGHT, OPERATOR)
    assert [alert.state for alert in found] == ["held"] * 5 + ["pending"]
    assert found[-1].recipient == OPERATOR
    assert "5 of 6" in found[-1].reason
    assert {t.dataset for t in found[-1].transitions} == {f"s/{n}" for n in range(5)}


def test_a_whole_source_out_of_reach_is_the_operators_matter_and_the_rest_is_told() -> None:
    datasets = {f"down/{n}": dataset(f"down/{n}", "a@x.example") for n in range(2)}
    datasets |= {f"up/{n}": dataset(f"up/{n}", "a@x.example") for n in range(6)}
    broken = [transition(f"down/{n}", condition="unreachable") for n in range(2)]
    found = decide([*broken, transition("up/1")], datasets, NIGHT, OPERATOR)
    assert [(alert.recipient.email, str(alert.state), len(alert.transitions)) for alert in found] == [
        ("a@x.example", "pending", 1),
        ("a@x.example", "held", 2),
        ("operator@team.example", "pending", 2),
    ]
    one_file = decide([broken[0]], datasets, NIGHT, OPERATOR)
    assert [str(alert.state) for alert in one_file] == ["pending"]


def test_what_was_held_a_night_ago_and_still_stands_is_told() -> None:
    datasets = {f"s/{n}": dataset(f"s/{n}", f"o{n}@x.example") for n in range(6)}
    broken = [transition(f"s/{n}") for n in range(5)]
    held = {(item.dataset, item.condition) for item in broken}
    assert {str(a.state) for a in decide(broken, datasets, NIGHT, OPERATOR, held)} == {"pending"}


def test_two_offices_with_one_mailbox_get_a_message_each() -> None:
    one = Dataset("s/1", "1", Publisher("P"), ContactPoint("Unidad A", "a@x.example"))
    two = Dataset("s/2", "2", Publisher("P"), ContactPoint("Unidad B", "a@x.example"))
    found = decide([transition("s/1"), transition("s/2")], {"s/1": one, "s/2": two}, NIGHT, OPERATOR)
    assert len({alert.id for alert in found}) == 2


def test_a_few_of_many_are_not_held_and_a_recovery_never_is() -> None:
    datasets = {f"s/{n}": dataset(f"s/{n}", f"o{n}@x.example") for n in range(20)}
    assert {a.state for a in decide([transition(f"s/{n}") for n in range(5)], datasets, NIGHT, OPERATOR)} == {
        "pending"
    }
    mended = [transition(f"s/{n}", TransitionKind.RECOVERED) for n in range(20)]
    assert {a.state for a in decide(mended, datasets, NIGHT, OPERATOR)} == {"pending"}


def test_the_same_night_gives_the_same_ids() -> None:
    datasets = {"s/1": dataset("s/1", "a@x.example")}
    assert decide([transition("s/1")], datasets, NIGHT, OPERATOR) == decide(
        [transition("s/1")], datasets, NIGHT, OPERATOR
    )
