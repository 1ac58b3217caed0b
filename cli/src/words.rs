//! Words: codes in, words of the chosen language out.
//!
//! Owns the embedded catalogues and their lookup. Refuses to hold any word itself. Invariant: a code without a word is
//! shown as the code.

use crate::args::Language;
use gridwalk_model::code_set::CodeSet;
use gridwalk_model::kind::{Kind, Shape};
use gridwalk_model::matter::Matter;
use std::borrow::Cow;
use std::collections::HashMap;

/// The words of one language.
pub struct Words {
    language: Language,
    map: HashMap<String, String>,
}

impl Words {
    /// The words of a language.
    pub fn of(language: Language) -> Self {
        let text = match language {
            Language::Zh => include_str!("../../catalog/words/zh-Hans.toml"),
            Language::ZhHant => include_str!("../../catalog/words/zh-Hant.toml"),
            Language::En => include_str!("../../catalog/words/en.toml"),
        };
        let mut map = HashMap::new();
        if let Ok(table) = text.parse::<toml::Table>() {
            flatten("", &table, &mut map);
        }
        Self { language, map }
    }

    /// The word of a key, if there is one.
    pub fn find(&self, key: &str) -> Option<&str> {
        self.map.get(key).map(String::as_str)
    }

    /// The word of a key; the key's last part where there is none.
    pub fn get<'a>(&'a self, key: &'a str) -> &'a str {
        self.find(key).unwrap_or_else(|| key.rsplit('.').next().unwrap_or(key))
    }

    /// A sentence with its places filled: `{name}`.
    pub fn fill(&self, key: &str, places: &[(&str, &str)]) -> String {
        places.iter().fold(self.get(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// A kind's word.
    pub fn kind<'a>(&'a self, kind: &'a str) -> &'a str {
        self.find(&format!("kind.{kind}")).unwrap_or(kind)
    }

    /// A field's word.
    pub fn field<'a>(&'a self, kind: &str, field: &'a str) -> &'a str {
        self.find(&format!("field.{kind}.{field}")).unwrap_or(field)
    }

    /// The words of a field whose kind is not told: none where it has more than two.
    pub fn field_of_any(&self, field: &str) -> Option<String> {
        let mut words: Vec<&str> = Vec::new();
        for kind in Kind::ALL {
            let word = self.find(&format!("field.{kind}.{field}"));
            words.extend(word.filter(|word| !words.contains(word)));
        }
        (1..=2).contains(&words.len()).then(|| words.join("／"))
    }

    /// What stands between the parts of a list within a sentence.
    pub const fn comma(&self) -> &'static str {
        if matches!(self.language, Language::En) { ", " } else { "、" }
    }

    /// What stands between a name and what is said of it.
    pub const fn colon(&self) -> &'static str {
        if matches!(self.language, Language::En) { ": " } else { "：" }
    }

    /// A step's word.
    pub fn step<'a>(&'a self, step: &'a str) -> &'a str {
        self.find(&format!("step.{step}")).unwrap_or(step)
    }

    /// A status's word: of a case, of an item of the work list, of a task.
    pub fn case_status<'a>(&'a self, status: &'a str) -> &'a str {
        let of = |section: &str| self.find(&format!("{section}.{status}"));
        of("case_status")
            .or_else(|| of("work_status"))
            .or_else(|| of("task_status"))
            .or_else(|| of("training_status"))
            .or_else(|| of("attendance_status"))
            .or_else(|| of("objection_status"))
            .unwrap_or(status)
    }

    /// A step's word of a case of this sort: what handles a hazard mediates a dispute.
    pub fn step_of<'a>(&'a self, matter: Option<Matter>, step: &'a str) -> &'a str {
        let own = |matter: Matter| self.find(&format!("step_of.{}.{step}", matter.name()));
        matter.and_then(own).unwrap_or_else(|| self.step(step))
    }

    /// The word for where a case of this sort stands.
    pub fn status_of<'a>(&'a self, matter: Option<Matter>, status: &'a str) -> &'a str {
        let own = |matter: Matter| self.find(&format!("case_status_of.{}.{status}", matter.name()));
        matter.and_then(own).unwrap_or_else(|| self.case_status(status))
    }

    /// The language's name, as in the catalogues.
    pub const fn language(&self) -> &'static str {
        match self.language {
            Language::Zh => "zh-Hans",
            Language::ZhHant => "zh-Hant",
            Language::En => "en",
        }
    }

    /// A badge's word with its mark.
    pub fn badge(&self, badge: &str) -> String {
        let sections = ["status", "sync", "cli"];
        let word = sections.iter().find_map(|s| self.find(&format!("{s}.{badge}"))).unwrap_or(badge);
        match self.find(&format!("mark.{badge}")) {
            Some(mark) => format!("{mark} {word}"),
            None => word.to_owned(),
        }
    }

    /// A code's word.
    pub fn code<'a>(&self, set: &str, code: &'a str) -> &'a str {
        let entry = CodeSet::from_name(set).and_then(|s| s.entry(code));
        entry.map_or(code, |e| e.label(self.language()))
    }

    /// A row's title: codes in words where the kind's title is a code.
    pub fn title<'a>(&'a self, kind: &str, title: &'a str) -> &'a str {
        let Some(kind) = Kind::from_name(kind) else { return title };
        // A review is called after the kind that it is about.
        if kind == Kind::Review {
            return self.kind(title);
        }
        let sets =
            kind.table().title.iter().filter_map(|name| kind.table().field(name)).filter_map(|f| match f.shape {
                Shape::Code(set) => Some(set),
                _ => None,
            });
        sets.into_iter().find(|s| s.has(title)).map_or(title, |s| self.code(s.name(), title))
    }
}

impl Words {
    /// A fact in words: `household.size` is what a field of a kind says.
    pub fn fact(&self, fact: &str) -> String {
        match fact.split_once('.') {
            Some((kind, field)) => format!("{} · {}", self.kind(kind), self.field(kind, field)),
            None => fact.to_owned(),
        }
    }

    /// What the machine says no to.
    pub fn machine(&self, kind: std::io::ErrorKind) -> &str {
        self.get(gridwalk_command_line::machine_key(kind))
    }

    /// A row's title in words; a word for it where nobody gave one to a record that should have one.
    pub fn titled<'a>(&'a self, kind: &str, title: &'a str) -> Cow<'a, str> {
        let title = self.title(kind, title);
        let nameless =
            |kind| [Kind::Handover, Kind::Patrol, Kind::Visit, Kind::Attempt, Kind::NoticeReceipt].contains(&kind);
        let word = if Kind::from_name(kind).is_some_and(nameless) { "" } else { self.get("cli.untitled") };
        Cow::Borrowed(if title.trim().is_empty() { word } else { title })
    }
}

fn flatten(prefix: &str, table: &toml::Table, map: &mut HashMap<String, String>) {
    for (name, value) in table {
        let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
        match value {
            toml::Value::Table(inner) => flatten(&key, inner, map),
            toml::Value::String(word) => drop(map.insert(key, word.clone())),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_come_out_as_words() {
        let zh = Words::of(Language::Zh);
        let en = Words::of(Language::En);
        assert_eq!(zh.get("status.applied"), "已入库");
        assert_eq!(zh.badge("saved"), "○ 已存本机");
        assert_eq!(zh.title("visit", "nobody_home"), "家中无人");
        assert_eq!(en.code("sex", "2"), "female");
        assert_eq!(zh.kind("household"), "住户");
        assert_eq!(zh.get("nowhere.at_all"), "at_all");
    }
}
