"""How secrets are kept: people's and programs' by argon2id, our own random tokens by SHA-256.

A password may be guessed, so its hash must be slow. A token of ours has 256 random bits, so a fast hash keeps it as
safe, and lets the database find it.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

LONGEST_SECRET = 1024  # a longer one is refused before it is hashed


@dataclass(frozen=True, slots=True)
class Hashing:
    """What a guess costs. The default is OWASP's minimum for argon2id: 19 MiB, two passes, one lane."""

    time_cost: int = 2
    memory_kib: int = 19 * 1024
    parallelism: int = 1

    def hash(self, secret: str) -> str:
        """Return the argon2id hash, with its salt and parameters inside."""
        return self._hasher().hash(secret)

    def matches_any(self, secret: str, hashes: Sequence[str]) -> int | None:
        """Return the position of the hash that `secret` fits, or None.

        Takes the time of one check when there is no hash at all, so that an unknown account answers no faster.
        """
        hasher = self._hasher()
        fits = None
        for n, known in enumerate(hashes or (_nobodys(self),)):
            try:
                hasher.verify(known, secret)
            except (VerificationError, InvalidHashError):
                continue
            if hashes and fits is None:
                fits = n
        return fits

    def _hasher(self) -> PasswordHasher:
        return PasswordHasher(
            time_cost=self.time_cost, memory_cost=self.memory_kib, parallelism=self.parallelism, hash_len=32
        )


_NOBODYS: dict[Hashing, str] = {}


def _nobodys(hashing: Hashing) -> str:
    """Return a hash that nothing fits, costing what the others cost."""
    if hashing not in _NOBODYS:
        _NOBODYS[hashing] = hashing.hash(secrets.token_urlsafe(32))
    return _NOBODYS[hashing]


def random_token() -> str:
    """Return a fresh token of 256 random bits, fit for URLs."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """Return what is kept of a random token: its SHA-256, in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def challenge_of(verifier: str) -> str:
    """Return the S256 code challenge of a PKCE verifier (RFC 7636, section 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def same(left: str, right: str) -> bool:
    """Return whether two texts are equal, in a time that does not depend on where they differ."""
    return hmac.compare_digest(left.encode(), right.encode())


_USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # no vowels, no words; nothing that looks like a digit


def user_code() -> str:
    """Return a code a person can type: nine letters, 38 bits."""
    return "".join(secrets.choice(_USER_CODE_LETTERS) for _ in range(9))
