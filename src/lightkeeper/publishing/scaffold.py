"""A first offer file: what `lightkeeper offer init` writes. With the defaults the result checks clean.

Ids of principals and the tenant are made from names, so that the file is the same every time; the publisher puts their
own in before publishing.
"""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass

from lightkeeper.kernel.ids import named

LOGO = "media/logo.png"


@dataclass(frozen=True, slots=True)
class Answers:
    """What `offer init` asks for, and its defaults."""

    publisher: str = "fabrikam"
    offer_id: str = "managed-operations"
    name: str = "Fabrikam Managed Operations"
    domain: str = "fabrikam.example"
    contact: str = "Fabrikam Service Desk"
    email: str = "servicedesk@fabrikam.example"
    phone: str = "+1 425 555 0100"
    tenant_id: str = ""
    technicians_group_id: str = ""
    preview_subscription_id: str = ""


def offer_files(answers: Answers | None = None, file: str = "offer.yaml") -> Mapping[str, bytes]:
    """Return the files of a new offer by their path: the offer file and its logo."""
    answers = answers or Answers()
    return {file: offer_text(answers).encode(), LOGO: logo(answers.name)}


def offer_text(answers: Answers) -> str:
    """Return an offer file with one public plan; every text is quoted, so that any answer is safe in it."""
    q = json.dumps
    tenant = answers.tenant_id or named("tenant", answers.publisher)
    group = answers.technicians_group_id or named("group", f"{answers.publisher}/technicians")
    preview = answers.preview_subscription_id or named("subscription", f"{answers.publisher}-preview")
    site = f"https://www.{answers.domain}"
    return f"""\
# yaml-language-server: $schema=https://lightkeeper.example/schemas/offer.schema.json
# A Managed Service offer. Check it with: lightkeeper offer check FILE
offer:
  publisher: {q(answers.publisher)}
  id: {q(answers.offer_id)}
  alias: {q(answers.name)}

properties:
  categories: [it-and-management-tools/management-solutions, monitoring-and-diagnostics]
  terms:
    url: {q(site + "/terms")}

listing:
  name: {q(answers.name)}
  searchResultsSummary: Around-the-clock operation of your Azure subscriptions by certified engineers
  shortDescription: A managed service that watches, patches and backs up what you run on Azure.
  description: >-
    <p>This managed service is for companies that run workloads on Azure and would rather not operate them themselves.</p>
    <ul><li>Monitoring and incident response</li><li>Updates and backup</li><li>A monthly report</li></ul>
    <p>It covers virtual machines, networks and monitoring in the subscriptions or resource groups you delegate.</p>
  privacyPolicyLink: {q(site + "/privacy")}
  usefulLinks:
    - {{title: How we work, url: {q(site + "/how-we-work")}}}
  supportContact: {{name: {q(answers.contact)}, email: {q(answers.email)}, phone: {q(answers.phone)}}}
  engineeringContact: {{name: {q(answers.contact)}, email: {q(answers.email)}, phone: {q(answers.phone)}}}
  supportWebsites:
    azureGlobal: {q(site + "/support")}
  logo: {LOGO}

previewAudience:
  - {{subscriptionId: {preview}, description: our own subscription}}

plans:
  - id: operations
    name: Operations
    listing:
      summary: We watch, patch and restart your machines
      description: Monitoring, updates and restarts of virtual machines during business hours.
    visibility: public
    manifest:
      version: 1.0.0
      managedByTenantId: {tenant}
      authorizations:
        - principalId: {group}
          principalDisplayName: Technicians
          principalType: group
          role: Reader
          accessType: active
        - principalId: {group}
          principalDisplayName: Technicians
          principalType: group
          role: Desktop Virtualization Power On Off Contributor
          accessType: active
        - principalId: {group}
          principalDisplayName: Technicians
          principalType: group
          role: Managed Services Registration assignment Delete Role
          accessType: active
"""


def logo(name: str, size: int = 216) -> bytes:
    """Return a flat square PNG to begin with: a light over the sea, its colour taken from the name."""
    from PIL import Image, ImageDraw  # slow to load, and checking an offer draws nothing

    hue = sum(name.encode()) % 360
    picture = Image.new("RGB", (size, size), f"hsl({hue}, 45%, 32%)")
    pen = ImageDraw.Draw(picture)
    u = size / 216
    pen.polygon([(x * u, y * u) for x, y in ((92, 180), (100, 86), (116, 86), (124, 180))], fill="#f4f1e8")
    pen.rectangle((96 * u, 64 * u, 120 * u, 82 * u), fill="#ffd54a")
    pen.polygon([(x * u, y * u) for x, y in ((92, 64), (108, 46), (124, 64))], fill="#f4f1e8")
    for side in (-1, 1):
        beam = ((108 + side * 14, 70), (108 + side * 92, 52), (108 + side * 92, 94), (108 + side * 14, 76))
        pen.polygon([(x * u, y * u) for x, y in beam], fill="#ffe48a")
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()
