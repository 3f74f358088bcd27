"""The branch's and the committee's part of the walk: the month's report."""

from core.clock import local_day, now
from tests.browser.growing import NURSERY
from tests.browser.walk import Walk, text


def report(walk: Walk) -> None:
    """The secretary builds this month's report, finds the new sale in it and submits; the committee accepts."""
    secretary = walk.demo("secretary")
    secretary.goto("/branch/reports")
    secretary.fill("#period", f"{local_day(now()):%Y-%m}")
    walk.see(secretary, "reports")
    secretary.click("main form[action='/branch/reports'] button[type=submit]")
    secretary.wait_for_url("**/jobs/**")
    walk.see(secretary, "report-being-built")
    result = secretary.locator("main a[href*='/reports/']")
    walk.until(secretary, lambda: result.count() > 0)
    walk.see(secretary, "report-built")
    result.first.click()
    assert NURSERY in text(secretary)
    walk.see(secretary, "report-of-the-month")
    with secretary.expect_navigation():
        secretary.click("main form[action$='/submit'] button[type=submit]")
    walk.see(secretary, "report-submitted")

    committee = walk.demo("committee")
    committee.goto("/committee/reports")
    walk.see(committee, "committee-desk")
    committee.click("main table a >> nth=0")
    walk.see(committee, "committee-reads")
    with committee.expect_navigation():
        committee.click("main button[value=accepted]")
    assert committee.locator("main button[value=accepted]").count() == 0
    walk.see(committee, "report-accepted")
