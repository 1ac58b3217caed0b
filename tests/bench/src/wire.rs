//! Bytes on the wire: a relay that counts them, and a client that has no more of HTTP than it needs.
//!
//! Owns sockets. Refuses to know what travels. Invariant: every byte of heads and bodies is counted, both ways, and
//! nothing else is.

use crate::county::Device;
use crate::fault::Fault;
use gridwalk_model::Timestamp;
use gridwalk_sync::proof::{self, Covered};
use gridwalk_sync::{CBOR, PROTOCOL_HEADER, PROTOCOL_VERSIONS};
use std::io::{Read, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// A relay before a server.
pub struct Relay {
    /// Where it listens.
    pub address: String,
    counted: Arc<Counted>,
}

/// What went through.
#[derive(Default)]
struct Counted {
    up: AtomicU64,
    down: AtomicU64,
    turns: AtomicU64,
}

/// Bytes up, bytes down, and round trips.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Traffic {
    /// From the phone.
    pub up: u64,
    /// To the phone.
    pub down: u64,
    /// How often the phone spoke after it was spoken to.
    pub turns: u64,
}

impl Relay {
    /// A relay to that address, until the process ends.
    pub fn start(to: &str) -> Result<Self, Fault> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?.to_string();
        let (to, counted) = (to.to_owned(), Arc::<Counted>::default());
        let held = counted.clone();
        std::thread::spawn(move || {
            for phone in listener.incoming().flatten() {
                let (to, held) = (to.clone(), held.clone());
                // A connection that breaks is the phone's to notice.
                std::thread::spawn(move || drop(relay(&phone, &to, &held)));
            }
        });
        Ok(Self { address, counted })
    }

    /// What went through since this was asked last.
    pub fn taken(&self) -> Traffic {
        let take = |count: &AtomicU64| count.swap(0, Ordering::SeqCst);
        Traffic { up: take(&self.counted.up), down: take(&self.counted.down), turns: take(&self.counted.turns) }
    }
}

fn relay(phone: &TcpStream, to: &str, counted: &Arc<Counted>) -> std::io::Result<()> {
    let server = TcpStream::connect(to)?;
    phone.set_nodelay(true)?;
    server.set_nodelay(true)?;
    let speaks = Arc::new(AtomicU64::new(0));
    let (back, forth) = (server.try_clone()?, phone.try_clone()?);
    let (held, heard) = (counted.clone(), speaks.clone());
    let down = std::thread::spawn(move || {
        copy(&back, &forth, |bytes| {
            held.down.fetch_add(bytes, Ordering::SeqCst);
            heard.store(0, Ordering::SeqCst);
        })
    });
    let up = copy(phone, &server, |bytes| {
        counted.up.fetch_add(bytes, Ordering::SeqCst);
        if speaks.swap(1, Ordering::SeqCst) == 0 {
            counted.turns.fetch_add(1, Ordering::SeqCst);
        }
    });
    drop(server.shutdown(Shutdown::Both));
    drop(down.join());
    up
}

fn copy(mut from: &TcpStream, mut to: &TcpStream, count: impl Fn(u64)) -> std::io::Result<()> {
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let n = from.read(&mut buffer)?;
        if n == 0 {
            return to.shutdown(Shutdown::Write);
        }
        count(n as u64);
        to.write_all(buffer.get(..n).unwrap_or_default())?;
    }
}

/// A connection of a protocol-level phone.
pub struct Line {
    stream: TcpStream,
    waiting: Vec<u8>,
}

/// The bytes of a signed request with a body of CBOR, packed.
pub fn request(device: &Device, path: &str, body: &[u8], nonce: [u8; 16]) -> Vec<u8> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let now = Timestamp(i64::try_from(now.as_millis()).unwrap_or(0));
    let covered = Covered { method: "POST", path, query: "", body };
    let proofs = proof::headers(&covered, device.id, &device.key, now, nonce);
    let mut head = format!("POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: {CBOR}\r\n");
    head.extend([format!("{PROTOCOL_HEADER}: {}\r\ncontent-length: {}\r\n", PROTOCOL_VERSIONS[0], body.len())]);
    head.extend(proofs.map(|(name, value)| format!("{name}: {value}\r\n")));
    head.push_str("\r\n");
    let mut bytes = head.into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl Line {
    /// Connects.
    pub fn connect(address: &str) -> Result<Self, Fault> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, waiting: Vec::new() })
    }

    /// Sends a request and waits for its answer: status and body.
    pub fn ask(&mut self, request: &[u8]) -> Result<(u16, Vec<u8>), Fault> {
        self.stream.write_all(request)?;
        let cut = || Fault::Expected("an answer with a head and a length".to_owned());
        loop {
            if let Some(head) = self.waiting.windows(4).position(|w| w == b"\r\n\r\n") {
                let text = String::from_utf8_lossy(self.waiting.get(..head).unwrap_or_default()).to_ascii_lowercase();
                let status = text.split(' ').nth(1).and_then(|s| s.parse().ok()).ok_or_else(cut)?;
                let length = text.lines().find_map(|l| l.strip_prefix("content-length:")?.trim().parse().ok());
                let end = head + 4 + length.unwrap_or(0_usize);
                while self.waiting.len() < end {
                    self.more()?;
                }
                let rest = self.waiting.split_off(end);
                let answer = std::mem::replace(&mut self.waiting, rest);
                return Ok((status, answer.get(head + 4..).unwrap_or_default().to_vec()));
            }
            self.more()?;
        }
    }

    fn more(&mut self) -> Result<(), Fault> {
        let mut buffer = [0; 16 * 1024];
        let n = self.stream.read(&mut buffer)?;
        if n == 0 {
            return Err(Fault::Expected("a line that holds".to_owned()));
        }
        self.waiting.extend_from_slice(buffer.get(..n).unwrap_or_default());
        Ok(())
    }
}
