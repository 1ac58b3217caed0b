//! A page of numbers, of a server in a scratch folder that has done a little of everything: for checks by other programs.

use gridwalk_model::exchange::{NamedVerdict, Verdict};
use gridwalk_model::hash::Hash;
use gridwalk_model::id::ReplicaId;
use gridwalk_model::name::Name;
use gridwalk_server::server::make_space;
use gridwalk_server::{Server, ServerOptions};
use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    let server = Server::create(ServerOptions::new(folder.path()))?;
    server.write(|w| {
        make_space(w, "county", false)?;
        w.audit(None, "restored", "nothing")
    })?;
    let running = server.running();
    let name = Name { replica: ReplicaId::default(), seq: 1, mark: Hash::default().mark() };
    running.metrics.judged(&[NamedVerdict { name, verdict: Verdict::Applied, pos: 1 }]);
    running.metrics.answered("POST", "/v1/push", 200, Duration::from_millis(3));
    std::io::stdout().write_all(running.metrics.page(running)?.as_bytes())?;
    Ok(())
}
