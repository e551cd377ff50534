"""Accrual periodicity: the many ways to write how often a dataset changes, as a number of days.

Belongs here: the controlled vocabularies (EU frequency table, Dublin Core Collection Description frequencies,
ISO 19139 maintenance codes), ISO 8601 durations, and the words that publishers write in Spanish, English, French
and Portuguese. Does not belong here: whether a dataset is late (`measurement`).

Where a word has two meanings, the vocabulary's own counts: `bimonthly` is every two months, `biweekly` every two
weeks (Dublin Core), `bianual` twice a year (Real Academia Española).
"""

from __future__ import annotations

import re
import unicodedata

YEAR = 365.25
MONTH = YEAR / 12

_HOUR = 1 / 24
# By the word without accents, spaces and signs, lower case.
_WORDS: dict[float, str] = {
    _HOUR / 60: "1min minutely",
    _HOUR / 12: "5min",
    _HOUR / 6: "10min",
    _HOUR / 4: "15min",
    _HOUR / 2: "30min",
    _HOUR: "hourly horaria horario cadahora horaire everyhour",
    2 * _HOUR: "bihourly",
    3 * _HOUR: "trihourly",
    0.5: "daily2 12hrs twiceaday",
    1.0: "daily diaria diario diariamente quotidien quotidienne quotidiennement cadadia everyday "
    "continuous continual continua continuo cont updatecont tiemporeal entiemporeal realtime tempsreel "
    "temporeal emtemporeal permanente",
    7 / 3: "weekly3 threetimesaweek",
    3.5: "weekly2 semiweekly twiceaweek bisemanal",
    7.0: "weekly semanal semanalmente hebdomadaire cadasemana everyweek",
    14.0: "biweekly fortnightly everytwoweeks",
    MONTH / 3: "monthly3 threetimesamonth",
    MONTH / 2: "monthly2 semimonthly quincenal quincenalmente quinzenal bimensuel bimensuelle twiceamonth",
    MONTH: "monthly mensual mensualmente mensuel mensuelle mensal mensalmente cadames everymonth",
    2 * MONTH: "bimonthly bimestral bimestriel bimestrielle everytwomonths",
    3 * MONTH: "quarterly trimestral trimestralmente trimestriel trimestrielle",
    4 * MONTH: "annual3 threetimesayear cuatrimestral quadrimestral quadrimestriel quadrimestrielle",
    6 * MONTH: "annual2 semiannual biannual biannually semestral semestralmente semestriel semestrielle "
    "bianual twiceayear halfyearly",
    YEAR: "annual annually yearly anual anualmente annuel annuelle annuellement cadaano everyyear",
    2 * YEAR: "biennial bienal biennal biennale",
    3 * YEAR: "triennial trienal triennal triennale",
    4 * YEAR: "quadrennial cuatrienal quadriennal quadriennale quadrienal",
    5 * YEAR: "quinquennial quinquenal quinquennal quinquennale",
    6 * YEAR: "sexenal",
    10 * YEAR: "decennial decenal decennal decennale",
    20 * YEAR: "bidecennial",
    30 * YEAR: "tridecennial",
}
_DAYS = {word: days for days, words in _WORDS.items() for word in words.split()}
_UNITS = (
    (re.compile(r"^(anos?|years?|ans?|annees?)$"), YEAR),
    (re.compile(r"^(meses|mes|months?|mois)$"), MONTH),
    (re.compile(r"^(semanas?|weeks?|semaines?)$"), 7.0),
    (re.compile(r"^(dias?|days?|jours?)$"), 1.0),
    (re.compile(r"^(horas?|hours?|heures?)$"), _HOUR),
)
_EVERY = re.compile(r"^(?:cada|every|tous les|toutes les|a cada)\s+(\d{1,4})\s+([a-z]+)$")
_ISO = re.compile(
    r"^(?:R\d*/)?P(?=[\dT])(?:(?P<years>[\d.]+)Y)?(?:(?P<months>[\d.]+)M)?(?:(?P<weeks>[\d.]+)W)?"
    r"(?:(?P<days>[\d.]+)D)?(?:T(?:(?P<hours>[\d.]+)H)?(?:(?P<minutes>[\d.]+)M)?(?:(?P<seconds>[\d.]+)S)?)?$",
    re.IGNORECASE,
)
_ISO_DAYS = {
    "years": YEAR,
    "months": MONTH,
    "weeks": 7.0,
    "days": 1.0,
    "hours": _HOUR,
    "minutes": _HOUR / 60,
    "seconds": _HOUR / 3600,
}


def days(text: str | None) -> float | None:
    """The period in days; None when there is none, it is irregular, or nobody could say what is meant.

    Accepts a word, an ISO 8601 duration or repetition (`R/P1M`), "every 3 months", a vocabulary's URI, or a
    sentence in which exactly one such word stands.
    """
    if not text:
        return None
    term = re.split(r"[/#]", text.strip().rstrip("/"))[-1] if "://" in text else text.strip()
    found = _of_iso(term)
    if found is not None:
        return found
    plain = unicodedata.normalize("NFKD", term[:200]).encode("ascii", "ignore").decode().lower()
    found = _DAYS.get(re.sub(r"[^a-z0-9]", "", plain)) or _of_phrase(plain)
    if found is not None:
        return found
    named = {_DAYS[word] for word in re.findall(r"[a-z0-9]+", plain) if word in _DAYS}
    return named.pop() if len(named) == 1 else None


def _of_iso(term: str) -> float | None:
    found = _ISO.match(term)
    if found is None:
        return None
    try:
        total = sum(float(number) * _ISO_DAYS[unit] for unit, number in found.groupdict().items() if number)
    except ValueError:
        return None
    return total if 0 < total < 100 * YEAR else None


def _of_phrase(plain: str) -> float | None:
    found = _EVERY.match(" ".join(plain.split()))
    if found is None or int(found.group(1)) == 0:
        return None
    unit = next((days for pattern, days in _UNITS if pattern.match(found.group(2))), None)
    return None if unit is None else int(found.group(1)) * unit
