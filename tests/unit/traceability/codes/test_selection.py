"""Codes and ranges as dispatchers give them."""

from traceability.codes.rules.notation import CodeProblem, grouped, with_check
from traceability.codes.rules.selection import BatchRange, read_selection

ONE, OTHER = with_check("0" * 15), with_check("123456789ABCDEF")


def test_lines_commas_and_scans_are_read_once_each():
    text = f"{ONE}\n{grouped(OTHER)}, {ONE.lower()}；https://x.example/C/{OTHER}\n\n"
    selection = read_selection([text, ONE])
    assert selection.codes == (ONE, OTHER)
    assert selection.ranges == selection.problems == ()


def test_ranges_name_a_batch_and_places():
    selection = read_selection(["B-2026-7K3F9QA 1-50", "b-2026-7k3f9qa #7", "B-2026-7K3F9QA#12 到 #9"])
    assert selection.ranges == (
        BatchRange("B-2026-7K3F9QA", 1, 50),
        BatchRange("B-2026-7K3F9QA", 7, 7),
        BatchRange("B-2026-7K3F9QA", 9, 12),
    )


def test_lines_that_are_neither_are_named_masked_with_the_reason():
    wrong = ONE[:-1] + ("1" if ONE[-1] != "1" else "2")
    selection = read_selection([f"菜单\n{wrong}", "B-2026-7K3F9QA 1-999999"])
    assert [problem.problem for problem in selection.problems] == [
        CodeProblem.SYMBOLS,
        CodeProblem.CHECK,
        CodeProblem.LENGTH,
    ]
    assert all(wrong not in problem.masked for problem in selection.problems)
