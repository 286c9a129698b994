"""Labels a page gives itself are read from its head; speech about inside matters is none."""

import pytest

from ingest.labels import labels_of

LABELLED = [
    ("内部资料", ["内部"]), ("内部资料  注意保存", ["内部"]), ("內部文件，請勿外傳", ["内部"]), ("内 部", ["内部"]), ("密级：内部", ["内部"]),
    ("【内部使用】", ["内部"]), ("工作秘密", ["工作秘密"]), ("工作秘密★5年", ["工作秘密"]), ("密级：工作秘密", ["工作秘密"]),
    ("工作秘密 不得公开", ["工作秘密"]), ("000012 内部 特急", ["内部"]), ("密级：□公开 ☑内部 □秘密", ["内部"]),
]
UNLABELLED = ["内部控制", "内部审计报告", "内部集成测试", "公司内部资料管理办法", "不涉及工作秘密", "工作秘密管理规定", "国家秘密", "内部接口", ""]


@pytest.mark.parametrize(("line", "labels"), LABELLED)
def test_a_label_is_read(line, labels):
    assert labels_of([f"{line}\n某单位关于某项目的报告\n正文"]) == labels
    assert labels_of(["封面\n", f"{line}\n附件"]) == labels


@pytest.mark.parametrize("line", UNLABELLED)
def test_speech_is_no_label(line):
    assert labels_of([f"{line}\n某单位关于某项目的报告\n正文"]) == []


def test_both_labels_are_kept_once():
    assert labels_of(["内部资料\n正文", "工作秘密\n正文", "内部\n"]) == ["工作秘密", "内部"]


def test_a_line_far_down_is_no_label():
    assert labels_of(["正文。\n" * 30 + "内部资料"]) == []
