"""Appending: one insert in the caller's transaction."""

import pytest
from sqlalchemy import select

from core import seal
from core.database import transaction
from core.seal.models.leaves import SealLeaf
from core.seal.rules.entries import NotSealable


def leaves(session):
    session.rollback()
    return list(session.scalars(select(SealLeaf).order_by(SealLeaf.id)))


def test_appending_is_one_insert_and_no_read(session, count_statements):
    with transaction(), count_statements() as seen:
        seal.append("plot", "plot/7", {"area_m2": 667, "stage": "一年生"})
    assert [one.split()[0] for one in seen] == ["INSERT"]
    leaf = leaves(session)[0]
    assert (leaf.kind, leaf.subject, leaf.number) == ("plot", "plot/7", None)
    assert leaf.body == '{"area_m2":667,"stage":"一年生"}'
    assert len(leaf.salt) == 16


def test_many_go_in_with_one_insert(session, count_statements):
    with transaction(), count_statements() as seen:
        seal.append_many("sale_fact", [(f"sale/shop/{n}", {"net_minor": n}) for n in range(1200)])
    assert len(seen) == 1
    rows = leaves(session)
    assert len(rows) == len({row.salt for row in rows}) == 1200


def test_what_is_rolled_back_was_never_appended(session):
    with pytest.raises(RuntimeError), transaction():
        seal.append("plot", "plot/7", {"area_m2": 667})
        raise RuntimeError
    assert leaves(session) == []


@pytest.mark.parametrize(
    ("kind", "subject"),
    [("Plot", "plot/7"), ("plot!", "plot/7"), ("plot", ""), ("plot", "a\nb"), ("plot", "x" * 201)],
)
def test_malformed_names_are_refused(session, kind, subject):
    with pytest.raises(NotSealable), transaction():
        seal.append(kind, subject, {})
