"""Templates and parameter files named by address: from allowed hosts only, in bounds, outside of transactions."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from lightkeeper.deployments import links as fetching
from lightkeeper.deployments import projection, seams, service, workflow
from lightkeeper.deployments.asking import Asked
from lightkeeper.deployments.links import Links
from lightkeeper.deployments.model import Deployment, State
from lightkeeper.kernel.office import Office
from lightkeeper.kernel.outside import repeated
from lightkeeper.kernel.problems import Invalid
from tests.deployments.town import GROUP, OWNER, Cloud, look, template

CHILD = template(
    {"type": "Ns.X/t", "apiVersion": "2022-09-01", "name": "[parameters('n')]"},
    parameters={"n": {"type": "string"}},
    outputs={"from": {"type": "string", "value": "[deployment().properties.templateLink.uri]"}},
)


def nested(link: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "Microsoft.Resources/deployments",
        "apiVersion": "2022-09-01",
        "name": "inner",
        "properties": {
            "mode": "Incremental",
            "templateLink": link,
            "parameters": {"n": {"value": "[concat('in', 'side')]"}},
        },
    }


class Shelf(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        pages = {
            "/child.json": json.dumps(CHILD),
            "/parent.json": json.dumps(template(nested({"relativePath": "child.json"}))),
            "/values.json": json.dumps(
                {"$schema": "x", "contentVersion": "1.0.0.0", "parameters": {"n": {"value": "v"}}}
            ),
            "/signed.json": json.dumps(CHILD) if query == "sig=secret" else "",
            "/wrong.json": json.dumps(CHILD, indent=1).replace("[parameters('n')]", "[nope()]"),
            "/late.json": json.dumps(CHILD, indent=1).replace("[deployment().", "[reference('inside').properties."),
            "/wrong-parent.json": json.dumps(template(nested({"relativePath": "wrong.json"}))),
            "/late-parent.json": json.dumps(template(nested({"relativePath": "late.json"}))),
            "/large.json": " " * 3000,
            "/broken.json": "{",
        }
        text = pages.get(path)
        if path in ("/away", "/here"):
            self.send_response(302)
            self.send_header("Location", "/child.json" if path == "/here" else "http://127.0.0.2:9/child.json")
            self.end_headers()
            return
        self.send_response(200 if text else 404)
        self.end_headers()
        self.wfile.write((text or "").encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def host(cloud: Cloud) -> Iterator[str]:
    """A host that serves templates, and that the operator has allowed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shelf)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    origin = f"http://127.0.0.1:{server.server_address[1]}"
    tied = cloud.seams()
    parts = {name: getattr(tied, name) for name in seams.Seams.__dataclass_fields__}
    seams.install(seams.Seams(**{**parts, "links": Links([origin])}))
    yield origin
    server.shutdown()
    thread.join()
    server.server_close()


def deploy(office: Office, **asked: Any) -> Deployment:
    def accept() -> Deployment:
        with office.writing(OWNER) as call:
            return service.create(call, GROUP, "d1", Asked(**asked))[0]

    workflow.run_deployment(office, repeated(accept).run_id)
    return look(office)


def refusal(office: Office, **asked: Any) -> Invalid:
    with pytest.raises(Invalid) as refused:
        deploy(office, **asked)
    return refused.value


def test_a_linked_template_with_linked_parameters_is_deployed(office: Office, host: str, cloud: Cloud) -> None:
    """C: `uri`, `contentVersion`, `queryString`; a redirect on the same host; what is shown never holds the query."""
    for link in (
        {"uri": f"{host}/signed.json", "queryString": "?sig=secret", "contentVersion": "1.0.0.0"},
        {"uri": f"{host}/here"},
    ):
        done = deploy(office, template_link=link, parameters_link={"uri": f"{host}/values.json"})

        assert done.state is State.SUCCEEDED, done.error
        assert done.template_link is not None
        assert done.template_link["uri"] == link["uri"]
        assert "secret" not in json.dumps(projection.document_of(done))
    assert cloud.names() == ["v", "v"]


def test_a_linked_template_may_link_to_its_neighbour(office: Office, host: str, cloud: Cloud) -> None:
    """C: `relativePath`; a linked template is always evaluated in its own scope, with parameters from around."""
    done = deploy(office, template_link={"uri": f"{host}/parent.json"})

    assert done.state is State.SUCCEEDED, done.error
    assert cloud.names() == ["inside"]
    inner = look(office, name="inner")
    assert inner.outputs == {"from": {"type": "String", "value": f"{host}/child.json"}}


def test_only_hosts_that_the_operator_named(office: Office, host: str, cloud: Cloud) -> None:
    """The refusal names the address and the reason; nothing was asked of the other host."""
    elsewhere = refusal(office, template_link={"uri": "https://example.com/x.json"})
    assert elsewhere.code == "InvalidContentLink"
    assert "has not allowed the host 'example.com'" in elsewhere.message
    assert "redirects to another" in refusal(office, template_link={"uri": f"{host}/away"}).message
    assert "user name" in refusal(office, template_link={"uri": host.replace("//", "//me:pw@") + "/child.json"}).message
    seams.install(cloud.seams())
    off = refusal(office, template_link={"uri": f"{host}/child.json"})
    assert "not fetched from elsewhere here" in off.message


def test_documents_that_are_no_good(office: Office, host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, too large, broken, of another version, a template spec, sent twice."""
    monkeypatch.setattr(fetching, "LARGEST", 2000)
    assert "answers 404" in refusal(office, template_link={"uri": f"{host}/none.json"}).message
    assert "larger than" in refusal(office, template_link={"uri": f"{host}/large.json"}).message
    assert refusal(office, template_link={"uri": f"{host}/broken.json"}).code == "InvalidTemplate"
    other = refusal(office, template_link={"uri": f"{host}/child.json", "contentVersion": "1.0.0.5"})
    assert "The content version contained in the template '1.0.0.0' does not match" in other.message
    assert "name a version" in refusal(office, template_link={"id": "/subscriptions/s/x"}).message
    assert "not both" in refusal(office, template=template(), template_link={"uri": f"{host}/child.json"}).message
    assert "'relativePath'" in refusal(office, template_link={"relativePath": "child.json"}).message


def test_a_fault_lies_in_the_linked_document(office: Office, host: str) -> None:
    """Lines are counted where the template is written, also behind two links and while it runs."""
    beside = refusal(office, template_link={"uri": f"{host}/wrong-parent.json"})
    late = deploy(office, template_link={"uri": f"{host}/late-parent.json"}).error

    assert beside.info[0]["info"]["lineNumber"] == 8
    assert beside.info[0]["info"]["path"].endswith("properties.template.resources[0].name")
    assert late is not None
    [told] = late["details"][0]["details"][0]["details"]
    assert told["additionalInfo"][0]["info"]["lineNumber"] == 19
