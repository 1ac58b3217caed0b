//! ODK XForms: a definition written as XML, and XML read as a definition.
//!
//! Owns the names of the ODK XForms specification. Refuses XML that is no form. Invariant: what is written is read as
//! the same definition.

mod controls;
mod reader;
mod writer;
mod xml;

pub use reader::read;

/// The namespaces that every form declares: prefix (none for the default) and address.
pub const NAMESPACES: [(&str, &str); 7] = [
    ("", "http://www.w3.org/2002/xforms"),
    ("h", "http://www.w3.org/1999/xhtml"),
    ("ev", "http://www.w3.org/2001/xml-events"),
    ("xsd", "http://www.w3.org/2001/XMLSchema"),
    ("jr", "http://openrosa.org/javarosa"),
    ("orx", "http://openrosa.org/xforms"),
    ("odk", "http://www.opendatakit.org/xforms"),
];
