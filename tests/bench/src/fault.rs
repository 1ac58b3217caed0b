//! What can go wrong in a benchmark.
//!
//! Owns the one error of this crate. Refuses to mend anything. Invariant: a benchmark that could not measure says so.

/// A benchmark could not measure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// The phone's store.
    #[error("store")]
    Store(#[from] gridwalk_store::StoreError),
    /// The app.
    #[error("app")]
    App(#[from] gridwalk_app::AppError),
    /// The key vault.
    #[error("key vault")]
    Vault(#[from] gridwalk_app::keys::VaultError),
    /// The server.
    #[error("server")]
    Server(#[from] gridwalk_server::ServerError),
    /// The floor.
    #[error("floor")]
    Floor(#[from] rusqlite::Error),
    /// Files.
    #[error("file")]
    File(#[from] std::io::Error),
    /// JSON.
    #[error("json")]
    Json(#[from] serde_json::Error),
    /// A change that cannot be sealed.
    #[error("change")]
    Change(#[from] gridwalk_model::codec::Malformed),
    /// Something else that was expected to hold.
    #[error("expected {0}")]
    Expected(String),
}
