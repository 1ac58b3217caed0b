//! An invitation as text and as a QR code in the terminal.
//!
//! Owns how it is shown. Refuses to make codes. Invariant: an invitation bears the pin of the server's own key whenever
//! the server speaks TLS itself.

use gridwalk_server::admin::EnrolCode;
use gridwalk_server::{Result, Server, tls};
use gridwalk_sync::invitation::Invitation;

/// Where people reach the server, if that is known.
pub(super) fn address(server: &Server, told: Option<&str>) -> Result<Option<String>> {
    let kept = server.read(|r| tls::address(r.tx))?;
    Ok(told.map(str::to_owned).or(kept))
}

/// The invitation with this code, if it is known where people reach the server.
pub(super) fn of(server: &Server, code: &EnrolCode, address: Option<String>) -> Result<Option<Invitation>> {
    let Some(address) = address else { return Ok(None) };
    let own = if address.starts_with("http://") { None } else { server.identity()? };
    let pin = match own {
        Some(identity) => identity.pins()?.first().copied(),
        None => None,
    };
    Ok(Some(Invitation { address, code: code.to_string(), pin }))
}
