//! A QR code on a page to print.
//!
//! Owns how its modules are drawn. Refuses to make codes: whoever calls brings the modules. Invariant: no script, and nothing
//! is fetched from anywhere.

use super::html::Html;

/// A code to scan, as modules.
#[derive(Debug, Clone, Copy)]
pub struct Modules<'a> {
    /// Modules in a row of the code.
    pub width: usize,
    /// Whether each module is dark, row by row.
    pub dark: &'a [bool],
}

/// The modules that surround a code.
const QUIET: usize = 4;

/// The code as one path: each run of dark modules in a row is a bar.
pub(super) fn draw(html: &mut Html, code: Modules<'_>) {
    let side = (code.width + 2 * QUIET).to_string();
    html.tag("<svg xmlns=\"http://www.w3.org/2000/svg\" shape-rendering=\"crispEdges\" viewBox=\"0 0 ");
    html.text(&side).tag(" ").text(&side).tag("\"><path fill=\"#000\" d=\"");
    for (y, row) in code.dark.chunks(code.width.max(1)).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run.first() == Some(&true) {
                html.text(&format!("M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len()));
            }
            x += run.len();
        }
    }
    html.tag("\"/></svg>");
}
