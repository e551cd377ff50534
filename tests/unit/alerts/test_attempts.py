"""Whatever comes of attempts and whenever somebody looks: they end, never come too early, and stop for good."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from pipelines.alerts import attempts
from pipelines.errors import DeliveryError
from pipelines.model import DeliveryFailure, Notification, NotificationState

NIGHT = date(2026, 3, 5)
BEGUN = datetime(2026, 3, 5, 9, tzinfo=UTC)

FAULTS = st.builds(
    DeliveryError,
    st.text(max_size=10),
    st.sampled_from(DeliveryFailure),
    retry_after=st.none() | st.floats(allow_nan=False),
)
# What happens at each look: minutes that pass, and what comes of an attempt; "killed" leaves it half done.
STEPS = st.lists(
    st.tuples(st.integers(0, 3000), FAULTS | st.sampled_from(["sent", "killed"])), min_size=1, max_size=60
)


@given(STEPS)
def test_attempts_keep_to_their_times_and_end(steps: list[tuple[int, DeliveryError | str]]) -> None:
    made: dict[int, Notification] = {}
    now = BEGUN
    for minutes, outcome in steps:
        now += timedelta(minutes=minutes)
        before = attempts.newest(list(made.values()))
        number = attempts.due(list(made.values()), now)
        if number is None:
            assert before is not None
            waits = before.next_on is not None and before.next_on > now
            assert waits is (before.state is NotificationState.FAILED)
            continue
        if attempts.too_old(list(made.values()), NIGHT, now):
            assert now > BEGUN + attempts.PATIENCE
            break
        if before is not None:
            assert before.state in attempts.UNFINISHED
            half = before.state is NotificationState.SENDING
            assert number == before.attempt + (0 if half else 1)
        trial = Notification("a", "mail", "x@y.example", number, NotificationState.SENDING, now)
        first = min(made.values(), key=lambda it: it.attempt).attempted_on if made else now
        if isinstance(outcome, DeliveryError):
            made[number] = attempts.failed(trial, outcome, "no", first)
        else:
            state = NotificationState.SENT if outcome == "sent" else NotificationState.SENDING
            made[number] = replace(trial, state=state)
        last = made[number]
        if last.state is NotificationState.FAILED:
            assert last.next_on is not None
            assert now + timedelta(minutes=5) <= last.next_on <= now + timedelta(days=1)
            assert last.next_on <= first + attempts.PATIENCE
        else:
            assert last.next_on is None
        if isinstance(outcome, DeliveryError) and outcome.failure in attempts.FOR_GOOD:
            assert last.state is NotificationState.GIVEN_UP
    assert len(made) <= attempts.MOST_ATTEMPTS


def test_the_waits_grow() -> None:
    for waits in (attempts.WAITS, attempts.SOON):
        assert list(waits) == sorted(set(waits))
        assert waits[-1] < timedelta(days=1)
