"""Money in the sentences of the ranking: fen inside, 万元 for people."""

from __future__ import annotations

FEN_PER_WAN = 1_000_000


def amount(fen: int) -> str:
    """``amount(80_000_000)`` → ``"80 万元"``; at most two decimals, none that are zero."""
    text = f"{fen / FEN_PER_WAN:,.2f}".rstrip("0").rstrip(".")
    return f"{text} 万元"
