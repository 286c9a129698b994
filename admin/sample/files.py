"""The files of a case: which recipes apply, under what names people hand them in, and the paper inside each."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from admin.sample.cases import Case, stream
from admin.sample.context import Facts, contract_facts, paper_facts, project_facts
from admin.sample.days import resolve, workday_until
from admin.sample.model import SampleFile
from admin.sample.paper import Block, Paper
from admin.sample.recipes import Recipe, recipes, snippets
from admin.sample.scenario import PS
from admin.sample.tables import make
from admin.sample.writers import write

_VAGUE_SHARE = 0.12
_THIN = 0.12
_VAGUE_NAMES = {
    "pdf": (
        "扫描件{n:001-099}.pdf",
        "IMG_{day:n}_{n:1000-9999}.pdf",
        "盖章.pdf",
        "附件{n:1-6}.pdf",
        "扫描全能王 {day:n}.pdf",
    ),
    "docx": ("最终版({n:2-4}).docx", "新建 Microsoft Word 文档.docx", "定稿.docx", "附件{n:1-6}（改）.docx"),
    "xlsx": ("工作簿{n:1-3}.xlsx", "附件{n:1-6}.xlsx", "汇总表-最新.xlsx"),
    "pptx": ("汇报{day:n}.pptx",),
    "txt": ("记录.txt", "新建文本文档.txt"),
    "html": ("index.html",),
}
_SECOND_PARTY = {"supervision_contract": "supervision_firm"}


@dataclass(frozen=True)
class _Occasion:
    """One paper to be made by a recipe: its day, and what it may mention besides the project's facts."""

    recipe: Recipe
    day: date
    extra: dict[str, object] = field(default_factory=dict)


def files_of(case: Case, seed: int) -> Iterator[SampleFile]:
    """The case's files in the order of the recipes; a classified project has none."""
    if case.row.classified:
        return
    facts = project_facts(case, seed)
    taken: set[str] = set()
    for number, occasion in enumerate(_occasions(case, seed)):
        rng = stream(seed, case.scenario.key, occasion.recipe.type, number)
        file = _file(case, occasion, facts, rng)
        if file.filename in taken:
            stem, _, suffix = file.filename.rpartition(".")
            file = _renamed(file, f"{stem}（{number}）.{suffix}")
        taken.add(file.filename)
        yield file


def _renamed(file: SampleFile, name: str) -> SampleFile:
    return SampleFile(**{**file.__dict__, "filename": name})


def _occasions(case: Case, seed: int) -> Iterator[_Occasion]:
    for recipe in recipes():
        if not _applies(recipe, case) or stream(seed, case.scenario.key, recipe.title).random() >= _share(recipe, case):
            continue
        for occasion in _each(recipe, case):
            if occasion.day <= case.dates["today"]:
                yield occasion


def _share(recipe: Recipe, case: Case) -> float:
    """The chance that a project has such a paper."""
    return 1.0 if case.scenario.full else recipe.share * (1.0 if recipe.core else _THIN)


def _applies(recipe: Recipe, case: Case) -> bool:
    if recipe.paper:
        return recipe.paper in case.scenario.papers
    if recipe.type in case.scenario.without:
        return False
    words = recipe.who.split()
    mode = "OM" if case.scenario.round else "PS" if case.scenario.mode == PS else "SB"
    routes = {"FULL", "MERGED"} & set(words)
    return ("ALL" in words or mode in words) and (not routes or ("MERGED" if case.merged else "FULL") in routes)


def _each(recipe: Recipe, case: Case) -> Iterator[_Occasion]:
    if recipe.yearly:
        yield from _yearly(recipe, case)
    elif recipe.each:
        for contract in case.contracts:
            if contract.type == recipe.each and contract.start_on and contract.signed_on:
                dates = {"om_start": contract.start_on, "om_signed": contract.signed_on, **case.dates}
                day = _day(recipe, dates)
                if day is not None:
                    yield _Occasion(recipe, day, contract_facts(contract))
    elif (day := _day(recipe, case.dates)) is not None:
        extra = contract_facts(case.contracts[0]) if case.scenario.round and case.contracts else {}
        yield _Occasion(recipe, day, extra)


def _yearly(recipe: Recipe, case: Case) -> Iterator[_Occasion]:
    """One a year that ends between the two events, while the second has not come about."""
    first, last = (case.dates.get(name) for name in recipe.yearly.split())
    if first is None:
        return
    for year in range(first.year, (last or case.dates["today"]).year + 1):
        end = date(year, 12, 31)
        if first <= end and (last is None or last > end):
            day = _day(recipe, {"year_end": end})
            if day is not None:
                yield _Occasion(recipe, day, {"yyyy": str(year)})


def _day(recipe: Recipe, dates: dict[str, date]) -> date | None:
    """The paper's day: a working day, unless the template gives an event's very day."""
    for expression in recipe.day.split("|"):
        if (day := resolve(expression, dates)) is not None:
            return day if expression in dates else workday_until(day)
    return None


def _file(case: Case, occasion: _Occasion, base: Facts, rng: random.Random) -> SampleFile:
    recipe, day = occasion.recipe, occasion.day
    conclusion = case.scenario.conclusions.get(recipe.type, recipe.conclusion)
    second = base[_SECOND_PARTY.get(recipe.type, "supplier")]
    facts = paper_facts(base, day, rng, {**occasion.extra, "conclusion": conclusion, "second": second})
    facts["doc_no"] = doc_no = _doc_no(recipe, case, day, facts, rng)
    facts["title"] = title = recipe.title.format_map(facts)
    vague = recipe.vague or (not recipe.core and rng.random() < _VAGUE_SHARE)
    names = _VAGUE_NAMES[recipe.form] if vague else recipe.names
    issuer = case.row.unit if recipe.issuer == "unit" else "专家组" if recipe.issuer == "experts" else ""
    return SampleFile(
        project=case.row.code,
        filename=_clean(rng.choice(names).format_map(facts)),
        type=recipe.type,
        title=title,
        doc_date=day,
        doc_no=doc_no,
        issuer=issuer or str(base[recipe.issuer]),
        conclusion=conclusion,
        write=_writer(recipe, facts, day, issuer or str(base[recipe.issuer]), rng.random()),
        note="vague" if vague else "given" if recipe.paper else "",
    )


def _doc_no(recipe: Recipe, case: Case, day: date, facts: Facts, rng: random.Random) -> str:
    if not recipe.doc_no:
        return ""
    if recipe.doc_no.startswith("="):
        return recipe.doc_no[1:].format_map(facts)
    prefix = case.unit.prefix if recipe.doc_no == "unit" else recipe.doc_no
    return f"{prefix}〔{day.year}〕{rng.randint(3, 480)}号"


def _clean(name: str) -> str:
    return name.replace("/", "-")


def _writer(recipe: Recipe, facts: Facts, day: date, issuer: str, chance: float) -> Callable[[], bytes]:
    return partial(_bytes, recipe, facts, day, issuer, chance)


def paper_of(file: SampleFile) -> Paper:
    """What stands in a file that was made by a recipe: for whoever compares it with what was read."""
    assert isinstance(file.write, partial)
    return _paper(*file.write.args)


def _bytes(recipe: Recipe, facts: Facts, day: date, issuer: str, chance: float) -> bytes:
    return write(recipe.form, _paper(recipe, facts, day, issuer, chance))


def _paper(recipe: Recipe, facts: Facts, day: date, issuer: str, chance: float) -> Paper:
    """Fills the template. Starts its own stream of chance, so that it gives the same paper every time."""
    rng = stream(0, recipe.title, chance)
    own = paper_facts(facts, day, rng, {})
    return Paper(
        layout=recipe.layout,
        title=str(facts["title"]),
        issuer=issuer,
        day=day,
        doc_no=str(facts["doc_no"]),
        to=recipe.to.format_map(own),
        copy=recipe.copy.format_map(own),
        project=str(facts["name"]),
        facts=tuple((label, value.format_map(own)) for label, value in recipe.facts),
        blocks=tuple(_block(text, own, rng) for text in recipe.body),
    )


def _block(text: str, facts: Facts, rng: random.Random) -> Block:
    """A line of a recipe's body: `=name` is a table, `+name` a passage shared by several papers, else a paragraph."""
    if text.startswith("="):
        return make(text[1:], facts, rng)
    if text.startswith("+"):
        text = rng.choice(snippets()[text[1:]])
    return text.format_map(facts)
