"""Ledgers written by the system: read back as they were, the same bytes each time, safe in a spreadsheet."""

import csv
import io
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.ledger import ContractRow, Ledger, ProjectRow, read_ledger, write_ledger
from ingest.ledger.columns import CONTRACT_TYPES, KINDS, MODES, PROJECT
from tests.unit.ingest.ledgers import read_text

words = st.text(st.characters(categories=("L", "N", "P", "S"), exclude_characters="\ufffe\uffff"), max_size=30)
codes = st.from_regex(r"[A-Za-z0-9〔〕\-_.号]{1,40}", fullmatch=True)
days = st.none() | st.dates(date(1990, 1, 1), date(2099, 12, 31))
fen = st.none() | st.integers(0, 10**15 - 1)
emails = st.sampled_from(["", "zhang.san@example.com", "a+b@mail.example.com"])


@st.composite
def project_rows(draw: st.DrawFn) -> ProjectRow:
    start, completion = sorted([draw(days) or date(2020, 1, 1), draw(days) or date(2021, 1, 1)])
    trial, trial_end = sorted([draw(days) or date(2022, 1, 1), draw(days) or date(2022, 5, 1)])
    row = ProjectRow(
        code=draw(codes),
        name=draw(words.filter(bool)),
        unit=draw(words.filter(bool)),
        mode=draw(st.sampled_from(list(MODES.values()))),
        kind=draw(st.sampled_from(list(KINDS.values()))),
        classified=draw(st.booleans()),
        cross_department=draw(st.booleans()),
        mlps_level=draw(words),
        approval_no=draw(words),
        total_investment_fen=draw(fen),
        approved_on=draw(days),
        construction_start=start,
        actual_completion=completion,
        trial_start=trial,
        trial_end_actual=draw(st.sampled_from([None, trial_end])),
        acceptance_result=draw(words),
        contact_email=draw(emails),
    )
    return replace(row, predecessor=f"{row.code}-0" if draw(st.booleans()) else "")


@st.composite
def contract_rows(draw: st.DrawFn) -> ContractRow:
    start, end = sorted([draw(days) or date(2020, 1, 1), draw(days) or date(2021, 1, 1)])
    return ContractRow(
        number=draw(codes),
        project=draw(codes),
        type=draw(st.sampled_from(list(CONTRACT_TYPES.values()))),
        signed_on=draw(days),
        start_on=start,
        end_on=end,
        amount_fen=draw(fen),
        supplier=draw(words),
        method=draw(words),
    )


@settings(deadline=None, max_examples=60)
@given(
    projects=st.lists(project_rows(), max_size=4, unique_by=lambda row: row.code),
    contracts=st.lists(contract_rows(), max_size=4, unique_by=lambda row: row.number),
)
def test_what_is_written_is_read_back(
    projects: list[ProjectRow], contracts: list[ContractRow], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("round") / "台账.xlsx"
    write_ledger(path, projects, contracts)
    ledger = read_ledger(path)
    assert ledger == Ledger(tuple(projects), tuple(contracts), ())
    assert [row.row for row in ledger.projects] == list(range(2, len(projects) + 2))
    assert all(row.given == {column.field for column in PROJECT.columns} for row in ledger.projects)


def test_writing_twice_gives_the_same_bytes(tmp_path: Path) -> None:
    rows = [ProjectRow("A", "甲", "厅", "self_build", total_investment_fen=1_234_560_000)]
    write_ledger(tmp_path / "a.xlsx", rows, [])
    write_ledger(tmp_path / "b.xlsx", rows, [])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    with zipfile.ZipFile(io.BytesIO((tmp_path / "a.xlsx").read_bytes())) as package:
        assert {info.date_time[0] for info in package.infolist()} == {2000}


def test_a_name_that_looks_like_a_formula_is_written_as_text(tmp_path: Path) -> None:
    write_ledger(tmp_path / "a.xlsx", [ProjectRow("A", "=HYPERLINK(1)", "+厅", "self_build")], [])
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["项目"]["B2"].data_type == "s"
    assert read_ledger(tmp_path / "a.xlsx").projects[0].name == "=HYPERLINK(1)"


def test_a_written_ledger_also_travels_as_csv(tmp_path: Path) -> None:
    row = ProjectRow("A", '名称,带"引号"', "厅", "self_build", approved_on=date(2024, 2, 29))
    write_ledger(tmp_path / "a.xlsx", [row], [])
    page = openpyxl.load_workbook(tmp_path / "a.xlsx")["项目"]
    buffer = io.StringIO()
    for line in page.iter_rows(values_only=True):
        csv.writer(buffer).writerow(["" if cell is None else cell for cell in line])
    assert read_text(tmp_path, buffer.getvalue(), "gb18030").projects == (row,)
