//! The files of the project, as they would be committed.
//!
//! Owns the listing (git's own, so that ignored files stay out) and the reading. Refuses to judge. Invariant: paths are
//! relative to the project's folder, with `/`, sorted.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::source::Source;

/// One text file.
#[derive(Debug)]
pub struct File {
    /// Path below the project's folder.
    pub path: String,
    /// What it holds.
    pub text: String,
    /// The same, read as Rust, where it is Rust.
    pub rust: Option<Source>,
}

impl File {
    /// Reads a text under a path.
    pub fn new(path: &str, text: &str) -> Self {
        let mut file = Self { path: path.to_owned(), text: text.to_owned(), rust: None };
        file.rust = file.ends_in("rs").then(|| Source::read(text));
        file
    }

    /// Whether the file's name has this ending (without the dot).
    pub fn ends_in(&self, ending: &str) -> bool {
        Path::new(&self.path).extension().is_some_and(|own| own == ending)
    }

    /// The file's name without its ending.
    pub fn stem(&self) -> &str {
        Path::new(&self.path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default()
    }

    /// Whether the whole file is test code: it stands in a crate's own `tests` folder or in a module named `tests`.
    pub fn is_test(&self) -> bool {
        let inside = self
            .path
            .strip_prefix("tests/")
            .and_then(|rest| rest.split_once('/'))
            .map_or(&*self.path, |(_, rest)| rest);
        self.stem() == "tests" || inside.split('/').any(|part| part == "tests" || part == "benches")
    }

    /// Whether a line of the file is test code.
    pub fn is_test_line(&self, line: usize) -> bool {
        self.is_test() || self.rust.as_ref().is_some_and(|source| source.is_test_line(line))
    }
}

/// All text files of the project.
#[derive(Debug, Default)]
pub struct Tree {
    /// The files, sorted by path.
    pub files: Vec<File>,
}

impl Tree {
    /// Reads the project: what git tracks or would track.
    pub fn read() -> io::Result<Self> {
        let root = root();
        let listed = Command::new("git")
            .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
            .current_dir(&root)
            .output()?;
        if !listed.status.success() {
            return Err(io::Error::other("git ls-files failed: is this a git checkout?"));
        }
        let mut files = Vec::new();
        for path in String::from_utf8_lossy(&listed.stdout).split('\0').filter(|path| !path.is_empty()) {
            match std::fs::read(root.join(path)) {
                // What is no UTF-8 is no text.
                Ok(bytes) => files.extend(String::from_utf8(bytes).ok().map(|text| File::new(path, &text))),
                // Deleted in the checkout and not yet in the index.
                Err(fault) if fault.kind() == io::ErrorKind::NotFound => {}
                Err(fault) => return Err(fault),
            }
        }
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files.dedup_by(|one, other| one.path == other.path);
        Ok(Self { files })
    }

    /// A made-up project, to plant offences in.
    pub fn planted(files: &[(&str, &str)]) -> Self {
        Self { files: files.iter().map(|(path, text)| File::new(path, text)).collect() }
    }

    /// The Rust files with what was read from them.
    pub fn rust(&self) -> impl Iterator<Item = (&File, &Source)> {
        self.files.iter().filter_map(|file| Some((file, file.rust.as_ref()?)))
    }
}

/// The project's folder.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).map(PathBuf::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_project_is_found_with_its_rust_files() {
        let tree = Tree::read().unwrap();
        assert!(tree.rust().any(|(file, _)| file.path == "tests/tidy/src/tree.rs"));
        assert!(tree.files.iter().any(|file| file.path == "Cargo.toml"));
    }

    #[test]
    fn test_files_are_told_from_crates_that_stand_under_tests() {
        assert!(!File::new("tests/sim/src/phone.rs", "").is_test());
        assert!(File::new("tests/sim/tests/seeds.rs", "").is_test());
        assert!(File::new("core/model/tests/laws.rs", "").is_test());
        assert!(File::new("core/model/src/merge/tests.rs", "").is_test());
        assert!(!File::new("core/model/src/merge.rs", "").is_test());
    }
}
