"""Every permission that a route asks for stands in the table of roles, and the navigation leads nobody astray."""

from branch.organisation.rules.permissions import ALL_PERMISSIONS, PERMISSIONS_OF
from wsgi import console


def test_every_permission_of_a_route_is_held_by_some_role(app):
    asked = {
        view.gate: endpoint
        for endpoint, view in app.view_functions.items()
        if getattr(view, "gate", "public") not in {"public", "signed_in"}
    }
    unknown = {
        permission: endpoint for permission, endpoint in asked.items() if permission not in ALL_PERMISSIONS
    }
    assert asked
    assert unknown == {}


def test_whoever_sees_a_place_in_the_navigation_may_go_there(app):
    for item in (item for group in console() for item in group.items):
        needed = app.view_functions[item.endpoint].gate
        for role, held in PERMISSIONS_OF.items():
            if item.permission in held and needed not in {"public", "signed_in"}:
                assert needed in held, f"{role} sees {item.endpoint} but may not open it"
