"""Which patents of one house may make one achievement: shared inventors and near texts, put together step by step.

Pure and without chance: the same list gives the same bundles in the same order. A bundle is a proposal with its
reason; people decide. Do not use it on lists of several houses: colleagues are what holds most bundles together.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import combinations

from matching.evidence import shared_words
from matching.ngrams import Ngrams, cosine, grams, tighten

MOST = 12
"""Patents of one bundle: more is a research direction, not an achievement."""
SAME_TEAM, SOME_SHARED = 0.5, 0.15
"""Share of the smaller team's weight that both have: two of three inventors 0.67, one busy professor of six 0.05."""
NEAR_SAME_TEAM, NEAR_SHARED, NEAR_UNKNOWN, NEAR_STRANGERS = 0.27, 0.36, 0.50, 0.75
"""Nearness two texts need: by the same team, with somebody in common, where nobody is named, by different people."""
COMMON_GRAM = 60
"""A pair of characters in more titles than this says nothing about which belong together."""
TOGETHER = 0.5
"""Share of the pairs between two groups that must hold together before the groups become one."""
ABSTRACT_READ = 400
"""Characters of an abstract that are compared: what it is about stands first."""
_OPENING = re.compile(r"^(?:一种|一类|一套|用于|关于)+")
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Right:
    """A patent as it is bundled. `text` and `body` are the normalised title and abstract."""

    id: int
    title: str
    text: str
    body: str = ""
    inventors: tuple[str, ...] = ()
    type: str = ""
    filed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A bundle: ids in their order of filing, the title of the patent in its middle, and what holds it together."""

    ids: tuple[int, ...]
    title: str
    reason: str


def propose(rights: Sequence[Right], ngrams: Ngrams, most: int = MOST) -> list[Proposal]:
    """Bundles of at least two rights, the largest first; what holds together with nothing is in none."""
    known = {right.id: right for right in rights}
    links = _links(rights, ngrams)
    groups = _grouped(links, most)
    made = [_proposal([known[one] for one in sorted(group)], links, ngrams) for group in groups]
    return sorted(made, key=lambda p: (-len(p.ids), p.ids))


class Nearness:
    """How near the texts of two rights are. Keeps what was worked out, for one list: do not keep it longer."""

    def __init__(self, ngrams: Ngrams) -> None:
        """The ngrams weigh what texts share."""
        self._ngrams = ngrams
        self._bodies: dict[int, Mapping[str, float]] = {}

    def of(self, one: Right, other: Right, *, same_people: bool) -> float:
        """0 … 1: the mean of titles and abstracts; of the same people the titles alone where they are nearer.

        “显示面板” of two teams is two things: there the abstracts have to say so too.
        """
        titles = cosine(self._ngrams.vector(one.text), self._ngrams.vector(other.text))
        if not one.body or not other.body:
            return titles
        a, b = self._body(one), self._body(other)
        bodies = sum(weight * b[gram] for gram, weight in a.items() if gram in b)
        both = (titles + bodies) / 2
        return max(titles, both) if same_people else both

    def _body(self, right: Right) -> Mapping[str, float]:
        """The pairs of characters of an abstract's beginning as a unit vector."""
        known = self._bodies.get(right.id)
        if known is None:
            counts = Counter(gram for gram in grams(tighten(right.body[:ABSTRACT_READ])) if len(gram) > 1)
            weights = {gram: (1 + math.log(n)) * self._ngrams.idf(gram) for gram, n in counts.items()}
            length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
            known = self._bodies[right.id] = {gram: weight / length for gram, weight in weights.items()}
        return known


def reason_of(rights: Sequence[Right], ngrams: Ngrams) -> str:
    """What a group of patents has in common, in a sentence; empty where nothing can be named."""
    parts = []
    people = _most_named(rights)
    if people:
        parts.append(f"发明人都有{'、'.join(people)}")
    words = _common_words(rights, ngrams)
    if words:
        parts.append(f"名称都涉及{'、'.join(words)}")
    if _filed_twice(rights):
        parts.append("同一天申请了发明和实用新型")
    return "；".join(parts)


def _links(rights: Sequence[Right], ngrams: Ngrams) -> dict[tuple[int, int], float]:
    """(smaller id, larger id) → strength, of the pairs that hold together by themselves."""
    known = {right.id: right for right in rights}
    weights, texts = _weights(rights), Nearness(ngrams)
    found: dict[tuple[int, int], float] = {}
    for one, other in sorted(_candidates(rights, ngrams)):
        a, b = known[one], known[other]
        shared = _shared(a, b, weights)
        if not a.inventors or not b.inventors:
            needed = NEAR_UNKNOWN
        elif shared >= SAME_TEAM:
            needed = NEAR_SAME_TEAM
        else:
            needed = NEAR_SHARED if shared >= SOME_SHARED else NEAR_STRANGERS
        near = texts.of(a, b, same_people=shared > 0)
        if near >= needed:
            found[one, other] = near + shared / 2
    return found


def _weights(rights: Sequence[Right]) -> dict[str, float]:
    """Inventor → weight: who stands on every patent of the house tells little about any two of them."""
    often = Counter(name for right in rights for name in set(right.inventors))
    return {name: math.log((1 + len(rights)) / count) + 0.1 for name, count in often.items()}


def _shared(a: Right, b: Right, weights: Mapping[str, float]) -> float:
    both = set(a.inventors) & set(b.inventors)
    if not both:
        return 0.0
    smaller = min(sum(weights[n] for n in set(side.inventors)) for side in (a, b))
    return min(1.0, sum(weights[name] for name in sorted(both)) / smaller)


def _candidates(rights: Sequence[Right], ngrams: Ngrams) -> set[tuple[int, int]]:
    """Pairs worth a look: with a telling pair of characters in both titles, and a second one or an inventor."""
    by_gram: dict[str, list[int]] = defaultdict(list)
    for right in rights:
        for gram in ngrams.vector(right.text).weights:
            if len(gram) > 1:
                by_gram[gram].append(right.id)
    seen: Counter[tuple[int, int]] = Counter()
    for holders in by_gram.values():
        if 1 < len(holders) <= COMMON_GRAM:
            seen.update(combinations(sorted(set(holders)), 2))
    people = {right.id: frozenset(right.inventors) for right in rights}
    return {pair for pair, n in seen.items() if n > 1 or people[pair[0]] & people[pair[1]]}


def _grouped(links: Mapping[tuple[int, int], float], most: int) -> list[set[int]]:
    """Strongest pair first; two groups become one when at least half of the pairs between them hold."""
    group_of: dict[int, int] = {}
    groups: dict[int, set[int]] = {}
    for (one, other), _ in sorted(links.items(), key=lambda item: (-item[1], item[0])):
        a, b = (group_of.setdefault(member, member) for member in (one, other))
        left, right = groups.setdefault(a, {one}), groups.setdefault(b, {other})
        if a == b or len(left) + len(right) > most:
            continue
        held = sum((min(x, y), max(x, y)) in links for x in left for y in right)
        if held / (len(left) * len(right)) >= TOGETHER:
            left |= right
            for member in right:
                group_of[member] = a
            del groups[b]
    return [group for group in groups.values() if len(group) > 1]


def _proposal(rights: Sequence[Right], links: Mapping[tuple[int, int], float], ngrams: Ngrams) -> Proposal:
    ids = [right.id for right in rights]
    middle = max(
        rights, key=lambda r: (sum(links.get((min(r.id, o), max(r.id, o)), 0.0) for o in ids), -r.id)
    )
    ordered = sorted(rights, key=lambda r: (r.filed_on or date.max, r.id))
    return Proposal(
        tuple(right.id for right in ordered),
        _OPENING.sub("", middle.title.strip()) or middle.title,
        reason_of([middle, *(r for r in ordered if r is not middle)], ngrams) or "名称和摘要用词相近",
    )


def _most_named(rights: Sequence[Right]) -> list[str]:
    """Inventors on at least half of the patents, those on most first."""
    often = Counter(name for right in rights for name in dict.fromkeys(right.inventors))
    half = max(2, math.ceil(len(rights) / 2))
    named = sorted((name for name, n in often.items() if n >= half), key=lambda name: (-often[name], name))
    return named[:_NAMED]


def _common_words(rights: Sequence[Right], ngrams: Ngrams) -> list[str]:
    """Words the first title shares with at least half of the others, those with most first."""
    first, *others = rights
    often: Counter[str] = Counter()
    for other in others:
        often.update(shared.left for shared in shared_words(ngrams, first.text, other.text))
    half = max(1, math.ceil(len(others) / 2))
    found = sorted((w for w, n in often.items() if n >= half), key=lambda w: (-often[w], -len(w), w))
    return list(_outermost(found))[:_NAMED]


def _outermost(words: Iterable[str]) -> Iterator[str]:
    kept: list[str] = []
    for word in words:
        if not any(word in other or other in word for other in kept):
            kept.append(word)
            yield word


def _filed_twice(rights: Sequence[Right]) -> bool:
    """Whether the same thing was filed for as an invention and as a utility model on one day (一案双申)."""
    days: dict[date, set[str]] = defaultdict(set)
    for right in rights:
        if right.filed_on is not None:
            days[right.filed_on].add(right.type)
    return any({"invention_patent", "utility_model"} <= kinds for kinds in days.values())
