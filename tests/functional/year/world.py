"""What a script says: events with their day, and what is known of a project after some of them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

PEOPLE = ""  # the code of events that concern people, no project


@dataclass(frozen=True, slots=True)
class Event:
    """`what`: project, facts, contract, paper, terminated, acknowledge, waive, ask; substitute, decline of people."""

    day: date
    what: str
    code: str
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Paper:
    type: str
    day: date
    conclusion: str = ""


@dataclass(slots=True)
class Dossier:
    """All that was registered of one project so far."""

    facts: dict[str, Any] = field(default_factory=dict)
    contracts: dict[str, dict[str, Any]] = field(default_factory=dict)
    papers: list[Paper] = field(default_factory=list)
    terminated: date | None = None

    def take(self, event: Event) -> None:
        match event.what:
            case "project" | "facts":
                self.facts |= event.values
            case "contract":
                number = event.values["number"]
                self.contracts[number] = {key: value for key, value in event.values.items() if key != "number"}
            case "paper":
                self.papers.append(Paper(event.values["type"], event.values["doc_date"], event.values.get("conclusion", "")))
            case "terminated":
                self.terminated = event.values["on"]

    def day(self, name: str) -> date | None:
        found: date | None = self.facts.get(name)
        return found

    def reached(self, name: str, today: date) -> date | None:
        found = self.day(name)
        return found if found and found <= today else None

    def dated(self, today: date, *types: str) -> list[date]:
        """The days of the papers of these types that are there by today."""
        return sorted(paper.day for paper in self.papers if paper.type in types and paper.day <= today)


def on(events: Iterable[Event], day: date) -> list[Event]:
    return [event for event in events if event.day == day]
