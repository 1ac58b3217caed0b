//! What can be typed into a form.
//!
//! Owns the arguments that every form shares. Refuses to know fields. Invariant: what is not named is left alone.

use clap::Args as ClapArgs;
use std::path::PathBuf;

/// What is changed in a form.
#[derive(ClapArgs, Default, Clone)]
pub struct Edits {
    /// Write a field; codes, their words, dates (2026-11-22), yes and no are understood
    #[arg(long = "set", value_name = "FIELD=VALUE")]
    pub set: Vec<String>,
    /// Clear a field
    #[arg(long = "clear", value_name = "FIELD")]
    pub clear: Vec<String>,
    /// Add to a set
    #[arg(long = "add", value_name = "SET=ELEMENT")]
    pub add: Vec<String>,
    /// Remove from a set
    #[arg(long = "remove", value_name = "SET=ELEMENT")]
    pub remove: Vec<String>,
    /// Attach a picture (JPEG, PNG); may be repeated
    #[arg(long = "picture", value_name = "FILE")]
    pub pictures: Vec<PathBuf>,
}

impl Edits {
    /// Whether nothing is changed.
    pub fn is_empty(&self) -> bool {
        let typed = [&self.set, &self.clear, &self.add, &self.remove];
        typed.iter().all(|list| list.is_empty()) && self.pictures.is_empty()
    }
}
