"""Text as the index sees it: one normal form, one way of cutting it into tokens, one way of marking hits.

Both engines and the ranker use this module, so that a word found here is a word found everywhere. Nothing in it needs
a dictionary: runs of Han (and kana, hangul) become unigrams and bigrams, runs of other letters and digits become words.
Do not use it to clean what people typed before it is stored: raw text is kept raw, and shown raw.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import NamedTuple

TOKENS_VERSION = 1
"""Raise it when normalise() or tokens() change their output: it is part of every index's schema hash."""

# Ideographs with their extensions, the iteration and zero marks, kana, hangul: scripts written without spaces.
_UNSPACED = (
    "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff"
)
# "pm2.5" and "7.2" are one word each: a full stop between digits belongs to the number.
_RUN = re.compile(rf"(?P<han>[{_UNSPACED}]+)|(?:[^\W_{_UNSPACED}]|(?<=\d)\.(?=\d))+")
# White space, ASCII, units and signs, Greek without its final sigma's capital, arrows, mathematics, circled numbers,
# Chinese punctuation, Han, full-width forms.
EVERYDAY = (
    0x09, 0x0A, 0x0D, *range(0x20, 0x7F), 0xA0, 0xB0, 0xB1, 0xB5, 0xB7, 0xD7, *range(0x391, 0x3A2), *range(0x3A4, 0x3AA),
    *range(0x3B1, 0x3CA), *range(0x2010, 0x2027), *range(0x2030, 0x203C), 0x2103, *range(0x2160, 0x217F),
    *range(0x2190, 0x2194), *range(0x2200, 0x2300), *range(0x2460, 0x2474), *range(0x3000, 0x3020),
    *range(0x4E00, 0xA000), *range(0xFF01, 0xFF5F),
)  # fmt: skip
_VARIATION_SELECTORS = [*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)]


class Tokens(NamedTuple):
    """What one text is cut into; each in the order of the text, repetitions kept."""

    unigrams: tuple[str, ...]
    bigrams: tuple[str, ...]
    words: tuple[str, ...]


@cache
def _drop_table() -> Mapping[int, str | None]:
    """Control, format and surrogate characters → nothing; line breaks and the like → a space (str.translate)."""
    table: dict[int, str | None] = {}
    # Format characters exist only in the lower planes and among the tags; looking at all 1.1 million takes 0.2 s.
    for code in (*range(0x20000), *range(0xE0000, 0xE1000)):
        character = chr(code)
        if character.isspace():
            table[code] = " "
        elif unicodedata.category(character) in ("Cc", "Cf", "Cs"):
            table[code] = None
    for code in _VARIATION_SELECTORS:
        table[code] = None
    return table


@cache
def _simplified_table() -> Mapping[int, str]:
    """Traditional → simplified, character by character (OpenCC's table); phrases are not looked at."""
    text = resources.files("indexer").joinpath("data/simplified.tsv").read_text(encoding="utf-8")
    pairs = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return {ord(traditional): simplified for traditional, simplified in pairs}


def normalise(text: str) -> str:
    """Return the one form in which texts are compared: NFKC, lower case, simplified, no control characters.

    White space of any kind collapses to single spaces, none at the ends. Idempotent: ``normalise(normalise(x)) ==
    normalise(x)``. Never raises; a lone surrogate (which no index can store) is dropped.
    """
    everyday, changed, forms = _everyday()
    if everyday.fullmatch(text):
        text = changed.sub(lambda match: forms[match.group()], text)
    else:
        text = one_form(text)
    return " ".join(text.split())


def one_form(text: str) -> str:
    """:func:`normalise` without its care for white space, for text of any script."""
    text = text.translate(_drop_table())
    # Lower-casing can undo composition ("İ" becomes two characters), hence once before and once after.
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    return text.translate(_simplified_table())


@cache
def _everyday() -> tuple[re.Pattern[str], re.Pattern[str], Mapping[str, str]]:
    """(texts of everyday characters, those of them that change, what each becomes): no such character looks at its
    neighbours, so a text of them is changed one by one, ten times as fast as by whole tables."""
    characters = [chr(code) for code in EVERYDAY]
    forms = {one: form for one in characters if (form := one_form(one)) != one}
    everyday, changed = ("".join(map(re.escape, some)) for some in (characters, forms))
    return re.compile(f"[{everyday}]*"), re.compile(f"[{changed}]"), forms


def tokens(text: str) -> Tokens:
    """Cut *normalised* text. ``tokens("5g 石墨烯")`` → unigrams 石 墨 烯, bigrams 石墨 墨烯, words 5g."""
    unigrams: list[str] = []
    bigrams: list[str] = []
    words: list[str] = []
    for match in _RUN.finditer(text):
        run = match.group()
        if match.lastgroup == "han":
            unigrams.extend(run)
            bigrams.extend(map("".join, pairwise(run)))
        else:
            words.append(run)
    return Tokens(tuple(unigrams), tuple(bigrams), tuple(words))


def search_terms(text: str) -> tuple[str, ...]:
    """The terms by which *normalised* query text is looked up, each once, in the order of first appearance.

    Bigrams and words; a Han character standing alone (``"锂 电池"``) is its own term, for it is part of no bigram.
    """
    terms: dict[str, None] = {}
    for match in _RUN.finditer(text):
        run = match.group()
        if match.lastgroup == "han" and len(run) > 1:
            terms.update(dict.fromkeys(map("".join, pairwise(run))))
        else:
            terms[run] = None
    return tuple(terms)


def mark(raw_text: str, words: Iterable[str]) -> list[tuple[str, bool]]:
    """Split *raw_text* into segments, each with whether it is a hit of one of the *normalised* words.

    Hits that touch or overlap become one segment; the segments joined give *raw_text* again. A word of letters or
    digits only hits whole words ("al" does not hit "metal"), a word in Han hits anywhere.
    """
    if not raw_text:
        return []
    normal, origins = _with_origins(raw_text)
    covered = bytearray(len(raw_text))
    for word in dict.fromkeys(words):
        if not word.strip():
            continue
        for match in _finder(word).finditer(normal):
            first, last = origins[match.start()][0], origins[match.end() - 1][1]
            covered[first:last] = b"\x01" * (last - first)
    segments: list[tuple[str, bool]] = []
    start = 0
    for end in range(1, len(raw_text) + 1):
        if end == len(raw_text) or covered[end] != covered[start]:
            segments.append((raw_text[start:end], bool(covered[start])))
            start = end
    return segments


def _finder(word: str) -> re.Pattern[str]:
    """A pattern for one normalised word, with word boundaries only where its script has them."""
    spaced = rf"[^\W_{_UNSPACED}]"
    before = rf"(?<!{spaced})" if re.match(spaced, word) else ""
    after = rf"(?!{spaced})" if re.search(rf"{spaced}\Z", word) else ""
    return re.compile(before + re.escape(word) + after)


def _with_origins(raw_text: str) -> tuple[str, list[tuple[int, int]]]:
    """Normalise character by character; for each resulting character, the stretch of raw text it stems from.

    A base character and the combining marks after it are taken together, so that composition happens as it does in
    :func:`normalise`. Runs of white space give one space.
    """
    pieces: list[str] = []
    origins: list[tuple[int, int]] = []
    drop = _drop_table()
    simplified = _simplified_table()
    at_space = True
    position = 0
    while position < len(raw_text):
        end = position + 1
        while end < len(raw_text) and unicodedata.combining(raw_text[end]):
            end += 1
        piece = raw_text[position:end].translate(drop)
        if not piece.isascii():
            piece = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", piece).lower())
            piece = piece.translate(simplified)
        else:
            piece = piece.lower()
        for character in piece:
            if character.isspace():
                if at_space:
                    continue
                character = " "
            at_space = character == " "
            pieces.append(character)
            origins.append((position, end))
        position = end
    return "".join(pieces), origins
