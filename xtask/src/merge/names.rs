//! Short names of the histories (`a5`, `a5~c`, `a5/1`, `rA`) as the model's ids, and back.
//!
//! Owns the mapping. Refuses to know what is named. Invariant: the order of the ids is the order of the texts, because
//! a text stands at the beginning of its bytes, and zeros follow.

use gridwalk_model::{Mark, Name, OpName, ReplicaId};

/// A text as the first of `N` bytes.
pub fn padded<const N: usize>(text: &str) -> Result<[u8; N], String> {
    let mut bytes = [0; N];
    match bytes.get_mut(..text.len()) {
        Some(room) if !text.contains('\0') => room.copy_from_slice(text.as_bytes()),
        _ => return Err(format!("{text:?} is longer than {N} bytes")),
    }
    Ok(bytes)
}

/// The text that was padded.
pub fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|b| *b == 0).unwrap_or(bytes.len());
    String::from_utf8_lossy(&bytes[..end]).into_owned()
}

/// The change that a text names.
pub fn name(text: &str) -> Result<Name, String> {
    let wrong = || format!("{text:?} is no name of a change");
    let (dot, mark) = text.split_once('~').unwrap_or((text, ""));
    let digits = dot.find(|c: char| !c.is_ascii_lowercase()).ok_or_else(wrong)?;
    let (replica, seq) = dot.split_at(digits);
    if replica.is_empty() || !seq.bytes().all(|b| b.is_ascii_digit()) {
        return Err(wrong());
    }
    let seq = seq.parse().map_err(|_| wrong())?;
    Ok(Name { replica: ReplicaId(padded(replica)?), seq, mark: Mark(padded(mark)?) })
}

/// The operation that a text names.
pub fn op_name(text: &str) -> Result<OpName, String> {
    let wrong = || format!("{text:?} is no name of an operation");
    let (change, index) = text.split_once('/').ok_or_else(wrong)?;
    Ok(OpName { change: name(change)?, index: index.parse().map_err(|_| wrong())? })
}

/// The text of a change's name.
pub fn name_text(name: &Name) -> String {
    let mark = text(&name.mark.0);
    let tail = if mark.is_empty() { mark } else { format!("~{mark}") };
    format!("{}{}{tail}", text(&name.replica.0), name.seq)
}
