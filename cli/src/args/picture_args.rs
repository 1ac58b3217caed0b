//! What can be typed about pictures.
//!
//! Owns the arguments. Refuses to act. Invariant: a picture is named by its number on its record's card.

use clap::{Args as ClapArgs, Subcommand};
use std::path::PathBuf;

/// Verbs on pictures.
#[derive(Subcommand)]
pub enum PictureVerb {
    /// Attach files to a record that stands here
    #[command(
        after_help = "JPEG and PNG are taken, whatever the file is called; its bytes stay as they are.\n\nExamples:\n  gridwalk picture add 楼下堆放液化气罐 cylinders.jpg\n  gridwalk picture add 北门消火栓 front.jpg side.jpg"
    )]
    Add(PictureAdd),
    /// The pictures of a record, and whether they are here, wait to be sent, or are not here yet
    #[command(after_help = "Example:\n  gridwalk picture list 楼下堆放液化气罐 --json")]
    List(PictureOf),
    /// Write one to a file
    #[command(after_help = "Example:\n  gridwalk picture save 楼下堆放液化气罐 1 cylinders.jpg")]
    Save(PictureSave),
    /// Take one away from its record; gridwalk undo brings it back
    #[command(after_help = "Example:\n  gridwalk picture remove 楼下堆放液化气罐 1")]
    Remove(PictureOne),
}

/// Arguments of `picture add`.
#[derive(ClapArgs)]
pub struct PictureAdd {
    /// The record: a place, a case, a visit
    pub record: String,
    /// The files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// When they were taken; what the camera wrote into them if nothing is said
    #[arg(long, value_name = "MOMENT")]
    pub taken: Option<String>,
    /// The basis that was printed
    #[arg(long)]
    pub basis: Option<String>,
}

/// A record with pictures.
#[derive(ClapArgs)]
pub struct PictureOf {
    /// The record
    pub record: String,
}

/// One picture of a record.
#[derive(ClapArgs)]
pub struct PictureOne {
    /// The record
    pub record: String,
    /// Its number, as list tells
    #[arg(value_name = "N")]
    pub n: usize,
}

/// Arguments of `picture save`.
#[derive(ClapArgs)]
pub struct PictureSave {
    /// The record
    pub record: String,
    /// Its number, as list tells
    #[arg(value_name = "N")]
    pub n: usize,
    /// The file; none of this name may be there
    pub file: PathBuf,
}
