"""Secrets in a database are of no use to whoever copies it without the key."""

from pathlib import Path

import pytest
from sqlalchemy import text

from lightkeeper.directory import browser_store, sign_in_store
from lightkeeper.directory.browser_store import SecondFactor
from lightkeeper.kernel.clock import utc_now
from lightkeeper.kernel.database import Database
from lightkeeper.kernel.sealing import Keyring, Unreadable, new_key, take_up

SECRET = "JBSWY3DPEHPK3PXP"


def keep(database: Database, account_id: str = "tess") -> None:
    with database.write() as connection:
        sign_in_store.add_key(connection, f"of-{account_id}", "-----BEGIN PRIVATE KEY-----", utc_now())
        browser_store.save_second_factor(connection, SecondFactor(account_id, SECRET, utc_now()))


def kept(database: Database, account_id: str = "tess") -> str:
    with database.read() as connection:
        found = browser_store.second_factor_of(connection, account_id)
    assert found is not None
    return found.secret


def as_stored(database: Database) -> list[str]:
    with database.read() as connection:
        return [
            *connection.execute(text("SELECT secret FROM second_factors")).scalars(),
            *connection.execute(text("SELECT private_pem FROM signing_keys")).scalars(),
        ]


def test_a_secret_is_stored_sealed_and_read_as_it_was(database: Database, tmp_path: Path) -> None:
    """The file appears at the first start, for its owner alone."""
    file = tmp_path / "keys" / "sealing.key"

    take_up(database, file)
    keep(database)

    assert file.stat().st_mode & 0o777 == 0o600
    assert all(one.startswith("sealed:") for one in as_stored(database))
    assert kept(database) == SECRET


def test_what_was_in_the_clear_is_sealed_at_the_next_start(database: Database, tmp_path: Path) -> None:
    """Nothing of it is left in the file, not even in pages that are free again."""
    keep(database)
    assert SECRET in as_stored(database)

    take_up(database, tmp_path / "sealing.key")

    assert all(one.startswith("sealed:") for one in as_stored(database))
    assert kept(database) == SECRET
    if database.local:
        there = Path(str(database.url.database))
        left = [one.read_bytes() for one in there.parent.glob(f"{there.name}*")]
        assert not any(SECRET.encode() in one or b"BEGIN PRIVATE KEY" in one for one in left)


def test_the_first_key_seals_and_every_other_opens(database: Database, tmp_path: Path) -> None:
    """Another key is put above the old one, which can go after the next start."""
    file = tmp_path / "sealing.key"
    take_up(database, file)
    keep(database)
    before, old = as_stored(database), file.read_text()

    file.write_text(f"{new_key()}  # of this spring\n{old}")
    take_up(database, file)
    file.write_text(file.read_text().splitlines()[0])
    take_up(database, file)

    assert kept(database) == SECRET
    assert not set(before) & set(as_stored(database))


@pytest.mark.parametrize(
    "content", [None, "A" * 43 + "=", "", "no key at all"], ids=["none", "another", "empty", "malformed"]
)
def test_a_server_does_not_start_without_the_key(database: Database, tmp_path: Path, content: str | None) -> None:
    """A key that is missing, another database's, or malformed: the message names the file or the key it takes."""
    right, wrong = tmp_path / "right.key", tmp_path / "wrong.key"
    take_up(database, right)
    keep(database)
    if content is not None:
        wrong.write_text(content)

    with pytest.raises(Unreadable, match=r"sealed with the key [0-9a-f]{8}, but|holds no sealing key"):
        take_up(database, wrong)

    assert wrong.exists() == (content is not None)
    take_up(database, right)
    assert kept(database) == SECRET


def test_what_was_tampered_with_is_not_believed() -> None:
    """Sealing shows changes, and equal secrets look different."""
    keyring = Keyring([new_key()])
    sealed = keyring.seal(SECRET)

    assert keyring.seal(SECRET) != sealed
    for changed in (sealed[:-8], sealed[:60] + "AAAA" + sealed[64:], sealed.rpartition(":")[0]):
        with pytest.raises(Unreadable):
            keyring.unseal(changed)
