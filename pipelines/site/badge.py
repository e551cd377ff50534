"""Badge: one dataset's outcome and content score as a small picture, for whoever shows the dataset elsewhere.

Belongs here: the picture. It is told in words for whoever does not see it; a colour only helps. Its text is ours alone.
"""

from __future__ import annotations

from html import escape

from pipelines.site.page import Entry
from pipelines.site.words import Words

# By outcome: a colour on which white is read (4.5 to 1 and more).
_COLOURS = {"passed": "#1d6b45", "failed": "#a61b29", "not_published": "#a61b29"}
_DOUBT, _NAME = "#5c5f66", "#1b1c1e"
# Of a sans serif of 11 pixels, a letter on average; the text is stretched to the room that it was given.
_LETTER, _EDGE = 6.4, 7


def path_of(entry: Entry) -> str:
    """Where the badge lies below the folder of a language."""
    return f"badge/{entry.path.removeprefix('dataset/').removesuffix('.html')}.svg"


def svg(entry: Entry, words: Words) -> str:
    """The picture."""
    outcome = words.texts["dataset_outcomes"].get(entry.outcome) or words.name("outcomes", entry.outcome)
    score = entry.scores["content"].score
    content = words.texts["unknown"] if score is None else words.score(score)
    told = f"{outcome} · {words.texts['categories']['content'].lower()}: {content}"
    name, text = "Veedor", escape(told)
    left, right = (round(len(it) * _LETTER) for it in (name, told))
    at = left + 2 * _EDGE
    width = at + right + 2 * _EDGE
    colour = _COLOURS.get(entry.outcome, _DOUBT)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="20" viewBox="0 0 {width} 20" role="img"'
        f' aria-label="{name}: {text}"><title>{name}: {text}</title>'
        f'<rect width="{width}" height="20" rx="3" fill="{_NAME}"/>'
        f'<path d="M{at} 0h{width - at - 3}a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H{at}z" fill="{colour}"/>'
        f'<g fill="#fff" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11">'
        f'<text x="{_EDGE}" y="14" textLength="{left}" lengthAdjust="spacingAndGlyphs">{name}</text>'
        f'<text x="{at + _EDGE}" y="14" textLength="{right}" lengthAdjust="spacingAndGlyphs">{text}</text></g></svg>\n'
    )
