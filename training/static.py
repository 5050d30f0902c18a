"""Distils a bag of token vectors from an embedding model: python -m training.static MODEL DATA FOLDER [--steps 1200].

MODEL is a shipped name or a folder that sentence-transformers loads. Each token goes through it alone; what all tokens
have in common is taken away, the strongest directions are damped, frequent tokens weigh less, and some minutes of
titles and abstracts (`training.texts`) teach the rows what a sum of tokens cannot know from one at a time. FOLDER is
then an ordinary model: a hundred times as quick and blind to the order of words (`docs/ranking.md` says what for).
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.modules import Normalize, StaticEmbedding
from tokenizers import Tokenizer
from torch.nn.functional import cross_entropy, normalize

from indexer import model as packed_model
from indexer.embedder import Embedder, SentenceTransformerEmbedder
from services.throw_away import Progress
from training.texts import SEED, Source, neighbourhoods, pair_of, read
from web.commands.progress import bars

CHUNK = 256
DAMPING = 1.0
"""Each direction is divided by the deviation of tokens along it, to this power: 0 leaves them as they are, 1 whitens."""
RARE = 1e-3
"""A token of this share of all tokens weighs half of a rare one (smooth inverse frequency)."""
GROUP, GROUPS = 8, 64
WHOLE, BEGINNING = 0.5, 300
"""How often a title is shown the beginning of its abstract instead of one piece of it, and characters of that."""
SCALE, RATE = 20.0, 1e-3
FAINT = 1e-4
"""Length of the prompt's row. An empty text has no token, and must still have a direction; others hardly feel it."""


def tokenizer_of(name: str, work: Path) -> Tokenizer:
    """The tokenizer of a shipped model or a model folder."""
    packed = packed_model.shipped(name)
    folder = packed_model.expand(packed, work) if packed else Path(name)
    return Tokenizer.from_file(str(folder / "tokenizer.json"))


def readable(tokenizer: Tokenizer) -> list[str]:
    """Tokens by id as they stand in texts; empty for marks of the model and for what is a space only."""
    marks = {one.content for one in tokenizer.get_added_tokens_decoder().values() if one.special}
    pieces = [str(tokenizer.id_to_token(at)) for at in range(tokenizer.get_vocab_size())]
    return ["" if one in marks else one.removeprefix("##").replace("▁", " ").strip() for one in pieces]


def frequencies(tokenizer: Tokenizer, texts: Sequence[str]) -> np.ndarray:
    """(tokens,) how often each stands in *texts*."""
    counts = np.zeros(tokenizer.get_vocab_size())
    for start in range(0, len(texts), CHUNK):
        for one in tokenizer.encode_batch(list(texts[start : start + CHUNK]), add_special_tokens=False):
            np.add.at(counts, one.ids, 1)
    return counts


def alone(embedder: Embedder, pieces: Sequence[str], told: Progress = lambda *_: None) -> np.ndarray:
    """(tokens, d) the vector of each piece as a text of its own; zero for an empty one."""
    known = [at for at, piece in enumerate(pieces) if piece]
    rows: np.ndarray | None = None
    for start in range(0, len(known), CHUNK):
        some = known[start : start + CHUNK]
        found = embedder.encode([pieces[at] for at in some], "passage")
        if rows is None:
            rows = np.zeros((len(pieces), found.shape[1]), dtype=np.float32)
        rows[some] = found
        told("Encoding tokens", start + len(some), len(known))
    assert rows is not None, "a tokenizer without pieces"
    return rows


def shaped(rows: np.ndarray, counts: np.ndarray, dimensions: int) -> np.ndarray:
    """(tokens, dimensions): centred where texts are, leading directions damped, weighted by rarity; zero stays zero."""
    is_known = np.abs(rows).sum(axis=1) > 0
    share = counts * is_known / max(1.0, float((counts * is_known).sum()))
    # Tokens of texts say where the centre and the spread lie; the many pieces of other languages do not.
    weight = np.sqrt(share) / np.sqrt(share).sum()
    away = rows - weight @ rows
    spread, directions = np.linalg.eigh((away * weight[:, None]).T @ away)
    strongest = np.argsort(-spread)[:dimensions]
    damped = away @ (directions[:, strongest] * np.maximum(spread[strongest], 1e-8) ** (-DAMPING / 2))
    damped /= np.linalg.norm(damped, axis=1, keepdims=True) + 1e-9
    found: np.ndarray = damped * (RARE / (RARE + share))[:, None] * is_known[:, None]
    return found.astype(np.float32)


def taught(
    rows: np.ndarray,
    tokenizer: Tokenizer,
    sources: Sequence[Source],
    steps: int,
    told: Progress = lambda *_: None,
    rate: float = RATE,
) -> np.ndarray:
    """(tokens, d) *rows* after so many batches of pairs, half of whose rivals are near neighbours; seeded."""
    torch.manual_seed(SEED)
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(rows), freeze=False, mode="mean", sparse=True)
    optimiser = torch.optim.SparseAdam(list(bag.parameters()), lr=rate)
    pace = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: max(0.02, 1 - step / steps))
    groups = neighbourhoods(list(sources), GROUP, SEED)
    drawing = np.random.default_rng(SEED)

    def vectors(texts: list[str]) -> torch.Tensor:
        ids = [one.ids for one in tokenizer.encode_batch(texts, add_special_tokens=False)]
        starts = torch.tensor(np.cumsum([0, *map(len, ids[:-1])]))
        return normalize(
            bag(torch.tensor([token for one in ids for token in one], dtype=torch.long), starts), dim=-1
        )

    for step in range(steps):
        chance = random.Random(SEED + step)
        picked = drawing.choice(len(groups), min(GROUPS, len(groups)), replace=False)
        drawn = [_shown(sources[at], chance) for group in picked for at in groups[group]]
        pairs = [pair for pair in drawn if pair]
        a, b = vectors([one for one, _ in pairs]), vectors([other for _, other in pairs])
        like, right = SCALE * a @ b.T, torch.arange(len(pairs))
        loss = (cross_entropy(like, right) + cross_entropy(like.T, right)) / 2
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        pace.step()
        told("Teaching", step + 1, steps)
    return bag.weight.detach().numpy()


def _shown(source: Source, chance: random.Random) -> tuple[str, str] | None:
    """Two texts of one source: a piece of the abstract, or half of the time its beginning."""
    if source.title and chance.random() < WHOLE:
        return source.title, source.text[:BEGINNING]
    return pair_of(source, chance)


def write(rows: np.ndarray, tokenizer: Tokenizer, folder: Path) -> None:
    """*rows* as a folder that sentence-transformers loads, in half precision."""
    marks = {one.content: at for at, one in tokenizer.get_added_tokens_decoder().items() if one.special}
    prompt = next(mark for mark in ("<s>", "[CLS]") if mark in marks)
    rows = rows.copy()
    rows[marks[prompt]] = FAINT / np.sqrt(rows.shape[1])
    bag = StaticEmbedding(tokenizer, embedding_weights=rows.astype(np.float16))
    prompts = {"query": prompt, "passage": prompt}
    whole = SentenceTransformer(
        modules=[bag, Normalize()], prompts=prompts, similarity_fn_name="cosine", device="cpu"
    )
    whole.save(str(folder), create_model_card=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Distil, teach, write."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("model")
    parser.add_argument("data", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, help="where a packed model is expanded (default: beside FOLDER)")
    parser.add_argument("--dimensions", type=int, default=256)
    parser.add_argument("--steps", type=int, default=1200, help="batches of 512 pairs; 0 distils only")
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args(arguments)
    torch.set_num_threads(options.threads)
    work = options.work or options.folder.parent
    tokenizer = tokenizer_of(options.model, work)
    sources, _ = read(options.data)
    embedder = SentenceTransformerEmbedder(options.model, work, threads=options.threads)
    with bars() as told:
        rows = alone(embedder, readable(tokenizer), told)
        counts = frequencies(tokenizer, [f"{one.title} {one.text}" for one in sources])
        rows = shaped(rows, counts, options.dimensions)
        if options.steps:
            rows = taught(rows, tokenizer, sources, options.steps, told)
    write(rows, tokenizer, options.folder)


if __name__ == "__main__":
    main()
