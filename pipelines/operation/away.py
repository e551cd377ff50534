"""Which datasets cannot be had, and since when: asked of the published copy, which any number may read at any time.

Belongs here: the question. Does not belong here: whose fault it is (the verdict's reason says what is known).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pipelines.errors import HistoryMissing, VeedorError
from pipelines.history.asking import columns_and_rows

SECONDS = 5.0


@dataclass(frozen=True)
class Away:
    """A dataset of which no file, or not every file, can be had since `since` (the first such night that is known)."""

    dataset: str
    since: date
    outcome: str
    reason: str
    nights: int


def away(public: Path) -> tuple[list[Away], str]:
    """The datasets that cannot be had, the longest first, and "" or why that is not known."""
    try:
        _, rows = columns_and_rows(AWAY, public=public, seconds=SECONDS)
    except HistoryMissing:
        return [], "nothing was published yet"
    except VeedorError as error:
        return [], error.message.partition("\n")[0]
    return [Away(*row) for row in rows], ""  # type: ignore[arg-type]


# A dataset that left sources.yaml has no verdict of the last nights and is nobody's worry any more.
AWAY = """
with newest as (select max(night) as night from verdict),
bad as (
    select v.dataset, v.night, v.outcome, v.reason,
           v.outcome in ('blocked', 'not_published') or coalesce(u.down, false) as gone
    from verdict_history v
    left join (select dataset, night, bool_or(not reachable and fault is distinct from 'throttled') as down
               from availability group by dataset, night) u
         on u.dataset = v.dataset and u.night = v.night
    where v.outcome <> 'not_run'
),
stands as (
    select dataset, arg_max(gone, night) as gone, max(night) as night, max(night) filter (where not gone) as last_good,
           arg_max(outcome, night) as outcome, arg_max(reason, night) as reason
    from bad group by dataset
)
select s.dataset, min(b.night) as since, s.outcome, s.reason, count(*) as nights
from stands s
join bad b on b.dataset = s.dataset and (s.last_good is null or b.night > s.last_good)
where s.gone and s.night > (select night from newest) - 14
group by s.dataset, s.outcome, s.reason
order by since, s.dataset
"""
