//! Types of questions: which control asks each, and what its bind says from the start.
//!
//! Owns the table of types with all old names. Refuses types that are none. Invariant: a type stands once.

/// A type of question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct QuestionKind {
    /// Its names.
    names: &'static [&'static str],
    /// The element of its control; none if it has no control, `action` if it has one that shows nothing.
    pub(super) tag: &'static str,
    /// The kind of file that it uploads.
    pub(super) media: &'static str,
    /// What its bind says, if it has one.
    pub(super) bind: &'static [(&'static str, &'static str)],
    /// The hint that it has of itself.
    pub(super) hint: &'static str,
}

const fn kind(
    names: &'static [&'static str],
    tag: &'static str,
    bind: &'static [(&'static str, &'static str)],
) -> QuestionKind {
    QuestionKind { names, tag, media: "", bind, hint: "" }
}

const fn upload(names: &'static [&'static str], media: &'static str) -> QuestionKind {
    QuestionKind { names, tag: "upload", media, bind: &[("type", "binary")], hint: "" }
}

const fn days(
    names: &'static [&'static str],
    constraint: &'static [(&'static str, &'static str)],
    hint: &'static str,
) -> QuestionKind {
    QuestionKind { names, tag: "input", media: "", bind: constraint, hint }
}

macro_rules! property {
    ($names:expr, $property:literal) => {
        kind($names, "", &[("jr:preload", "property"), ("type", "string"), ("jr:preloadParams", $property)])
    };
}

macro_rules! stamp {
    ($names:expr, $moment:literal) => {
        kind($names, "", &[("jr:preload", "timestamp"), ("type", "dateTime"), ("jr:preloadParams", $moment)])
    };
}

macro_rules! input {
    ($names:expr, $kind:literal) => {
        kind($names, "input", &[("type", $kind)])
    };
}

const KINDS: &[QuestionKind] = &[
    upload(&["q picture", "photo", "q image", "add image prompt", "image"], "image/*"),
    upload(&["add audio prompt", "q audio", "audio"], "audio/*"),
    upload(&["video", "add video prompt", "q video"], "video/*"),
    upload(&["file", "add file prompt"], "application/*"),
    upload(&["osm"], "osm/*"),
    input!(&["text", "string", "q string", "add text prompt"], "string"),
    input!(&["integer", "q int", "int", "add integer prompt"], "int"),
    input!(&["decimal", "add decimal prompt", "q decimal"], "decimal"),
    input!(&["date", "add date prompt", "q date"], "date"),
    input!(&["time"], "time"),
    input!(
        &[
            "datetime",
            "dateTime",
            "date time",
            "add date time prompt",
            "q date time",
            "q dateTime",
            "add dateTime prompt"
        ],
        "dateTime"
    ),
    input!(&["geopoint", "location", "q geopoint", "q location", "gps", "add location prompt"], "geopoint"),
    input!(&["geoshape", "q geoshape"], "geoshape"),
    input!(&["geotrace", "q geotrace"], "geotrace"),
    input!(&["barcode", "q barcode", "add barcode prompt"], "barcode"),
    input!(&["select one external"], "string"),
    kind(&["note", "add note prompt", "q note"], "input", &[("readonly", "true()"), ("type", "string")]),
    kind(&["calculate", "q calculate", "add calculate prompt", "hidden"], "", &[("type", "string")]),
    kind(&["acknowledge", "q acknowledge", "add acknowledge prompt"], "trigger", &[("type", "string")]),
    kind(&["trigger"], "trigger", &[]),
    kind(
        &[
            "add select multiple prompt using",
            "select all that apply from",
            "select all that apply",
            "select multiple from",
            "select multiple using",
            "q select",
        ],
        "select",
        &[("type", "string")],
    ),
    kind(
        &["select one", "select one using", "q select1", "add select one prompt using"],
        "select1",
        &[("type", "string")],
    ),
    kind(&["rank"], "odk:rank", &[("type", "odk:rank")]),
    kind(&["range"], "range", &[("type", "int")]),
    kind(&["audit"], "", &[("type", "binary")]),
    kind(&["start-geopoint"], "action", &[("type", "geopoint")]),
    kind(&["background-audio"], "action", &[("type", "binary")]),
    kind(&["background-geopoint"], "trigger", &[("type", "geopoint")]),
    property!(&["phonenumber", "get phone number"], "phonenumber"),
    property!(&["simserial", "get sim id", "sim id"], "simserial"),
    property!(&["deviceid", "imei", "device id", "get device id"], "deviceid"),
    property!(&["subscriberid", "subscriber id", "get subscriber id"], "subscriberid"),
    property!(&["username"], "username"),
    property!(&["email"], "email"),
    property!(&["uri:subscriberid"], "uri:subscriberid"),
    property!(&["uri:phonenumber"], "uri:phonenumber"),
    property!(&["uri:simserial"], "uri:simserial"),
    property!(&["uri:deviceid"], "uri:deviceid"),
    property!(&["uri:username"], "uri:username"),
    property!(&["uri:email"], "uri:email"),
    stamp!(&["start", "start time", "get start time"], "start"),
    stamp!(&["end", "end time", "get end time"], "end"),
    kind(&["today", "get today"], "", &[("jr:preload", "date"), ("type", "date"), ("jr:preloadParams", "today")]),
    days(
        &["number of days in last month"],
        &[("type", "int"), ("constraint", "0 <= . and . <= 31")],
        "Enter a number 0-31.",
    ),
    days(
        &["number of days in last six months"],
        &[("type", "int"), ("constraint", "0 <= . and . <= 183")],
        "Enter a number 0-183.",
    ),
    days(
        &["number of days in last year"],
        &[("type", "int"), ("constraint", "0 <= . and . <= 365")],
        "Enter a number 0-365.",
    ),
    days(&["percentage"], &[("type", "int"), ("constraint", "0 <= . and . <= 100")], ""),
    days(&["phone number"], &[("type", "string"), ("constraint", "regex(., '^\\d*$')")], "Enter numbers only."),
];

/// The type of a name.
pub(super) fn of(name: &str) -> Option<&'static QuestionKind> {
    KINDS.iter().find(|kind| kind.names.contains(&name))
}

/// Old names of types that mean another from the start.
pub(super) fn today_called(name: &str) -> &str {
    match name {
        "imei" => "deviceid",
        "image" | "add image prompt" | "add photo prompt" => "photo",
        "add audio prompt" => "audio",
        "add video prompt" => "video",
        "add file prompt" => "file",
        other => other,
    }
}

/// Commands that begin a select, longest meaning first, and the type that each makes.
pub(super) const SELECTS: &[(&str, &str)] = &[
    ("add select one prompt using", "select one"),
    ("add select multiple prompt using", "select all that apply"),
    ("select all that apply from", "select all that apply"),
    ("select one from", "select one"),
    ("select1", "select one"),
    ("select_one", "select one"),
    ("select one", "select one"),
    ("select_multiple", "select all that apply"),
    ("select all that apply", "select all that apply"),
    ("select_one_external", "select one external"),
    ("select_one_from_file", "select one"),
    ("select_multiple_from_file", "select all that apply"),
    ("select one from file", "select one"),
    ("select multiple from file", "select all that apply"),
    ("rank", "rank"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once() {
        let mut names: Vec<&str> = KINDS.iter().flat_map(|kind| kind.names).copied().collect();
        let all = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), all);
        assert_eq!(of("integer").unwrap().bind, [("type", "int")]);
        assert_eq!(of("db:person"), None);
    }
}
