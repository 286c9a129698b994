"""Files to measure with: papers of invented projects, numbered, with what was written into them and queries about it.

Made by the sample's own writers from successive seeds, so nothing needs to be downloaded: the same count and seed give
the same files with the same library versions. Any other folder of the same shape serves as well.
"""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from admin.sample import SampleFile, build
from admin.sample.files import paper_of
from admin.sample.paper import Table
from archive.chinese import squash

SEED, COUNT, QUERIES = 20261123, 300, 50
TODAY = date(2026, 3, 2)
PLAIN = frozenset({"", "vague", "given"})  # the sample's damaged and doubled files are for other tests
NAME = f"sample papers from seed {SEED}"


def make(folder: Path, count: int = COUNT, seed: int = SEED) -> Path:
    """`folder/files/NNNN_name` and `folder/queries.json`; the folder."""
    (folder / "files").mkdir(parents=True)
    texts: list[str] = []
    for number, file in zip(range(1, count + 1), papers(seed), strict=False):
        (folder / "files" / f"{number:04}_{file.filename}").write_bytes(file.write())
        texts.append(squash(_words(file)))
    (folder / "queries.json").write_text(json.dumps(_queries(texts, seed), ensure_ascii=False), "utf-8")
    return folder


def papers(seed: int) -> Iterator[SampleFile]:
    while True:
        yield from sample_papers(seed)
        seed += 1


def sample_papers(seed: int) -> list[SampleFile]:
    """Those of one sample that are papers like any other."""
    return [file for file in build(seed, TODAY).files if file.note in PLAIN]


def _words(file: SampleFile) -> str:
    """The running text of the paper; what a layout adds to it is not among the words that are asked for."""
    paper = paper_of(file)
    return "|".join([paper.title, *(_block(block) for block in paper.blocks)])


def _block(block: str | Table) -> str:
    return block if isinstance(block, str) else "|".join("|".join(row) for row in block.rows)


def _queries(texts: Sequence[str], seed: int) -> list[dict[str, object]]:
    """Pieces of two to six characters, each in at most a third of the texts."""
    chance = random.Random(seed)
    found: dict[str, list[int]] = {}
    while len(found) < QUERIES:
        text, length = chance.choice(texts), chance.randint(2, 6)
        start = chance.randrange(max(len(text) - length, 1))
        words = text[start:start + length]
        docs = [number for number, other in enumerate(texts, 1) if words in other]
        if all("\u4e00" <= sign <= "\u9fff" for sign in words) and len(docs) * 3 <= len(texts):
            found[words] = docs
    return [{"q": words, "docs": docs} for words, docs in found.items()]
