from collections import Counter
from datetime import date
from hashlib import sha256

from admin.sample import Sample, build
from archive import taxonomy
from archive.passwords import check_strength
from archive.permissions import Role
from tests.unit.admin.sample.conftest import SEED, TODAY


def digests(sample: Sample, step: int) -> list[str]:
    return [sha256(file.write()).hexdigest() for file in sample.files[::step]]


def test_it_is_as_large_as_a_demonstration_needs(sample: Sample) -> None:
    assert len(sample.units) == 8
    assert len(sample.projects) >= 40
    assert len(sample.contracts) >= 120
    assert len(sample.files) >= 600
    assert {row.unit for row in sample.projects} == set(sample.units)


def test_the_same_seed_and_day_give_the_same_bytes(sample: Sample) -> None:
    again = build(SEED, TODAY)
    assert (again.projects, again.contracts, again.files, again.stories) == (
        sample.projects,
        sample.contracts,
        sample.files,
        sample.stories,
    )
    assert digests(again, 31) == digests(sample, 31)


def test_a_file_asked_twice_gives_the_same_bytes(sample: Sample) -> None:
    assert digests(sample, 61) == digests(sample, 61)


def test_another_seed_gives_another_archive(sample: Sample) -> None:
    other = build(SEED + 1, TODAY)
    assert [row.total_investment_fen for row in other.projects] != [row.total_investment_fen for row in sample.projects]
    assert digests(other, 61) != digests(sample, 61)


def test_a_later_day_moves_the_projects_along(sample: Sample) -> None:
    assert build(SEED, date(2026, 12, 1)).projects != sample.projects


def test_names_within_a_project_differ(sample: Sample) -> None:
    names = Counter((file.project, file.filename) for file in (*sample.files, *sample.refused))
    assert [name for name, count in names.items() if count > 1] == []


def test_the_types_are_those_of_the_taxonomy(sample: Sample) -> None:
    known = {kind.key for kind in taxonomy.load().types}
    assert {file.type for file in sample.files} - known == set()
    assert len({file.type for file in sample.files}) >= 60


def test_it_holds_a_duplicate_a_damaged_and_a_marked_file(sample: Sample) -> None:
    notes = Counter(file.note for file in sample.files)
    assert (notes["duplicate"], notes["broken"]) == (1, 1)
    assert notes["vague"] >= 20
    (copy,) = (file for file in sample.files if file.note == "duplicate")
    twins = [file for file in sample.files if file.project == copy.project and file.type == copy.type and not file.note]
    assert copy.write() in [twin.write() for twin in twins]
    assert [file.note for file in sample.refused] == ["marked"]


def test_classified_projects_are_in_the_catalogue_without_files(sample: Sample) -> None:
    classified = {row.code for row in sample.projects if row.classified}
    assert classified
    assert classified.isdisjoint(file.project for file in sample.files)


def test_there_is_an_account_for_every_role_with_a_strong_password(sample: Sample) -> None:
    assert {person.role for person in sample.people} == {role.value for role in Role} - {"system"}
    assert len([person.unit for person in sample.people if person.role == "unit"]) == 2
    for person in sample.people:
        assert (person.unit in sample.units) == (person.role == "unit")
        assert len(person.password) >= 10
        check_strength(person.password, person.name)


def test_all_mail_addresses_are_reserved_ones(sample: Sample) -> None:
    mails = [person.email for person in sample.people]
    mails += [mail for row in sample.projects for mail in (row.contact_email, row.supervisor_email)]
    assert all(mail.endswith("@example.com") for mail in mails)
