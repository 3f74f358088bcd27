"""Every permission that a route or the navigation asks for stands in the table of roles."""

from branch.organisation.permissions import ALL_PERMISSIONS
from wsgi import CONSOLE


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


def test_the_navigation_asks_for_what_its_pages_ask_for(app):
    for item in CONSOLE:
        assert app.view_functions[item.endpoint].gate == item.permission, item.endpoint
