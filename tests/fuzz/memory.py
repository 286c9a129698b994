"""How much memory hostile files may take, whatever else the tests around them keep (browsers, engines, their own samples)."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from bench.memory import PeakMemory, memory_of, tree

MOST_TAKEN = 3 << 29
"""1.5 GiB on top of a system that is up and has nothing to do, which takes less than half of one: 2 GiB for the tree."""


@contextmanager
def within_bounds() -> Iterator[PeakMemory]:
    """The block's processes never take more than `MOST_TAKEN` beyond what was there before. Raises AssertionError."""
    ours = {os.getpid()}
    before = sum(memory_of(pid) for pid in tree(ours))
    with PeakMemory(lambda: ours) as memory:
        yield memory
    assert memory.samples, "nothing was measured"
    assert memory.peak - before < MOST_TAKEN, (memory.megabytes(), before >> 20)
