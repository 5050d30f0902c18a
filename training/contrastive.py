"""Teaches the embedding model which texts speak of one thing: python -m training.contrastive BASE DATA WORK [--minutes 14].

Pairs of `training.texts`, the other pairs of a batch as negatives (half of them near neighbours). Every so often the
state is written to WORK, and a later call goes on from there. BASE is a packed model folder (the first one came from
multilingual-e5-small). `training.choose` then measures shares of the way, `training.pack` makes one ready to ship.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file
from torch.nn.functional import cross_entropy

from indexer import model as packed_model
from training.network import Encoder, extend_tokenizer, first_rows, load_tokenizer
from training.texts import SEED, neighbourhoods, pair_of, read

FIRST_ROWS, STATE = "first_rows.npy", "contrastive.pt"
GROUP, GROUPS = 8, 6
SCALE = 25.0
RATE, WARM = 4e-5, 15
KEEP_EVERY = 60


def build(base: Path, work: Path) -> Encoder:
    """The base model with rows for new characters; the rows are made the first time and kept in *work*."""
    folder = packed_model.expand(base, work)
    tokenizer, new = extend_tokenizer(folder / "tokenizer.json")
    return Encoder(folder, np.load(work / FIRST_ROWS) if new else None, load_tokenizer(tokenizer))


def make_rows(base: Path, work: Path, texts: list[str]) -> None:
    """Where the rows of new characters begin, into *work*."""
    folder = packed_model.expand(base, work)
    tokenizer, new = extend_tokenizer(folder / "tokenizer.json")
    words = load_file(folder / "model.safetensors")["embeddings.word_embeddings.weight"].astype(np.float32)
    vocabulary = [piece for piece, _ in tokenizer["model"]["vocab"]][: len(words)]
    np.save(work / FIRST_ROWS, first_rows(new, words, vocabulary, texts))


def main() -> None:
    """Train until the minutes are over."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base", type=Path, help="folder of a packed model")
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--minutes", type=float, default=14.0)
    parser.add_argument("--steps", type=int, default=180, help="steps of the whole schedule")
    parser.add_argument("--threads", type=int, default=1, help="more only where the cores are idle")
    options = parser.parse_args()
    torch.manual_seed(SEED)
    torch.set_num_threads(options.threads)
    options.work.mkdir(parents=True, exist_ok=True)
    sources, _ = read(options.data)
    if not (options.work / FIRST_ROWS).exists():
        make_rows(options.base, options.work, [f"{one.title} {one.keywords} {one.text}" for one in sources])
    encoder = build(options.base, options.work)
    encoder.freeze()
    upper = [p for p in encoder.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(upper, lr=RATE, weight_decay=0.01)
    pace = torch.optim.lr_scheduler.LambdaLR(
        optimiser, lambda step: min(1.0, (step + 1) / WARM) * max(0.02, 1 - step / options.steps)
    )
    groups = neighbourhoods(sources, GROUP, SEED)
    order = np.random.default_rng(SEED).permutation(len(groups))
    state_file, step = options.work / STATE, 0
    if state_file.exists():
        state = torch.load(state_file, weights_only=False)
        encoder.load_state_dict(state["encoder"])
        optimiser.load_state_dict(state["optimiser"])
        pace.load_state_dict(state["pace"])
        step = state["step"]
    print(f"{len(sources)} sources, {len(groups)} groups; from step {step}", flush=True)
    began, losses = time.monotonic(), []
    while step < options.steps and time.monotonic() - began < options.minutes * 60:
        chance = random.Random(SEED + step)
        picked = [order[(step * GROUPS + k) % len(order)] for k in range(GROUPS)]
        drawn = [pair_of(sources[at], chance) for group in picked for at in groups[group]]
        pairs = [pair for pair in drawn if pair]
        kinds = ("query", "passage") if chance.random() < 0.6 else ("passage", "query")
        a = encoder(*encoder.tokens([one for one, _ in pairs], kinds[0]))
        b = encoder(*encoder.tokens([other for _, other in pairs], kinds[1]))
        like, right = SCALE * a @ b.T, torch.arange(len(pairs))
        loss = (cross_entropy(like, right) + cross_entropy(like.T, right)) / 2
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(upper, 1.0)
        optimiser.step()
        pace.step()
        step += 1
        losses.append(loss.item())
        if step % 10 == 0:
            print(
                f"step {step}: loss {np.mean(losses[-10:]):.4f}, {(time.monotonic() - began) / len(losses):.2f} s a step",
                flush=True,
            )
        if step % KEEP_EVERY == 0:
            keep(state_file, encoder, optimiser, pace, step)
    keep(state_file, encoder, optimiser, pace, step)


def keep(path: Path, encoder: Encoder, optimiser: Any, pace: Any, step: int) -> None:
    """Write what a later call goes on from; a file half written never stands under the name."""
    beside = path.with_suffix(".new")
    torch.save(
        {
            "encoder": encoder.state_dict(),
            "optimiser": optimiser.state_dict(),
            "pace": pace.state_dict(),
            "step": step,
        },
        beside,
    )
    beside.replace(path)


if __name__ == "__main__":
    main()
