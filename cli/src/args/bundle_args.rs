//! Arguments of `bundle`.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Verbs on bundles.
#[derive(Subcommand)]
pub enum BundleVerb {
    /// Seal what waits, for another phone to carry; nothing leaves the outbox by it
    #[command(
        after_help = "Examples:\n  gridwalk --phone ./ann bundle make ann.gwb\n  gridwalk --phone ./ann bundle make ann.gwb --piece 200000   # ann.gwb.1of3, ann.gwb.2of3, …\n  gridwalk --phone ./ann bundle make --qr                     # a series of QR codes to scan"
    )]
    Make(Make),
    /// Take what somebody handed to this phone: a bundle to carry with the next sync, or the reply to one of its own
    #[command(
        after_help = "Examples:\n  gridwalk --phone ./bob bundle take ann.gwb\n  gridwalk --phone ./bob bundle take ann.gwb.*      # parts, in any order\n  gridwalk --phone ./bob bundle take -              # what a scanner types: one code a line\n  gridwalk --phone ./ann bundle take ann.reply"
    )]
    Take(Take),
    /// Write the reply that this phone brought back, for the author of the bundle
    #[command(
        after_help = "Examples:\n  gridwalk --phone ./bob bundle reply ann.reply\n  gridwalk --phone ./bob bundle reply ann.reply --bundle 3fa9\n  gridwalk --phone ./bob bundle reply --qr"
    )]
    Reply(Reply),
    /// What this phone carries for others
    #[command(after_help = "Example:\n  gridwalk bundle list")]
    List,
    /// Put down what this phone carries; its author still has everything
    #[command(after_help = "Example:\n  gridwalk --phone ./bob bundle drop 3fa9")]
    Drop(Which),
}

/// How something sealed leaves.
#[derive(ClapArgs)]
pub struct Way {
    /// The file; parts get `.1of3` and so on behind it
    #[arg(required_unless_present = "qr")]
    pub file: Option<PathBuf>,
    /// Largest part, bytes: for a medium that takes no large files
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(64..))]
    pub piece: Option<u32>,
    /// Print QR codes instead
    #[arg(long, conflicts_with = "file")]
    pub qr: bool,
}

/// Arguments of `bundle make`.
#[derive(ClapArgs)]
pub struct Make {
    /// How it leaves
    #[command(flatten)]
    pub way: Way,
}

/// Arguments of `bundle take`.
#[derive(ClapArgs)]
pub struct Take {
    /// The files, or `-`
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// Arguments of `bundle reply`.
#[derive(ClapArgs)]
pub struct Reply {
    /// How it leaves
    #[command(flatten)]
    pub way: Way,
    /// The bundle, by the beginning of its name; the only reply if nothing is said
    #[arg(long, value_name = "NAME")]
    pub bundle: Option<String>,
}

/// Arguments of `rescue`.
#[derive(ClapArgs)]
#[command(
    after_help = "Only the server can open it. It works on a locked phone, changes nothing there, and may be made again.\nAt the server: gridwalk-server bundle take ann.rescue ann.rescue.left --reply ann.reply\n\nExample:\n  gridwalk --phone ./ann rescue ann.rescue"
)]
pub struct Rescue {
    /// The file for what waits; open forms and what needs attention go into FILE.left
    pub file: PathBuf,
}

/// One of those that are carried.
#[derive(ClapArgs)]
pub struct Which {
    /// The beginning of its name, as `list` prints it
    pub name: String,
}
