"""Reads the form of a page as a browser would send it, so that tests post what the page really holds."""

from html.parser import HTMLParser


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[dict[str, list[str]]] = []
        self.actions: list[str] = []
        self.select: str | None = None
        self.chosen: list[str] | None = None
        self.options: list[str] = []
        self.textarea: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        bare = {name for name, _ in attrs}
        if tag == "form":
            self.forms.append({})
            self.actions.append(given.get("action", ""))
        elif not self.forms:
            return
        elif tag == "input" and "name" in given:
            kind = given.get("type", "text")
            if kind in {"file", "submit"} or (kind in {"checkbox", "radio"} and "checked" not in bare):
                return
            self._keep(given["name"], given.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "select":
            self.select, self.chosen, self.options = given["name"], None, []
        elif tag == "option" and self.select:
            self.options.append(given.get("value", ""))
            if "selected" in bare:
                self.chosen = [given.get("value", "")]
        elif tag == "textarea":
            self.textarea = given["name"]
            self._keep(self.textarea, "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self.select:
            for value in self.chosen or self.options[:1]:
                self._keep(self.select, value)
            self.select = None
        elif tag == "textarea":
            self.textarea = None

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.forms[-1][self.textarea][-1] += data

    def _keep(self, name: str, value: str) -> None:
        self.forms[-1].setdefault(name, []).append(value)


def forms_of(html: str) -> list[tuple[str, dict[str, list[str]]]]:
    """Every form of a page: its action, and what it would send if nothing were typed or pressed."""
    reader = _Reader()
    reader.feed(html)
    return list(zip(reader.actions, reader.forms, strict=True))


def form_of(html: str, name: str) -> dict[str, list[str]]:
    """The form that has a field called `name`."""
    for _action, fields in forms_of(html):
        if name in fields:
            return fields
    raise AssertionError(f"no form with a field {name!r} on this page")
