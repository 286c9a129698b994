"""What recognition is measured on: papers of the sample, papers of every type, and file names without any text.

Names come from `recognition_names.txt`, which was written without the keywords of the taxonomy; what people add to names
(versions, dates, project names, 盖章版, traditional characters) is added here by chance from a seed.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import islice
from pathlib import Path

import opencc

from admin.sample.files import paper_of
from admin.sample.paper import Paper, Table
from bench.corpus import sample_papers

SEEN = 4
PROJECTS = (
    "临江市智慧水务平台建设项目", "数字档案馆建设项目", "省级政务信息资源目录管理平台",
    "协同办公系统国产化改造二期工程", "一网通办服务平台扩容项目", "监理信息管理系统", "公共数据资源目录管理平台二期",
    "城市运行监控平台升级改造项目", "应急指挥调度系统建设项目", "2023年雪亮工程视频联网项目")
BEFORE = (
    "", "", "", "0012_", "3-2 ", "附件2：", "{p}-", "{p}_", "{p} ", "{p}", "（一）", "20240305 ", "【归档】", "01.",
    "2023-05-16_")
AFTER = (
    "", "", "", "v2.1", "V3", "-终稿", "（盖章版）", "_扫描件", "(1)", "20230501", "-签字盖章", "（最终版）",
    " - 副本", "_final", "（已盖章）", "-定稿", "（扫描）", "-签章版", "_正式版", "（复印件）", "-修改稿",
    "(第二稿)")
VAGUE = ("扫描件0{n}.pdf", "新建 Microsoft Word 文档.docx", "附件{n}.pdf", "IMG_20240{n}.pdf", "最终版({n}).docx")
SENTENCES = (
    "本项目已签订采购合同，监理单位按监理规划开展工作，形成监理月报和监理日志。",
    "承建单位提交了需求规格说明书、概要设计和详细设计，并组织了用户培训。",
    "系统已完成等级保护备案，委托测评机构开展等保测评和密码应用安全性评估。",
    "试运行期间运行平稳，故障均已处理，用户意见总体较好。", "项目资金已下达，按合同约定凭发票支付，设立专账管理。",
    "可行性研究报告经专家评审后获得批复，初步设计及概算同步报批。",
    "验收申请提交后，由专家组形成验收意见，档案同步移交。",
    "质保期满后转入运维阶段，签订运维合同，按季度提交运维报告。",
    "参会人员听取了承建单位汇报，要求于月底前完成整改并提交整改报告。",
    "数据共享交换平台接入已完成，公共数据资源目录同步挂接。", "上述内容经核对无误，请予审阅。",
    "相关责任单位应当按照职责分工抓好落实。", "工作按计划推进，未发生安全事件。")


@dataclass(frozen=True, slots=True)
class Case:
    """A file as recognition sees it, and what it is. `source`: which part of the measurement it belongs to."""

    source: str
    type: str
    filename: str
    pages: tuple[str, ...] = ()


@cache
def names() -> Mapping[str, tuple[str, ...]]:
    """By type: the names used to improve the recogniser, and after them the one that was not."""
    lines = (Path(__file__).parent / "recognition_names.txt").read_text("utf-8").splitlines()
    rows = (line.partition(":") for line in lines if line.strip() and not line.startswith("#"))
    return {key.strip(): tuple(name.strip() for name in rest.split("|")) for key, _, rest in rows}


def documents(seed: int, count: int = 600) -> list[Case]:
    """Half of them papers of all the sample's dossiers, which belong together but know fewer types; half invented papers of
    all types."""
    half = count // 2
    return [*_of_sample(seed, half), *islice(_of_every_type(random.Random(seed)), count - half)]


def names_alone(seed: int, variants: int = 3) -> list[Case]:
    """Every name with what people add to it, told apart by whether the recogniser was improved with it."""
    chance = random.Random(seed)
    return [Case("names seen" if n < SEEN else "names unseen", key, _filename(chance, name))
            for key, listed in names().items() for n, name in enumerate(listed) for _ in range(variants)]


def _of_sample(seed: int, count: int) -> Iterator[Case]:
    """Every so-many-th paper, so that no dossier, with its own habits of naming, counts for more than the others."""
    files = sample_papers(seed)
    for file in files[::max(len(files) // count, 1)][:count]:
        yield Case("sample", file.type, file.filename, _pages(paper_of(file)))


def _of_every_type(chance: random.Random) -> Iterator[Case]:
    """One type after the other: title and file name are two different names of it, the text speaks of many others."""
    number = 0
    while True:
        for key, listed in names().items():
            title, other = chance.sample(listed, 2)
            project = chance.choice(PROJECTS)
            vague, number = chance.random() < 0.08, number + 1
            filename = chance.choice(VAGUE).format(n=number) if vague else _filename(chance, other)
            heading = title.format(p=project) if "{p}" in title else project + "\n" + title
            yield Case("every type", key, filename, _invented(chance, heading))


def _filename(chance: random.Random, name: str) -> str:
    project = chance.choice(PROJECTS)
    before = "" if "{p}" in name else chance.choice(BEFORE)
    whole = (before + name + chance.choice(AFTER)).format(p=project)
    if chance.random() < 0.08:
        whole = opencc.OpenCC("s2t").convert(whole)
    return whole + chance.choice((".pdf", ".pdf", ".docx", ".ofd", ".jpg"))


def _invented(chance: random.Random, heading: str) -> tuple[str, ...]:
    day = date(2024, chance.randint(1, 12), chance.randint(1, 28))
    body = ["".join(chance.choices(SENTENCES, k=5)) for _ in range(3)]
    first = f"{heading}\n编制单位：某某科技有限公司\n编制日期：{day:%Y年%m月%d日}\n一、基本情况\n{body[0]}"
    return (first, "二、主要内容\n" + body[1], "三、其他\n" + body[2])


def _pages(paper: Paper, characters: int = 900) -> tuple[str, ...]:
    """As a reader gives them: number, title, labelled lines, then the text."""
    head = [paper.doc_no, paper.title, *(f"{label}：{value}" for label, value in paper.facts), paper.to]
    text = "\n".join(filter(None, [*head, *map(_block, paper.blocks), paper.issuer, f"{paper.day:%Y年%m月%d日}"]))
    return tuple(text[at:at + characters] for at in range(0, len(text), characters))


def _block(block: str | Table) -> str:
    return block if isinstance(block, str) else "\n".join(" ".join(row) for row in (block.titles, *block.rows))


def by_source(cases: Sequence[Case]) -> dict[str, list[Case]]:
    found: dict[str, list[Case]] = {}
    for case in cases:
        found.setdefault(case.source, []).append(case)
    return found
