//! CBOR as a row of items: what is structure, and what is a value.
//!
//! Owns the walk along a state's bytes. Refuses to judge them: whatever is odd ends the walk. Invariant: the items in
//! order are the bytes, nothing left out and nothing twice.

/// The head of a byte string of sixteen.
pub(super) const ID_HEAD: u8 = 0x50;

const UINT: u8 = 0;
const NEGATIVE: u8 = 1;
const BYTES: u8 = 2;
const TEXT: u8 = 3;
const ARRAY: u8 = 4;
const MAP: u8 = 5;
const TAG: u8 = 6;

/// The next item.
pub(super) enum Item<'a> {
    /// A head, a key or a name; `names`: what follows may be known by it.
    Literal {
        /// Its bytes.
        bytes: &'a [u8],
        /// Whether it is a name.
        names: bool,
    },
    /// A value.
    Leaf(&'a [u8]),
}

/// How many items an open container still takes, and whether it is a map.
struct Open {
    left: u64,
    map: bool,
}

/// A walk along bytes.
pub(super) struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
    open: Vec<Open>,
    first: bool,
}

/// The major type, argument and length of a head.
pub(super) fn head(bytes: &[u8]) -> Option<(u8, u64, usize)> {
    let first = *bytes.first()?;
    let (major, low) = (first >> 5, first & 0x1f);
    let wide = |n: usize| -> Option<u64> {
        let tail = bytes.get(1..=n)?;
        Some(tail.iter().fold(0, |all, b| all << 8 | u64::from(*b)))
    };
    match low {
        0..24 => Some((major, u64::from(low), 1)),
        24 => Some((major, wide(1)?, 2)),
        25 => Some((major, wide(2)?, 3)),
        26 => Some((major, wide(4)?, 5)),
        27 => Some((major, wide(8)?, 9)),
        _ => None,
    }
}

/// The length of the item that begins here, if it is no container.
pub(super) fn leaf_length(bytes: &[u8]) -> Option<usize> {
    let (major, argument, head) = head(bytes)?;
    let length = match major {
        BYTES | TEXT => head.checked_add(usize::try_from(argument).ok()?)?,
        ARRAY | MAP | TAG => return None,
        _ => head,
    };
    (length <= bytes.len()).then_some(length)
}

/// The number that an item holds, if it is an unsigned one.
pub(super) fn uint(item: &[u8]) -> Option<u64> {
    let (major, argument, _) = head(item)?;
    (major == UINT).then_some(argument)
}

impl<'a> Walk<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0, open: Vec::with_capacity(8), first: false }
    }

    /// The next item, `Some(None)` at the end, `None` if the bytes are not of the kind that is woven.
    #[expect(clippy::option_option, reason = "an end is no fault, and a fault no end")]
    pub(super) fn next(&mut self) -> Option<Option<Item<'a>>> {
        while self.open.last().is_some_and(|o| o.left == 0) {
            self.open.pop();
            self.first = false;
        }
        let rest = self.bytes.get(self.at..)?;
        if rest.is_empty() {
            return self.open.is_empty().then_some(None);
        }
        let (major, argument, length) = head(rest)?;
        let first = std::mem::replace(&mut self.first, false);
        let mut key = false;
        if major != TAG
            && let Some(open) = self.open.last_mut()
        {
            key = open.map && open.left.is_multiple_of(2);
            open.left -= 1;
        }
        let (length, item): (usize, fn(&'a [u8]) -> Item<'a>) = match major {
            ARRAY | MAP => {
                let left = if major == MAP { argument.checked_mul(2)? } else { argument };
                self.open.push(Open { left, map: major == MAP });
                self.first = major == ARRAY;
                (length, |bytes| Item::Literal { bytes, names: false })
            }
            TAG => (length, |bytes| Item::Literal { bytes, names: false }),
            TEXT if first || key => (leaf_length(rest)?, |bytes| Item::Literal { bytes, names: true }),
            UINT | NEGATIVE | BYTES | TEXT => (leaf_length(rest)?, Item::Leaf),
            _ => (length, Item::Leaf),
        };
        let bytes = rest.get(..length)?;
        self.at += length;
        Some(Some(item(bytes)))
    }
}
