"""How often recognition is right when it decides by itself, and how often it leaves the decision to a person.

    python -m bench.recognition [--seed N] [--wrong]

prints one JSON document; with `--wrong` every mistake and every file sent to review as well. The confusion matrix holds
what was decided: true type → proposed type → how often; `review` is counted apart. What the figures mean: `sample` and
`every type` are invented papers whose texts are cleaner than life; `names unseen` is the fairest, names nobody tuned for.
"""

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.recognition_cases import Case, by_source, documents, names_alone
from ingest.classify import Recognition, recognise

SEED = 20261127


@dataclass
class Tally:
    """What became of some cases."""

    right: int = 0
    wrong: int = 0
    review: int = 0
    among_three: int = 0
    confusion: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def decided(self) -> int:
        return self.right + self.wrong

    @property
    def total(self) -> int:
        return self.decided + self.review

    @property
    def precision(self) -> float:
        """Of what was decided without a person, the share that is right."""
        return self.right / self.decided if self.decided else 0.0

    @property
    def review_share(self) -> float:
        return self.review / self.total if self.total else 0.0

    def add(self, case: Case, answer: Recognition) -> None:
        if not answer.accepted:
            self.review += 1
            self.among_three += any(candidate.type == case.type for candidate in answer.candidates)
            return
        self.right += answer.type == case.type
        self.wrong += answer.type != case.type
        self.confusion[case.type][answer.type] += 1

    def figures(self) -> dict[str, object]:
        return {"files": self.total, "right": self.right, "wrong": self.wrong, "review": self.review,
                "right_when_decided": round(self.precision, 4), "sent_to_review": round(self.review_share, 4),
                "review_with_truth_among_three": self.among_three,
                "confused": {key: {other: n for other, n in row.items() if other != key}
                             for key, row in sorted(self.confusion.items()) if set(row) - {key}}}


def measure(cases: Iterable[Case]) -> Tally:
    tally = Tally()
    for case in cases:
        tally.add(case, recognise(case.filename, case.pages))
    return tally


def all_cases(seed: int = SEED) -> Sequence[Case]:
    return [*documents(seed), *names_alone(seed)]


def report(seed: int = SEED) -> dict[str, object]:
    """Figures of each source and of the 600 documents together, with the whole matrix."""
    cases = by_source(all_cases(seed))
    tallies = {source: measure(listed) for source, listed in cases.items()}
    together = measure(documents(seed))
    return {"seed": seed, "documents": together.figures(),
            **{source: tally.figures() for source, tally in tallies.items()},
            "matrix": {key: dict(row) for key, row in sorted(together.confusion.items())}}


def _mistakes(seed: int) -> Iterable[str]:
    for case in all_cases(seed):
        answer = recognise(case.filename, case.pages)
        if answer.type != case.type:
            said = answer.type if answer.accepted else "review"
            best = "；".join(f"{c.name} {c.score}（{'，'.join(c.reasons)}）" for c in answer.candidates)
            yield f"{case.source} | {case.type} | {said} | {case.filename} | {best}"


def main() -> None:
    parser = argparse.ArgumentParser(description="recognition, measured")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--wrong", action="store_true", help="list what was mistaken or sent to review")
    options = parser.parse_args()
    if options.wrong:
        print("\n".join(_mistakes(options.seed)))
    print(json.dumps(report(options.seed), ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
