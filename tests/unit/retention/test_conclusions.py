import pytest

from retention.compliance.conclusions import favourable


@pytest.mark.parametrize("text", ["合格", "通过", "验收通过", "符合", "基本符合", "優", "良", "中", "同意通过验收", "无不符合项",
                                  "未发现不符合项，结论为通过",
                                  "Passed", "达标", "低风险", " 合 格 "])
def test_words_of_consent_are_favourable(text: str) -> None:
    assert favourable(text) is True


@pytest.mark.parametrize("text", ["不合格", "未通过", "不通过", "不予通过", "未能通过", "不符合", "差", "验收不合格，限期整改",
                                  "存在不符合项，不通过",
                                  "failed", "不達標"])
def test_words_of_refusal_are_not(text: str) -> None:
    assert favourable(text) is False


@pytest.mark.parametrize("text", ["", "见附件", "待定", "已评估"])
def test_what_says_neither_is_neither(text: str) -> None:
    assert favourable(text) is None
