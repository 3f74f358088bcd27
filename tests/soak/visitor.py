"""One person's browser, as far as HTTP goes: pages, the forms that stand on them, and patience with a system that is down.

A form that got no answer is sent again just as it was, one-time key and all, until the system says yes or no:
what a person with a poor connection does. So an order, a lot or an inspection must come out once, however often it was sent.
"""

import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import requests

from tests.form_reader import forms_of

PATIENCE_S = 180
TIMEOUT_S = 60


class GaveUp(RuntimeError):
    """The system gave no definite answer within `PATIENCE_S`."""


@dataclass
class Visitor:
    """`answers` counts statuses, 0 for no answer at all."""

    url: str
    name: str
    http: requests.Session = field(default_factory=requests.Session)
    answers: Counter[int] = field(default_factory=Counter)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Ask until there is a definite answer: anything but 5xx, 429 or silence.

        Raises:
            GaveUp: there was none in time.
        """
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            try:
                answer = self.http.request(
                    method, self.url + path, timeout=TIMEOUT_S, allow_redirects=False, **options
                )
            except requests.RequestException:
                self.answers[0] += 1
            else:
                self.answers[answer.status_code] += 1
                if answer.status_code < 500 and answer.status_code != 429:
                    return answer
            time.sleep(1)
        raise GaveUp(f"{self.name}: {method} {path}")

    def look(self, path: str) -> str:
        """A page that has to be there; redirects on this site are followed."""
        answer = self.ask("GET", path)
        for _ in range(5):
            if answer.status_code not in {301, 302, 303, 307, 308}:
                break
            answer = self.ask("GET", answer.headers["Location"].removeprefix(self.url))
        if answer.status_code != 200:
            raise AssertionError(f"{self.name}: {path} answered {answer.status_code}")
        return answer.text

    def fill(
        self,
        page: str,
        having: str,
        typed: Mapping[str, Any],
        *,
        to: str = "",
        files: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        """Send the form of `page` that has the field `having`, with what was typed, until there is an answer."""
        for action, fields in forms_of(self.look(page)):
            if having in fields or having == action:
                data = fields | {
                    name: value if isinstance(value, list) else [value] for name, value in typed.items()
                }
                return self.ask("POST", to or action or page, data=data, files=files)
        raise AssertionError(f"{self.name}: no form with {having!r} on {page}")

    def sign_in(self, email: str, password: str) -> None:
        """Sign in; again only when the session is lost."""
        answer = self.fill("/account/sign-in", "password", {"email": email, "password": password})
        if answer.status_code not in {302, 303}:
            raise AssertionError(f"{email} could not sign in: {answer.status_code}")
