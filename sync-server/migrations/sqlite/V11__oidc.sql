-- Accounts by whom an office's own provider (OpenID Connect) says that somebody is.
CREATE TABLE oidc_link (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    account BLOB NOT NULL,
    made_at INTEGER NOT NULL,
    PRIMARY KEY (issuer, subject)
) STRICT, WITHOUT ROWID;
CREATE INDEX oidc_link_account ON oidc_link (account);

-- Who was sent to the provider and is not back yet, by the hash of the state.
CREATE TABLE oidc_try (
    state BLOB PRIMARY KEY,
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX oidc_try_until ON oidc_try (until);
