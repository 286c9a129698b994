"""The projects of the sample, one entry each: what state it is in as seen from today, and what that is there to show.

Read down the notes to know the demonstration. A new state is a new entry; the rest of the generator follows it.
"""

from datetime import date

from admin.sample.scenario import PS, Round, Scenario

# fmt: off

ORDINARY = (
    Scenario("accepted-2m", "两个月前通过验收，材料齐全", "acceptance", -60, ("R31-3:passed", "R31-4:passed"), full=True),
    Scenario("accepted-5m", "五个月前通过验收，材料齐全，跨部门项目", "acceptance", -150, cross_department=True,
             papers=("joint",), full=True),
    Scenario("accepted-9m", "九个月前通过验收，材料齐全", "acceptance", -275, ("R31-5a:passed", "R31-10:passed"), full=True),
    Scenario("accepted-15m", "验收并运行满一年，处在自评价窗口期", "acceptance", -460, full=True),
    Scenario("accepted-3y", "运行三年，质保期满，已转入运维", "acceptance", -1100, ("R31-1:passed", "R31-2:passed"), full=True),
    Scenario("accepted-3y-half", "运行三年半，又在升级改造", "acceptance", -1300, ("R31-6:passed",)),
    Scenario("approved", "刚刚批复，尚未采购", "approved", -20, ("R31-3:due",), until="approved_on"),
    Scenario("contracted", "合同已签订，等待开工", "contracted", -8, until="contract_signed_on"),
    Scenario("building-2m", "开工两个月，按计划推进", "start", -60),
    Scenario("building-5m", "开工五个月，按计划推进", "start", -150, kind="extend", full=True),
    Scenario("building-7m", "开工七个月，临近完工", "start", -215, cross_department=True),
    Scenario("ps-accepted", "购买服务，验收结果已获审核意见", "acceptance", -120, ("R31-8:passed", "R31-9:passed"),
             mode=PS, full=True),
    Scenario("ps-accepted-1y", "购买服务，运行一年，手续齐全", "acceptance", -380, ("R31-4:passed",), mode=PS),
    Scenario("ps-building", "购买服务，正在部署", "start", -90, mode=PS),
)

TRIAL = (
    Scenario("trial-day-40", "试运行中（第 40 天）", "trial", -40, ("R31-1:due", "R31-3:due")),
    Scenario("trial-day-80", "试运行中（第 80 天），即将满 3 个月", "trial", -80, ("R31-1:due",)),
    Scenario("trial-too-short", "试运行只有两个月就结束并申请验收", "acceptance", -40,
             ("R31-1:failed", "R31-2:failed"),
             dates={"trial_end_actual": "trial_start+2m", "applied_on": "trial_start+65",
                 "acceptance_date": "trial_start+80"}),
    Scenario("trial-before-completion", "建设内容尚未完成就开始试运行", "acceptance", -70, ("R31-1:failed",),
             dates={"actual_completion": "trial_start+35", "planned_completion": "trial_start+30"}),
    Scenario("accepted-in-trial", "试运行未满就组织验收", "acceptance", -25, ("R31-2:failed",),
             dates={"trial_start": "acceptance_date-45", "actual_completion": "acceptance_date-55",
                 "trial_end_actual": "", "applied_on": "acceptance_date-8", "tested_on": "trial_start+20"}),
    Scenario("trial-not-started", "建设完成 12 天，尚未试运行", "completion", -12, ("R31-1:failed", "R31-3:due"),
             until="actual_completion"),
    Scenario("trial-never-started", "建设完成 55 天，仍未试运行", "completion", -55, ("R31-1:failed", "R31-3:due"),
             until="actual_completion"),
    Scenario("trial-unrecorded", "已验收，但建设完成和试运行日期都没有登记", "acceptance", -200,
             ("R31-1:unknown", "R31-2:unknown", "R31-10:unknown"),
             dates={"actual_completion": "", "trial_start": "", "trial_end_actual": "",
                 "tested_on": "planned_completion+50"}),
    Scenario("late-building", "计划完工已过 8 个月，仍未完成建设", "start", -500, ("R31-1:failed", "R31-3:failed"),
             until="construction_start", dates={"planned_completion": "today-245"}),
    Scenario("dates-unknown", "在建，计划与完成日期均未登记", "start", -300, ("R31-1:unknown", "R31-3:unknown"),
             until="construction_start",
             dates={"planned_completion": "", "planned_acceptance": "", "actual_completion": "", "trial_start": "",
                 "trial_end_actual": ""}),
)

DUE = (
    Scenario("due-60", "验收临近（约剩 60 天）", "due", 60, ("R31-3:due",), until="trial_end_actual"),
    Scenario("due-30", "验收临近（约剩 30 天）", "due", 30, ("R31-3:due", "R31-7:due"), until="trial_end_actual"),
    Scenario("due-15", "验收临近（约剩 15 天），缺第三方审计报告", "due", 15, ("R31-3:due", "R31-5c:due"),
             until="trial_end_actual", without=("third_party_audit_report",), full=True),
    Scenario("due-7", "验收临近（约剩 7 天）", "due", 7, ("R31-3:due",), until="trial_end_actual"),
    Scenario("due-today", "验收期限就在眼前", "due", 0, ("R31-3:due",), until="trial_end_actual"),
    Scenario("overdue-1", "验收刚刚逾期", "due", -1, ("R31-3:failed",), until="trial_end_actual"),
    Scenario("overdue-4", "验收逾期 4 天，其他材料齐全", "due", -4, ("R31-3:failed",), until="trial_end_actual", full=True),
    Scenario("overdue-100", "验收逾期 100 天，缺建设总结和财务报告", "due", -100,
             ("R31-3:failed", "R31-5a:failed", "R31-5b:failed"), until="trial_end_actual",
             without=("construction_summary", "financial_report")),
    Scenario("overdue-200", "验收逾期 200 天，已属严重", "due", -200, ("R31-3:failed",), until="trial_end_actual"),
    Scenario("extended", "已批准延期验收，尚在延长期内", "due", -30, ("R31-3:due", "R31-7:passed"),
             until="trial_end_actual",
             dates={"extension_applied_on": "planned_acceptance-20", "extension_replied_on": "planned_acceptance-6",
                 "extension_until": "today+80"}),
    Scenario("extension-passed", "延期期限也已过 12 天", "due", -130, ("R31-3:failed", "R31-7:failed"),
             until="trial_end_actual",
             dates={"extension_applied_on": "planned_acceptance-25", "extension_replied_on": "planned_acceptance-10",
                 "extension_until": "today-12"}),
    Scenario("extension-pending", "期限前已申请延期，批复未到", "due", -6, ("R31-3:due", "R31-7:passed"),
             until="trial_end_actual", dates={"extension_applied_on": "planned_acceptance-9"}),
    Scenario("extension-late", "逾期之后才申请延期", "due", -35, ("R31-3:failed", "R31-7:failed"),
             until="trial_end_actual", dates={"extension_applied_on": "planned_acceptance+15"}),
    Scenario("applied", "已按期申请验收，意见未下达", "due", -5, ("R31-3:due",), until="applied_on",
             dates={"applied_on": "planned_acceptance-15"}),
    Scenario("applied-long", "申请验收 130 天，一直没有意见", "due", -90, ("R31-3:due",), until="applied_on",
             dates={"applied_on": "planned_acceptance-40"}),
    Scenario("failed", "验收未通过，正在整改", "acceptance", -35, ("R31-3:failed",),
             until="acceptance_date", dates={"rectify_until": "today+25"}, papers=("failed_opinion",),
             without=("acceptance_opinion", "expert_acceptance_opinion", "acceptance_filing"), result="不通过"),
)

MATERIALS = (
    Scenario("no-summary", "已申请验收，缺建设总结", "due", 20, ("R31-5a:failed",), until="applied_on",
             dates={"applied_on": "today-10"}, without=("construction_summary",)),
    Scenario("no-finance", "通过验收，但缺财务报告和第三方审计报告", "acceptance", -80,
             ("R31-5b:failed", "R31-5c:failed"), without=("financial_report", "third_party_audit_report")),
    Scenario("own-audit", "审计报告由项目单位自己出具", "acceptance", -95, ("R31-5c:failed",),
             without=("third_party_audit_report",), papers=("own_audit",)),
    Scenario("no-sharing", "通过验收，但缺信息资源共享报告", "acceptance", -50, ("R31-5d:failed",),
             without=("sharing_report",), full=True),
    Scenario("function-only", "测评报告只有功能、没有另一半内容", "acceptance", -65, ("R31-5e:failed",),
             without=("third_party_test_report",), papers=("function_test",)),
    Scenario("two-tests", "功能与性能分成两份测评报告", "acceptance", -90, ("R31-5e:passed",),
             without=("third_party_test_report",), papers=("function_test", "performance_test")),
    Scenario("no-mlps", "通过验收，但缺等级保护测评报告和数据安全风险评估报告", "acceptance", -45,
             ("R31-5f:failed",), without=("mlps_evaluation_report", "data_security_assessment"), full=True),
    Scenario("no-crypto", "已申请验收，缺密码应用安全性评估报告", "due", 25, ("R31-5g:failed",), until="applied_on",
             dates={"applied_on": "today-5"}, without=("crypto_evaluation_report",)),
    Scenario("crypto-failed", "密码应用安全性评估结论为不符合", "acceptance", -55,
             ("R31-5g:failed", "R31-10:failed"), conclusions={"crypto_evaluation_report": "不符合"}),
    Scenario("test-too-early", "测评报告早于建设完成日期", "acceptance", -75, ("R31-10:failed",),
             dates={"tested_on": "actual_completion-60"}),
    Scenario("no-opinion", "登记为已验收，但没有发展改革部门的验收意见", "acceptance", -100, ("R31-6:failed",),
             without=("acceptance_opinion",)),
    Scenario("own-opinion", "验收意见由项目单位自己出具", "acceptance", -110, ("R31-6:failed",),
             without=("acceptance_opinion",), papers=("own_acceptance_opinion",)),
    Scenario("filing-open", "刚刚验收，尚在报备期内", "acceptance", -4, ("R31-4:due",),
             without=("acceptance_filing",)),
    Scenario("filing-late", "验收情况迟报", "acceptance", -130, ("R31-4:passed",),
             dates={"filed_on": "acceptance_date+50"}),
    Scenario("filing-missing", "验收两个多月，一直没有报备", "acceptance", -70, ("R31-4:failed",),
             without=("acceptance_filing",), full=True),
)

PURCHASED = (
    Scenario("ps-review-open", "购买服务，单位已验收并报送，待审核意见", "acceptance", -12,
             ("R31-8:passed", "R31-9:due"), mode=PS, without=("acceptance_review_opinion",)),
    Scenario("ps-review-long", "购买服务，验收结果报送四个月仍无审核意见", "acceptance", -125, ("R31-9:failed",), mode=PS,
             without=("acceptance_review_opinion",)),
    Scenario("ps-not-submitted", "购买服务，验收一个多月未报送结果", "acceptance", -45,
             ("R31-8:failed", "R31-9:due"), mode=PS,
             without=("acceptance_result_submission", "acceptance_review_opinion", "acceptance_filing")),
    Scenario("ps-overdue", "购买服务，验收逾期 40 天", "due", -40, ("R31-3:failed",), mode=PS,
             until="trial_end_actual"),
    Scenario("ps-no-mlps", "购买服务，缺等级保护测评与共享报告", "acceptance", -85, ("R31-5f:failed",), mode=PS,
             without=("mlps_evaluation_report", "sharing_report")),
)

UPGRADES = (
    Scenario("upgrade-ok", "升级改造，原项目早已通过验收", "start", -70, ("R08-8:passed",), kind="upgrade",
             predecessor="accepted-3y-half"),
    Scenario("upgrade-early", "升级改造，原项目验收逾期仍未完成", "approved", -30, ("R08-8:failed",),
             kind="upgrade", until="approved_on", predecessor="overdue-200"),
    Scenario("upgrade-unknown", "升级改造，原项目不在本档案系统中", "start", -100, ("R08-8:unknown",),
             kind="upgrade", predecessor="outside"),
)

OPERATION = (
    Scenario("om-healthy", "运维第二年，合同逐年签订", "round", 0, ("R42-1:passed", "R42-2:passed", "R32-1:passed"),
             kind="om", predecessor="accepted-3y", round=Round(ends=210, index=2, framework=True), full=True),
    Scenario("om-90", "运维合同 90 天内到期", "round", 0, ("R42-3:due",), kind="om", predecessor="accepted-3y",
             round=Round(ends=88)),
    Scenario("om-30", "运维合同 30 天内到期", "round", 0, ("R42-3:due",), kind="om", predecessor="accepted-3y-half",
             round=Round(ends=28, index=3)),
    Scenario("om-7", "运维合同 7 天内到期", "round", 0, ("R42-3:due",), kind="om", predecessor="accepted-3y-half",
             round=Round(ends=6, index=2)),
    Scenario("om-expired", "运维合同到期 20 天未续签", "round", 0, ("R42-3:failed",), kind="om",
             predecessor="accepted-3y", round=Round(ends=-20, index=2)),
    Scenario("om-four-years", "一份运维合同签了四年", "round", 0, ("R42-1:failed",), kind="om",
             predecessor="accepted-3y-half", round=Round(ends=500, index=4, years=4, whole=True)),
    Scenario("om-three-and-a-day", "运维合同比三年多一天", "round", 0, ("R42-1:failed",), kind="om",
             predecessor="accepted-3y", round=Round(ends=400, index=3, whole=True, extra_days=1)),
    Scenario("om-gap", "分年签订中断一年", "round", 0, ("R42-2:failed",), kind="om", predecessor="accepted-3y-half",
             round=Round(ends=150, index=3, framework=True, skip=frozenset({2}))),
    Scenario("om-signed-late", "第二年合同在服务开始后才签订", "round", 0, ("R42-2:failed",), kind="om",
             predecessor="accepted-3y", round=Round(ends=240, index=2, late=frozenset({2}))),
    Scenario("om-too-early", "项目未验收就签订运维合同", "round", 0, ("R32-1:failed",), kind="om",
             predecessor="overdue-100", round=Round(ends=300)),
    Scenario("om-after-failure", "项目验收未通过却已安排运维", "round", 0, ("R32-1:failed",), kind="om",
             predecessor="failed", round=Round(ends=320)),
    Scenario("om-unknown", "运维对象没有登记", "round", 0, ("R32-1:unknown",), kind="om", round=Round(ends=190)),
)

ENDED = (
    Scenario("terminated", "确实无法完成，经领导小组同意后终止，不再要求验收", "start", -560, until="construction_start",
             dates={"planned_completion": "today-320", "terminated_on": "today-130"}, papers=("termination",)),
    Scenario("terminated-alone", "自行停止建设，没有申请，也没有同意终止的文件", "start", -480, ("R31-3:failed",),
             until="construction_start", dates={"planned_completion": "today-240", "terminated_on": "today-90"}),
)

SPECIAL = (
    Scenario("legacy-overdue", "2021 年办法施行前批复的老项目，至今未验收", "due", date(2020, 9, 15),
             ("R31-3:failed",), until="trial_end_actual"),
    Scenario("legacy-accepted", "2021 年办法施行前批复并验收的老项目", "acceptance", date(2020, 11, 18),
             ("R31-3:passed",)),
    Scenario("classified", "涉密项目试运行中，只登记目录信息，不收文件", "trial", -30, ("R31-1:due",), classified=True),
    Scenario("classified-building", "涉密在建项目，只登记目录信息，不收文件", "start", -130, classified=True),
)

SCENARIOS = (*ORDINARY, *TRIAL, *DUE, *MATERIALS, *PURCHASED, *UPGRADES, *OPERATION, *ENDED, *SPECIAL)
