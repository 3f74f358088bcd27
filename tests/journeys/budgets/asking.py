"""Asks each address of a town as somebody, and counts the statements."""

from collections import Counter
from datetime import timedelta
from re import DOTALL, sub

from core.accounts.service.tokens import create_token
from core.clock import now
from core.database import transaction
from tests.journeys.authority import routes
from tests.signing_in import session_cookie

ROLES = ("visitor", "buyer", "grower", "technician", "secretary", "committee", "operator", "program")


class Answer:
    """What came back: the status, and which statements it took."""

    def __init__(self, status, statements):
        self.status, self.statements = status, Counter(_shape(one) for one in statements)

    def __len__(self):
        return self.statements.total()


def _shape(statement):
    """A statement without its columns and without how many values it asks for."""
    without_values = sub(r"\((\?, )*\?\)", "(...)", statement)
    return " ".join(sub(r"SELECT .*? \nFROM", "SELECT ... FROM", without_values, flags=DOTALL).split())


class Asker:
    """Asks as each of `accounts` (by role); the pages of the place `own`."""

    def __init__(self, app, own, accounts, count_statements):
        self.app, self.own, self.accounts, self.count_statements = app, own, accounts, count_statements
        self.client = app.test_client()
        scopes = ("epcis.capture", "epcis.read")
        with app.app_context(), transaction():
            token = create_token(
                accounts["program"], name="t", scopes=scopes, valid_for=timedelta(days=1), at=now()
            )
        self.token = token.secret
        self.sign_in()

    def sign_in(self):
        """Everybody anew: some pages of the library sign out."""
        self.cookies = {}
        for role, account_id in self.accounts.items():
            with self.app.app_context():
                self.cookies[role] = session_cookie(self.app, account_id)

    def rules(self):
        """Every rule that answers GET; those that sign out come last."""
        gets = [rule for rule in self.app.url_map.iter_rules() if "GET" in rule.methods]
        return sorted(
            gets, key=lambda rule: (rule.endpoint.startswith("security."), rule.endpoint, rule.rule)
        )

    def ask(self, rule, role):
        """The second of two answers: the first one fills what a process keeps."""
        path, headers = routes.address(self.app, rule, self.own), {}
        self.client.delete_cookie("guiyuan", domain="127.0.0.1")
        if role == "program":
            headers["Authorization"] = f"Bearer {self.token}"
        elif role in self.cookies:
            self.client.set_cookie("guiyuan", self.cookies[role], domain="127.0.0.1")
        self.client.get(path, headers=headers).close()
        with self.count_statements() as seen:
            answer = self.client.get(path, headers=headers)
            answer.close()
        return Answer(answer.status_code, seen)

    def role_that_sees_most(self, rule):
        """Who is let in, and for whom it takes the most statements."""
        answers = {role: self.ask(rule, role) for role in ROLES}
        return max(ROLES, key=lambda role: (-(answers[role].status // 100), len(answers[role])))
