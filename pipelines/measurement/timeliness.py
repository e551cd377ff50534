"""Timeliness: is the data as fresh as promised? (dqv dimension; guide checks G07, G08)

The rule "within 1.5 times the declared period" is the guide's G08. The newest date inside the file is a better
witness than any header: bytes may be written anew without a single new record.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from email.utils import parsedate_to_datetime

from pipelines.measurement.dates import as_of
from pipelines.measurement.evidence import Evidence, measurement
from pipelines.model import Distribution, QualityMeasurement, Snapshot

GRACE = 1.5
HOPELESS = 3.0


def measure(evidence: Evidence) -> Iterator[QualityMeasurement]:
    """Measure one dataset's declaration, then the age of each distribution."""
    yield measurement(
        "timeliness.periodicity_declared", evidence, evidence.dataset.accrual_periodicity is not None
    )
    period = evidence.dataset.accrual_periodicity_days or evidence.max_age_days
    declared = {item.key: item for item in evidence.dataset.distributions}
    for snapshot in evidence.snapshots:
        if snapshot.sha256 is None:
            continue
        changed = last_change(snapshot, declared.get(snapshot.distribution), evidence)
        day = as_of(snapshot.distribution, evidence)
        if changed is not None:
            newest, age = changed.date(), _days(changed, evidence)
            yield measurement(
                "timeliness.age", evidence, age, on=snapshot.distribution, sha256=snapshot.sha256
            )
        if day is not None:
            # A date without a time is any moment of its day: the publisher has the benefit of its last.
            newest, age = day, _days(datetime.combine(day, time.max, UTC), evidence)
        elif changed is None:
            reason = "neither the file nor the server nor the portal says when the data last changed"
            yield measurement("timeliness.current", evidence, None, on=snapshot.distribution, reason=reason)
            continue
        if period:
            reason = "" if age <= GRACE * period else overdue(newest, period)
            yield measurement(
                "timeliness.current", evidence, currency(age, period), on=snapshot.distribution, reason=reason
            )


def _days(instant: datetime, evidence: Evidence) -> float:
    return max((evidence.now - instant).total_seconds() / 86400, 0.0)


def overdue(newest: date, period: float) -> str:
    """Why data is not current. It names the day and not the age, so that it says the same until something changes."""
    days = round(period)
    return f"as of {newest.isoformat()}, expected every {f'{days} days' if days > 1 else 'day'}"


def currency(age: float, period: float) -> float:
    """1 up to GRACE periods, falling linearly to 0 at HOPELESS periods."""
    return min(1.0, max(0.0, (HOPELESS - age / period) / (HOPELESS - GRACE)))


def last_change(snapshot: Snapshot, distribution: Distribution | None, evidence: Evidence) -> datetime | None:
    """The newest evidence of a change of the data. A date in the future is no evidence.

    Nor is a Last-Modified that is newer than the first visit that found the same data: the data had been so
    then, and only the server's word changed (many say "now" to every request).
    """
    served = _http_date(snapshot.last_modified)
    since = evidence.same_since.get(snapshot.distribution)
    candidates = [
        evidence.last_change.get(snapshot.distribution),
        min(served, since) if served and since and served <= snapshot.visited_on else served,
        _iso_date(distribution.modified if distribution else None),
    ]
    # The visit comes a while after the night's own date, which is when the portal was asked.
    latest = max(evidence.now, snapshot.visited_on)
    known = [item for item in candidates if item is not None and item <= latest]
    return max(known, default=None)


def _http_date(text: str | None) -> datetime | None:
    try:
        value = parsedate_to_datetime(text) if text else None
    except (TypeError, ValueError):
        return None
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


def _iso_date(text: str | None) -> datetime | None:
    try:
        value = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)
