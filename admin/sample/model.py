"""What the sample archive consists of, as values. Bytes are made only when a file is asked for them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from ingest.ledger import ContractRow, ProjectRow, RegisterRow


@dataclass(frozen=True)
class SamplePerson:
    """An account of the sample; `name` is what one signs in with. The password is public: never use it elsewhere."""

    name: str
    display_name: str
    role: str
    unit: str
    email: str
    password: str


@dataclass(frozen=True)
class SampleFile:
    """One file as somebody would hand it in.

    `type`, `title`, `doc_date`, `doc_no`, `issuer` and `conclusion` are the truth about it, for whoever wants to
    compare what recognition finds. `note` is "", `vague` (of name), `given` (whoever files it says its type,
    because its text leaves that open), `duplicate`, `broken` or `marked`.
    """

    project: str
    filename: str
    type: str
    title: str
    doc_date: date
    doc_no: str
    issuer: str
    conclusion: str
    write: Callable[[], bytes] = field(compare=False, repr=False)
    note: str = ""


@dataclass(frozen=True)
class SampleStory:
    """What a project is there to show, in a Chinese sentence, and the findings it is made for (`R31-3:failed`)."""

    project: str
    scenario: str
    note: str
    shows: tuple[str, ...]


@dataclass(frozen=True)
class SampleEntry:
    """A row of a register; `proof` are the types of the project's papers that stand under it once they are filed."""

    row: RegisterRow
    proof: tuple[str, ...]


@dataclass(frozen=True)
class Sample:
    """`refused` are files the archive must not accept; everything else it can take in."""

    units: tuple[str, ...]
    people: tuple[SamplePerson, ...]
    projects: tuple[ProjectRow, ...]
    contracts: tuple[ContractRow, ...]
    files: tuple[SampleFile, ...]
    refused: tuple[SampleFile, ...]
    stories: tuple[SampleStory, ...]
    entries: tuple[SampleEntry, ...] = ()
