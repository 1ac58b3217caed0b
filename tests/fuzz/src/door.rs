//! A door: one decoder, with what it is used to.
//!
//! Owns what a door says of itself. Refuses to know how input is spoiled. Invariant: a door takes bytes and nothing else.

/// Gives a decoder bytes; says whether it took them.
pub type Enter = Box<dyn Fn(&[u8]) -> bool>;

/// A decoder that strangers reach.
pub struct Door {
    /// Its name, for `--only` and for reports.
    pub name: &'static str,
    /// Through what it is reached.
    pub by: By,
    /// Input that it takes.
    pub usual: Vec<Vec<u8>>,
    /// Gives it bytes; says whether it took them.
    pub enter: Enter,
    /// So many bytes of memory it may take at once.
    pub memory_max: usize,
}

/// What a stranger has in hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum By {
    /// A line to the server or to the phone.
    Network,
    /// A file that somebody brings.
    File,
    /// A picture that is scanned, or a keyboard.
    Text,
}

impl By {
    /// Its word in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::File => "file",
            Self::Text => "text",
        }
    }
}

/// What most doors may take: bodies are bounded, and what is made of them is a small multiple.
pub const MEMORY_MAX: usize = 64 << 20;

impl Door {
    /// A door that takes what was said between phones and server.
    pub fn new(name: &'static str, by: By, usual: Vec<Vec<u8>>, enter: impl Fn(&[u8]) -> bool + 'static) -> Self {
        Self { name, by, usual, enter: Box::new(enter), memory_max: MEMORY_MAX }
    }

    /// A door that reads text; what is no UTF-8 does not reach it.
    pub fn of_text(name: &'static str, usual: &[&str], enter: impl Fn(&str) -> bool + 'static) -> Self {
        let usual = usual.iter().map(|text| text.as_bytes().to_vec()).collect();
        Self::new(name, By::Text, usual, move |bytes| enter(&String::from_utf8_lossy(bytes)))
    }

    /// The same door with room for so much.
    #[must_use]
    pub fn with_memory(self, memory_max: usize) -> Self {
        Self { memory_max, ..self }
    }
}
