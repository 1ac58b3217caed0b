//! Benchmarks: what the core costs beside the same rows written by hand.
//!
//! Owns the floor, the generated register, how things are timed and how figures are told. Refuses to assert absolute
//! times: a figure is reported with its goal, and only what noise cannot move is tested. Invariant: whatever is set
//! against the floor runs in pairs, one after the other, in one process.

pub mod appraisal;
pub mod benchmark;
pub mod child;
pub mod county;
#[cfg(feature = "encrypted")]
pub mod encrypted;
pub mod fault;
pub mod file;
pub mod floor;
pub mod generator;
pub mod import;
pub mod import_floor;
pub mod load;
pub mod machine;
pub mod measure;
pub mod phone;
pub mod read;
pub mod report;
pub mod save;
pub mod street;
pub mod sync;
pub mod wire;

pub use benchmark::{Bench, Benchmark, Figure};
pub use fault::Fault;

/// Every benchmark, in the order in which they run. To add one: a module, and its line here.
pub const ALL: &[Benchmark] = &[
    Benchmark { name: "save", about: "one durable save of 20 fields", run: save::one },
    Benchmark { name: "bulk", about: "a thousand saves of 20 fields in one transaction", run: save::bulk },
    Benchmark { name: "edit", about: "one durable edit of 3 fields", run: save::edit },
    Benchmark { name: "file", about: "the phone's file for so many records", run: file::size },
    Benchmark { name: "list", about: "a list's first page", run: read::list },
    Benchmark { name: "search", about: "search as one types", run: read::search },
    Benchmark { name: "grid", about: "which grid a point lies in", run: read::grid },
    Benchmark { name: "open", about: "from a cold start to my day", run: read::open },
    Benchmark { name: "sync", about: "first sync, polls and single edits between processes", run: sync::first },
    Benchmark { name: "server", about: "pushes of many phones, and polls", run: load::server },
    Benchmark {
        name: "import",
        about: "a county's table of residents, imported and imported again",
        run: import::people,
    },
    Benchmark { name: "appraisal", about: "a county's month in numbers", run: appraisal::month },
    #[cfg(feature = "encrypted")]
    Benchmark { name: "encrypted", about: "saves into an encrypted file beside a plain one", run: encrypted::saves },
];
