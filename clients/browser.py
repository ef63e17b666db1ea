"""A browser without a screen: opens the address it is given, signs in as LK_USER with LK_PASSWORD, follows the forms.

    python browser.py ADDRESS [CODE]

A page that asks for leave is answered with yes, unless LK_CONSENT says no.
Programs start it because BROWSER names it. It needs nothing but the standard library, since each of them runs it with
whatever Python it has. LK_CA is the authority it trusts.
"""

import html
import os
import re
import ssl
import sys
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar


def field_values(page: str) -> dict[str, str]:
    """Return the hidden fields of the page's form."""
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def form_address(page: str, base: str) -> str:
    """Return where the page's form goes; an empty text when there is none."""
    found = re.search(r'<form method="post" action="([^"]*)"', page)
    return urllib.parse.urljoin(base, html.unescape(found[1])) if found else ""


def browse(address: str, code: str, user: str, password: str, authority: str) -> str:
    """Return the last page."""
    opener = urllib.request.build_opener(
        urllib.request.HTTPSHandler(context=ssl.create_default_context(cafile=authority)),
        urllib.request.HTTPCookieProcessor(CookieJar()),
    )
    page = opener.open(address, timeout=60).read().decode()
    for _ in range(5):
        to = form_address(page, address)
        if not to:
            return page
        fields = field_values(page)
        if 'name="username"' in page:
            fields |= {"username": user, "password": password}
        elif 'name="accept"' in page:
            fields["accept" if os.environ.get("LK_CONSENT", "yes") == "yes" else "cancel"] = "1"
        elif 'name="user_code"' in page and "user_code" not in fields:
            fields["user_code"] = code
        page = opener.open(to, urllib.parse.urlencode(fields).encode(), timeout=60).read().decode()
        address = to
    return page


if __name__ == "__main__":
    last = browse(
        sys.argv[1],
        sys.argv[2] if len(sys.argv) > 2 else "",
        os.environ["LK_USER"],
        os.environ["LK_PASSWORD"],
        os.environ["LK_CA"],
    )
    print(re.sub(r"<[^>]*>", " ", last.partition("</head>")[2])[:400], file=sys.stderr)
