"""The figures of `benchmarks.night_scale` as one SVG: milliseconds a source over sources, in powers of ten.

Belongs here: drawing. Every number in the picture comes from the figures.
"""

from __future__ import annotations

import math
from typing import Any

from benchmarks.scale_plot import GREY, GRID, INK

WIDTH, HEIGHT = 760, 430
LEFT, RIGHT, TOP, BOTTOM = 84, 716, 92, 362
COLOURS = {"plain": "#2f6f4f", "dagster": "#8a6d2f"}
NAMES = {"plain": "veedor run", "dagster": "through Dagster"}
Points = list[tuple[int, float]]


def plot(figures: dict[str, Any]) -> str:
    """The picture of what `night_scale.scaled` gives."""
    found = figures["sources"]
    lines: dict[str, Points] = {
        shell: [(int(total), one[shell]["ms_per_source"]) for total, one in found.items()] for shell in NAMES
    }
    totals = [total for total, _ in lines["plain"]]
    top = ceiling(max(value for line in lines.values() for _, value in line))
    drawn = _frame(totals, top, _title(totals, figures["growth"]), figures["machine"])
    for place, (shell, line) in enumerate(lines.items()):
        name = f"{NAMES[shell]}, {figures['growth'][shell]:g} times"
        drawn += _series(shell, name, line, totals, top, TOP + 6 + 20 * place)
    return "\n".join([*_head(lines), *drawn, "</svg>", ""])


def ceiling(value: float) -> float:
    """A round number a quarter above `value` at least, where the axis ends."""
    power: float = 10 ** math.floor(math.log10(value * 1.25))
    return next(step * power for step in (1, 2, 2.5, 5, 10) if step * power >= value * 1.25)


def _title(totals: list[int], growth: dict[str, float]) -> str:
    worst = max(growth.values())
    return f"One of {totals[-1]:,} sources costs {worst:g} times what one of {totals[0]:,} costs, or less"


def _at(total: float, value: float, totals: list[int], top: float) -> tuple[float, float]:
    across = math.log10(total / totals[0]) / max(math.log10(totals[-1] / totals[0]), 1e-9)
    return round(LEFT + 24 + across * (RIGHT - LEFT - 60), 1), round(BOTTOM - value / top * (BOTTOM - TOP), 1)


def _head(lines: dict[str, Points]) -> list[str]:
    told = ". ".join(
        f"{NAMES[shell]}: " + "; ".join(f"{value:g} ms among {total:,}" for total, value in line)
        for shell, line in lines.items()
    )
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="t d" font-family="system-ui, sans-serif">',
        f'<title id="t">What a source costs, by number of sources</title><desc id="d">{told}.</desc>',
        f"<style>.h{{font-size:16px;font-weight:600;fill:{INK}}}.s{{font-size:13px;fill:{GREY}}}"
        f".v{{font-size:12px;font-weight:600}}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#fbfaf7"/>',
    ]


def _frame(totals: list[int], top: float, title: str, machine: str) -> list[str]:
    drawn = [
        f'<text class="h" x="24" y="34">{title}</text>'
        f'<text class="s" x="24" y="56">Processor time a source; 81 % unchanged, 15 % changed, 4 % faulty; '
        f"{machine}</text>"
    ]
    for quarter in range(5):
        value = top * quarter / 4
        y = _at(totals[0], value, totals, top)[1]
        drawn.append(f'<path d="M{LEFT} {y}H{RIGHT}" stroke="{GRID}"/>')
        drawn.append(f'<text class="s" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{value:g} ms</text>')
    for total in totals:
        x = _at(total, 0, totals, top)[0]
        drawn.append(f'<path d="M{x} {TOP}V{BOTTOM}" stroke="{GRID}"/>')
        drawn.append(f'<text class="s" x="{x}" y="{BOTTOM + 20}" text-anchor="middle">{total:,}</text>')
    middle = (LEFT + RIGHT) / 2
    drawn.append(f'<text class="s" x="{middle}" y="{BOTTOM + 46}" text-anchor="middle">sources</text>')
    return drawn


def _series(shell: str, name: str, line: Points, totals: list[int], top: float, legend: float) -> list[str]:
    colour, above = COLOURS[shell], shell == "dagster"
    places = [_at(total, value, totals, top) for total, value in line]
    path = "L".join(f"{x} {y}" for x, y in places)
    drawn = [
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        f'<path d="M{LEFT + 14} {legend + 6}h26" stroke="{colour}" stroke-width="2"/>'
        f'<text class="s" x="{LEFT + 48}" y="{legend + 10}">{name}</text>',
    ]
    for (_, value), (x, y) in zip(line, places, strict=True):
        drawn.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
        up = y - 10 if above else y + 20
        drawn.append(
            f'<text class="v" x="{x}" y="{up}" text-anchor="middle" fill="{colour}">{value:g} ms</text>'
        )
    return drawn
