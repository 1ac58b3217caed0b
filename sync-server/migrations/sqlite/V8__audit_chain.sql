-- The audit is a chain: each row's hash is over the hash before it. Rows of before are chained when the server is next
-- opened; nothing that is chained is ever changed or taken out.
ALTER TABLE audit ADD COLUMN chain BLOB;

-- Heads of the chain as the server signed them, each hour and at each stop.
CREATE TABLE audit_head (
    n INTEGER PRIMARY KEY,
    body BLOB NOT NULL,
    signature BLOB NOT NULL
) STRICT;

CREATE TRIGGER audit_row_changed BEFORE UPDATE ON audit
WHEN OLD.chain IS NOT NULL OR NEW.id <> OLD.id OR NEW.at <> OLD.at OR NEW.account IS NOT OLD.account
    OR NEW.code <> OLD.code OR NEW.detail <> OLD.detail
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_row_removed BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit is only added to'); END;
CREATE TRIGGER audit_head_changed BEFORE UPDATE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the heads of the audit are only added to'); END;
CREATE TRIGGER audit_head_removed BEFORE DELETE ON audit_head
BEGIN SELECT RAISE(ABORT, 'the heads of the audit are only added to'); END;
