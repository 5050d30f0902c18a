"""The controlled vocabularies: every code the platform stores, with its Chinese name and its place in a tree.

The lists are data (`config/vocabularies/*.csv`, described in the README there). They are read once at start and
handed down as one frozen value; nothing here knows of the web or of the database. Use `find` where people's
words arrive (spreadsheets, exchange files) and the codes everywhere else.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType

from config.short_names import other_names, region_rank, short_region

DEFAULT_FOLDER = Path(__file__).with_name("vocabularies")

# What people put between the parts of a name: "浙江省/宁波市", "浙江·宁波", "农、林、牧、渔业".
_SEPARATORS = re.compile(r"[\s·・•/\\|,、;:>()\-_—]+")
# Levels without a name of their own, which address pickers insert: "北京市市辖区海淀区".
_FILLERS = re.compile(r"市辖区|(?:省|自治区)直辖县级行政区划")
# No name in any list comes near this length; longer text is prose, and splitting it would be slow.
_LONGEST_NAME = 60


class VocabularyError(ValueError):
    """A vocabulary file is missing, malformed or inconsistent; the message names the file and the code."""


@dataclass(frozen=True, slots=True)
class Term:
    """One entry: a stable code, its Chinese name, the code of its parent ("" for a root) and a remark."""

    code: str
    name: str
    parent: str = ""
    note: str = ""


@dataclass(frozen=True, eq=False)
class Vocabulary:
    """An ordered list of terms, flat or a tree. Build it with `Vocabulary.build`."""

    key: str
    terms: Mapping[str, Term]
    _children: Mapping[str, tuple[Term, ...]] = field(repr=False)
    _exact: Mapping[str, frozenset[str]] = field(repr=False)
    _loose: Mapping[str, frozenset[str]] = field(repr=False)

    @classmethod
    def build(cls, key: str, terms: Iterable[Term], aliases: Iterable[tuple[str, str]] = ()) -> Vocabulary:
        """Make the vocabulary `key` of `terms` in their order and of (alias, code) pairs.

        Raises VocabularyError for a repeated code, an empty name, an unknown parent, a circle of parents or an
        alias of an unknown code.
        """
        by_code: dict[str, Term] = {}
        children: dict[str, list[Term]] = {}
        for term in terms:
            if not term.code or not term.name:
                raise VocabularyError(f"{key}: a term without code or name near {term.code or term.name!r}")
            if term.code in by_code:
                raise VocabularyError(f"{key}: code {term.code} stands twice")
            by_code[term.code] = term
            children.setdefault(term.parent, []).append(term)
        for term in by_code.values():
            _check_parents(key, term, by_code)

        exact: dict[str, set[str]] = {}
        loose: dict[str, set[str]] = {}
        spellings = [(term.name, term.code) for term in by_code.values()]
        spellings += [(term.code, term.code) for term in by_code.values()]
        spellings += [(term.code + term.name, term.code) for term in by_code.values()]
        for alias, code in aliases:
            if code not in by_code:
                raise VocabularyError(f"{key}: alias {alias!r} points at the unknown code {code!r}")
            spellings.append((alias, code))
        for spelling, code in spellings:
            exact.setdefault(_plain(spelling), set()).add(code)
            for other in (spelling, *other_names(key, spelling)):
                loose.setdefault(_plain(other), set()).add(code)
        return cls(
            key=key,
            terms=MappingProxyType(by_code),
            _children=MappingProxyType({parent: tuple(below) for parent, below in children.items()}),
            _exact=MappingProxyType({text: frozenset(codes) for text, codes in exact.items()}),
            _loose=MappingProxyType({text: frozenset(codes) for text, codes in loose.items()}),
        )

    def __iter__(self) -> Iterator[Term]:
        return iter(self.terms.values())

    def __len__(self) -> int:
        return len(self.terms)

    def __getitem__(self, code: str) -> Term:
        """Return the term of `code`; KeyError when there is none."""
        return self.terms[code]

    @property
    def codes(self) -> tuple[str, ...]:
        """All codes in the order of the file."""
        return tuple(self.terms)

    @property
    def names(self) -> dict[str, str]:
        """A fresh mapping code → Chinese name."""
        return {code: term.name for code, term in self.terms.items()}

    @property
    def choices(self) -> list[tuple[str, str]]:
        """(code, name) pairs in the order of the file, as form fields want them."""
        return [(term.code, term.name) for term in self]

    def has(self, code: str | None) -> bool:
        """Tell whether `code` is a code of this vocabulary."""
        return code in self.terms

    def name(self, code: str | None) -> str:
        """Return the Chinese name of `code`; "" for no code, and an unknown code as it is.

        A code may have been retired since it was stored, and a page must still be able to show the record.
        """
        if not code:
            return ""
        term = self.terms.get(code)
        return term.name if term else code

    def roots(self) -> tuple[Term, ...]:
        """Return the terms without a parent."""
        return self._children.get("", ())

    def children(self, code: str) -> tuple[Term, ...]:
        """Return the terms right below `code`, none for a leaf or an unknown code."""
        return self._children.get(code, ()) if code else ()

    def ancestors(self, code: str | None) -> tuple[str, ...]:
        """Return `code` itself, then its parent, up to the root; () for an unknown code.

        `ancestors("330203") == ("330203", "330200", "330000")`
        """
        line: list[str] = []
        term = self.terms.get(code or "")
        while term is not None:
            line.append(term.code)
            term = self.terms.get(term.parent)
        return tuple(line)

    def path_label(self, code: str | None) -> str:
        """Return the names from the root down, e.g. "浙江省 宁波市 海曙区"; an unknown code as it is."""
        line = self.ancestors(code)
        return " ".join(self.terms[step].name for step in reversed(line)) if line else (code or "")

    def short_label(self, code: str | None) -> str:
        """Return the two topmost names in short form, e.g. "浙江·宁波" for a county of Ningbo.

        Meant for cards, where the county would only take room. Below a municipality it is the district: "北京·海淀".
        """
        line = self.ancestors(code)
        if not line:
            return code or ""
        shorten = short_region if self.key == "regions" else str
        return "·".join(shorten(self.terms[step].name) for step in tuple(reversed(line))[:2])

    def find(self, text: str | None) -> str | None:
        """Return the code that a person's words mean, or None when there is none or more than one.

        Understood are a code ("C26", "330200"), a name or an alias ("浙江省", "浙江", "软著"), a code followed by its
        name ("C36 汽车制造业") and a path from above ("浙江省宁波市", "浙江·宁波·海曙"). Separators, width and case
        do not matter. A name borne at two levels means the upper one ("吉林" is the province, "吉林市" the city);
        a name borne twice at the same level ("鼓楼区") means nothing without its city.
        """
        plain = _plain(text or "")
        if not plain or len(plain) > _LONGEST_NAME:
            return None
        exact = self._exact.get(plain)
        if exact:
            # A full name is taken at its word: two bearers are told apart only when one contains the others.
            shared = set.intersection(*(set(self.ancestors(code)) for code in exact)) & exact
            return max(shared, key=lambda code: len(self.ancestors(code))) if shared else None
        return self._uppermost(self._meant(plain))

    def _uppermost(self, codes: set[str]) -> str | None:
        """Return the one code that stands above all others, or None.

        For regions the rank has to be higher too: a district of Beijing is as near to its root as a city is, and
        still only a district, so that neither 朝阳 (Beijing's district, Liaoning's city) nor 通州 is guessed.
        """
        if not codes:
            return None
        first = min(codes, key=lambda code: len(self.ancestors(code)))
        others = codes - {first}
        above = all(len(self.ancestors(first)) < len(self.ancestors(other)) for other in others)
        if self.key == "regions":
            above = above and all(region_rank(first) < region_rank(other) for other in others)
        return first if above else None

    def _meant(self, plain: str) -> set[str]:
        """Return all codes that `plain` may mean, read as a name or as a path of names from above."""
        found = set(self._loose.get(plain, ()))
        if found:
            return found
        repeated: set[str] = set()
        for cut in range(1, len(plain)):
            above = self._loose.get(plain[:cut])
            if not above:
                continue
            below = self._meant(plain[cut:])
            found |= {code for code in below if above.intersection(self.ancestors(code)[1:])}
            # "北京市北京市海淀区": some sources name a municipality as its own city.
            repeated |= below & above
        return found or repeated


@dataclass(frozen=True)
class Vocabularies:
    """All vocabularies; each attribute is the csv file of the same name."""

    regions: Vocabulary
    industries: Vocabulary
    disciplines: Vocabulary
    strategic: Vocabulary
    trl: Vocabulary
    modes: Vocabulary
    forms: Vocabulary
    ip_types: Vocabulary
    ip_statuses: Vocabulary
    pass_reasons: Vocabulary
    end_reasons: Vocabulary
    decline_reasons: Vocabulary
    talent_posts: Vocabulary
    certificate_levels: Vocabulary
    languages: Vocabulary
    organisation_kinds: Vocabulary
    talent_categories: Vocabulary
    relation_kinds: Vocabulary
    visibility: Vocabulary

    @classmethod
    @cache
    def load(cls, folder: Path = DEFAULT_FOLDER) -> Vocabularies:
        """Read every csv file of `folder`, once in a process. Raises VocabularyError naming the file that is wrong."""
        keys = [one.name for one in fields(cls)]
        aliases: dict[str, list[tuple[str, str]]] = {key: [] for key in keys}
        for row in _rows(folder / "aliases.csv", ("vocabulary", "alias", "code")):
            if row["vocabulary"] not in aliases:
                raise VocabularyError(f"aliases.csv: there is no vocabulary {row['vocabulary']!r}")
            aliases[row["vocabulary"]].append((row["alias"], row["code"]))
        return cls(
            **{
                key: Vocabulary.build(
                    key,
                    (Term(**row) for row in _rows(folder / f"{key}.csv", ("code", "name", "parent", "note"))),
                    aliases[key],
                )
                for key in keys
            }
        )


def _rows(path: Path, header: tuple[str, ...]) -> list[dict[str, str]]:
    """Read a csv file that must have exactly this header and as many cells in each row."""
    try:
        with path.open(encoding="utf-8", newline="") as handle:
            table = list(csv.reader(handle))
    except (OSError, UnicodeDecodeError) as error:
        raise VocabularyError(f"{path.name}: cannot be read ({error})") from error
    if not table or tuple(table[0]) != header:
        raise VocabularyError(f"{path.name}: the first line must be {','.join(header)}")
    for line, cells in enumerate(table[1:], start=2):
        if len(cells) != len(header):
            raise VocabularyError(f"{path.name}: line {line} has {len(cells)} cells, not {len(header)}")
    return [dict(zip(header, cells, strict=True)) for cells in table[1:]]


def _plain(text: str) -> str:
    """Return `text` as names are compared: NFKC, lower case, without separators and nameless levels."""
    folded = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).lower())
    return _FILLERS.sub("", folded) or folded


def _check_parents(key: str, term: Term, by_code: Mapping[str, Term]) -> None:
    """Follow the parents of `term` to a root, or raise VocabularyError."""
    seen = {term.code}
    parent = term.parent
    while parent:
        if parent not in by_code:
            raise VocabularyError(f"{key}: {term.code} names the unknown parent {parent}")
        if parent in seen:
            raise VocabularyError(f"{key}: the parents of {term.code} run in a circle")
        seen.add(parent)
        parent = by_code[parent].parent
