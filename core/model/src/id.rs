//! Identifiers: 16 bytes each, made outside and passed in.
//!
//! Owns their types, their text form and their order (bytes). Refuses to make one up: ids are injected, or follow from others.
//! Invariant: two kinds of id never mix, because each is a type of its own.

use crate::hash::Hash;
use std::fmt;
use std::str::FromStr;

/// A text was not an identifier (a UUID, with or without hyphens).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an identifier: {0:?}")]
pub struct NotAnId(pub String);

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub [u8; 16]);

        impl $name {
            /// The sixteen bytes.
            pub const fn bytes(&self) -> &[u8; 16] { &self.0 }

            /// Reads an id from a slice of sixteen bytes.
            pub fn from_slice(bytes: &[u8]) -> Option<Self> { bytes.try_into().ok().map(Self) }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", uuid::Uuid::from_bytes(self.0).hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;
            fn from_str(text: &str) -> Result<Self, NotAnId> {
                uuid::Uuid::try_parse(text.trim()).map(|u| Self(*u.as_bytes())).map_err(|_| NotAnId(text.to_owned()))
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> { s.collect_str(self) }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// One thing that people know about. UUIDv7, made where it was first typed.
    RecordId,
    /// One database that writes; made with the database, made anew when it may have a twin.
    ReplicaId,
    /// A node of the organisation tree. It outlives every code that the node ever had.
    UnitId,
    /// The partition in which order is kept: one county, or one city office.
    SpaceId,
    /// A person's account, or a machine's.
    AccountId,
    /// One enrolment of one phone or console.
    DeviceId,
    /// Mark of a space's history; new at every restore or promotion of the server's database.
    TimelineId,
    /// A form that a person has open; it lives in the phone's own database only.
    DraftId,
}

impl RecordId {
    /// An id that follows from another and something beside it, for records of which there is one each: the other's time,
    /// then a hash of both.
    pub fn made_of(context: &str, of: Self, beside: &[u8]) -> Self {
        let mut time = [0; 6];
        time.copy_from_slice(&of.0[..6]);
        Self::hashed(time, context, &[of.bytes(), beside])
    }

    /// An id that follows from a time and from all that it is made of.
    pub fn hashed(time: [u8; 6], context: &str, parts: &[&[u8]]) -> Self {
        let hash = Hash::with_context(context, parts);
        let mut id = [0; 16];
        id[..6].copy_from_slice(&time);
        id[6..].copy_from_slice(&hash.0[..10]);
        // A UUID of version 8: made of something, not of time and chance alone.
        id[6] = id[6] & 0x0f | 0x80;
        id[8] = id[8] & 0x3f | 0x80;
        Self(id)
    }
}

impl UnitId {
    /// The record that describes this unit: a unit is a record, and both have the same id.
    pub const fn record(self) -> RecordId {
        RecordId(self.0)
    }
}

impl RecordId {
    /// The unit that this record describes, for records of kind `unit`.
    pub const fn unit(self) -> UnitId {
        UnitId(self.0)
    }

    /// When the id was made: the milliseconds in a UUIDv7.
    pub fn made_at(self) -> crate::time::Timestamp {
        crate::time::Timestamp(self.0[..6].iter().fold(0, |ms, byte| ms << 8 | i64::from(*byte)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_back() {
        let id = RecordId([7; 16]);
        assert_eq!(id.to_string().parse::<RecordId>(), Ok(id));
        assert!("07".parse::<RecordId>().is_err());
    }
}
