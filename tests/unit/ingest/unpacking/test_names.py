"""Names inside bundles: read in the encoding they were written in, kept without what leads outside."""

import pytest

from ingest.unpacking.names import CP437, GBK, UTF8, decoded, encoding_of, is_junk, safe_path

CHINESE = ["验收报告（终稿）.docx", "04_试运行/试运行报告.pdf", "关于XX系统的批复〔2024〕12号.pdf", "会议纪要—第1次.doc"]
LATIN = ["résumé.txt", "Überblick über Größe.doc", "spé©íáø.txt".replace("©", "").replace("ø", ""), "año.pdf", "façade.txt"]


@pytest.mark.parametrize("name", CHINESE)
def test_chinese_names_are_told_from_their_bytes(name: str) -> None:
    assert encoding_of([name.encode("gb18030"), b"readme.txt"]) == GBK
    assert encoding_of([name.encode()]) == UTF8
    assert decoded(name.encode("gb18030"), GBK) == name


@pytest.mark.parametrize("name", LATIN)
def test_accented_latin_is_not_taken_for_chinese(name: str) -> None:
    assert encoding_of([name.encode("cp437")]) == CP437


def test_one_bundle_is_of_one_encoding() -> None:
    """A name too short to tell alone is told by the others."""
    names = [name.encode("gb18030") for name in CHINESE]
    assert encoding_of([*names, "镕.txt".encode("gb18030")]) == GBK


@pytest.mark.parametrize(("name", "path", "outside"), [
    ("a/b.txt", "a/b.txt", False), ("a\\b.txt", "a/b.txt", False), ("./a//b.txt", "a/b.txt", False),
    ("../../etc/passwd", "etc/passwd", True), ("/etc/passwd", "etc/passwd", True), ("C:\\Windows\\a.dll", "Windows/a.dll", True),
    ("c:a.txt", "a.txt", True), ("a/../../b.txt", "a/b.txt", True), ("..\\..\\b.txt", "b.txt", True),
    ("", "未命名", False), ("..", "未命名", True), ("\\\\server\\share\\a.txt", "server/share/a.txt", True),
    ("报告\u202efdp.exe", "报告fdp.exe", False), ("a\x00b\n.txt", "ab.txt", False)])
def test_paths_are_kept_without_what_leads_outside(name: str, path: str, outside: bool) -> None:
    assert safe_path(name) == (path, outside)


def test_endless_paths_are_shortened_and_keep_their_ending() -> None:
    path, _ = safe_path("很长" * 3000 + "/报告.pdf")
    assert len(path) <= 900
    assert path.endswith("/报告.pdf")


def test_what_systems_leave_behind_is_no_record() -> None:
    assert all(map(is_junk, ("__MACOSX/._a.doc", "a/.DS_Store", "Thumbs.db", "资料/~$报告.docx")))
    assert not any(map(is_junk, ("a.doc", "资料/.gitignore", "~报告.docx")))
