"""From a table to a proposed layout: which guide dataset it is, and which column holds which role.

Belongs here: putting together what names and cells say, giving each column one role at most, and saying how sure that
is. Nothing below `SURE` is a mapping: it is told as a possibility. Does not belong here: YAML (`write`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipelines.tables.layouts import Layout, fold
from pipelines.tables.profile import Profile
from pipelines.tables.proposing.content import Content, alone, content_of, speaks_for, told
from pipelines.tables.proposing.names import Names, likeness, names_of
from pipelines.tables.proposing.words import RoleWords

SURE = 0.7  # from here on a mapping is proposed
POSSIBLE = 0.35  # from here on it is told as a possibility
# Another column or role that is nearly as likely makes a mapping less sure, by what they are apart.
APART, DOUBT = 0.1, 3.5


@dataclass(frozen=True)
class KnownRole:
    """A role of a guide dataset, as its suite declares it."""

    type: str
    level: str
    personal: bool
    titles: tuple[str, ...]


@dataclass(frozen=True)
class KnownDataset:
    """A guide dataset that a file may be: its roles, and what tells one record from another."""

    key: str
    title: Mapping[str, str]
    roles: Mapping[str, KnownRole]
    record: tuple[str, ...] = ()
    minimum_roles: int = 1


@dataclass(frozen=True)
class Mapped:
    """One column that (possibly) holds a role, how sure that is in [0, 1], and why."""

    role: str
    column: str
    confidence: float
    reason: str


@dataclass(frozen=True)
class Proposal:
    """What a table may be. `sure` and `possible` name each column once at most; `left` are the other columns."""

    dataset: KnownDataset
    sure: tuple[Mapped, ...]
    possible: tuple[Mapped, ...]
    left: tuple[str, ...]
    contents: Mapping[str, Content] = field(default_factory=dict)
    score: float = 0.0

    @property
    def enough(self) -> bool:
        """Whether as many roles are sure as the dataset cannot be without."""
        return len(self.sure) >= self.dataset.minimum_roles


def proposals(
    profiles: Mapping[str, Profile],
    datasets: Iterable[KnownDataset],
    words: RoleWords,
    layouts: Sequence[Layout],
) -> list[Proposal]:
    """What a table of these columns may be, the likeliest first; without columns nothing."""
    named = dict[str, str]()
    for name in profiles:
        named.setdefault(fold(name), name)  # a layout tells columns apart by their folded names only
    contents = {
        name: content_of(profile, words.meant(name), words)
        for name, profile in profiles.items()
        if fold(name) and named[fold(name)] == name
    }
    known = list(datasets)
    found = [_proposal(contents, dataset, words, layouts) for dataset in known] if contents else []
    common = _commonness(known)
    hidden = tuple(name for name in profiles if name not in contents)
    scored = [_scored(replace(proposal, left=(*proposal.left, *hidden)), common) for proposal in found]
    return sorted(scored, key=lambda item: (-item.score, item.dataset.key))


def _proposal(
    contents: Mapping[str, Content], dataset: KnownDataset, words: RoleWords, layouts: Sequence[Layout]
) -> Proposal:
    titles = {role: known.titles for role, known in dataset.roles.items()}
    names = names_of(dataset.key, titles, words, layouts)
    types = [known.type for known in dataset.roles.values()]
    likely: dict[tuple[str, str], tuple[float, str]] = {}
    for column, content in contents.items():
        for role, known in dataset.roles.items():
            confidence, why = _likely(column, content, role, known, names, types.count(known.type) == 1)
            if confidence >= POSSIBLE / 2:
                likely[column, role] = (confidence, why)
    mapped = _assigned(likely)
    sure = tuple(item for item in mapped if item.confidence >= SURE)
    possible = tuple(item for item in mapped if POSSIBLE <= item.confidence < SURE)
    named = {item.column for item in (*sure, *possible)}
    left = tuple(column for column in contents if column not in named)
    return Proposal(dataset, sure, possible, left, contents)


def _likely(
    column: str, content: Content, role: str, known: KnownRole, names: Names, single: bool
) -> tuple[float, str]:
    name, phrase = likeness(column, role, names, single=single)
    factor = speaks_for(content, role, known.type)
    by_name = min(1.0, name * factor)
    by_cells, what = alone(content, role, known.type)
    if by_cells > by_name:
        return by_cells, f"the cells are {what}"
    said = "the name is known for it" if phrase == column else f'the name is like "{phrase}"'
    return by_name, f"{said}; cells: {told(content)}"


def _assigned(likely: Mapping[tuple[str, str], tuple[float, str]]) -> list[Mapped]:
    """Each column with one role at most and each role with one column, the surest pairs first."""
    order = sorted(likely, key=lambda pair: -likely[pair][0])
    columns: set[str] = set()
    roles: set[str] = set()
    found = []
    for column, role in order:
        if column in columns or role in roles:
            continue
        columns.add(column)
        roles.add(role)
        sure, why = likely[column, role]
        rivals = [
            (other, *pair)
            for pair, (other, _) in likely.items()
            if (pair[0] == column) != (pair[1] == role) and pair[0] not in columns - {column}
        ]
        rival = max(rivals, default=None)
        if rival and sure - rival[0] < APART:
            sure -= (APART - (sure - rival[0])) * DOUBT
            other = rival[2] if rival[1] == column else rival[1]
            why += f"; {other} is nearly as likely"
        found.append(Mapped(role, column, max(0.0, sure), why))
    return found


def _commonness(datasets: Iterable[KnownDataset]) -> Mapping[str, int]:
    """In how many datasets each role is: a currency tells little of what a file is."""
    count: dict[str, int] = {}
    for dataset in datasets:
        for role in dataset.roles:
            count[role] = count.get(role, 0) + 1
    return count


def _scored(proposal: Proposal, common: Mapping[str, int]) -> Proposal:
    """How likely the table is this dataset: what is sure, rare roles counting more, and the core that is there.

    With fewer sure roles than the dataset cannot be without, it is as much less likely.
    """
    held = sum(item.confidence / common[item.role] ** 0.5 for item in proposal.sure)
    held += sum(item.confidence / common[item.role] ** 0.5 for item in proposal.possible) / 4
    core = [role for role, known in proposal.dataset.roles.items() if known.level == "core"]
    there = {item.role for item in proposal.sure} & set(core)
    share = len(there) / len(core) if core else 0.5
    least = proposal.dataset.minimum_roles
    return replace(proposal, score=held * (0.5 + share) * min(1.0, len(proposal.sure) / least))
