"""A data folder made of the demonstration content, and a small model of it: what measures of models are tried on."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from tests.hashing import HashEmbedder
from training import static

ROOT = Path(__file__).resolve().parents[3]
MARKS = ("[UNK]", "[CLS]")


def lines(name: str) -> list[dict]:
    """The objects of a file of demonstration content."""
    return [json.loads(line) for line in (ROOT / "demo" / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="package")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder as `benchmarks.frontier` reads it, with real judgements and papers."""
    folder = tmp_path_factory.mktemp("data")
    papers = lines("chinaxiv.jsonl")
    listed = [one for letter in "abc" for one in lines(f"achievements_{letter}.jsonl")]
    needs = [one for letter in "abc" for one in lines(f"needs_{letter}.jsonl")]
    told = [{"title": one["title"], "text": one["problem"]} for one in needs]
    parts = {
        "texts/csl.jsonl": papers[:60],
        "texts/chinaxiv.jsonl": papers[60:260],
        "texts/csldcp.jsonl": [{"content": one["abstract"]} for one in papers[260:280]],
        "achievements/patents.jsonl": lines("patents.jsonl"),
        "enterprise_needs/needs.jsonl": told,
        "need_achievement/needs.jsonl": [
            {"id": raw["external_id"], **one} for raw, one in zip(needs, told, strict=True)
        ],
    }
    for name, rows in parts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        text = "\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
        (folder / name).write_text(text + "\n", encoding="utf-8")
    titles = {one["external_id"]: one["title"] for one in listed} | {
        one["id"]: one["title"] for one in papers
    }
    with (ROOT / "tests/golden/judgements.tsv").open(encoding="utf-8", newline="") as file:
        judged = list(csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE))[1:]
    rows = ["\t".join((need, one, level, titles[one])) for need, one, level, _ in judged]
    header = "need_id\tachievement_id\tlevel\ttitle"
    (folder / "need_achievement/pairs.tsv").write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    more = "\n".join(one["title"] for one in papers[280:320])
    (folder / "achievements/titles.txt").write_text(more + "\n", encoding="utf-8")
    return folder


@pytest.fixture(scope="package")
def tokenizer() -> Tokenizer:
    """One token a character of the papers."""
    papers = lines("chinaxiv.jsonl")[:400]
    characters = sorted({c for one in papers for c in one["title"] + one["abstract"] if not c.isspace()})
    characters.remove("毒")  # `HashEmbedder` refuses it
    pieces = {piece: at for at, piece in enumerate([*MARKS, *characters, *(f"##{c}" for c in "abcdefgh")])}
    made = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=False)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.add_special_tokens(list(MARKS))
    return made


@pytest.fixture(scope="package")
def model(tokenizer: Tokenizer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that sentence-transformers loads: the characters' vectors, by hash, as a bag."""
    folder = tmp_path_factory.mktemp("model") / "characters"
    rows = static.alone(HashEmbedder(), static.readable(tokenizer))
    counts = static.frequencies(tokenizer, [one["abstract"] for one in lines("chinaxiv.jsonl")[:400]])
    static.write(static.shaped(rows, counts, 16), tokenizer, folder)
    return folder
