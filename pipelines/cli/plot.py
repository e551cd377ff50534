"""A line of scores over the nights, drawn in characters: for terminals, without colour, in any width.

Belongs here: geometry, and nothing of any dataset. The rules are those of the site's chart (`site.chart`): a night on
which nothing was measured is a gap, and two scores under different rules are not joined. It is our own, for it is
shorter than what bending a plotting library to gaps and breaks would take.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.site import chart

# Braille characters have two columns and four rows of dots; these are the bits of each (Unicode, block 2800).
_DOTS = ((0x01, 0x02, 0x04, 0x40), (0x08, 0x10, 0x20, 0x80))
_BRAILLE = 0x2800
MARGIN = 6
NARROWEST = 30


@dataclass(frozen=True)
class Signs:
    """The characters of a drawing, and how many dots one of them holds across and down."""

    across: int
    down: int
    gap_of_rules: str
    axis: str
    mark: str
    corner: str
    floor: str


FINE = Signs(2, 4, "┊", "│", "┤", "└", "─")
PLAIN = Signs(1, 1, ":", "|", "+", "+", "-")


def draw(points: Sequence[chart.Point], width: int, height: int = 8, signs: Signs = FINE) -> list[str]:
    """Lines of text no longer than `width`, oldest night to the left; none without points.

    `points` are (night, score or None, rules), oldest first. The axis may start above 0 and says where.
    """
    if not points:
        return []
    columns = max(width, NARROWEST) - MARGIN
    floor = chart.floor_below(score for _, score, _ in points)
    dots, breaks = _placed(points, columns * signs.across, height * signs.down, floor)
    lines = []
    for row in range(height):
        label = 100 if row == 0 else floor if row == height - 1 else None
        cells = "".join(_cell(dots, breaks, column, row, signs) for column in range(columns))
        edge = f"{'':>4} {signs.axis}" if label is None else f"{label:>4} {signs.mark}"
        lines.append(f"{edge}{cells}".rstrip())
    lines.append(f"     {signs.corner}{signs.floor * columns}")
    first, last = str(points[0][0]), str(points[-1][0])
    under = first if first == last else f"{first}{last:>{columns - len(first)}}"
    lines.append(f"{' ' * MARGIN}{under:^{columns if first == last else 0}}".rstrip())
    return lines


def _placed(
    points: Sequence[chart.Point], wide: int, high: int, floor: int
) -> tuple[set[tuple[int, int]], set[int]]:
    """The dots of the line as (x, y) from the top left, and the x at which rules changed."""
    first, last = points[0][0], points[-1][0]
    span = (last - first).days
    dots: set[tuple[int, int]] = set()
    breaks: set[int] = set()
    pen: tuple[int, int] | None = None
    rules, before = "", 0
    for night, score, of_rules in points:
        x = round((wide - 1) * (night - first).days / span) if span else wide // 2
        if rules and of_rules and of_rules != rules:
            breaks.add((before + x) // 2)
            pen = None
        rules, before = of_rules or rules, x
        if score is None:
            pen = None
            continue
        share = (100 - max(floor, min(100.0, score))) / (100 - floor)
        here = (x, round((high - 1) * share))
        dots |= _line(pen or here, here)
        pen = here
    return dots, breaks


def _line(a: tuple[int, int], b: tuple[int, int]) -> set[tuple[int, int]]:
    steps = max(abs(b[0] - a[0]), abs(b[1] - a[1]), 1)
    return {
        (round(a[0] + (b[0] - a[0]) * step / steps), round(a[1] + (b[1] - a[1]) * step / steps))
        for step in range(steps + 1)
    }


def _cell(dots: set[tuple[int, int]], breaks: set[int], column: int, row: int, signs: Signs) -> str:
    bits = 0
    for across in range(signs.across):
        for down in range(signs.down):
            if (column * signs.across + across, row * signs.down + down) in dots:
                bits |= _DOTS[across][down]
    if bits:
        return chr(_BRAILLE + bits) if signs.across > 1 else "*"
    if any(column * signs.across + across in breaks for across in range(signs.across)):
        return signs.gap_of_rules
    return " "
