"""The embedding model as something to train: a packed encoder with new characters, its lower layers frozen.

Frozen layers keep their 4-bit numbers exactly, so only what was trained has to be stored finer.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from tokenizers import Tokenizer
from torch import Tensor, nn
from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

FROZEN_LAYERS = 6
MAX_TOKENS = 128


class Encoder(nn.Module):
    """Texts → unit vectors, as the shipped pipeline does: mean of tokens, unit length, head, unit length."""

    def __init__(self, folder: Path, new_rows: np.ndarray | None, tokenizer: PreTrainedTokenizerFast) -> None:
        super().__init__()
        config = BertConfig.from_pretrained(folder)
        config.hidden_dropout_prob = config.attention_probs_dropout_prob = 0.0
        self.bert = BertModel(config, add_pooling_layer=False)
        state = {name: value.float() for name, value in load_file(folder / "model.safetensors").items()}
        missing, unexpected = self.bert.load_state_dict(state, strict=False)
        assert not [name for name in missing if "position_ids" not in name], missing
        assert not unexpected, unexpected
        self.known = config.vocab_size
        width = config.hidden_size
        rows = np.zeros((0, width), dtype=np.float32) if new_rows is None else new_rows
        self.new_rows = nn.Parameter(torch.tensor(rows, dtype=torch.float32))
        head = load_file(folder / "3_Dense" / "model.safetensors")
        self.head = nn.Linear(width, head["linear.weight"].shape[0])
        self.head.load_state_dict(
            {"weight": head["linear.weight"].float(), "bias": head["linear.bias"].float()}
        )
        self.tokenizer = tokenizer

    def freeze(self, layers: int = FROZEN_LAYERS) -> None:
        """Hold word, position and type embeddings and the first *layers* as they are."""
        self.new_rows.requires_grad_(False)
        for parameter in self.bert.embeddings.parameters():
            parameter.requires_grad_(False)
        for layer in self.bert.encoder.layer[:layers]:
            for parameter in layer.parameters():
                parameter.requires_grad_(False)

    def tokens(self, texts: list[str], kind: str) -> tuple[Tensor, Tensor]:
        """(ids, mask) of texts with the prompt of *kind*."""
        batch = self.tokenizer(
            [f"{kind}: {text}" for text in texts],
            padding=True,
            truncation=True,
            max_length=MAX_TOKENS,
            return_tensors="pt",
        )
        return batch["input_ids"], batch["attention_mask"]

    def words(self, ids: Tensor) -> Tensor:
        """The embeddings of tokens, new characters from their own rows."""
        known = self.bert.embeddings.word_embeddings(ids.clamp(max=self.known - 1))
        if not len(self.new_rows):
            return known
        new = self.new_rows[(ids - self.known).clamp(min=0)]
        return torch.where((ids >= self.known)[..., None], new, known)

    def pooled(self, hidden: Tensor, mask: Tensor) -> Tensor:
        """(n, d) unit vectors from the last layer."""
        weight = mask[..., None].to(hidden.dtype)
        mean = (hidden * weight).sum(1) / weight.sum(1)
        return nn.functional.normalize(self.head(nn.functional.normalize(mean, dim=-1)), dim=-1)

    def lower(self, ids: Tensor, mask: Tensor, layers: int = FROZEN_LAYERS) -> Tensor:
        """(n, tokens, width) after the first *layers*, which keep no trace for learning."""
        with torch.no_grad():
            return self._through(self.bert.embeddings(inputs_embeds=self.words(ids)), mask, 0, layers)

    def upper(self, hidden: Tensor, mask: Tensor, layers: int = FROZEN_LAYERS) -> Tensor:
        """(n, d) unit vectors from what :meth:`lower` gave."""
        return self.pooled(self._through(hidden, mask, layers, len(self.bert.encoder.layer)), mask)

    def forward(self, ids: Tensor, mask: Tensor) -> Tensor:
        """(n, d) unit vectors."""
        return self.upper(self.lower(ids, mask), mask)

    def _through(self, hidden: Tensor, mask: Tensor, first: int, last: int) -> Tensor:
        seen = (1.0 - mask[:, None, None, :].to(hidden.dtype)) * torch.finfo(hidden.dtype).min
        for layer in self.bert.encoder.layer[first:last]:
            found = layer(hidden, seen)
            hidden = found[0] if isinstance(found, tuple) else found
        return hidden

    @torch.inference_mode()
    def encode(self, texts: list[str], kind: str, batch: int = 64) -> np.ndarray:
        """(n, d) float32 in the order given; texts of like length share a batch."""
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        found = np.zeros((len(texts), self.head.out_features), dtype=np.float32)
        for start in range(0, len(order), batch):
            some = order[start : start + batch]
            found[some] = self(*self.tokens([texts[at] for at in some], kind)).numpy()
        return found


def gb2312() -> list[str]:
    """The Han characters of GB 2312 in its order: by pinyin, then (second level) by radical."""
    return [
        bytes([high, low]).decode("gb2312")
        for high in range(0xB0, 0xF8)
        for low in range(0xA1, 0xFF)
        if not (high == 0xD7 and low > 0xF9)
    ]


SECOND_LEVEL = 3755
NEIGHBOURS = 10
NEW_SCORE = -14.0


def extend_tokenizer(path: Path) -> tuple[dict, list[str]]:
    """(tokenizer.json with one piece more for each GB 2312 character it lacks, those characters)."""
    data = json.loads(path.read_text(encoding="utf-8"))
    known = {piece for piece, _ in data["model"]["vocab"]}
    covered = set("".join(known))
    new = [character for character in gb2312() if character not in covered]
    data["model"]["vocab"] += [[character, NEW_SCORE] for character in new]
    return data, new


def first_rows(new: list[str], words: np.ndarray, vocab: list[str], texts: list[str]) -> np.ndarray:
    """Where the rows of new characters begin: half of what stands beside them in texts, half of the known characters
    of the same radical (the second level of GB 2312 is ordered by it: 锆 stands among the metals)."""
    place = {piece: at for at, piece in enumerate(vocab) if len(piece) == 1}
    centre = words[list(place.values())].mean(0)
    beside: dict[str, list[int]] = {character: [] for character in new}
    for text in texts:
        for at, character in enumerate(text):
            if character in beside:
                beside[character] += [place[c] for c in text[max(0, at - 2) : at + 3] if c in place]
    order = gb2312()
    level = {character: at for at, character in enumerate(order)}
    rows = []
    for character in new:
        at = level[character]
        near = (
            [c for c in order[max(SECOND_LEVEL, at - 40) : at + 41] if c in place]
            if at >= SECOND_LEVEL
            else []
        )
        near.sort(key=lambda c: abs(level[c] - at))
        parts = [words[[place[c] for c in near[:NEIGHBOURS]]].mean(0)] if near else []
        if len(beside[character]) >= 4:
            parts.append(words[beside[character]].mean(0))
        rows.append(np.mean(parts, axis=0) if parts else centre)
    found = np.array(rows, dtype=np.float32)
    usual = np.linalg.norm(words[list(place.values())] - centre, axis=1).mean()
    away = found - centre
    return (centre + away / (np.linalg.norm(away, axis=1, keepdims=True) + 1e-6) * usual * 0.8).astype(
        np.float32
    )


def load_tokenizer(data: dict) -> PreTrainedTokenizerFast:
    """The fast tokenizer of a tokenizer.json's content."""
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(data, ensure_ascii=False)),
        bos_token="<s>", cls_token="<s>", eos_token="</s>", sep_token="</s>", unk_token="<unk>", pad_token="<pad>",
        mask_token="<mask>",
    )  # fmt: skip
