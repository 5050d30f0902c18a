"""Which share of the trained weights to ship, measured on held-out titles: python -m training.choose BASE DATA WORK.

Each share is a straight line between base and trained weights. The measure is how well a title finds its own
abstract among those of the same kind; the needs take no part in the choice.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch

from training.contrastive import STATE, build
from training.network import Encoder
from training.texts import Source, read

SHARES = (0.0, 0.5, 1.0)
MEASURED = 400


def weigh(base: Path, work: Path, share: float) -> Encoder:
    """The model at *share* between the base (0) and the trained (1) weights."""
    encoder = build(base, work)
    first = encoder.state_dict()
    last = torch.load(work / STATE, weights_only=False)["encoder"]
    encoder.load_state_dict({name: torch.lerp(first[name], last[name], share) for name in first})
    return encoder


def own_abstract(encoder: Encoder, sources: list[Source]) -> float:
    """Mean of 1 / log2(1 + place of a title's own abstract): nDCG with one right answer."""
    titles = encoder.encode([source.title for source in sources], "query")
    texts = encoder.encode([source.text[:160] for source in sources], "passage")
    like = titles @ texts.T
    place = (like > np.diag(like)[:, None]).sum(1) + 1
    return float((1 / np.log2(1 + place)).mean())


def main() -> None:
    """Print the measure of each share."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base", type=Path)
    parser.add_argument("data", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    _, held = read(options.data)
    for share in SHARES:
        encoder = weigh(options.base, options.work, share)
        found = {name: own_abstract(encoder, sources[:MEASURED]) for name, sources in held.items()}
        print(
            f"share {share}: " + ", ".join(f"{name} {value:.4f}" for name, value in found.items()), flush=True
        )


if __name__ == "__main__":
    main()
