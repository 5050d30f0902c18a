"""Counts the IDF that ships with the ranker, from titles and from long texts of several kinds."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from indexer.text import normalise
from matching.ngrams import HAN, grams, tighten
from matching.plain_words import EMPTY_CHARACTERS, EMPTY_PAIRS

IS_HAN = re.compile(f"[{HAN}]")
WINDOW = 20
"""Characters in which an IDF expects its gram: the length of a title."""
RAREST, RAREST_IN_PROSE = 2, 4
"""Grams in fewer titles or long texts than this are not counted: their rate is chance."""
EMPTY_IDF = 2.0
NEARLY_UNSEEN = 0.05
SAME_BEGINNING = 40


def count_idf(titles: Path, prose: Sequence[Path]) -> tuple[dict[str, float], float]:
    """(gram → IDF, the IDF of an unseen gram) of Han grams of one or two characters.

    Each kind of text gives a rate: how often a gram is met in a character of it. The highest rate counts, for a word
    common in any kind of text is a common word: titles alone make 要求 or 验证 rare. The IDF is −ln of the chance to meet
    the gram within WINDOW characters at that rate, at most that of a gram in one title. Words that say nothing about a
    subject are then held down to EMPTY_IDF.
    """
    lines = [normalise(line) for line in titles.read_text(encoding="utf-8").splitlines()]
    kinds = [(list(filter(None, lines)), RAREST), *((_prose(path), RAREST_IN_PROSE) for path in prose)]
    unseen = math.log(1 + len(kinds[0][0]))
    rates: dict[str, float] = {}
    for texts, rarest in kinds:
        spread: Counter[str] = Counter()
        for text in texts:
            spread.update(set(grams(tighten(text))))
        length = sum(map(len, texts)) / len(texts)
        for gram, count in spread.items():
            if count >= rarest and len(gram) <= 2 and IS_HAN.match(gram):
                rate = -math.log(1 - count / (len(texts) + 1)) / length
                rates[gram] = max(rate, rates.get(gram, 0.0))
    found = {gram: -math.log(-math.expm1(-WINDOW * rate)) for gram, rate in rates.items()}
    for gram in (*EMPTY_PAIRS, *EMPTY_CHARACTERS):
        found[gram] = min(found.get(gram, EMPTY_IDF), EMPTY_IDF)
    return {gram: idf for gram, idf in sorted(found.items()) if idf < unseen - NEARLY_UNSEEN}, unseen


def _prose(path: Path) -> list[str]:
    """The texts of a jsonl file, abstracts or descriptions; texts with the same beginning once (one firm's many needs)."""
    found: dict[str, str] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        one = json.loads(line)
        text = normalise(one.get("abstract") or one.get("text") or "")
        if text:
            found.setdefault(text[:SAME_BEGINNING], text)
    return list(found.values())
