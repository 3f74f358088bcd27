"""A handful of invented cases in different states, for the demonstration town only."""

from datetime import datetime, timedelta

from traceability.cases.rules.evidence import Evidence
from traceability.cases.service import decisions, reporting
from traceability.cases.service.opening import open_case
from traceability.cases.states import CaseVerdict, EvidenceKind, Origin, Subject

INVENTED = "（演示，内容虚构）"
NO_SHOP = "某网店" + INVENTED  # words, not an address: nobody's real shop is named


def open_example_cases(
    grower_id: int, *, secretary: int, committee: int, technician: int, at: datetime
) -> int:
    """Cases from visitors, from a rule and from staff: received, taken, proposed, and decided both ways; how many."""

    def ago(days: int) -> datetime:
        return at - timedelta(days=days)

    def reported(what: str, days: int, price: str = "", *, stall: str = "") -> str:
        report = reporting.Report(what=what + INVENTED, price=price, shop=stall + NO_SHOP)
        return reporting.receive_report(report, at=ago(days)).number

    fake = reported("到货的树没有嫁接口，标签扫不出来。", 30, "¥88")
    decisions.take(fake, note="已联系举报人", at=ago(29), by=secretary)
    decisions.propose(
        fake, note="照片与批次不符" + INVENTED, answer="经核实为假冒" + INVENTED, at=ago(27), by=secretary
    )
    decisions.confirm(fake, note="同意", at=ago(26), by=committee)

    genuine = reported("叶子比图片黄，怀疑不是丹桂。", 21)
    decisions.take(genuine, at=ago(20), by=secretary)
    decisions.decide(
        genuine,
        CaseVerdict.GENUINE,
        note="走访核对，为缓苗期黄叶",
        answer="经核实为正常苗木，缓苗期叶色偏黄" + INVENTED,
        at=ago(18),
        by=secretary,
    )

    figures = {"alarm": "演示", "points": 20, "sent": 620, "sold": 480}
    open_case(
        Origin.RULE,
        subject=Subject.of_grower(grower_id),
        evidence=[
            Evidence.of_rule("sales_gap", version=1, facts=figures),
            Evidence(EvidenceKind.NOTE, {"text": "演示数据，并非真实情况。"}),
        ],
        at=ago(6),
        by=None,
        summary="sales_gap",
    )

    visited = open_case(
        Origin.STAFF,
        subject=Subject.of_shop(NO_SHOP),
        evidence=[Evidence(EvidenceKind.NOTE, {"text": "市场巡查：摊位使用复印的标签" + INVENTED})],
        at=ago(5),
        by=technician,
        summary="市场巡查发现复印标签" + INVENTED,
    ).number
    decisions.take(visited, at=ago(4), by=secretary)
    decisions.propose(
        visited, note="标签为复印件" + INVENTED, answer="正在复核" + INVENTED, at=ago(3), by=secretary
    )

    taken = reported("同一个码两家店都在用。", 4, "¥45", stall="另")
    decisions.take(taken, at=ago(3), by=secretary)
    reported("直播间说是咸宁桂花，没有标签。", 1)
    return 6
