-- Rows of another scope or mask stood here since the file was last written anew: what they held may still be found in it.
ALTER TABLE space ADD COLUMN remains INTEGER NOT NULL DEFAULT 0;
