"""Packs a trained model the way `indexer.model` expands it: python -m training.pack BASE WORK FOLDER [--share 1.0].

What was held keeps its 4-bit numbers exactly; trained matrices are stored in 8 bits, because training moves a
weight by less than a 4-bit step.
"""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path

import numpy as np
import torch
from safetensors import safe_open
from safetensors.numpy import save_file

from indexer import model as packed_model
from training.choose import weigh
from training.network import FROZEN_LAYERS, extend_tokenizer

BLOCK = 32
WORDS = "embeddings.word_embeddings.weight"


def in_blocks(matrix: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """(whole numbers of the shape of *matrix*, at most *most* away from 0; the scale of each block, float16)."""
    blocks = matrix.astype(np.float32).reshape(matrix.shape[0], -1, BLOCK)
    scale = (np.abs(blocks).max(axis=2) / most).astype(np.float16)
    safe = np.maximum(scale.astype(np.float32), 1e-8)
    return np.clip(np.round(blocks / safe[:, :, None]), -most, most).reshape(matrix.shape), scale


def four_bits(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Nibbles and scales as `models/README.md` describes them."""
    whole, scale = in_blocks(matrix, 7)
    blocks = (whole + 8).astype(np.uint8).reshape(matrix.shape[0], -1, BLOCK)
    half = BLOCK // 2
    return (blocks[:, :, :half] | (blocks[:, :, half:] << 4)).reshape(matrix.shape[0], -1), scale


def tensors(shipped: Path, encoder: torch.nn.Module) -> dict[str, np.ndarray]:
    """All tensors of the packed file."""
    state = {name.removeprefix("bert."): value.numpy() for name, value in encoder.state_dict().items()}
    found: dict[str, np.ndarray] = {}
    with safe_open(shipped / packed_model.PACKED_NAME, "np") as file:
        for name in file.keys():  # noqa: SIM118 (the file is no mapping)
            found[name] = file.get_tensor(name)
    nibbles, scales = four_bits(state["new_rows"])
    found[f"{WORDS}.q4"] = np.concatenate([found[f"{WORDS}.q4"], nibbles])
    found[f"{WORDS}.d"] = np.concatenate([found[f"{WORDS}.d"], scales])
    for name, value in state.items():
        layer = name.split("encoder.layer.")[-1].split(".")[0]
        trained = name.startswith("head.") or (layer.isdigit() and int(layer) >= FROZEN_LAYERS)
        if not trained:
            continue
        if f"{name}.q4" in found:
            del found[f"{name}.q4"]
            whole, found[f"{name}.d"] = in_blocks(value, 127)
            found[f"{name}.q8"] = whole.astype(np.int8)
        else:
            found[name] = value.astype(found[name].dtype)
    return found


def main() -> None:
    """Pack."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("base", type=Path)
    parser.add_argument("work", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--share", type=float, default=1.0)
    options = parser.parse_args()
    shipped = options.base
    encoder = weigh(shipped, options.work, options.share)
    options.folder.mkdir(parents=True, exist_ok=True)
    save_file(tensors(shipped, encoder), options.folder / packed_model.PACKED_NAME)
    tokenizer, _ = extend_tokenizer(shipped / "tokenizer.json")
    config = json.loads((shipped / "config.json").read_text(encoding="utf-8"))
    config["vocab_size"] = len(tokenizer["model"]["vocab"])
    (options.folder / "tokenizer.json").write_text(
        json.dumps(tokenizer, ensure_ascii=False), encoding="utf-8"
    )
    (options.folder / "config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    shutil.copyfile(shipped / "LICENSE", options.folder / "LICENSE")
    print(f"{sum(path.stat().st_size for path in options.folder.iterdir()) / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
