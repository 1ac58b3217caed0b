//! What a row says: texts under names, and names under names where a header has parts.
//!
//! Owns the order in which a sheet names things, since what is written later follows it. Refuses to know what a name
//! means. Invariant: a name stands once in a map.

/// A cell's text, or the parts of a header like `label::English`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    Text(String),
    Map(Map),
}

impl Value {
    pub(super) fn text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Map(_) => None,
        }
    }

    pub(super) fn map(&self) -> Option<&Map> {
        match self {
            Value::Map(map) => Some(map),
            Value::Text(_) => None,
        }
    }

    /// Whether it says nothing.
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Value::Text(text) => text.is_empty(),
            Value::Map(map) => map.0.is_empty(),
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

/// Values under names, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Map(pub(super) Vec<(String, Value)>);

impl Map {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.iter().find(|(own, _)| own == name).map(|(_, value)| value)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.text()
    }

    pub(super) fn map(&self, name: &str) -> Option<&Map> {
        self.get(name)?.map()
    }

    pub(super) fn set(&mut self, name: &str, value: impl Into<Value>) {
        let value = value.into();
        match self.0.iter_mut().find(|(own, _)| own == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name.to_owned(), value)),
        }
    }

    pub(super) fn remove(&mut self, name: &str) -> Option<Value> {
        let place = self.0.iter().position(|(own, _)| own == name)?;
        Some(self.0.remove(place).1)
    }

    /// A value that must be a text, taken out.
    pub(super) fn take_text(&mut self, name: &str) -> Option<String> {
        match self.remove(name)? {
            Value::Text(text) => Some(text),
            Value::Map(_) => None,
        }
    }

    /// A value that must be a map, taken out.
    pub(super) fn take_map(&mut self, name: &str) -> Option<Map> {
        match self.remove(name)? {
            Value::Map(map) => Some(map),
            Value::Text(_) => None,
        }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value))
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Puts a value at a path of names. A text that stands where the path goes on becomes the one of the default
    /// language, and one that comes to where languages stand is that of the default language, if it has none.
    pub(super) fn merge(&mut self, path: &[String], value: String, default: &str) {
        let [first, rest @ ..] = path else { return };
        if rest.is_empty() && !self.has(first) {
            return self.set(first, value);
        }
        let merged = match (self.remove_keeping(first), rest) {
            (None, rest) => nested(rest, value),
            (Some((place, Value::Map(mut inside))), rest) => {
                if rest.is_empty() {
                    if !inside.has(default) {
                        inside.set(default, value);
                    }
                } else {
                    inside.merge(rest, value, default);
                }
                return self.0.insert(place, (first.clone(), Value::Map(inside)));
            }
            (Some((place, Value::Text(_))), []) => return self.0.insert(place, (first.clone(), Value::Text(value))),
            (Some((place, Value::Text(old))), rest) => {
                let mut inside = Map::default();
                if rest.first().is_some_and(|name| name != default) {
                    inside.set(default, old);
                }
                inside.merge(rest, value, default);
                return self.0.insert(place, (first.clone(), Value::Map(inside)));
            }
        };
        self.set(first, merged);
    }

    fn remove_keeping(&mut self, name: &str) -> Option<(usize, Value)> {
        let place = self.0.iter().position(|(own, _)| own == name)?;
        Some((place, self.0.remove(place).1))
    }
}

fn nested(path: &[String], value: String) -> Value {
    match path {
        [] => Value::Text(value),
        [first, rest @ ..] => Value::Map(Map(vec![(first.clone(), nested(rest, value))])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(parts: &[&str]) -> Vec<String> {
        parts.iter().map(|part| (*part).to_owned()).collect()
    }

    #[test]
    fn a_text_without_language_is_the_default_languages() {
        let mut row = Map::default();
        row.merge(&path(&["label"]), "Name".to_owned(), "default");
        row.merge(&path(&["label", "中文"]), "姓名".to_owned(), "default");
        let label = row.map("label").unwrap();
        assert_eq!(label.text("default"), Some("Name"));
        assert_eq!(label.text("中文"), Some("姓名"));
        row.merge(&path(&["label", "default"]), "Full name".to_owned(), "default");
        assert_eq!(row.map("label").unwrap().text("default"), Some("Full name"));
    }

    #[test]
    fn names_keep_their_order() {
        let mut row = Map::default();
        for name in ["b", "a", "c"] {
            row.merge(&path(&["bind", name]), name.to_owned(), "default");
        }
        let names: Vec<&str> = row.map("bind").unwrap().iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["b", "a", "c"]);
    }
}
