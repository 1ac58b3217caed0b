-- When the next rows were last verified in this turn, or the turn ended, by the server's time: an idle phone rests.
ALTER TABLE verification ADD COLUMN verified_at INTEGER NOT NULL DEFAULT 0;
