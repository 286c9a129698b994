"""Money of findings in words: integer fen as 万元."""

from decimal import Decimal

WAN = 1_000_000


def wan(fen: int) -> str:
    return f"{Decimal(fen) / WAN:,f} 万元"
