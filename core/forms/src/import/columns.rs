//! The columns of each sheet, with their old and other names.
//!
//! Owns the names. Refuses to know what a column does. Invariant: a name stands in one table for one sheet.

use super::header::Columns;

type Aliases = &'static [(&'static str, &'static [&'static str])];

const SURVEY_ALIASES: Aliases = &[
    ("sms_field", &["sms_field"]),
    ("sms_option", &["sms_option"]),
    ("sms_separator", &["sms_separator"]),
    ("sms_allow_media", &["sms_allow_media"]),
    ("sms_date_format", &["sms_date_format"]),
    ("sms_datetime_format", &["sms_datetime_format"]),
    ("sms_response", &["sms_response"]),
    ("compact_tag", &["instance", "odk:tag"]),
    ("read_only", &["bind", "readonly"]),
    ("readonly", &["bind", "readonly"]),
    ("relevant", &["bind", "relevant"]),
    ("caption", &["label"]),
    ("appearance", &["control", "appearance"]),
    ("relevance", &["bind", "relevant"]),
    ("required", &["bind", "required"]),
    ("constraint", &["bind", "constraint"]),
    ("constraining_message", &["bind", "jr:constraintMsg"]),
    ("constraint_message", &["bind", "jr:constraintMsg"]),
    ("calculation", &["bind", "calculate"]),
    ("calculate", &["bind", "calculate"]),
    ("command", &["type"]),
    ("tag", &["name"]),
    ("value", &["name"]),
    ("image", &["media", "image"]),
    ("big-image", &["media", "big-image"]),
    ("audio", &["media", "audio"]),
    ("video", &["media", "video"]),
    ("count", &["control", "jr:count"]),
    ("repeat_count", &["control", "jr:count"]),
    ("jr:count", &["control", "jr:count"]),
    ("autoplay", &["control", "autoplay"]),
    ("rows", &["control", "rows"]),
    ("noapperrorstring", &["bind", "jr:noAppErrorString"]),
    ("no_app_error_string", &["bind", "jr:noAppErrorString"]),
    ("requiredmsg", &["bind", "jr:requiredMsg"]),
    ("required_message", &["bind", "jr:requiredMsg"]),
    ("body", &["control"]),
    ("save_to", &["bind", "entities:saveto"]),
];

const SURVEY_KNOWN: &[&str] = &[
    "name",
    "label",
    "parent",
    "extra_data",
    "actions",
    "default",
    "guidance_hint",
    "instance",
    "query",
    "sms_field",
    "trigger",
    "bind",
    "choice_filter",
    "control",
    "hint",
    "media",
    "parameters",
    "type",
    "choices",
    "itemset",
    "list_name",
];

/// The survey sheet.
pub(super) const SURVEY: Columns = Columns { sheet: "survey", aliases: SURVEY_ALIASES, known: SURVEY_KNOWN };

const LIST_ALIASES: Aliases = &[
    ("caption", &["label"]),
    ("list_name", &["list name"]),
    ("value", &["name"]),
    ("image", &["media", "image"]),
    ("big-image", &["media", "big-image"]),
    ("audio", &["media", "audio"]),
    ("video", &["media", "video"]),
];

const LIST_KNOWN: &[&str] = &["name", "label", "parent", "extra_data", "media", "sms_option"];

/// The choices sheet.
pub(super) const CHOICES: Columns = Columns { sheet: "choices", aliases: LIST_ALIASES, known: LIST_KNOWN };

/// The sheet of choices that come as a table beside the form.
pub(super) const EXTERNAL_CHOICES: Columns =
    Columns { sheet: "external_choices", aliases: LIST_ALIASES, known: LIST_KNOWN };

/// The sheet of OpenStreetMap tags.
pub(super) const OSM: Columns = Columns { sheet: "osm", aliases: LIST_ALIASES, known: LIST_KNOWN };

/// Settings that may stand in the survey sheet as a type, too.
pub(super) const SETTINGS_ALIASES: Aliases = &[
    ("form_title", &["title"]),
    ("set_form_title", &["title"]),
    ("form_id", &["id_string"]),
    ("set_form_id", &["id_string"]),
    ("prefix", &["prefix"]),
];

const SETTINGS_KNOWN: &[&str] = &[
    "name",
    "label",
    "parent",
    "extra_data",
    "bind",
    "children",
    "control",
    "hint",
    "media",
    "type",
    "instance",
    "flat",
    "sms_field",
    "add_none_option",
    "clean_text_values",
    "attribute",
    "auto_delete",
    "auto_send",
    "choices",
    "default_language",
    "file_name",
    "id_string",
    "instance_name",
    "instance_xmlns",
    "namespaces",
    "omit_instanceID",
    "public_key",
    "sms_allow_media",
    "sms_date_format",
    "sms_datetime_format",
    "sms_keyword",
    "sms_response",
    "sms_separator",
    "style",
    "submission_url",
    "title",
    "version",
    "allow_choice_duplicates",
    "client_editable",
    "delimiter",
    "prefix",
    "entity_version",
];

/// The settings sheet.
pub(super) const SETTINGS: Columns = Columns { sheet: "settings", aliases: SETTINGS_ALIASES, known: SETTINGS_KNOWN };

/// The columns of the entities sheet.
pub(super) const ENTITY_COLUMNS: &[&str] = &["dataset", "entity_id", "create_if", "update_if", "repeat", "label"];

/// The entities sheet.
pub(super) const ENTITIES: Columns =
    Columns { sheet: "entities", aliases: &[("list_name", &["dataset"])], known: ENTITY_COLUMNS };

/// The yes and no of settings and columns.
pub(super) fn yes_no(text: &str) -> Option<bool> {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "true()" => Some(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "false()" => Some(false),
        _ => None,
    }
}
