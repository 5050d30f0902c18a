"""Expands the shipped 4-bit model into a folder that ``SentenceTransformer(path)`` loads, once.

The packed file is small enough for a repository; the expanded one (half precision) is what every tool of the
sentence-transformers world reads. Do not use it for other models: those are folders or hub names already.
"""

import hashlib
import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.numpy import save_file

SHIPPED = Path(__file__).resolve().parent.parent / "models"
PACKED_NAME = "model.q4.safetensors"
LAYOUT = 1
"""Raise it when the files written below change: a folder of an older layout is expanded again."""

_BLOCK = 32
_MAX_TOKENS = 512
_STAMP = "expanded.json"


class BadModel(Exception):
    """The packed model is missing or damaged."""


def shipped(name: str) -> Path | None:
    """The folder of the packed model of this name, or None when none of that name is shipped."""
    if not name or "/" in name or name.startswith("."):
        return None
    folder = SHIPPED / name
    return folder if (folder / PACKED_NAME).is_file() else None


def fingerprint(packed: Path) -> str:
    """Twelve hex digits that change with the packed weights, the tokenizer or the layout."""
    digest = hashlib.sha256(f"layout {LAYOUT}".encode())
    for name in (PACKED_NAME, "tokenizer.json", "config.json"):
        try:
            digest.update((packed / name).read_bytes())
        except OSError as error:
            raise BadModel(f"the packed model lacks {packed / name}") from error
    return digest.hexdigest()[:12]


def expand(packed: Path, data_folder: Path) -> Path:
    """Return the expanded folder of *packed* under *data_folder*, writing it first when it is not there.

    Atomic and idempotent: the folder is written beside and renamed, its name carries the fingerprint, and two
    processes doing it at once end with one folder. Raises :class:`BadModel`.
    """
    print_ = fingerprint(packed)
    target = data_folder / f"{packed.name}-{print_}"
    if (target / _STAMP).is_file():
        return target
    data_folder.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=f".{packed.name}-", dir=data_folder))
    try:
        _write(packed, work)
        (work / _STAMP).write_text(json.dumps({"fingerprint": print_, "layout": LAYOUT}), encoding="utf-8")
        for path in (work, *work.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        try:
            os.rename(work, target)
        except OSError:
            # Another process was faster; its folder is the same.
            if not (target / _STAMP).is_file():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return target


def unpack(nibbles: NDArray[np.uint8], scales: NDArray[np.float16]) -> NDArray[np.float16]:
    """Four-bit blocks → (rows, columns) float16; see ``models/README.md`` for the layout."""
    rows = nibbles.shape[0]
    blocks = nibbles.reshape(rows, -1, _BLOCK // 2)
    whole = np.concatenate([blocks & 0x0F, blocks >> 4], axis=2).astype(np.int8) - 8
    return scaled(whole.reshape(rows, -1), scales)


def scaled(whole: NDArray[np.int8], scales: NDArray[np.float16]) -> NDArray[np.float16]:
    """Whole numbers in blocks, each with its scale → (rows, columns) float16."""
    weights = whole.astype(np.float32).reshape(whole.shape[0], -1, _BLOCK)
    weights *= scales.astype(np.float32)[:, :, None]
    return weights.reshape(whole.shape).astype(np.float16)


def _write(packed: Path, folder: Path) -> None:
    """All files of the standard folder: Transformer, Pooling, Normalize, Dense, Normalize."""
    encoder: dict[str, np.ndarray] = {}
    head: dict[str, np.ndarray] = {}
    try:
        with safe_open(packed / PACKED_NAME, "np") as file:
            for name in file.keys():  # noqa: SIM118 (the file is no mapping)
                if name.endswith(".d"):
                    continue
                tensor = file.get_tensor(name)
                if name.endswith(".q4"):
                    name = name.removesuffix(".q4")
                    tensor = unpack(tensor, file.get_tensor(f"{name}.d"))
                elif name.endswith(".q8"):
                    name = name.removesuffix(".q8")
                    tensor = scaled(tensor, file.get_tensor(f"{name}.d"))
                if name.startswith("head."):
                    head[name.replace("head.", "linear.")] = tensor.astype(np.float32)
                else:
                    encoder[name] = np.ascontiguousarray(tensor.astype(np.float16))
    except Exception as error:
        raise BadModel(f"{packed / PACKED_NAME} cannot be read: {error}") from error
    if not encoder or "linear.weight" not in head:
        raise BadModel(f"{packed / PACKED_NAME} holds no encoder or no head")
    width = head["linear.weight"].shape[1]
    save_file(encoder, folder / "model.safetensors", metadata={"format": "pt"})
    for name in ("tokenizer.json", "config.json"):
        shutil.copyfile(packed / name, folder / name)
    _json(folder / "tokenizer_config.json", {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": _MAX_TOKENS, "bos_token": "<s>",
        "cls_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "unk_token": "<unk>", "pad_token": "<pad>",
        "mask_token": "<mask>", "clean_up_tokenization_spaces": False,
    })  # fmt: skip
    _json(folder / "sentence_bert_config.json", {"max_seq_length": _MAX_TOKENS, "do_lower_case": False})
    _json(folder / "config_sentence_transformers.json", {
        "prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": None,
        "similarity_fn_name": "cosine",
    })  # fmt: skip
    modules = ["Transformer", "Pooling", "Normalize", "Dense", "Normalize"]
    paths = ["" if kind == "Transformer" else f"{index}_{kind}" for index, kind in enumerate(modules)]
    _json(folder / "modules.json", [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (kind, path) in enumerate(zip(modules, paths, strict=True))
    ])  # fmt: skip
    for path in filter(None, paths):
        (folder / path).mkdir()
    _json(folder / "1_Pooling" / "config.json", {
        "word_embedding_dimension": width, "pooling_mode_mean_tokens": True, "pooling_mode_cls_token": False,
        "pooling_mode_max_tokens": False, "include_prompt": True,
    })  # fmt: skip
    _json(folder / "3_Dense" / "config.json", {
        "in_features": width, "out_features": head["linear.weight"].shape[0], "bias": True,
        "activation_function": "torch.nn.modules.linear.Identity",
    })  # fmt: skip
    save_file(head, folder / "3_Dense" / "model.safetensors", metadata={"format": "pt"})


def _json(path: Path, value: object) -> None:
    path.write_text(json.dumps(value, indent=2), encoding="utf-8")
