//! The side door: a verb that finds the folder taken asks the process that has it.
//!
//! Owns the door's file, its secret and its one-line messages. Refuses to listen beyond this machine and to answer
//! whoever cannot read the folder. Invariant: the door says what the verb would have said.

use super::reply::{Failure, Reply};
use super::{Cli, Context, Input, carry_out, language};
use clap::Parser as _;
use gridwalk_server::admin::Admin;
use gridwalk_server::limits::RELAY_BYTES_MAX;
use gridwalk_server::{Ids as _, Result, Server, SystemIds};
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use zeroize::Zeroizing;

/// Name of the file that says where the door is.
const DOOR: &str = "gridwalk.door";

/// Where the door is, and the secret that opens it.
#[derive(serde::Serialize, serde::Deserialize)]
struct Door {
    port: u16,
    secret: String,
}

/// What is asked through it.
#[derive(serde::Serialize, serde::Deserialize)]
struct Ask {
    secret: String,
    args: Vec<String>,
    lang: String,
    input: Input,
}

/// What is answered.
#[derive(serde::Serialize, serde::Deserialize)]
enum Answer {
    Done(Reply),
    Failed(Failure),
}

/// An open door; closed, its file is gone.
pub(super) struct OpenDoor {
    file: PathBuf,
    task: tokio::task::JoinHandle<()>,
}

impl OpenDoor {
    /// Closes it.
    pub(super) fn close(self) {
        self.task.abort();
        // A file that is left over leads nowhere, and the next start writes it anew.
        let _left = std::fs::remove_file(self.file);
    }
}

/// Asks the process that has the folder; `None` if it has no door.
pub(super) fn ask(folder: &Path, input: &Input) -> Option<std::result::Result<Reply, Failure>> {
    let door: Door = serde_json::from_slice(&std::fs::read(folder.join(DOOR)).ok()?).ok()?;
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, door.port)).ok()?;
    let input = input.clone();
    let lang = std::env::var("LC_ALL").or_else(|_| std::env::var("LANG")).unwrap_or_default();
    let ask = Ask { secret: door.secret, args: std::env::args().collect(), lang, input };
    let mut message = Zeroizing::new(serde_json::to_vec(&ask).ok()?);
    message.push(b'\n');
    stream.write_all(&message).ok()?;
    let mut line = String::new();
    BufReader::new(stream).read_line(&mut line).ok()?;
    match serde_json::from_str(&line).ok()? {
        Answer::Done(reply) => Some(Ok(reply)),
        Answer::Failed(failure) => Some(Err(failure)),
    }
}

/// Opens the door for as long as the server runs.
pub(super) async fn open_door(server: Server, folder: PathBuf) -> Result<OpenDoor> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let secret = data_encoding::HEXLOWER.encode(&SystemIds.b32());
    let file = folder.join(DOOR);
    let door = Door { port: listener.local_addr()?.port(), secret: secret.clone() };
    write_privately(&file, serde_json::to_string(&door).unwrap_or_default().as_bytes())?;
    let task = tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, server.clone(), folder.clone(), secret.clone()));
        }
    });
    Ok(OpenDoor { file, task })
}

/// Only who owns the folder may read the secret.
fn write_privately(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    match std::fs::remove_file(file) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(bytes)
}

async fn answer(mut stream: tokio::net::TcpStream, server: Server, folder: PathBuf, secret: String) {
    let (reading, mut writing) = stream.split();
    let mut line = Zeroizing::new(String::new());
    let mut bounded = tokio::io::BufReader::new(reading.take(RELAY_BYTES_MAX));
    if bounded.read_line(&mut line).await.is_err() {
        return;
    }
    let Ok(ask) = serde_json::from_str::<Ask>(&line) else { return };
    if ask.secret != secret {
        return;
    }
    let done = tokio::task::spawn_blocking(move || carry_out_asked(&ask, server, &folder)).await;
    let Ok(Some(answer)) = done else { return };
    let mut message = serde_json::to_vec(&answer).unwrap_or_default();
    message.push(b'\n');
    // Whoever asked may be gone.
    let _gone = writing.write_all(&message).await;
}

fn carry_out_asked(ask: &Ask, server: Server, folder: &Path) -> Option<Answer> {
    let cli = Cli::try_parse_from(&ask.args).ok()?;
    let language = cli.lang.as_deref().map_or_else(|| language(Some(&ask.lang)), |lang| language(Some(lang)));
    let context =
        Context { admin: Admin::new(server), language, folder, input: &ask.input, watched: false, relayed: true };
    Some(match carry_out(&context, &cli.verb) {
        Ok(reply) => Answer::Done(reply),
        Err(failure) => Answer::Failed(failure),
    })
}
