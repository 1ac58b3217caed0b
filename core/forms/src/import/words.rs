//! Labels, hints, messages and media of a form, in its languages.
//!
//! Owns which of them differ by language and under which id. Refuses to fill in for a language that lacks a text: who
//! shows one falls back. Invariant: an id stands once, a language of an id says a form once.

use super::choices::{ChoiceList, Lists};
use super::draft::Kind;
use super::expression::{has_reference, instance_calls, right_references};
use super::refusal::{Code, Refusal};
use super::tree::{Element, Manner, Tree};
use super::value::{Map, Value};
use crate::definition::{Itext, Language, Part, Text, TextEntry, TextValue};
use std::collections::HashMap;

/// The texts while they are gathered.
pub(super) struct Words<'a> {
    tree: &'a Tree,
    default: &'a str,
    itext: Itext,
    languages: HashMap<String, u16>,
    entries: HashMap<String, usize>,
}

/// The messages of a bind that may differ by language.
const MESSAGES: [&str; 3] = ["jr:constraintMsg", "jr:requiredMsg", "jr:noAppErrorString"];

impl<'a> Words<'a> {
    /// All texts of a form that differ by language.
    pub(super) fn of(tree: &'a Tree, lists: &Lists, default: &'a str) -> Result<Itext, Refusal> {
        let (languages, entries) = (HashMap::new(), HashMap::new());
        let mut words = Words { tree, default, itext: Itext::default(), languages, entries };
        for list in lists.all.iter().filter(|list| list.needs_itext()) {
            words.list(list)?;
        }
        let shown = |element: &&Element| !matches!(element.draft.kind, Kind::External | Kind::Attribute | Kind::Label);
        for (place, element) in tree.elements.iter().enumerate().filter(|(_, element)| shown(element)) {
            words.element(place, element)?;
        }
        for (place, element) in tree.elements.iter().enumerate().filter(|(_, element)| shown(element)) {
            let id = format!("{}:label", element.path);
            words.media(&id, &element.draft.media, Some(place))?;
        }
        Ok(words.itext)
    }

    fn list(&mut self, list: &ChoiceList) -> Result<(), Refusal> {
        for (nth, choice) in list.choices.iter().enumerate() {
            let id = format!("{}-{nth}", list.name);
            match &choice.label {
                Some(Value::Text(text)) => self.put(self.default, &id, None, text, None)?,
                Some(Value::Map(labels)) => self.each(&id, None, labels, None)?,
                None => {}
            }
            self.media(&id, &choice.media, None)?;
        }
        Ok(())
    }

    fn element(&mut self, place: usize, element: &Element) -> Result<(), Refusal> {
        let (draft, from) = (&element.draft, Some(place));
        for name in MESSAGES {
            let id = format!("{}:{name}", element.path);
            match draft.bind.as_ref().and_then(|bind| bind.get(name)) {
                Some(Value::Map(texts)) => self.each(&id, None, texts, from)?,
                Some(Value::Text(text)) if name != "jr:noAppErrorString" && has_reference(text) => {
                    self.put(self.default, &id, None, text, from)?;
                }
                _ => {}
            }
        }
        let id = format!("{}:label", element.path);
        match &draft.label {
            Some(Value::Map(labels)) => self.each(&id, None, labels, from)?,
            Some(Value::Text(text)) if !draft.media.is_empty() => self.put(self.default, &id, None, text, from)?,
            _ => {}
        }
        let id = format!("{}:hint", element.path);
        match &draft.hint {
            Some(Value::Map(hints)) => self.each(&id, None, hints, from)?,
            Some(Value::Text(text)) if draft.guidance.as_ref().is_some_and(|guidance| !guidance.is_empty()) => {
                self.put(self.default, &id, None, text, from)?;
            }
            _ => {}
        }
        match &draft.guidance {
            Some(Value::Map(hints)) => self.each(&id, Some("guidance"), hints, from),
            Some(Value::Text(text)) => self.put(self.default, &id, Some("guidance"), text, from),
            None => Ok(()),
        }
    }

    fn media(&mut self, id: &str, media: &Map, from: Option<usize>) -> Result<(), Refusal> {
        let media = media.map("default").unwrap_or(media);
        for (kind, value) in media.iter() {
            if !matches!(kind, "image" | "big-image" | "audio" | "video") {
                return Err(self.refused(Code::MediumUnknown, from, "media").with("medium", kind));
            }
            match value {
                Value::Map(texts) => self.each(id, Some(kind), texts, from)?,
                Value::Text(text) => self.put(self.default, id, Some(kind), text, from)?,
            }
        }
        Ok(())
    }

    fn refused(&self, code: Code, from: Option<usize>, column: &str) -> Refusal {
        match from.map(|place| &self.tree.get(place).draft) {
            Some(draft) if draft.row > 0 => Refusal::survey(code, draft.row, column).with("name", draft.name.clone()),
            _ => Refusal::new(code),
        }
    }

    fn each(&mut self, id: &str, form: Option<&str>, texts: &Map, from: Option<usize>) -> Result<(), Refusal> {
        for (language, text) in texts.iter() {
            match text {
                Value::Text(text) => self.put(language, id, form, text, from)?,
                // `label::image::en` is read as the label's image.
                Value::Map(inside) => self.each(id, Some(language), inside, from)?,
            }
        }
        Ok(())
    }

    fn put(
        &mut self,
        language: &str,
        id: &str,
        form: Option<&str>,
        text: &str,
        from: Option<usize>,
    ) -> Result<(), Refusal> {
        let parts = pieces(self.tree, text, from)?;
        let parts = spaced(match form {
            Some("image" | "big-image") => addressed("images", parts),
            Some(medium @ ("audio" | "video")) => addressed(medium, parts),
            _ => parts,
        });
        let next = u16::try_from(self.itext.languages.len()).unwrap_or(u16::MAX);
        let language = *self.languages.entry(language.to_owned()).or_insert_with(|| {
            self.itext.languages.push(Language { name: language.to_owned(), default: language == self.default });
            next
        });
        let place = *self.entries.entry(id.to_owned()).or_insert_with(|| {
            self.itext.entries.push(TextEntry { id: id.to_owned(), values: Vec::new() });
            self.itext.entries.len() - 1
        });
        let values = &mut self.itext.entries[place].values;
        match values.iter_mut().find(|value| value.language == language && value.form.as_deref() == form) {
            Some(value) => value.parts = parts,
            None => values.push(TextValue { language, form: form.map(str::to_owned), parts }),
        }
        Ok(())
    }
}

fn addressed(folder: &str, parts: Vec<Part>) -> Vec<Part> {
    let mut all = vec![Part::Plain(format!("jr://{folder}/"))];
    for part in parts {
        match (all.last_mut(), part) {
            (Some(Part::Plain(before)), Part::Plain(text)) => before.push_str(&text),
            (_, part) => all.push(part),
        }
    }
    all
}

/// The words of a text and the values between them, as they are shown.
pub(super) fn parts(tree: &Tree, text: &str, from: Option<usize>) -> Result<Vec<Part>, Refusal> {
    Ok(spaced(pieces(tree, text, from)?))
}

/// Where values stand among words, the reference converter puts a space at both ends, which every client shows.
fn spaced(mut parts: Vec<Part>) -> Vec<Part> {
    if parts.len() < 2 {
        return parts;
    }
    if let Some(Part::Plain(first)) = parts.first_mut() {
        first.insert(0, ' ');
    }
    match parts.last_mut() {
        Some(Part::Plain(last)) => last.push(' '),
        _ => parts.push(Part::Plain(" ".to_owned())),
    }
    parts
}

fn pieces(tree: &Tree, text: &str, from: Option<usize>) -> Result<Vec<Part>, Refusal> {
    if !text.contains("${") && !text.contains("instance(") {
        return Ok(vec![Part::Plain(text.to_owned())]);
    }
    let mut outputs: Vec<(usize, usize, String)> = Vec::new();
    if text.contains("instance(") {
        for (start, end) in instance_calls(text) {
            outputs.push((start, end, tree.expression(&text[start..end], from, Manner::default())?));
        }
    }
    for reference in right_references(text) {
        if outputs.iter().all(|(start, end, _)| reference.end <= *start || reference.start >= *end) {
            let path = tree.reference(text, &reference, from, Manner::default())?;
            outputs.push((reference.start, reference.end, path));
        }
    }
    outputs.sort_unstable();
    let (mut all, mut at) = (Vec::new(), 0);
    for (start, end, expression) in outputs {
        if start > at {
            all.push(Part::Plain(text[at..start].to_owned()));
        }
        all.push(Part::Output(expression));
        at = end;
    }
    if at < text.len() {
        all.push(Part::Plain(text[at..].to_owned()));
    }
    Ok(all)
}

fn itext(path: &str, what: &str) -> Text {
    Text { itext: Some(format!("{path}:{what}")), ..Text::default() }
}

/// The label of an element as it stands at its control.
pub(super) fn label(tree: &Tree, place: usize) -> Result<Text, Refusal> {
    let element = tree.get(place);
    match &element.draft.label {
        Some(Value::Map(_)) => Ok(itext(&element.path, "label")),
        _ if !element.draft.media.is_empty() => Ok(itext(&element.path, "label")),
        Some(Value::Text(text)) => Ok(Text { parts: parts(tree, text, Some(place))?, ..Text::default() }),
        None => Ok(Text::default()),
    }
}

/// The hint of an element as it stands at its control.
pub(super) fn hint(tree: &Tree, place: usize) -> Result<Option<Text>, Refusal> {
    let element = tree.get(place);
    match (&element.draft.hint, &element.draft.guidance) {
        (Some(Value::Map(_)), _) | (_, Some(_)) => Ok(Some(itext(&element.path, "hint"))),
        (Some(Value::Text(text)), None) => Ok(Some(Text { parts: parts(tree, text, Some(place))?, ..Text::default() })),
        (None, None) => Ok(None),
    }
}
