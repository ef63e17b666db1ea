"""Foreign protocols, translators only: no rule of the trade lives here."""
