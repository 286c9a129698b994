"""Filing many files at once: one transaction for all of them, instead of one each that waits for the last.

What hinders one of them must not cost the others: then each is filed by itself, and says what became of it.
"""

from collections.abc import Sequence

from pymongo.errors import DuplicateKeyError

from archive.access import Actor, require
from archive.clock import Clock
from archive.errors import ArchiveError, EngineDown
from archive.models import Model, Project
from archive.models.rows import NewRow
from archive.operations.documents import Filed, Intake, dossier_for_files, file_document, new_records, still_open
from archive.permissions import Permission
from archive.transaction import Transaction, write

Answer = Filed | ArchiveError


def file_documents(actor: Actor, clock: Clock, intakes: Sequence[Intake]) -> list[Answer]:
    """What became of each, in their order: a refusal is an answer too. Raises NotPermitted, EngineDown: nothing was filed."""
    require(actor, Permission.DOCUMENT_FILE)
    if len(intakes) == 1:
        return [_alone(actor, clock, intakes[0])]
    try:
        return list(_together(actor, clock, intakes)) if intakes else []
    except EngineDown:
        raise
    except (DuplicateKeyError, ArchiveError):
        return [_alone(actor, clock, intake) for intake in intakes]


def _together(actor: Actor, clock: Clock, intakes: Sequence[Intake]) -> list[Filed]:
    dossiers = {code: dossier_for_files(actor, code) for code in sorted({intake.project for intake in intakes})}

    def work(tx: Transaction) -> list[Filed]:
        filed, records = list[Filed](), list[Model | NewRow]()
        now: dict[str, Project] = {code: still_open(tx, project) for code, project in dossiers.items()}
        for intake in intakes:
            one, its = new_records(tx, now[intake.project], intake)
            filed.append(one)
            records += its
        tx.insert_all(records)
        return filed

    return write(actor, clock, work)


def _alone(actor: Actor, clock: Clock, intake: Intake) -> Answer:
    try:
        return file_document(actor, clock, intake)
    except EngineDown:
        raise
    except ArchiveError as error:
        return error
