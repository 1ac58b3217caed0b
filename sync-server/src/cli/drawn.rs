//! A text as a QR code: for the terminal, and for a page to print.
//!
//! Owns how codes are made. Refuses to know what they say. Invariant: a text that no phone could scan is refused, not drawn.

use super::Context;
use super::reply::{Failure, about};
use gridwalk_server::ServerError;
use gridwalk_server::page::Modules;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use std::io::Write as _;
use std::path::Path;

/// A code that was made.
pub(super) struct Drawn {
    code: QrCode,
    dark: Vec<bool>,
}

impl Drawn {
    /// The code of a text.
    pub(super) fn of(context: &Context<'_>, text: &str) -> Result<Self, Failure> {
        let too_large = |_| context.failure(&ServerError::Refused("poster_too_large"));
        let code = QrCode::with_error_correction_level(text.as_bytes(), EcLevel::M).map_err(too_large)?;
        let dark = code.to_colors().into_iter().map(|color| color == qrcode::Color::Dark).collect();
        Ok(Self { code, dark })
    }

    /// For a page.
    pub(super) fn modules(&self) -> Modules<'_> {
        Modules { width: self.code.width(), dark: &self.dark }
    }

    /// For the terminal.
    pub(super) fn lines(&self) -> String {
        self.code.render::<Dense1x2>().quiet_zone(true).build()
    }
}

/// Writes a page; the path that was written.
pub(super) fn write(context: &Context<'_>, file: &Path, page: &str) -> Result<String, Failure> {
    written(context, file, &|path| std::fs::write(path, page))
}

/// Writes a page that nobody else on this machine may read: it lets somebody in.
pub(super) fn write_private(context: &Context<'_>, file: &Path, page: &str) -> Result<String, Failure> {
    written(context, file, &|path| {
        let mut options = std::fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(page.as_bytes())
    })
}

fn written(context: &Context<'_>, file: &Path, job: &dyn Fn(&Path) -> std::io::Result<()>) -> Result<String, Failure> {
    let path = context.input.from.join(file);
    job(&path).map_err(|e| context.failure(&about(&path, &e)))?;
    Ok(path.display().to_string())
}
