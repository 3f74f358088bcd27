"""Who may give and take which role, and what roles may do."""

import pytest

from branch.organisation.rules.permissions import ALL_PERMISSIONS, PERMISSIONS_OF
from branch.organisation.rules.roles import RANK, TRUSTED, HeldRole, Role, covers, may_change_role

TOWN, BRANCH, VILLAGE, OTHER = "guihua/", "guihua/osmanthus/", "guihua/osmanthus/bamboo/", "guihua/tea/"


@pytest.mark.parametrize(
    ("held", "role", "path", "allowed"),
    [
        (HeldRole(Role.SECRETARY, BRANCH), Role.TECHNICIAN, VILLAGE, True),
        (HeldRole(Role.SECRETARY, BRANCH), Role.SECRETARY, BRANCH, True),
        (HeldRole(Role.SECRETARY, BRANCH), Role.COMMITTEE, BRANCH, False),
        (HeldRole(Role.SECRETARY, BRANCH), Role.TECHNICIAN, OTHER, False),
        (HeldRole(Role.SECRETARY, BRANCH), Role.TECHNICIAN, TOWN, False),
        (HeldRole(Role.COMMITTEE, TOWN), Role.SECRETARY, OTHER, True),
        (HeldRole(Role.COMMITTEE, TOWN), Role.OPERATOR, TOWN, False),
        (HeldRole(Role.OPERATOR, None), Role.COMMITTEE, TOWN, False),
        (HeldRole(Role.TECHNICIAN, TOWN), Role.TECHNICIAN, TOWN, False),
        (HeldRole(Role.GROWER, VILLAGE), Role.BUYER, VILLAGE, False),
    ],
)
def test_a_role_is_changed_from_above(held, role, path, allowed):
    assert may_change_role([held], role, path) is allowed


def test_a_unit_does_not_cover_one_whose_name_only_begins_alike():
    assert covers("guihua/tea/", "guihua/tea/hill/")
    assert not covers("guihua/tea/", "guihua/tea-oil/")


def test_the_table_names_every_role_and_trusts_those_above():
    assert set(PERMISSIONS_OF) == set(Role)
    assert min(RANK[role] for role in TRUSTED) > RANK[Role.TECHNICIAN]


def test_a_permission_reads_feature_and_verb():
    assert all(name.count(".") == 1 and name == name.lower() for name in ALL_PERMISSIONS)


def test_who_files_a_report_does_not_accept_it():
    assert "reports.submit" in PERMISSIONS_OF[Role.SECRETARY]
    assert "reports.review" not in PERMISSIONS_OF[Role.SECRETARY]
    assert "reports.submit" not in PERMISSIONS_OF[Role.COMMITTEE]
