//! What a benchmark is given and what it gives.
//!
//! Owns the frame: scratch folder, size, fixtures made once. Refuses to know any single benchmark. Invariant: a figure
//! has met its goal when its ratio is not above it; where more is better, the ratio is goal ÷ measured and its goal 1.

use crate::fault::Fault;
use crate::generator::Register;
use crate::street::Street;
use std::borrow::Cow;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// One benchmark.
pub struct Benchmark {
    /// What it is asked for by.
    pub name: &'static str,
    /// What it measures, for people.
    pub about: &'static str,
    /// Measures.
    pub run: fn(&mut Bench) -> Result<Vec<Figure>, Fault>,
}

/// What came out.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    /// Its name.
    pub name: String,
    /// Measured: in multiples of the floor, or of what is allowed.
    pub ratio: f64,
    /// The ratio should not be above this.
    pub goal: f64,
    /// The figures behind it: what, how much, of which unit.
    pub raw: Vec<(String, f64, Cow<'static, str>)>,
}

impl Figure {
    /// A figure without raw ones.
    pub fn new(name: &str, ratio: f64, goal: f64) -> Self {
        Self { name: name.to_owned(), ratio, goal, raw: Vec::new() }
    }

    /// A time that may be as long as `allowed`: its ratio is measured ÷ allowed, its goal 1.
    pub fn within(name: &str, measured: Duration, allowed: Duration) -> Self {
        let ratio = measured.as_secs_f64() / allowed.as_secs_f64();
        let ms = |time: Duration| time.as_secs_f64() * 1e3;
        Self::new(name, ratio, 1.0).with("median", ms(measured), "ms").with("allowed", ms(allowed), "ms")
    }

    /// With a raw figure.
    #[must_use]
    pub fn with(mut self, what: &str, value: f64, unit: &'static str) -> Self {
        self.raw.push((what.to_owned(), value, unit.into()));
        self
    }
}

/// What benchmarks share: the size of things, a scratch folder, and what is made once.
pub struct Bench {
    /// How many residents, and how many rows of the floor.
    pub rows: usize,
    folder: tempfile::TempDir,
    street: Option<Street>,
}

impl Bench {
    /// So many rows, in a scratch folder inside that one.
    pub fn new(rows: usize, inside: &Path) -> Result<Self, Fault> {
        Ok(Self { rows, folder: tempfile::tempdir_in(inside)?, street: None })
    }

    /// The scratch folder.
    pub fn scratch(&self) -> &Path {
        self.folder.path()
    }

    /// Leaves the scratch folder behind, and says where it is.
    pub fn keep(&mut self) -> &Path {
        self.folder.disable_cleanup(true);
        self.folder.path()
    }

    /// The generated register, seed 1.
    pub fn register(&self) -> Register {
        Register::new(1)
    }

    /// A path for a new file.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Tells on standard error what goes on.
    pub fn tell(&self, what: &str) {
        // Nothing can be done when even stderr is closed.
        drop(writeln!(std::io::stderr(), "  {what}"));
    }

    /// A phone with the whole street, and a floor with as many residents; made on first use.
    pub fn street(&mut self) -> Result<&mut Street, Fault> {
        if self.street.is_none() {
            let street = Street::build(self)?;
            self.street = Some(street);
        }
        self.street.as_mut().ok_or_else(|| Fault::Expected("the street that was built".to_owned()))
    }
}
