"""The figures of `benchmarks.validate_scale` as one SVG: seconds over rows, both in powers of ten.

Belongs here: drawing. Every number in the picture comes from the figures. The dashed line is what strictly linear
growth would be, laid through the largest file.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 760, 470
LEFT, RIGHT, TOP, BOTTOM = 84, 716, 92, 402
INK, GREY, GRID, COLOURS = "#1d2a36", "#52606d", "#dfe3e8", {"warm": "#2f6f4f", "cold": "#8a6d2f"}
NAMES = {
    "warm": "read and validate, in a process that is running",
    "cold": "the same, with the start of Python and its libraries",
}


def plot(figures: dict[str, Any]) -> str:
    """The picture of what `validate_scale.scaled` gives."""
    points = {
        name: [(int(rows), one[f"{name}_s"]) for rows, one in figures["rows"].items()] for name in COLOURS
    }
    (first, fastest), (largest, slowest) = points["warm"][0], points["warm"][-1]
    guide = [(rows, slowest * rows / largest) for rows, _ in points["warm"]]
    seconds = [value for line in (*points.values(), guide) for _, value in line]
    axes = _Axes(
        (math.log10(first), math.log10(largest)),
        (math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds)))),
    )
    title = f"{largest / first:,.0f} times the rows take {slowest / fastest:,.0f} times the time"
    drawn = [*_frame(axes, title, figures["machine"]), _line(axes, guide, GREY, ' stroke-dasharray="3 6"')]
    for number, (name, line) in enumerate(points.items()):
        drawn += _series(axes, name, line, TOP + 6 + 20 * number)
    drawn.append(_legend("strictly linear growth", GREY, TOP + 46, ' stroke-dasharray="3 6"'))
    return "\n".join([*_head(points["warm"]), *drawn, "</svg>", ""])


@dataclass(frozen=True)
class _Axes:
    """The powers of ten at the ends of both axes."""

    rows: tuple[float, float]
    seconds: tuple[int, int]

    def at(self, rows: float, seconds: float) -> tuple[float, float]:
        """Where a number of rows and of seconds lies in the picture."""
        across = (math.log10(rows) - self.rows[0]) / max(self.rows[1] - self.rows[0], 1e-9)
        up = (math.log10(seconds) - self.seconds[0]) / max(self.seconds[1] - self.seconds[0], 1)
        return round(LEFT + 24 + across * (RIGHT - LEFT - 60), 1), round(BOTTOM - up * (BOTTOM - TOP), 1)


def _head(warm: list[tuple[int, float]]) -> list[str]:
    told = "; ".join(f"{rows:,} rows in {_told(value)}" for rows, value in warm)
    return [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        'aria-labelledby="t d" font-family="system-ui, sans-serif">',
        f'<title id="t">Time to read and validate, by rows</title><desc id="d">{told}.</desc>',
        f"<style>.h{{font-size:16px;font-weight:600;fill:{INK}}}.s{{font-size:13px;fill:{GREY}}}"
        f".v{{font-size:12px;font-weight:600}}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" rx="10" fill="#fbfaf7"/>',
    ]


def _frame(axes: _Axes, title: str, machine: str) -> list[str]:
    drawn = [
        f'<text class="h" x="24" y="34">{title}</text>'
        f'<text class="s" x="24" y="56">A CSV of 20 columns, 25 expectations, with evidence; '
        f"medians on {machine}</text>"
    ]
    for power in range(axes.seconds[0], axes.seconds[1] + 1):
        y = axes.at(10 ** axes.rows[0], 10**power)[1]
        drawn.append(f'<path d="M{LEFT} {y}H{RIGHT}" stroke="{GRID}"/>')
        drawn.append(
            f'<text class="s" x="{LEFT - 8}" y="{y + 4}" text-anchor="end">{_told(10**power)}</text>'
        )
    for power in range(round(axes.rows[0]), round(axes.rows[1]) + 1):
        x = axes.at(10**power, 10 ** axes.seconds[0])[0]
        drawn.append(f'<path d="M{x} {TOP}V{BOTTOM}" stroke="{GRID}"/>')
        drawn.append(f'<text class="s" x="{x}" y="{BOTTOM + 20}" text-anchor="middle">{10**power:,}</text>')
    drawn.append(
        f'<text class="s" x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 46}" text-anchor="middle">rows in the file</text>'
    )
    return drawn


def _series(axes: _Axes, name: str, line: list[tuple[int, float]], legend: float) -> list[str]:
    colour, right = COLOURS[name], name == "warm"
    drawn = [_line(axes, line, colour), _legend(NAMES[name], colour, legend)]
    for rows, value in line:
        x, y = axes.at(rows, value)
        drawn.append(f'<circle cx="{x}" cy="{y}" r="4" fill="{colour}"/>')
        place = f'x="{x + 8}" y="{y + 16}"' if right else f'x="{x}" y="{y - 10}" text-anchor="middle"'
        drawn.append(f'<text class="v" {place} fill="{colour}">{_told(value)}</text>')
    return drawn


def _line(axes: _Axes, points: list[tuple[int, float]], colour: str, style: str = "") -> str:
    path = "L".join(f"{x} {y}" for x, y in (axes.at(*point) for point in points))
    return f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"{style}/>'


def _legend(text: str, colour: str, y: float, style: str = "") -> str:
    x = LEFT + 14
    return (
        f'<path d="M{x} {y + 6}h26" stroke="{colour}" stroke-width="2"{style}/>'
        f'<text class="s" x="{x + 34}" y="{y + 10}">{text}</text>'
    )


def _told(seconds: float) -> str:
    """Two digits, in the unit that fits."""
    if seconds < 1:
        return f"{float(f'{seconds * 1000:.2g}'):g} ms"
    return f"{float(f'{seconds:.2g}'):g} s"
