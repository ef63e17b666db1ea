"""People who use the portal with a browser that has no scripts: they read pages, and post the forms they find there."""

import html
import re
from dataclasses import dataclass, field
from urllib.parse import urljoin

from httpx2 import Response
from starlette.testclient import TestClient

from lightkeeper.web.sessions import OPERATOR_SESSION, SESSION
from tests.house import ORIGIN, House


@dataclass
class Visitor:
    """A browser window."""

    house: House | None
    browser: TestClient
    page: Response = field(default_factory=lambda: Response(204))

    @classmethod
    def of(cls, house: House, who: str | None = None, *, operator_key: str = "") -> "Visitor":
        """Open a window, as somebody whose token is a name, or as the operator with the key."""
        visitor = cls(house, TestClient(house.main, base_url=ORIGIN))
        if who is not None:
            visitor.browser.cookies.set(SESSION, who)
        if operator_key:
            visitor.opens("/portal/operator").fills("/portal/operator", key=operator_key)
            assert OPERATOR_SESSION in visitor.browser.cookies
        return visitor

    def opens(self, path: str) -> "Visitor":
        self.page = self.browser.get(path)
        return self

    def fills(self, action: str, **fields: str) -> "Visitor":
        """Post the form of the page that goes to `action`, with its hidden fields."""
        form = next(one for one in self.forms if one[0] == action)
        answer = self.browser.post(urljoin(str(self.page.url), action), data=form[1] | fields, follow_redirects=False)
        if self.house is not None:
            self.house.work()
        self.page = self.browser.get(answer.headers["location"]) if answer.is_redirect else answer
        return self

    def link(self, start: str) -> str:
        """Return the first address on the page that begins so and goes on."""
        return str(re.findall(f'href="({re.escape(start)}[^"]+)"', self.page.text)[0])

    @property
    def forms(self) -> list[tuple[str, dict[str, str]]]:
        """Return where each posted form of the page goes, and its hidden fields."""
        found = re.findall(r'<form method="post" action="([^"]*)"[^>]*>(.*?)</form>', self.page.text, re.DOTALL)
        hidden = r'<input type="hidden" name="([^"]*)" value="([^"]*)"'
        return [(html.unescape(to), {n: html.unescape(v) for n, v in re.findall(hidden, body)}) for to, body in found]

    @property
    def text(self) -> str:
        """Return what the page says, in one line."""
        plain = re.sub(r"<[^>]*>", " ", self.page.text.partition("<main")[2])
        return re.sub(r"\s+", " ", html.unescape(plain))
