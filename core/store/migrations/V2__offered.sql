-- 1: it left for the server, whose verdict on it is not known. What an earlier release wrote is not known to have left.
ALTER TABLE own_change ADD COLUMN offered INTEGER NOT NULL DEFAULT 0;
