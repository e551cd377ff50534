"""How well owners are told of drops in quality, and how often for nothing, on histories drawn from a seed.

    python -m benchmarks.alerts --seed 1 --datasets 300 --nights 400

Ours and three baselines judge the same nights. The last line is one JSON object: `seed`, `datasets`, `nights`, and of
ours, and of each of `baselines`:

- `recall`: the share of the drops that had to be told and could be seen that were told to the owner; `recall_by_kind`;
  `recall_on_content` of those that take 5 points from the content score, or that no score shows;
- `precision`: the share of what was told to owners that tells of a drop, for the first time or after it grew worse;
- `false_per_1000`: dataset-nights with anything told to an owner that does not, repetitions included, per 1,000;
- `delay_median`, `delay_p95`: nights from the first on which the drop could be seen until it was told;
- `mails_per_owner_month`: mails of any sort, one an owner and night at most.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.alert_baselines import baselines
from benchmarks.alert_histories.history import History, history
from benchmarks.alert_scoring import Detector, Score

OURS = "veedor"
COLUMNS = (
    "recall",
    "precision",
    "false_per_1000",
    "delay_median",
    "delay_p95",
    "mails_per_owner_month",
    "repeats",
)


def judged(of: History, detectors: Mapping[str, Detector]) -> dict[str, Score]:
    """Let every detector judge all nights, in order."""
    scores = {name: Score(of) for name in detectors}
    for night in of.nights:
        for name, detector in detectors.items():
            started = time.perf_counter()
            told = detector.night(night.dated, night.seen)
            scores[name].seconds += time.perf_counter() - started
            scores[name].night(night, told)
    return scores


def all_detectors(of: History) -> dict[str, Detector]:
    from benchmarks.alert_detector import product

    try:
        ours = {OURS: product(of.world)}
    except NotImplementedError:
        ours = {}
    return ours | baselines(of.world)


def table(of: History, figures: Mapping[str, Mapping[str, Any]]) -> str:
    """The same for people."""
    lines = [f"{'':16}" + "".join(f"{name.replace('_per_', '/'):>20}" for name in COLUMNS)]
    for name, its in figures.items():
        lines.append(f"{name:16}" + "".join(f"{_text(its[column]):>20}" for column in COLUMNS))
    due = Counter(drop.kind.value for drop in of.drops if drop.due and drop.visible)
    lines += ["", f"{'recall of':16}{'drops':>8}" + "".join(f"{name:>16}" for name in figures)]
    for kind, count in sorted(due.items()):
        cells = "".join(f"{_text(its['recall_by_kind'][kind]):>16}" for its in figures.values())
        lines.append(f"{kind:16}{count:>8}{cells}")
    return "\n".join(lines)


def _text(value: float | None) -> str:
    return "-" if value is None else f"{value:,.3f}".rstrip("0").rstrip(".") if value else "0"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--datasets", type=int, default=300)
    parser.add_argument("--nights", type=int, default=400)
    asked = parser.parse_args(arguments)
    started = time.perf_counter()
    of = history(asked.seed, asked.datasets, asked.nights)
    took = time.perf_counter() - started
    due = sum(drop.due and drop.visible for drop in of.drops)
    print(
        f"{of.dataset_nights:,} dataset-nights of {len(set(of.world.owners.values()))} owners, "
        f"{due} drops to be told, made in {took:.0f} s"
    )
    figures = {name: score.figures() for name, score in judged(of, all_detectors(of)).items()}
    print(table(of, figures))
    ours = figures.pop(OURS, dict.fromkeys(next(iter(figures.values()))))
    head = {"seed": asked.seed, "datasets": asked.datasets, "nights": asked.nights}
    about = {"dataset_nights": of.dataset_nights, "drops": due, "made_s": round(took, 1)}
    print(json.dumps(head | about | ours | {"baselines": figures}))


if __name__ == "__main__":
    main()
