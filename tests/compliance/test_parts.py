"""What the rules stand on, asked directly: counting, wording, the days events are taken from."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from archive.errors import Invalid
from archive.registers import register_of
from retention.compliance.anchors import NAMES, anchor
from retention.compliance.conclusions import favourable
from retention.compliance.counted import distance
from retention.compliance.engine import rules_named
from retention.compliance.facts import ContractFacts, DocumentFacts, Facts, ProjectFacts, RuleSettings, existed_by
from retention.compliance.findings import Severity, passed, unknown
from retention.compliance.findings import changed as with_changes
from retention.compliance.materials import judge_material
from retention.compliance.milestones import countdown
from retention.compliance.money import wan
from retention.compliance.om import Service, covering, gap_days, gaps_in, rounds, service_of, successor
from retention.compliance.periods import add_months, service_years
from retention.compliance.rows import make_row, stored_row
from retention.compliance.rules import all_rules
from retention.compliance.setting_values import changed, differences, kept, typed, values_of, version_of
from retention.compliance.stages import filed, group_of
from retention.compliance.terms import Event, Length, no_later, no_sooner
from retention.compliance.tracing import settings_read
from retention.compliance.unconfirmed import with_doubts
from retention.compliance.units import blocking

DAY, TODAY = date(2024, 6, 10), date(2024, 9, 6)
PROJECT = ProjectFacts("P-1")


def facts(*documents: DocumentFacts, contracts: Iterable[ContractFacts] = (), **fields: object) -> Facts:
    return Facts(replace(PROJECT, **fields), TODAY, documents=documents, contracts=tuple(contracts))  # type: ignore[arg-type]


@pytest.mark.parametrize(("left", "words"), [(1, "还有 1 天"), (0, "今天到期"), (-1, "已过 1 天"), (30, "还有 30 天")])
def test_days_left_are_said_in_words(left: int, words: str) -> None:
    assert distance(left) == words


def test_a_countdown_is_listed_from_afar_and_goes_on_for_a_year_of_weeks() -> None:
    assert countdown((7, 30, 0), 10) == (30, 7, 0)
    assert countdown((7,), 10, also=(41,)) == (41, 7)
    weeks = countdown((0,), 5, weekly=True)
    assert weeks[:3] == (0, -7, -14)
    assert (len(weeks), weeks[-1]) == (53, -364)


def test_a_weekly_countdown_always_reaches_a_year_beyond_today() -> None:
    assert countdown((), -364, weekly=True)[-1] == -728
    assert countdown((), None, weekly=True)[-1] == -364
    assert countdown((), 700, weekly=True)[-1] == -364


def test_money_is_said_in_units_of_ten_thousand_yuan_to_the_last_fen() -> None:
    assert wan(1_234_567_000_000) == "1,234,567 万元"
    assert wan(123) == "0.000123 万元"


@pytest.mark.parametrize(("starts", "days"), [(date(2024, 6, 11), 0), (date(2024, 6, 12), 1), (date(2024, 6, 1), 0), (None, 0)])
def test_days_without_service_are_those_between_two_contracts(starts: date | None, days: int) -> None:
    assert gap_days(ContractFacts("H-1", end_on=DAY), ContractFacts("H-2", start_on=starts)) == days
    assert gap_days(ContractFacts("H-1"), ContractFacts("H-2", start_on=DAY)) == 0


def test_the_next_contract_is_the_one_that_says_so_else_the_next_in_time() -> None:
    first = ContractFacts("H-1", start_on=date(2023, 1, 1), end_on=date(2023, 12, 31))
    next_in_time = ContractFacts("H-2", start_on=date(2023, 11, 30), end_on=date(2024, 12, 31))
    assert successor(first, [first, next_in_time]) == next_in_time
    says_so = ContractFacts("H-3", start_on=date(2024, 6, 1), renews="H-1")
    assert successor(first, [next_in_time, says_so]) == says_so
    assert successor(first, [replace(next_in_time, start_on=date(2023, 11, 29))]) is None
    assert successor(first, [replace(next_in_time, end_on=date(2023, 12, 31))]) is None
    assert successor(first, [replace(next_in_time, end_on=None)]) is not None
    assert successor(first, [replace(next_in_time, start_on=first.start_on)]) is None
    assert successor(ContractFacts("H-1"), [next_in_time]) is None
    assert successor(first, [first]) is None


def test_a_stored_row_is_the_row_that_was_made() -> None:
    values = {"number": "F-1", "paid_on": DAY, "amount_fen": 100, "purpose": "build"}
    assert (make_row("payment", values).owner, make_row("payment", values).evidence) == ("", ())
    made = make_row("payment", values, owner="P-1", evidence=("d1",))
    stored = stored_row({"_id": "row", "register": "payment", "owner": "P-1", "values": dict(made.values), "evidence": ["d1"]})
    assert (stored.register, stored.id, stored.owner, stored.evidence) == (register_of("payment"), "row", "P-1", ("d1",))
    assert (stored.date("paid_on"), stored.fen("amount_fen")) == (DAY, 100)
    bare = stored_row({"_id": "r", "register": "payment", "owner": "P-1"})
    assert (dict(bare.values), bare.evidence) == ({}, ())


def test_an_event_is_taken_from_the_ledger_before_papers_and_registers() -> None:
    paper = DocumentFacts("d", "completion_confirmation", DAY)
    assert anchor(facts(paper), "completion").day == DAY
    assert anchor(facts(paper, actual_completion=date(2024, 6, 1)), "completion").basis == "台账建设完成日期"
    contract = ContractFacts("H-1", type="build", signed_on=DAY)
    assert anchor(facts(contracts=[contract]), "contract").basis == "登记的合同"
    assert anchor(facts(contracts=[contract], contract_signed_on=date(2024, 6, 20)), "contract").day == date(2024, 6, 20)
    bought = Facts(PROJECT, TODAY, (contract,), registers=(make_row(
        "procurement", {"number": "CG-1", "purpose": "build", "object": "goods", "method": "open_tender",
                        "contract_signed_on": date(2024, 5, 1)}),))
    assert anchor(bought, "contract").day == DAY
    assert anchor(replace(bought, contracts=()), "contract").basis == "采购登记"


def test_an_event_nobody_dated_happened_by_the_next_that_somebody_did() -> None:
    bounded = anchor(facts(construction_start=DAY), "approval")
    assert (bounded.day, bounded.own, bounded.basis) == (DAY, False, "日期未登记，按不晚于开工")
    assert anchor(facts(construction_start=DAY), "trial").day is None
    ahead = TODAY + timedelta(days=1)
    assert anchor(facts(construction_start=ahead), "approval").day is None
    assert anchor(facts(construction_start=TODAY), "approval").day == TODAY
    assert anchor(facts(), "application").step == "申报日期未登记"
    assert [anchor(facts(), event).field for event in NAMES] == [
        "登记备案日期", "批复日期", "合同签订日期", "合同签订日期", "开工日期", "建设完成日期", "试运行开始日期", "验收日期", "投入运行日期"]


def test_an_application_is_dated_by_its_papers_before_the_demand_of_the_year() -> None:
    demand = make_row("annual_demand", {"year": 2025, "submitted_on": date(2024, 5, 1)})
    asked = replace(facts(), registers=(demand,))
    assert (anchor(asked, "application").day, anchor(asked, "application").basis) == (date(2024, 5, 1), "年度需求登记")
    assert anchor(replace(asked, documents=(DocumentFacts("d", "application_package", DAY),)), "application").basis == "申报材料"


def test_the_first_contract_for_building_or_service_is_the_contract() -> None:
    later, first = ContractFacts("H-1", type="build", signed_on=DAY), ContractFacts("H-2", type="service", signed_on=date(2024, 6, 1))
    assert anchor(facts(contracts=[later, first]), "contract").day == date(2024, 6, 1)
    assert anchor(facts(contracts=[replace(first, type="om")]), "contract").day is None


@pytest.mark.parametrize(("given", "words"), [
    ({"classified": True}, "涉密自行建设项目不要求网络安全等级保护测评报告。"),
    ({"classified": True, "mode": "service_purchase"}, "涉密购买服务项目不要求网络安全等级保护测评报告。")])
def test_a_material_that_is_not_asked_for_says_of_whom(given: dict[str, object], words: str) -> None:
    assert judge_material(facts(**given), "mlps_evaluation_report").reason == words
    assert judge_material(facts(), "classified_evaluation_report").reason == "非涉密自行建设项目不要求涉密信息系统安全保密测评报告。"


def test_what_is_changed_of_a_verdict_leaves_the_rest() -> None:
    quiet = with_changes(passed("好。"), quiet=True)
    assert with_changes(quiet, reason="很好。").quiet
    assert (with_changes(quiet).reason, with_changes(quiet, inputs={"year": 2024}).inputs) == ("好。", {"year": 2024})


def test_what_counts_on_is_kept_open_where_it_belongs() -> None:
    (late,) = all_rules()["R31-3"](facts(actual_completion=date(2024, 2, 20), trial_start=date(2024, 3, 5)))
    assert late.lasting is not None
    assert late.lasting.reason.startswith("验收逾期 ")
    assert late.lasting.steps[-1].startswith("今天 ")
    assert late.lasting.inputs["status"] == "ACCEPTANCE_OVERDUE"


def test_what_nobody_confirmed_is_said_of_the_documents_named() -> None:
    doubted = facts(DocumentFacts("abc", "eia", unconfirmed=frozenset({"issuer"})), DocumentFacts("a", "eia"))
    one, many = passed("好。", inputs={"document": "abc"}), passed("好。", inputs={"documents": ("abc", "a")})
    assert with_doubts(doubted, one).reason == with_doubts(doubted, many).reason == "好。（所依据文件的责任者为自动读取，待确认。）"
    assert with_doubts(doubted, passed("好。", inputs={"document": "a"})).reason == "好。"
    open_ = unknown(("x",), inputs={"document": "abc"})
    guess = with_doubts(doubted, open_)
    assert (guess.inputs["unconfirmed"], guess.reason) == (("责任者",), open_.reason)


def test_a_term_is_counted_without_its_first_day() -> None:
    def judged(then: date | None, today: date, **more: bool) -> object:
        return no_later(replace(facts(), today=today), Event("签订", DAY), Event("备案", then), Length(7, "workdays"),
                        **{"silent_fails": True, **more})

    assert judged(date(2024, 6, 19), TODAY).outcome == "passed"  # type: ignore[attr-defined]
    assert judged(date(2024, 6, 20), TODAY).outcome == "failed"  # type: ignore[attr-defined]
    late = judged(None, date(2024, 6, 20))
    assert (late.outcome, late.due_on, late.milestones[-1]) == ("failed", date(2024, 6, 19), 0)  # type: ignore[attr-defined]
    assert judged(None, date(2024, 6, 19)).outcome == "due"  # type: ignore[attr-defined]
    assert judged(None, date(2024, 6, 19), alert=False).milestones == ()  # type: ignore[attr-defined]
    assert judged(None, date(2024, 6, 20), silent_fails=False).outcome == "unknown"  # type: ignore[attr-defined]


def test_what_rests_on_a_year_without_holidays_is_provisional() -> None:
    later = replace(facts(), today=date(2031, 1, 1))
    for then in (date(2030, 6, 12), date(2030, 12, 1), None):
        found = no_later(later, Event("签订", date(2030, 6, 10)), Event("备案", then), Length(7, "workdays"), silent_fails=True)
        assert found.provisional
        assert "暂定" in "".join(found.steps)
        days = no_later(later, Event("签订", date(2030, 6, 10)), Event("备案", then), Length(7), silent_fails=True)
        assert days.provisional, "the last day may be one of rest"
        age = no_later(later, Event("签订", date(2030, 6, 10)), Event("备案", then), Length(1, "years"), silent_fails=True)
        assert not age.provisional
    for then in (date(2030, 6, 12), date(2030, 12, 1)):
        assert no_sooner(later, Event("签订", date(2030, 6, 10)), Event("备案", then), Length(7, "workdays")).provisional


def test_a_project_keeps_its_unit_from_new_ones_once_it_is_overdue_or_failed() -> None:
    built = {"actual_completion": date(2024, 2, 20), "trial_start": date(2024, 3, 5)}
    assert blocking([replace(facts(**built), today=date(2024, 9, 5))]) == ()
    (found,) = blocking([facts(**built)])
    assert (found.code, found.since, found.words) == ("P-1", date(2024, 9, 5), "验收逾期")
    failed = facts(**built, acceptance_date=date(2024, 6, 20), acceptance_result="不合格", code="P-0")
    assert [(one.code, one.words) for one in blocking([facts(**built), failed])] == [("P-0", "验收不合格"), ("P-1", "验收逾期")]


def test_a_service_needs_both_its_days_in_their_order() -> None:
    assert service_of(ContractFacts("H-1", end_on=DAY)) is None
    assert service_of(ContractFacts("H-1", start_on=DAY)) is None
    assert service_of(ContractFacts("H-1")) is None
    assert service_of(ContractFacts("H-1", start_on=TODAY, end_on=DAY)) is None
    assert service_of(ContractFacts("H-1", start_on=DAY, end_on=DAY)) is not None
    assert (gaps_in(ContractFacts("H", start_on=DAY)), gaps_in(ContractFacts("H", end_on=DAY))) == (
        ("合同 H 的结束日期",), ("合同 H 的开始日期",))


def year_of(number: str, first: int, *, signed: date | None = None, renews: str = "") -> Service:
    return Service(number, date(first, 1, 1), date(first, 12, 31), signed, renews)


def test_contracts_that_renew_one_another_in_a_circle_are_one_round() -> None:
    circle = [year_of("H-2", 2024, renews="H-1"), year_of("H-1", 2023, renews="H-2")]
    assert {first: {one.number for one in members} for first, members in rounds(circle).items()} == {"H-1": {"H-1", "H-2"}}


def test_of_contracts_for_one_year_the_earliest_signed_counts_and_one_nobody_dated_last() -> None:
    listed = [year_of("H-1", 2024), year_of("H-3", 2024, signed=date(2023, 12, 20)), year_of("H-2", 2024, signed=date(2023, 12, 10))]
    found = covering(date(2024, 1, 1), date(2024, 12, 31), listed)
    assert found is not None
    assert found.number == "H-2"


def test_a_service_of_one_day_is_a_year_of_service() -> None:
    assert list(service_years(DAY, DAY)) == [(DAY, DAY)]
    assert list(service_years(DAY, date(2025, 6, 10))) == [(DAY, date(2025, 6, 9)), (date(2025, 6, 10), date(2025, 6, 10))]


def test_months_are_counted_to_both_ends_of_the_calendar() -> None:
    assert add_months(date(1, 2, 1), -1) == date(1, 1, 1)
    assert add_months(date(9999, 11, 30), 1) == date(9999, 12, 30)
    for day, months in ((date(1, 1, 1), -1), (date(9999, 12, 1), 1)):
        with pytest.raises(ValueError, match="outside the calendar"):
            add_months(day, months)


def test_a_contract_without_a_start_is_passed_over() -> None:
    first = ContractFacts("H-1", start_on=date(2023, 1, 1), end_on=date(2023, 12, 31))
    next_in_time = ContractFacts("H-3", start_on=date(2024, 1, 1), end_on=date(2024, 12, 31))
    assert successor(first, [ContractFacts("H-2"), next_in_time]) == next_in_time
    of_another = [replace(next_in_time, number="H-0", renews="H-9"), ContractFacts("H-9"), next_in_time]
    assert successor(first, of_another) == next_in_time


def test_what_is_doubted_is_named_only_where_a_finding_rests_on_it() -> None:
    doubted = facts(DocumentFacts("abc", "eia", unconfirmed=frozenset({"issuer"})))
    for sure in (passed("好。"), passed("好。", inputs={"year": 2024}), passed("好。", inputs={"document": "x", "documents": ()})):
        assert with_doubts(doubted, sure) is sure
    assert with_doubts(facts(), rests := passed("好。", inputs={"document": "abc"})) is rests


@pytest.mark.parametrize(("name", "text", "value"), [
    ("roll_rest_day", "false", False), ("roll_rest_day", "否", False), ("roll_rest_day", "no", False), ("roll_rest_day", "0", False),
    ("roll_rest_day", "true", True), ("roll_rest_day", "是", True), ("roll_rest_day", "yes", True), ("roll_rest_day", " 1 ", True),
    ("roll_rest_day", True, True), ("grace_months", "0", 0), ("grace_months", 3, 3), ("grace_months", " 12 ", 12),
    ("basis", " completion_only ", "completion_only"), ("demand_until", "10,31", (10, 31)), ("demand_until", "10，31", (10, 31)),
    ("demand_until", [10, 31], (10, 31)), ("legacy_before", "2021-10-05", date(2021, 10, 5)), ("legacy_before", DAY, DAY)])
def test_a_setting_is_read_as_people_write_it(name: str, text: object, value: object) -> None:
    assert typed(name, text) == value


@pytest.mark.parametrize(("name", "text"), [
    ("roll_rest_day", "也许"), ("grace_months", "x"), ("grace_months", True), ("grace_months", "1234567890123"), ("grace_months", "²"), ("grace_months", ""), ("basis", "  "),
    ("basis", 3), ("demand_until", ""), ("demand_until", "10,x"), ("demand_until", 3), ("legacy_before", "gestern"), ("grace_month", "3")])
def test_a_setting_that_cannot_be_read_is_refused_by_name(name: str, text: object) -> None:
    with pytest.raises(Invalid, match=name):
        typed(name, text)


def test_settings_that_differ_have_other_versions() -> None:
    usual, strict = RuleSettings(), RuleSettings(grace_months=0)
    assert differences(usual, strict) == {"grace_months": (3, 0)}
    assert version_of(usual) == version_of(RuleSettings()) != version_of(strict)
    assert values_of(strict)["legacy_before"] == "2021-10-05"
    assert changed(usual, {"grace_months": "0"}) == strict
    assert [typed(name, kept(value)) for name, value in (("legacy_before", DAY), ("demand_until", (10, 31)), ("basis", "x"))] == [DAY, (10, 31), "x"]


def test_every_severity_has_a_word_and_its_place() -> None:
    assert [severity.label for severity in Severity] == ["提示", "轻微", "一般", "重要", "严重"]
    assert [severity.rank for severity in Severity] == [0, 1, 2, 3, 4]


def test_a_finding_names_the_settings_and_the_version_it_was_judged_by() -> None:
    (known,) = rules_named("R09-4")
    (found,) = known(facts())
    assert (found.settings_version, found.rule_version, found.clause) == (facts().settings_version, known.version, known.clause)
    assert (found.rule, found.targets) == ("R09-4", ("FIN", "AUD"))


def test_doubt_of_a_term_names_the_years_it_runs_through() -> None:
    found = no_later(replace(facts(), today=date(2031, 1, 1)), Event("签订", date(2030, 12, 30)), Event("备案", None), Length(7, "workdays"),
                     silent_fails=True)
    assert any("2030、2031 年的放假调休安排尚未公布" in step for step in found.steps)
    rolled = no_later(replace(facts(), today=date(2034, 6, 1)), Event("签订", date(2033, 12, 24)), Event("备案", None), Length(7), silent_fails=True)
    assert any("2033、2034 年的放假调休安排尚未公布" in step for step in rolled.steps)
    sooner = no_sooner(replace(facts(), today=date(2031, 6, 1)), Event("公示", date(2030, 12, 30)), Event("成交", date(2031, 5, 1)),
                       Length(7, "workdays"))
    assert any("2030、2031 年的放假调休安排尚未公布" in step for step in sooner.steps)


def test_a_rule_tells_which_settings_it_looked_at() -> None:
    built = facts(actual_completion=DAY, trial_start=DAY)
    assert "grace_months" in settings_read(all_rules()["R31-3"], built)
    assert settings_read(all_rules()["R31-7"], built)  # one that answers with several verdicts
    assert settings_read(all_rules()["R03-1"], built) == ()


@pytest.mark.parametrize(("severity", "limit", "left"), [("C", "M", "M"), ("L", "M", "L"), ("M", "M", "M")])
def test_a_severity_is_at_most_its_limit(severity: str, limit: str, left: str) -> None:
    assert Severity(severity).at_most(Severity(limit)) is Severity(left)


def test_papers_are_counted_by_the_group_of_their_stage() -> None:
    there = facts(DocumentFacts("a", "eia"), DocumentFacts("b", "eia"), DocumentFacts("c", "other"))
    assert (group_of("eia"), group_of("om_plan"), group_of("nothing")) == ("申报审批", "运维", "")
    assert (filed(there, "申报审批"), filed(there, "运维")) == (2, 0)


def test_whether_something_existed_by_a_day_is_open_where_nothing_is_dated() -> None:
    assert existed_by([DocumentFacts("a", "eia", DAY)], DAY) is True
    assert existed_by([DocumentFacts("a", "eia", DAY)], DAY - timedelta(days=1)) is False
    assert existed_by([DocumentFacts("a", "eia")], DAY) is None
    assert existed_by([DocumentFacts("a", "eia", filed_on=DAY)], DAY) is True
    assert favourable("") is None
