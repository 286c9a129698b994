"""Wrong files through the whole way in, one after another, and what must be true of each and of all."""

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from admin.system import System
from archive.errors import Refused
from archive.models import Document, TextState, Version
from tests.builders import SYSTEM, a_project
from tests.fuzz.mutations import mutated
from tests.fuzz.seeds import Seed

CODE = "XM-2024-001"
MARGIN_SECONDS = 30.0   # beside what the limit allows a reader: the rest of filing on a busy machine


@dataclass(slots=True)
class Campaign:
    """`filed` and `refused` count by kind of seed; `slowest` is the longest filing in seconds and its file."""

    filed: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    again: int = 0
    wrong: list[str] = field(default_factory=list)
    slowest: tuple[float, str] = (0.0, "")

    @property
    def total(self) -> int:
        return self.filed.total() + self.refused.total() + self.again + len(self.wrong)

    def story(self) -> str:
        return (f"{self.total} files: filed {self.filed.total()}, refused {self.refused.total()}, known {self.again}, "
                f"wrong {len(self.wrong)}; slowest {self.slowest[0]:.1f} s ({self.slowest[1]})\n"
                f"filed {dict(sorted(self.filed.items()))}\nrefused {dict(sorted(self.refused.items()))}")


def run(system: System, seeds: list[Seed], count: int, number: int) -> Campaign:
    """File `count` wrong files made with generator `number`. What is neither filed nor refused with a reason is wrong."""
    rng, campaign = random.Random(number), Campaign()
    a_project(system, CODE)
    longest = system.sandbox.limits.wall_seconds * 2 + MARGIN_SECONDS
    for n in range(count):
        seed, other = seeds[n % len(seeds)], rng.choice(seeds)
        name = f"{n:05}-{seed.name}"
        started = time.monotonic()
        _file(system, campaign, name, seed, mutated(rng, seed.data, other.data))
        taken = time.monotonic() - started
        campaign.slowest = max(campaign.slowest, (taken, name))
        if taken > longest:
            campaign.wrong.append(f"{name}: {taken:.0f} s")
    return campaign


def _file(system: System, campaign: Campaign, name: str, seed: Seed, data: bytes) -> None:
    try:
        filed = system.intake.file(SYSTEM, CODE, name, [data])
    except Refused as refusal:
        campaign.refused[seed.kind] += 1
        if not str(refusal.facts.get("reason", "")).strip():
            campaign.wrong.append(f"{name}: refused without a reason")
    except Exception as error:
        campaign.wrong.append(f"{name}: {type(error).__name__}: {error}")
    else:
        if filed.duplicate:
            campaign.again += 1
        else:
            campaign.filed[seed.kind] += 1


def left_wrong(system: System) -> list[str]:
    """After all effects: documents still pending, or unreadable without a reason, or whose bytes are not theirs."""
    found = [f"{one.filename}: still pending" for one in Document.objects(text_state=TextState.PENDING.value)]
    mute = Document.objects(text_state__in=[TextState.UNREADABLE.value, TextState.UNSUPPORTED.value], text_reason="")
    found += [f"{one.filename}: no text and no reason" for one in mute if not one.catalogue_only]
    found += [f"{one.filename}: bytes differ" for one in Version.objects if not system.blobs.verify(one.sha256)]
    return found
