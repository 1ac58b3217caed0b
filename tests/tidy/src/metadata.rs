//! What cargo knows of the workspace: crates, their dependencies, their licences.
//!
//! Owns the call. Refuses to judge. Invariant: it asks for what this machine builds, from the committed lock file, so
//! that it needs nothing from a network that a build did not already fetch.

use cargo_metadata::{CargoOpt, Metadata, MetadataCommand};

use crate::tree::root;

/// Asks cargo for the whole dependency tree of this machine's platform.
pub fn read() -> Result<Metadata, cargo_metadata::Error> {
    ask(Some(CargoOpt::AllFeatures))
}

/// The same of what is built when nobody asks for more.
pub fn read_default() -> Result<Metadata, cargo_metadata::Error> {
    ask(None)
}

fn ask(features: Option<CargoOpt>) -> Result<Metadata, cargo_metadata::Error> {
    let mut command = MetadataCommand::new();
    command.manifest_path(root().join("Cargo.toml"));
    if let Some(features) = features {
        command.features(features);
    }
    let mut options = vec!["--locked".to_owned()];
    if let Some(host) = host() {
        options.extend(["--filter-platform".to_owned(), host]);
    }
    command.other_options(options).exec()
}

/// The platform that the compiler in use builds for by default.
fn host() -> Option<String> {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told = std::process::Command::new(compiler).arg("-vV").output().ok()?;
    let told = String::from_utf8(told.stdout).ok()?;
    told.lines().find_map(|line| line.strip_prefix("host: ")).map(str::to_owned)
}
