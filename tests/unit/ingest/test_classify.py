"""Recognition: the confusion pairs archivists know, noise that must not matter, and what waits for a person."""


import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.taxonomy import OTHER, load
from ingest.classify import recognise

REST = "\n一、概况\n本项目由某单位承建，已按合同完成。"
# type | file name | how the text begins
PAPERS = r"""
mlps_evaluation_report | 等保测评报告.pdf | 临江市智慧交通平台网络安全等级保护测评报告
mlps_evaluation_report | 0012_等级保护测评报告_数字档案馆建设项目.pdf | 网络安全等级保护等级测评报告
mlps_evaluation_report | XX系统三级等保测评报告-终稿v2.docx | 等保测评报告
crypto_evaluation_report | 密评报告.pdf | 商用密码应用安全性评估报告
crypto_evaluation_report | XX平台密码应用安全性评估报告（盖章版）.pdf | 密码应用安全性评估报告
classified_evaluation_report | 分保测评报告.pdf | 涉密信息系统安全保密测评报告
classified_evaluation_report | 涉密信息系统测评报告.pdf | 涉密信息系统测评报告
third_party_test_report | 软件测评报告.pdf | XX系统软件测评报告 功能测试 性能测试
third_party_test_report | 第三方测评报告20230501.pdf | 第三方测评报告 功能性 性能效率
data_security_assessment | 数据安全评估报告.pdf | 数据安全风险评估报告
data_security_assessment | 数据安全风险评估报告.docx | 数据安全风险评估报告
security_risk_assessment | 信息安全风险评估报告.pdf | 信息安全风险评估报告
security_risk_assessment | 风险评估报告.pdf | 信息系统风险评估报告
feasibility_report | 可研报告.docx | XX项目可行性研究报告
feasibility_report | XX平台建设项目可行性研究报告（代项目建议书）.pdf | XX平台建设项目可行性研究报告（代项目建议书）
fsr_approval | 可研批复.pdf | 关于XX项目可行性研究报告的批复
fsr_approval | 川发改〔2022〕12号 关于XX项目可行性研究报告的批复.pdf | 四川省发展和改革委员会\n关于XX项目可行性研究报告的批复
expert_opinion | 可研报告评审意见.pdf | XX项目可行性研究报告专家评审意见
expert_opinion | 可研专家评审意见.docx | 专家评审意见
other | 关于报送可行性研究报告的请示.pdf | 关于报送XX项目可行性研究报告的请示
acceptance_application | 关于组织竣工验收的请示.pdf | 关于XX项目竣工验收的请示
design_approval | 关于XX项目初步设计及概算的批复.pdf | 关于XX项目初步设计及概算的批复
other | 关于审批XX项目初步设计的请示.pdf | 关于审批XX项目初步设计的请示
preliminary_design | 初步设计方案.docx | XX项目初步设计方案
preliminary_acceptance | 初步验收报告.docx | XX项目初步验收报告
preliminary_acceptance | 初验报告.pdf | 初步验收报告
service_requirement_plan | 服务需求方案.docx | XX项目服务需求方案
procurement_demand | 采购需求.docx | XX服务采购需求
srs | 需求规格说明书V1.2.docx | XX系统软件需求规格说明书
performance_target_form | 绩效目标申报表.xlsx | 项目绩效目标申报表
performance_monitor_report | 2023年度绩效监控报告.docx | 项目绩效监控报告
self_evaluation_report | 绩效自评报告.docx | XX项目绩效自评价报告
post_evaluation_report | 项目后评价报告.pdf | XX项目后评价报告
third_party_audit_report | 竣工财务决算审计报告.pdf | XX项目竣工财务决算审计报告
third_party_audit_report | 第三方审计报告.pdf | 专项审计报告
government_audit_report | 审计厅审计报告.pdf | 四川省审计厅审计报告
audit_rectification | 审计整改报告.docx | 关于审计整改情况的报告
other | 安全审计报告.docx | 系统安全审计报告
construction_summary | 项目建设总结.docx | XX项目建设总结报告
construction_summary | 数字档案馆建设项目建设总结.docx | 数字档案馆建设项目建设总结
supervision_summary | 监理总结.pdf | 监理工作总结报告
archive_work_report | 档案工作总结.docx | 项目档案工作总结
om_periodic_report | 运维总结.docx | 2023年度运维工作总结
expert_opinion | 专家评审意见.pdf | XX项目实施方案专家评审意见
expert_acceptance_opinion | 专家组验收意见.pdf | XX项目竣工验收专家组意见
expert_acceptance_opinion | 专家验收意见.pdf | 专家组验收意见
implementation_scheme | XX项目实施方案.docx | XX平台建设项目实施方案（合并编报）
construction_plan | 施工实施方案.docx | XX项目施工实施方案
app_implementation_plan | 应用系统实施方案.docx | XX平台应用系统实施方案
acceptance_extension | 延期验收申请.pdf | 关于申请延期验收的请示
acceptance_extension | 关于XX项目延期竣工验收的批复.pdf | 关于XX项目延期竣工验收的批复
delay_report | 延期情况报告.docx | 关于XX项目延期情况的报告
acceptance_application | 验收申请.docx | 竣工验收申请表
meeting_minutes | 初步设计评审会会议纪要.docx | 初步设计评审会会议纪要
unit_acceptance_report | 0007_验收报告_河阳州协同办公系统国产化改造二期工程.pdf | 河阳州协同办公系统国产化改造二期工程验收报告
unit_acceptance_report | 验收报告-政务信息资源共享平台扩容项目.pdf | 验收报告
om_contract | 运维服务合同2023.pdf | XX系统运维服务合同
om_contract | 2022年度运维合同.pdf | 运行维护服务合同
supervision_contract | 监理合同.pdf | 建设工程监理合同
build_contract | 软件开发合同.pdf | XX平台软件开发合同
service_contract | 购买服务合同.pdf | 政府购买服务合同
contract_filing | 采购合同备案回执.pdf | 政府采购合同备案表
tender_document | 竞争性磋商文件.pdf | 竞争性磋商文件
bid_document_winner | 中标单位投标文件.pdf | 投标文件 中标
award_notice | 中标通知书.pdf | 中标通知书
award_announcement | 中标结果公告.pdf | 中标结果公告
archive_acceptance_opinion | 档案验收意见.pdf | 档案专项验收意见
acceptance_opinion | 竣工验收意见.pdf | 四川省发展和改革委员会\n关于XX项目竣工验收意见
acceptance_review_opinion | 验收审核意见.pdf | 四川省发展和改革委员会\n验收审核意见
acceptance_filing | 验收情况报备回执.pdf | 验收情况报备
trial_run_report | 试运行报告.docx | XX系统试运行报告
trial_run_plan | 试运行方案.docx | 试运行方案
completion_confirmation | 建设内容完成确认书.pdf | 建设内容完成确认书
sharing_report | 信息资源共享报告.docx | 政务信息资源共享报告
integration_proof | 省一体化政务服务平台接入证明.pdf | 一体化政务服务平台接入证明
sharing_platform_access | 数据共享交换平台接入证明.pdf | 共享交换平台接入证明
info_resource_catalog | 信息资源目录.xlsx | 信息资源目录
om_budget_application | 运维经费预算申报表.xlsx | 运维经费预算申报表
om_reassessment | 续运维需求论证评估报告.docx | 续运维需求论证评估报告
budget_reply | 2024年部门预算批复.pdf | 部门预算批复
invoice | 电子发票.pdf | 电子发票（增值税专用发票）
payment_voucher | 支付凭证.pdf | 国库集中支付凭证
user_manual | 用户使用手册.docx | 用户使用手册
user_manual | XX系统操作手册V3.0.docx | 操作手册
admin_manual | 系统管理员手册.docx | 管理员手册
supervision_report | 2023年05月监理月报.pdf | 监理月报
progress_report | 项目月报.docx | 项目建设月报
mlps_filing | 等级保护备案证明.pdf | 信息系统安全等级保护备案证明
mlps_plan | 等级保护定级报告.docx | 等级保护定级报告
crypto_plan | 密码应用方案.docx | 密码应用方案
crypto_plan_review | 密码应用方案评估报告.pdf | 密码应用方案评估报告
secure_product_list | 信创产品清单.xlsx | 安全可靠产品清单
annual_project_list | 2023年度政务信息化项目清单.pdf | 年度政务信息化项目清单
registration_receipt | 备案登记回执.pdf | 备案登记回执
economic_comparison | 自建与购买服务经济性比较分析.docx | 自建与购买服务经济性比较分析
opinion_cac | 网信办信息安全审核意见.pdf | 信息安全审核意见 网信办
opinion_police | 公安厅审核意见.pdf | 四川省公安厅审核意见
opinion_finance | 财政厅资金审核意见.pdf | 财政厅资金审核意见
consultation_letter | 征求意见函.pdf | 关于征求XX意见的函
adjustment_approval | 关于调整XX项目建设内容的批复.pdf | 关于调整XX项目建设内容的批复
adjustment_application | 关于XX项目调整的请示.pdf | 关于XX项目调整的请示
self_adjustment_record | 自行调整情况说明.docx | 自行调整情况说明
adjustment_filing | 自行调整报备回执.pdf | 自行调整报备回执
single_source_notice | 单一来源采购公示.pdf | 单一来源采购公示
internal_test_report | 系统测试报告.docx | 系统测试报告
interface_spec | 接口规范.docx | 接口规范说明
database_design | 数据库设计说明书.docx | 数据库设计说明书
arrival_inspection | 设备到货验收单.pdf | 设备到货验收单
asset_transfer | 固定资产移交清单.xlsx | 固定资产移交清单
transfer_list | 档案移交清单.xlsx | 档案移交清单
penetration_test | 渗透测试报告.pdf | 渗透测试报告
emergency_plan | 网络安全应急预案.docx | 网络安全应急预案
security_management_rules | 数据安全管理制度.docx | 数据安全管理制度
archive_management_rules | 档案管理制度.docx | 档案管理制度
project_management_rules | 项目管理制度.docx | 项目管理制度
secrecy_agreement | 保密协议.pdf | 保密协议
final_accounts | 竣工财务决算批复.pdf | 关于XX项目竣工财务决算的批复
financial_report | 竣工财务决算报告.docx | 竣工财务决算报告
bid_evaluation_report | 评标报告.pdf | 评标报告
phase_acceptance | 合同验收报告.pdf | 合同验收报告
rectification_report | 整改报告.docx | 整改报告
cloud_allocation | 政务云资源分配单.pdf | 政务云资源分配单
gov_cloud_plan | 政务云需求方案.docx | 政务云需求方案
system_catalog_entry | 政务信息系统目录登记表.xlsx | 政务信息系统目录登记表
"""
ROWS = [tuple(part.strip() for part in row.split("|")) for row in PAPERS.strip().splitlines()]


@pytest.mark.parametrize(("key", "filename", "start"), ROWS, ids=[f"{key}:{name}" for key, name, _ in ROWS])
def test_a_paper_is_told_from_its_look_alikes(key, filename, start):
    assert recognise(filename, [start.replace("\\n", "\n") + REST]).type == key


@pytest.mark.parametrize("project", [
    "数字档案馆建设项目", "临江市政务信息资源目录管理平台", "协同办公系统国产化改造二期工程", "一网通办服务平台扩容项目",
    "政务数据共享交换平台", "城市运行监控平台升级改造项目", "监理信息管理系统", "公共数据资源目录管理平台二期"])
@pytest.mark.parametrize("name", ["0012_验收报告_{}.pdf", "{}验收报告.pdf", "验收报告（{}）.docx", "{}-验收报告-盖章版v2.1.pdf",
                                  "20230501 {} 验收报告 扫描件.pdf", "{}_ 验收_报告(1).pdf"])
def test_numbers_dates_versions_and_project_names_do_not_matter(name, project):
    result = recognise(name.format(project), [f"{project}\n验收报告\n建设单位：某单位" + REST])
    assert (result.type, result.accepted) == ("unit_acceptance_report", True)


@pytest.mark.parametrize(("name", "key"), [
    ("采购合同_临江市运行管理中心运维服务项目.pdf", "om_contract"), ("验收报告_临江市运行管理中心运维服务项目.pdf", "om_acceptance"),
    ("采购合同_临江市运行管理中心建设项目.pdf", "build_contract"),
    ("监理月报_临江市运行管理中心运维服务项目.pdf", "supervision_report")])
def test_an_om_project_in_the_name_tells_what_its_papers_are(name, key):
    kind, _, project = name.removesuffix(".pdf").partition("_")
    assert recognise(name, [project + kind + REST]).type == key


def test_traditional_characters_and_full_width_letters_are_the_same_words():
    assert recognise("驗收報告Ｖ２．pdf", ["驗 收 報 告" + REST]).type == "unit_acceptance_report"


def test_a_name_that_ends_in_a_type_is_enough_where_there_is_no_text():
    result = recognise("0012_验收报告-盖章版.pdf", ["", " "])
    assert (result.type, result.accepted, result.score) == ("unit_acceptance_report", True, 4)
    assert result.candidates[0].reasons == ("文件名含“验收报告”(+3)", "没有可读的文字，文件名以“验收报告”结尾(+1)")


@pytest.mark.parametrize("name", [
    "验收报告修改说明", "招标文件审查说明", "监理合同终止函", "等保测评报告领取签收", "保密协议作废声明", "验收审核意见", "测评报告", "验收"])
def test_a_name_alone_that_goes_on_or_leaves_something_open_waits(name):
    assert not recognise(f"{name}.pdf", []).accepted


@pytest.mark.parametrize(("name", "key"), [
    ("安全事件处置报告", "security_incident"), ("可研批复文件", "fsr_approval"), ("发改委验收审核意见", "acceptance_review_opinion"),
    ("監理月報（蓋章版）", "supervision_report"), ("可研批覆", "fsr_approval"), ("初设批复-签字盖章", "design_approval"),
    ("密评报告V2.0_扫描件", "crypto_evaluation_report"), ("卷内目录第3卷", "file_catalog")])
def test_names_alone_with_what_people_add_to_them(name, key):
    assert recognise(f"{name}.jpg", []).type == key


def test_a_name_is_not_enough_where_the_text_is_silent():
    result = recognise("验收报告.pdf", ["本月工作正常。"])
    assert (result.type, result.accepted, result.score) == (OTHER, False, 3)
    assert result.candidates[0].type == "unit_acceptance_report"


def test_a_text_alone_is_not_enough():
    result = recognise("扫描件0001.pdf", ["临江市智慧水务项目\n监理月报" + REST])
    assert (result.type, result.score) == (OTHER, 3)
    assert result.candidates[0].type == "supervision_report"


def test_name_heading_and_text_make_six_points_with_reasons():
    result = recognise("验收报告.pdf", ["智慧水务验收报告" + REST])
    assert (result.score, result.accepted) == (6, True)
    assert result.candidates[0].reasons == ("文件名含“验收报告”(+3)", "标题含“验收报告”(+2)", "前3页含“验收报告”(+1)")


def test_the_first_heading_of_a_word_processor_counts_as_heading():
    result = recognise("验收报告.docx", ["目录" + REST], ["智慧水务验收报告", "一、概况"])
    assert "标题含“验收报告”(+2)" in result.candidates[0].reasons


def test_only_the_first_three_pages_count():
    pages = ["封面", "目录", "前言", "验收报告"]
    assert recognise("验收报告.pdf", pages).score == 3
    assert recognise("验收报告.pdf", pages[1:]).score == 4


def test_two_types_in_one_name_wait_for_the_archivist():
    result = recognise("等保测评报告和密评报告.pdf", ["等保测评报告和密评报告" + REST])
    assert (result.accepted, result.margin) == (False, 0)
    assert {c.type for c in result.candidates[:2]} == {"mlps_evaluation_report", "crypto_evaluation_report"}


def test_a_name_that_the_heading_contradicts_waits_for_the_archivist():
    result = recognise("运维合同.pdf", ["工程监理合同\n委托人：某单位\n系统运维由他人负责。"])
    assert not result.accepted
    assert [c.type for c in result.candidates[:2]] == ["om_contract", "supervision_contract"]


def test_a_reply_filed_under_the_name_of_what_it_replies_to_is_not_taken_for_it():
    result = recognise("可研报告.pdf", ["关于某项目可行性研究报告的批复\n某单位：" + REST])
    assert not result.accepted
    assert "feasibility_report" not in {c.type for c in result.candidates}


def test_at_most_three_candidates_are_shown_best_first():
    result = recognise("资料.pdf", ["验收报告。监理月报。招标文件。会议纪要。培训记录。" + REST])
    assert len(result.candidates) == 3
    assert [c.score for c in result.candidates] == sorted((c.score for c in result.candidates), reverse=True)


def test_a_bare_evaluation_report_is_told_by_its_content():
    security = "测评报告\n一、安全物理环境\n二、安全通信网络\n三、安全计算环境"
    software = "测评报告\n一、功能测试\n二、性能测试"
    assert recognise("测评报告.pdf", [security]).type == "mlps_evaluation_report"
    assert recognise("测评报告.pdf", [software]).type == "third_party_test_report"


def test_a_bare_evaluation_report_without_tell_tale_content_waits():
    result = recognise("测评报告.pdf", ["测评报告\n一、功能测试"])
    assert not result.accepted
    assert "前3页未见“性能”，请人工确认" in result.candidates[0].reasons


def test_one_of_two_third_party_reports_is_enough_by_its_name():
    assert recognise("第三方软件测试报告-功能.pdf", ["某平台第三方软件功能测试报告" + REST]).type == "third_party_test_report"


def test_an_acceptance_opinion_needs_the_commission_as_issuer():
    own = recognise("项目验收意见.pdf", ["关于某项目的验收意见" + REST])
    theirs = recognise("项目验收意见.pdf", ["四川省发展和改革委员会文件\n关于某项目的验收意见" + REST])
    assert (own.accepted, theirs.type) == (False, "acceptance_opinion")
    assert "前3页未见发文机关“发展和改革委”，请人工确认" in own.candidates[0].reasons


@pytest.mark.parametrize(("filename", "text"), [("", ""), (".pdf", "\n"), ("IMG_2034.jpg", "今天天气很好"), ("a" * 999, "b" * 9999)])
def test_what_says_nothing_is_other(filename, text):
    result = recognise(filename, [text])
    assert (result.type, result.accepted, result.candidates) == (OTHER, False, ())


@given(st.text(), st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=3))
def test_any_text_gets_an_answer_within_the_bounds(filename, pages, headings):
    result = recognise(filename, pages, headings)
    assert 0 <= result.margin <= result.score <= 6
    assert result.accepted == (result.type != OTHER)
    assert result.type in load()


@given(st.permutations(["验收报告", "等保测评", "合同", "项目", "运维", "_", "批复", "初步设计", "（", "监理", "v2", "平台", "和"]))
def test_whatever_the_words_the_same_file_gets_the_same_answer_and_acceptance_means_a_clear_lead(words):
    name = "".join(words)
    result = recognise(name + ".pdf", [name])
    assert result == recognise(name + ".pdf", [name])
    assert not result.accepted or (result.score >= 4 and result.margin >= 2)
