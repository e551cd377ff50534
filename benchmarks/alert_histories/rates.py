"""How often and how large: every number of the simulation, and where it comes from.

Belongs here: rates, sizes and weights. "Ours" is our own judgement, where no published figure is known. A night is the
unit of time, a share is between 0 and 1.
"""

from __future__ import annotations

from benchmarks.alert_histories.truth import Kind

# --- portals and owners -----------------------------------------------------------------------------------
# Of 92 declared sources of the guide's datasets most stand alone (files and single addresses), a few portals hold many.
PORTAL_SIZES = {(1, 1): 0.30, (2, 5): 0.28, (6, 20): 0.28, (21, 60): 0.14}
OWNER_DATASETS = (1, 15)  # ours: one unit of a ministry answers for so many
CONTACT_DEAD = 0.03  # ours; portals publish no-reply addresses and shared boxes

# --- rhythms ----------------------------------------------------------------------------------------------
# Registers and transactions come often, declarations and audits rarely; irregular and dead ones are common (ours).
RHYTHMS = {
    "nightly": 0.14,
    "weekdays": 0.12,
    "weekly": 0.15,
    "fortnightly": 0.04,
    "monthly": 0.27,
    "quarterly": 0.08,
    "yearly": 0.06,
    "irregular": 0.09,
    "dead": 0.05,
}
PERIODS = {
    "nightly": 1,
    "weekdays": 1,
    "weekly": 7,
    "fortnightly": 14,
    "monthly": 31,
    "quarterly": 92,
    "yearly": 366,
}
IRREGULAR_GAP = (8, 90)  # mean nights between publications, ours
# datos.gob.mx's own rating never checked the update frequency: what is declared is often absent or untrue.
PROMISES = {"honest": 0.75, "absent": 0.15, "untrue": 0.10}
# `modified` is today's date every day on some Socrata portals (GSA/data.gov#5079); CKAN bumps it with the metadata.
MODIFIED = {"honest": 0.62, "now": 0.12, "metadata": 0.11, "absent": 0.15}
AS_OF_KNOWN = 0.6  # files with a column of dates that are no plans, ours
AS_OF_LAG = (0.05, 0.9)  # in periods: a month is published some weeks after its end
DELAY_SPREAD = (0.3, 1.1)  # sigma of the log-normal delay, ours
DELAY_MEDIAN = (0.005, 0.12)  # in periods, ours
SKIPPED_NIGHT = 0.02  # a nightly export that did not run, ours
HARMLESS = (0.0005, 0.03)  # a night on which the same data are written anew, ours
METADATA_EDIT = 0.02  # ours
CORRECTION = 0.06  # after a publication, a few rows amended or removed, ours
CORRECTED_SHARE = 0.003  # of the rows at most; SAT's list repeats and amends some tens of 14,200 rows
COLUMN_ADDED = 0.004  # per publication; CompraNet grew from 13 to 73 columns in 20 years, in four steps

# --- rows -------------------------------------------------------------------------------------------------
ROWS = (80, 2_000_000)  # log-uniform; 12 million rows in the 47 datasets that Mexico published
SHAPES = {
    "linear": 0.34,
    "saturating": 0.14,
    "bursty": 0.12,
    "steady": 0.12,
    "window": 0.10,
    "volume": 0.06,
    "year_end": 0.06,
    "year_file": 0.06,
}  # ours; federal contracts of Mexico are a file a year
KEYED = 0.85  # CompraNet's contract code is filled and unique in all rows; others have no key
WEEKEND_VOLUME = (0.3, 0.6)  # of a weekday's rows, ours
BURST = (0.05, 0.5)  # of the rows, ours

# --- expectations -----------------------------------------------------------------------------------------
EXPECTATIONS = (8, 45)  # of a suite's 47 to 102, those whose columns a file has
SEVERITIES = {"critical": 0.27, "warning": 0.56, "info": 0.17}  # counted over our 30 suites
LENIENT = 0.15  # expectations that allow some percent (`mostly`), counted over our suites
# In the federal data most rules hold, some never did: RFC filled in 15.7 to 47.4 %, postcode missing in 39.8 %.
BASES = {"zero": 0.72, "trace": 0.15, "some": 0.09, "chronic": 0.04}
BASE_RANGE = {"trace": (0.01, 2.0), "some": (2.0, 30.0), "chronic": (40.0, 100.0)}
LOOKALIKE, LOOKALIKE_RANGE = 0.12, (0.01, 0.5)  # percent taken for personal data that is none, ours
NOISE_OF_ZERO = {"none": 0.86, "blips": 0.14}  # ours
NOISE_OF_BASE = {"none": 0.35, "jitter": 0.40, "heavy": 0.25}  # ours
BLIP = 0.06  # per publication
BLIP_SIZE = (0.005, 1.0)  # percent of the values
JITTER = (0.01, 0.08)  # relative sigma
HEAVY = (0.25, 0.8)  # sigma of the log-normal factor
HEAVY_LARGEST = 14.0  # percent above or below the base
HEAVY_SHARE = 0.15  # of a dimension's weight at most
NOISE_POINTS = 2.0  # that noise may take from a dimension on one publication; 5 would be a drop
DRIFT = 0.08  # of the expectations with failures drift slowly
DRIFT_PERCENT = 8.0  # at most, over 400 nights
DRIFT_POINTS = 2.0  # of a dimension at most, over 400 nights
LATE_RULE, DROPPED_RULE = 0.04, 0.03  # rules of a suite that come, or go, with a later version of it

# --- what goes wrong on the way ---------------------------------------------------------------------------
FLAKY = (0.002, 0.06)  # a night's time-out on one host, ours
FLAKY_AGAIN = 0.05  # the next night too; never a third (ours)
GLITCH = {"out_of_reach": 0.90, "turned_away": 0.06, "page": 0.04}  # what such a night looks like
OUTAGE_GAP = 120.0  # nights between outages of a portal, ours
OUTAGE_NIGHTS = {(1, 1): 0.55, (2, 3): 0.27, (4, 7): 0.12, (8, 12): 0.06}
OUTAGE_LOOKS = {
    "silent": 0.36,
    "files": 0.32,
    "both": 0.22,
    "pages": 0.10,
}  # pages: "we are at work", status 200
WAF_PORTALS = 0.22  # portals that have such phases: Akamai, Cloudflare (data.gov#5248, #5303, #5542)
WAF_GAP, WAF_NIGHTS = 220.0, (5, 70)  # a blocked harvester stayed so for months
WAF_SHARES = {"all": 0.6, "some": 0.4}
CATALOG_SILENT_GAP = 110.0  # ours
EMPTY_INDEX_GAP = 1_500.0  # a search index that is built anew lists nothing for a night or two, ours
MOVED_PORTALS = 0.06  # in 400 nights: /busca/api of datos.gob.mx, http to https, a new domain
TURNED_AWAY = 0.0015  # a single night, one dataset
PARTIAL = {
    0.0: 0.75,
    0.002: 0.15,
    0.012: 0.10,
}  # share of datasets with such a chance of a cut transfer (portals.md 4)

# --- our own side -----------------------------------------------------------------------------------------
RELEASE_GAP = 30.0
BUGGY_RELEASE = 0.18  # ours; csv-detective 0.13 miscounts rows, GX and dagster-ge broke on upgrades
BUG_NIGHTS = (1, 5)
BUG_SHARE = (0.2, 0.95)
RULE_CHANGE_GAP = 45.0  # between changes of any suite
WEIGHT_CHANGE_GAP = 260.0
NOT_RUN = 0.005
LONG_GAP = 0.5  # a world in which the machine was off for some nights
LONG_GAP_NIGHTS = (3, 12)
CLOCK_JUMP = 0.5  # a world in which one night is dated wrongly
DECLARED_LATE = 0.08  # datasets that are declared after the first night
BAD_START = 0.05  # datasets that are bad on the first nights already

# --- planted drops ----------------------------------------------------------------------------------------
WARM_UP = 14  # nights before a dataset's first
GAP = 95.0  # mean nights between the end of one and the next; makes about one in 150 nights and dataset
KINDS = {
    Kind.UNREACHABLE: 0.11,
    Kind.UNUSABLE: 0.08,
    Kind.OVERDUE: 0.09,
    Kind.STALE: 0.04,
    Kind.COLUMNS: 0.11,
    Kind.ROWS: 0.10,
    Kind.ROWS_REMOVED: 0.06,
    Kind.EXPECTATION: 0.18,
    Kind.SCORE: 0.17,
    Kind.WITHDRAWN: 0.04,
    Kind.PERSONAL: 0.04,
    Kind.MOVED: 0.04,
}
MENDED = {"next": 0.2, "later": 0.6, "never": 0.2}
LASTS = (2, 60)
FLAPPING = 0.12
RETURNS = 0.15
RETURNS_AFTER = (10, 40)
ADDED_PERCENT = (1.0, 100.0)
SCORE_POINTS = (1.0, 70.0)
COURSES = {"sudden": 0.6, "steps": 0.2, "growing": 0.2}
COLLAPSED = (0.02, 0.6)
EXPLODED = (1.8, 3.0)
COLLAPSED_VOLATILE = (0.02, 0.1)
EXPLODED_VOLATILE = (3.0, 6.0)
REMOVED = (0.005, 0.3)
EXPOSED = (0.1, 40.0)

# --- what must be told ------------------------------------------------------------------------------------
DUE_POINTS = 5.0
DUE_NIGHTS = 3
DUE_COLLAPSED, DUE_EXPLODED = 0.5, 1.8
DUE_REMOVED = 0.02
GRACE = 1.5  # in promised periods: the guide's check G08
GRACE_NIGHTS = 1.0  # data.gouv.fr allows a day
