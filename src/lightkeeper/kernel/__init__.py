"""What every context stands on: problems, findings, time, the database, the log, the call. No rule of the trade lives here."""
