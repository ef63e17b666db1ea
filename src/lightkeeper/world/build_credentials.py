"""What a world file says about how applications sign in: secrets, certificates, tokens of other issuers."""

from collections.abc import Callable, Iterator

from lightkeeper.directory.certificate_reading import read_certificate
from lightkeeper.directory.credential_rules import EXCHANGE, check_federated_credential
from lightkeeper.directory.model import FederatedCredential
from lightkeeper.kernel.findings import Place
from lightkeeper.kernel.problems import Invalid
from lightkeeper.world.beside import Beside
from lightkeeper.world.model import DeclaredFederatedCredential
from lightkeeper.world.sound import Sound, maps, text

Note = Callable[[str, str, str, Place | None, str], None]


def secrets_of(sound: Sound) -> tuple[str, ...]:
    """Return the client secrets, each once."""
    declared = [text(sound, "secret"), *(str(node.scalar) for node in sound.get("secrets") or ())]
    return tuple(secret for secret in dict.fromkeys(declared) if secret)


def certificates_of(sound: Sound, at: str, beside: Beside, note: Note) -> Iterator[str]:
    """Return the certificates as PEM; one that is not PEM text is the name of a file beside the world file."""
    for n, node in enumerate(sound.get("certificates") or ()):
        declared = str(node.scalar)
        content = declared if "-----BEGIN" in declared else beside(declared.strip())
        if content is None:
            message = f"There is no file '{declared.strip()[:80]}' beside the world file."
            note("NoCertificate", f"{at}.certificates[{n}]", message, node.place, "Put it there, or paste it as PEM.")
            continue
        try:
            yield read_certificate(content).pem
        except Invalid as fault:
            note("NoCertificate", f"{at}.certificates[{n}]", fault.message, node.place, "Give a certificate in PEM.")


def federated_credentials_of(
    sound: Sound, at: str, place: Callable[[str], Place], note: Note
) -> Iterator[DeclaredFederatedCredential]:
    """Return the federated credentials that keep to the rules."""
    for name, one in maps(sound, "federatedCredentials"):
        path = f"{at}.federatedCredentials.{name}"
        audience = text(one, "audience", EXCHANGE)
        declared = DeclaredFederatedCredential(
            name, text(one, "issuer"), text(one, "subject"), audience, text(one, "description")
        )
        if "issuer" not in one or "subject" not in one:
            continue  # told already
        wanted = FederatedCredential("", "", name, declared.issuer, declared.subject, (audience,), declared.description)
        faults = list(check_federated_credential(wanted))
        for fault in faults:
            target = "audience" if fault.target == "audiences" else fault.target
            note("NoFederatedCredential", f"{path}.{target}", fault.message, place(f"{path}.{target}"), "")
        if not faults:
            yield declared
