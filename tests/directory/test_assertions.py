"""Which signed statements prove that an application asks."""

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from lightkeeper.directory import application_credentials as credentials
from lightkeeper.directory import naming, service, signing_keys, tokens
from lightkeeper.directory.assertions import Assertions
from lightkeeper.directory.issuers import Issuers
from lightkeeper.directory.model import Certificate, ServicePrincipal, ServicePrincipalKind
from lightkeeper.directory.sign_in import SignIn
from lightkeeper.kernel.problems import Problem
from tests.directory.issuing import EXCHANGE, ISSUER, SUBJECT, Elsewhere, signed
from tests.directory.keys import certificate, pem_of, rsa_key
from tests.directory.people import CHEAP, START, People

LOGIN = "https://localhost:8443"
RECENTLY = timedelta(days=1)


@dataclass
class Scene:
    people: People
    desk: SignIn
    elsewhere: Elsewhere
    certificate: Certificate
    clock: list[float]

    @property
    def app_id(self) -> str:
        return self.people.automation.app_id

    @property
    def endpoint(self) -> str:
        return f"{LOGIN}/{self.people.fabrikam.id}/oauth2/v2.0/token"

    def signs(self, **more: Any) -> str:
        """What the automation's client signs with its certificate."""
        audience = more.pop("_aud", self.endpoint)
        named = {"x5t": self.certificate.x5t} if not {"x5t", "x5t_s256", "kid"} & set(more) else {}
        return signed(self.app_id, audience, **named, **{k: v for k, v in more.items() if v != "absent"})

    def asks(self, assertion: str, *, at: str = "fabrikam.example", use: str = "arm") -> str:
        """Empty when the assertion signs the automation in, else the number of the refusal."""
        try:
            subject = self.desk.application_by_assertion(at, self.app_id, assertion, use)
        except Problem as problem:
            return problem.code
        assert (subject.principal, subject.proof) == (self.people.automation, "2")
        return ""


@pytest.fixture
def scene(people: People) -> Iterator[Scene]:
    elsewhere, clock = Elsewhere(), [0.0]
    issuers = Issuers(elsewhere, lambda: clock[0])
    desk = SignIn(people.office, CHEAP, Assertions(people.office, LOGIN, issuers))
    with people.writing() as call:
        own = credentials.add_certificate(call, people.automation.app_id, pem_of(certificate(rsa_key("automation"))))
        credentials.put_federated_credential(call, people.automation.app_id, "cluster", issuer=ISSUER, subject=SUBJECT)
    yield Scene(people, desk, elsewhere, own, clock)


def test_a_certificate_signs_an_application_in(scene: Scene) -> None:
    """What az and the SDKs send: RS256, x5t, iss = sub = client id, the token endpoint with its port, float times."""
    assert scene.asks(scene.signs()) == ""


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
@pytest.mark.parametrize("header", ["x5t", "x5t_s256", "kid", "padded", "plain", "both"])
def test_the_key_may_be_named_in_every_usual_way(scene: Scene, algorithm: str, header: str) -> None:
    """RFC 7515, 4.1.7 and 4.1.8; msal for Python pads its thumbprints, newer clients sign PS256 with x5t#S256."""
    own = scene.certificate
    headers = {
        "x5t": {"x5t": own.x5t},
        "x5t_s256": {"x5t_s256": own.x5t_s256},
        "kid": {"kid": own.key_id},
        "padded": {"x5t": own.x5t + "="},
        "plain": {"x5t": own.x5t.replace("-", "+").replace("_", "/")},
        "both": {"x5t": own.x5t, "x5t_s256": own.x5t_s256},
    }[header]

    assert scene.asks(scene.signs(algorithm=algorithm, **headers)) == ""


@pytest.mark.parametrize(
    "audience",
    [
        "{login}/{id}/oauth2/v2.0/token",
        "{login}/fabrikam.example/oauth2/v2.0/token",
        "{LOGIN}/{id}/oauth2/token",
        "{login}/{id}/v2.0",
        "{login}/{id}/",
        "https://sts.windows.net/{id}/",
    ],
)
def test_the_assertion_is_addressed_to_this_tenants_endpoint_or_issuer(scene: Scene, audience: str) -> None:
    """The token endpoint's URL; Entra takes its issuer's as well."""
    fabrikam, contoso = scene.people.fabrikam.id, scene.people.contoso.id
    names = {"login": LOGIN, "LOGIN": LOGIN.upper()}

    assert scene.asks(scene.signs(_aud=audience.format(id=fabrikam, **names))) == ""
    if "fabrikam.example" not in audience:
        assert scene.asks(scene.signs(_aud=audience.format(id=contoso, **names))) == "AADSTS700023"


@pytest.mark.parametrize(
    ("change", "number"),
    [
        ({"key": rsa_key("somebody else's")}, "AADSTS700027"),
        ({"x5t": "AAAA"}, "AADSTS700027"),
        ({"x5t": "", "x5t_s256": ""}, "AADSTS5002723"),
        ({"kid": "../../etc/passwd"}, "AADSTS700027"),
        ({"kid": "' or 1=1 --"}, "AADSTS700027"),
        ({"_aud": "https://login.microsoftonline.com/common/oauth2/v2.0/token"}, "AADSTS700023"),
        ({"_aud": "https://localhost/oauth2/v2.0/token"}, "AADSTS700023"),
        ({"_aud": ["a", "b"]}, "AADSTS50027"),
        ({"_aud": None}, "AADSTS50027"),
        ({"_aud": 7}, "AADSTS50027"),
        ({"_exp": None}, "AADSTS50027"),
        ({"_exp": "tomorrow"}, "AADSTS50027"),
        ({"_exp": float("nan")}, "AADSTS50027"),
        ({"_exp": 10**400}, "AADSTS50027"),
        ({"_exp": True}, "AADSTS50027"),
        ({"_exp": START.timestamp() - 301}, "AADSTS700024"),
        ({"_nbf": START.timestamp() + 301}, "AADSTS700024"),
        ({"_sub": "0" * 36}, "AADSTS700021"),
        ({"_iss": "0" * 36}, "AADSTS700021"),
        ({"_jti": 7}, "AADSTS50027"),
        ({"crit": ["b64"], "b64": True}, "AADSTS50027"),
    ],
)
def test_what_is_wrong_with_an_assertion_has_its_number(scene: Scene, change: dict[str, Any], number: str) -> None:
    """Reference of Entra's error codes: wrong key, other audience, out of its time, other application, malformed."""
    assert scene.asks(scene.signs(**change)) == number


def test_clocks_may_differ_by_five_minutes(scene: Scene) -> None:
    """A client's clock is rarely right."""
    assert scene.asks(scene.signs(_exp=START.timestamp() - 299)) == ""
    assert scene.asks(scene.signs(_nbf=START.timestamp() + 299)) == ""


def test_moving_the_sandboxs_clock_keeps_real_clients_signing_in(scene: Scene) -> None:
    """What clients sign says what their own clock says; the certificate itself expires by the sandbox's."""
    scene.people.office.clock.shift = timedelta(days=30)
    assert scene.asks(scene.signs()) == ""

    scene.people.office.clock.shift = timedelta(days=365)
    assert scene.asks(scene.signs()) == "AADSTS700027"


def test_a_certificate_taken_away_signs_nobody_in(scene: Scene) -> None:
    """From the next request on."""
    with scene.people.writing() as call:
        credentials.remove_certificate(call, scene.app_id, scene.certificate.key_id)

    assert scene.asks(scene.signs()) == "AADSTS700027"


def test_an_assertion_is_used_for_one_thing_within_a_minute(scene: Scene) -> None:
    """RFC 7523, 3: a copy that comes later is refused. Threads of one client share an assertion, for several scopes."""
    assertion = scene.signs()
    assert scene.asks(assertion) == scene.asks(assertion) == ""
    scene.people.now.passes(seconds=61)

    assert scene.asks(assertion) == "AADSTS50013"
    assert scene.asks(assertion, use="graph") == ""
    assert scene.asks(scene.signs(_jti="another")) == ""


def test_an_assertion_without_an_id_is_remembered_too(scene: Scene) -> None:
    """Leaving `jti` out is no way round."""
    assertion = scene.signs(_jti=None)
    assert scene.asks(assertion) == ""
    scene.people.now.passes(seconds=61)

    assert scene.asks(assertion) == "AADSTS50013"


def test_the_header_does_not_choose_how_the_signature_is_checked(scene: Scene) -> None:
    """RFC 8725: alg none, and HS256 with the public key as its secret, are the oldest tricks there are."""
    public = rsa_key("automation").public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    claims = jwt.decode(scene.signs(), options={"verify_signature": False})
    unsigned = jwt.encode(claims, "", algorithm="none", headers={"x5t": scene.certificate.x5t})
    forged = _hs256(claims, pem, scene.certificate.x5t)
    own_key = scene.signs(key=rsa_key("attacker"), jwk=json.dumps({}), x5c=["AAAA"], x5t=scene.certificate.x5t)

    assert [scene.asks(one) for one in (unsigned, forged, own_key)] == ["AADSTS700027"] * 3


def _hs256(claims: dict[str, Any], secret: bytes, x5t: str) -> str:
    import hashlib
    import hmac

    def part(value: Any) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")

    text = part({"alg": "HS256", "typ": "JWT", "x5t": x5t}) + b"." + part(claims)
    mac = base64.urlsafe_b64encode(hmac.new(secret, text, hashlib.sha256).digest()).rstrip(b"=")
    return (text + b"." + mac).decode()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a.b.c",
        "e30.e30.",
        "." * 20,
        "é.é.é",
        "A" * 100_000,
        base64.b64encode(b"[" * 9000).decode() + ".e30.e30",
    ],
)
def test_any_text_may_be_presented(scene: Scene, text: str) -> None:
    """It is malformed, and costs nothing."""
    assert scene.asks(text) == "AADSTS50027"


def test_another_applications_certificate_is_not_this_ones(scene: Scene) -> None:
    """Keys belong to the application they were registered with."""
    other = naming.service_principal(scene.people.fabrikam, "other")
    with scene.people.writing() as call:
        service.put_service_principal(call, other)
        credentials.add_certificate(call, other.app_id, pem_of(certificate(rsa_key("somebody else's"))))
        theirs = credentials.list_certificates(call, other.app_id)[0]

    assert scene.asks(scene.signs(key=rsa_key("somebody else's"), x5t=theirs.x5t)) == "AADSTS700027"


def test_a_token_of_a_registered_issuer_signs_the_application_in(scene: Scene) -> None:
    """Workload identity federation: issuer, subject and audience as registered, signed with the issuer's key."""
    assert scene.asks(scene.elsewhere.signs()) == ""
    assert scene.asks(scene.elsewhere.signs(aud=[EXCHANGE])) == ""  # as Kubernetes writes it
    assert scene.elsewhere.asked == [f"{ISSUER}/.well-known/openid-configuration", f"{ISSUER}/keys"]


def test_such_a_token_may_be_used_as_long_as_it_lives(scene: Scene) -> None:
    """A pod's token lies in a file for an hour, and every process of the pod uses it."""
    token = scene.elsewhere.signs(jti="one", exp=START.timestamp() + 3600)
    assert scene.asks(token) == ""
    scene.people.now.passes(minutes=30)

    assert scene.asks(token) == ""


@pytest.mark.parametrize(
    ("claims", "number"),
    [
        ({"iss": "https://elsewhere.example"}, "AADSTS700211"),
        ({"iss": "https://issuer.example/realm/"}, "AADSTS700211"),
        ({"iss": "https://ISSUER.example/realm"}, "AADSTS700211"),
        ({"iss": "http://issuer.example/realm"}, "AADSTS700021"),
        ({"sub": "system:serviceaccount:prod:other"}, "AADSTS700213"),
        ({"sub": SUBJECT.upper()}, "AADSTS700213"),
        ({"aud": "https://kubernetes.default"}, "AADSTS700212"),
        ({"exp": START.timestamp() - 301}, "AADSTS700024"),
        ({"kid": "unknown"}, "AADSTS700027"),
    ],
)
def test_what_does_not_match_is_told_and_nobody_is_asked(scene: Scene, claims: dict[str, Any], number: str) -> None:
    """AADSTS700211, 700213 and 700212 name the issuer, subject or audience; matching minds upper and lower case."""
    assert scene.asks(scene.elsewhere.signs(**claims)) == number
    assert scene.elsewhere.asked == [] or "kid" in claims


def test_an_application_without_federated_credentials_takes_no_token(scene: Scene) -> None:
    """AADSTS70025; no address that a stranger writes into a token is ever asked (SSRF)."""
    with scene.people.writing() as call:
        credentials.remove_federated_credential(call, scene.app_id, "cluster")

    for issuer in (ISSUER, "https://169.254.169.254/latest", "https://localhost:8443"):
        assert scene.asks(scene.elsewhere.signs(iss=issuer)) == "AADSTS70025"
    assert scene.elsewhere.asked == []


def test_only_the_issuers_own_key_signs_its_tokens(scene: Scene) -> None:
    """RS256 with a published key, and nothing else."""
    theirs = Elsewhere({"one": rsa_key("attacker")})
    key = jwt.algorithms.RSAAlgorithm.to_jwk(rsa_key("issuer").public_key())

    assert scene.asks(theirs.signs()) == "AADSTS700027"
    assert scene.asks(scene.elsewhere.signs(algorithm="PS256")) == "AADSTS700027"
    claims = jwt.decode(scene.elsewhere.signs(), options={"verify_signature": False})
    assert scene.asks(_hs256(claims, key.encode() if isinstance(key, str) else b"", "")) == "AADSTS700027"


def test_a_managed_identitys_token_of_ours_may_stand_for_an_application(scene: Scene) -> None:
    """An application may be configured to trust a managed identity: our keys are at hand, so nobody is asked."""
    people = scene.people
    identity = naming.service_principal(people.contoso, "vm", kind=ServicePrincipalKind.MANAGED_IDENTITY)
    program = naming.service_principal(people.contoso, "program")
    with people.writing() as call:
        for each in (identity, program):
            service.put_service_principal(call, each)
            issuer = f"{LOGIN}/{people.contoso.id}/v2.0"
            credentials.put_federated_credential(
                call, scene.app_id, f"own-{each.display_name}", issuer=issuer, subject=each.id
            )

    assert scene.asks(_own(people, identity)) == ""
    assert scene.asks(_own(people, program)) == "AADSTS700222"
    assert scene.elsewhere.asked == []
    with people.writing() as call:
        service.delete_principal(call, identity.id)
    assert scene.asks(_own(people, identity)) == "AADSTS700222"


def _own(people: People, principal: ServicePrincipal) -> str:
    with people.reading() as call:
        call.open_to_all("test")
        key = signing_keys.known_keys(call.connection, call.now)[0]
        now = call.now
    subject = tokens.Subject(people.contoso, principal, principal, principal.app_id)
    return tokens.issue_access_token(key, subject, EXCHANGE, now)


def test_a_disabled_program_is_refused_before_its_proof(scene: Scene) -> None:
    """AADSTS7000112, with a certificate as with a secret."""
    from dataclasses import replace

    with scene.people.writing() as call:
        service.put_service_principal(call, replace(scene.people.automation, enabled=False))

    assert scene.asks(scene.signs()) == "AADSTS7000112"
    assert scene.asks(scene.signs(), at="nowhere.example") == "AADSTS90002"
    assert scene.asks(scene.signs(), at="organizations") == "AADSTS50059"
