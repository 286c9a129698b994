"""The page `docs/performance.md`, from one report of the suite. Chinese first, as the handbooks are."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

Report = Mapping[str, Any]
Row = tuple[object, ...]


def render(report: Report) -> str:
    """Markdown; a part that was not measured is left out, and a quick run says that it is one."""
    machine = report["machine"]
    lines = ["# 性能 · Performance", "",
             "由 `dangan bench --out bench/latest.json --page docs/performance.md` 生成；原始数字在 `bench/latest.json`。",
             "Made by that command; the raw numbers are in the JSON file. Repeat it on a machine that does nothing else.", ""]
    if report["quick"]:
        lines += ["**小规模试运行，数字不可用于比较。A quick run: these figures compare with nothing.**", ""]
    lines += _table(("测量条件 · measured with", ""), [
        ("时间 · at", machine["at"]), ("版本 · commit", machine["commit"]),
        ("处理器 · processor", f"{machine['processor']}, {machine['cores']} cores"), ("内存 · memory", machine["memory"]),
        ("系统 · system", machine["system"]), ("Python", machine["python"]),
        ("测前负载 · load before", machine["load_before"]),
        ("引擎 · engines", ", ".join(report["engines"]) or "内置 embedded"),
        ("文件 · files", f"{report['files']}（{report['generator']}）"),
        *((name, number) for name, number in machine["versions"].items())])
    for name, section in SECTIONS.items():
        if name in report:
            lines += section(report)
    return "\n".join(lines).rstrip() + "\n"


def latest() -> Report:
    """The report the page in the tree was made from."""
    report: Report = json.loads((Path(__file__).parent / "latest.json").read_text("utf-8"))
    return report


def _floors(report: Report) -> list[str]:
    named = {"hash_copy": "摘要 + 复制 + fsync · hash, copy, fsync", "extraction": "两个进程只读文字 · text alone, two processes",
             "bulk_index": "只建内置索引 · raw bulk indexing"}
    return ["", "## 下限 · Floors of this machine", "", *_table(("", "docs/s", "s"), [
        (named[name], floor["docs_per_second"], floor["seconds"]) for name, floor in report["floors"].items()])]


def _documents(report: Report) -> list[str]:
    filing, search = report["documents"]["ingest"], report["documents"]["search"]
    extraction = report.get("floors", {}).get("extraction", {}).get("docs_per_second")
    share = f"{filing['docs_per_second'] / extraction:.0%}" if extraction else "–"
    return ["", "## 收文与检索 · Ingest and search", "", *_table(("", ""), [
        ("文件 · files", filing["files"]), ("从收到可检索 · filed until searchable", f"{filing['docs_per_second']} docs/s"),
        ("与只读文字之比 · of text extraction alone", share),
        ("收文内存峰值 · peak memory, all processes", f"{filing['megabytes']['peak']} MB"),
        ("检索 · search p50 / p95 / max", f"{search['p50_ms']} / {search['p95_ms']} / {search['max_ms']} ms"),
        ("仅见本单位者 · reader of one unit p50 / p95", f"{search['unit_p50_ms']} / {search['unit_p95_ms']} ms"),
        ("查全率 · recall", search["recall"]), ("完全正确的问题 · exact queries", f"{search['exact_queries']} / {search['queries']}"),
        ("检索内存峰值 · peak memory", f"{search['megabytes']['peak']} MB")])]


def _single(report: Report) -> list[str]:
    found = report["single"]
    return ["", "## 一页文件 · One page", "", *_table(("", ""), [
        ("文件，逐件 · files, one after another", found["files"]),
        ("从上传到可检索，中位数 / 最慢 · upload until found, median / worst",
         f"{found['searchable_median_s']} / {found['searchable_worst_s']} s"),
        ("从上传到收妥，中位数 · upload until answered, median", f"{found['answered_median_s']} s")])]


def _heap(report: Report) -> list[str]:
    """Measured apart, beside other work: what counts there is the processor's time of each process."""
    rows: list[Row] = [(found["what"], found["load"], found["docs_per_second"], *(
        found["processor_seconds"].get(name, "–") for name in ("admin ingest", "ingest.reading_worker", "mongod")),
        round(sum(found["processor_seconds"].values()), 1)) for found in report["heap"]["runs"]]
    return ["", "## 一堆文件，处理器时间 · A heap of files, processor time", "", report["heap"]["note"], "",
            *_table(("", "负载 load", "docs/s", "archive, s", "sandbox, s", "mongod, s", "合计 all, s"), rows), "",
            *(f"* {line}" for line in report["heap"]["where"])]


def _register(report: Report) -> list[str]:
    found = report["register"]
    rows: list[Row] = [(name, taken["p50_ms"], taken["p95_ms"]) for name, taken in found["lists"].items()]
    return ["", "## 台账、核对与列表 · Register, compliance sweep, lists", "", *_table(("", ""), [
        ("项目 / 合同 · projects / contracts", f"{found['projects']} / {found['contracts']}"),
        ("导入台账 · import", f"{found['import_s']} s"), ("首次全部核对 · first sweep", f"{found['first_sweep_s']} s"),
        ("再次全部核对 · later sweep", f"{found['later_sweep_s']} s（{found['later_sweep_projects_per_s']} projects/s）")]),
        "", *_table(("列表 · list", "p50 ms", "p95 ms"), rows)]


def _sweep(report: Report) -> list[str]:
    """Measured apart (`python -m bench.sweep`): hours, and nothing else may run meanwhile."""
    found = report["sweep"]
    names = {"first": "最初一次，开启全部预警 · the very first, every alert opens",
             "later": "同日再次，没有变化 · again on the same day, nothing changed",
             "night": "此后的夜间 · a night after it"}
    rows: list[Row] = [
        (title, run["seconds"], *(run["processor"].get(name, 0.0) for name in ("admin.judging_process", "admin jobs", "mongod")),
         round(sum(run["processor"].values()) * 1000 / found["projects"], 1), run["megabytes"]["peak"])
        for key, title in names.items() if key in found for run in (found[key],)]
    killed, one = found["killed"], found["one_project_ms"]
    lists: list[Row] = [(name, taken["p50_ms"], taken["p95_ms"]) for name, taken in found["lists"].items() if name != "rows"]
    return ["", "## 每晚核对 · The night's evaluation", "", found["note"], "", *_table(
        (f"{found['projects']} 个项目 · projects", "s", "核对进程 children, s", "任务 job, s", "mongod, s", "合计 all, ms/project",
         "内存峰值 peak, MB"), rows), "",
        f"* 中途全部杀死 · all killed in the middle: 已记 {killed['kept']}，接着做完后 {killed['in the end']}，重复 twice "
        f"{killed['twice']}；两次结果一致 two sweeps identical: {'是 yes' if found['identical'] else '否 no'}。",
        f"* 改动一个项目后重新核对 · one changed project judged again: p50 {one['p50']} ms，p95 {one['p95']} ms。", "",
        *_table((f"列表（{found['lists']['rows']} 条事项）· lists", "p50 ms", "p95 ms"), lists), "",
        *(f"* {line}" for line in found["where"])]


def _reindex(report: Report) -> list[str]:
    found = report["reindex"]
    asked = found["searches"]
    return ["", "## 重建索引 · Reindex", "", *_table(("", ""), [
        ("文件 · documents", f"{found['documents']}，每件 {found['characters_each']} 字 · characters each"),
        ("速度 · rate", f"{found['documents_per_second']} docs/s"), ("其间中断 · interrupted", f"{found['kills']} × kill -9"),
        ("其间检索 · searches meanwhile", f"{asked['asked']}，失败 failed {asked['failed']}，少于应有 fewer {asked['fewer_results']}"),
        ("其间检索 · p50 / p95", f"{asked['p50_ms']} / {asked['p95_ms']} ms")])]


def _permission(report: Report) -> list[str]:
    found = report["permission"]
    return ["", "## 权限变更 · Permission change", "", *_table(("", ""), [
        ("案卷中的文件 · documents of the dossier", found["documents"]),
        ("最慢的一次到检索可见 · slowest until seen in search", f"{found['slowest_s']} s"),
        ("改动的索引条目 · indexed documents touched", 0 if found["goals_met"]["no_indexed_document_touched"] else "有 some")])]


def _upload(report: Report) -> list[str]:
    found = report["upload"]
    rows: list[Row] = [(name, found[key]["mb_per_second"], f"{found[key]['share_of_floor']:.0%}", found[key]["growth_mib"])
                       for name, key in (("上传 · up", "upload"), ("下载 · down", "download"))]
    return ["", "## 大文件 · Large files over HTTP", "",
            f"{found['bytes'] / (1 << 30):.2f} GiB；下限 floor {found['floor']['mb_per_second']} MB/s（sha256 + copy + fsync）。", "",
            *_table(("", "MB/s", "与下限之比 · of the floor", "内存增长 · growth, MiB"), rows)]


def _peers(report: Report) -> list[str]:
    rows: list[Row] = [
        (name, found["floor"]["mb_per_second"], found["upload"]["mb_per_second"], f"{found['upload']['share_of_floor']:.0%}",
         found["download"]["mb_per_second"], found["upload"]["growth_mib"]) for name, found in report["upload_to_peers"].items()]
    return ["", "## 大文件，S3 服务器在同一台机器上 · The same with the S3 server on the same machine", "",
            "另行测量（`python -m bench.upload --store URL`），测时机器上还有别的工作；服务器与网页进程共用两个核心。",
            "Measured apart from the rest, beside other work; server and web process share two cores.", "",
            *_table(("", "floor MB/s", "up MB/s", "of the floor", "down MB/s", "growth, MiB"), rows)]


def _cluster(report: Report) -> list[str]:
    found = report["cluster"]
    spent = "，".join(f"{name} {seconds} s" for name, seconds in found["processor_seconds"].items())
    return ["", "## 小集群收文 · Ingest on a cluster in small", "",
            f"外部 mongod、{found['s3']}、noida-db、{found['workers']} 个 dangan worker，全在这一台机器上"
            "（`python -m bench.cluster DIR`）。", "",
            *_table(("", "docs/s"), [("内置引擎 · embedded", found["embedded"]["docs_per_second"]),
                                     ("小集群 · cluster", found["cluster"]["docs_per_second"]),
                                     ("之比 · share", f"{found['share_of_embedded']:.0%}")]),
            "", f"处理器时间 · processor time: {spent}。"]


SECTIONS: Mapping[str, Callable[[Report], list[str]]] = {
    "floors": _floors, "documents": _documents, "single": _single, "heap": _heap, "register": _register, "sweep": _sweep,
    "reindex": _reindex, "permission": _permission, "upload": _upload, "upload_to_peers": _peers, "cluster": _cluster}


def _table(titles: Row, rows: list[Row]) -> list[str]:
    return [_row(titles), _row(tuple("---" for _ in titles)), *map(_row, rows)]


def _row(cells: Row) -> str:
    return f"| {' | '.join(map(str, cells))} |"
