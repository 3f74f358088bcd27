"""Licence numbers as people type them."""

import pytest

from branch.registry.rules import licence_number


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("XNGH-2026-7K3F9", "XNGH-2026-7K3F9"),
        (" xngh 2026 7k3f9 ", "XNGH-2026-7K3F9"),
        ("XNGH－2026—7K3F9", "XNGH-2026-7K3F9"),
        ("XNGH2026OIL0U", "XNGH-2026-0110V"),
        ("T1-2026-00000", "T1-2026-00000"),
        ("XNGH-2026-7K3F", None),
        ("桂香苗圃", None),
        ("shop123456.taobao.com", None),
        ("", None),
    ],
)
def test_a_number_is_understood_or_left_alone(typed, meant):
    assert licence_number(typed) == meant
