//! Names: words and namespaces, each kept once.
//!
//! Owns the numbers by which names are compared. Refuses to resolve prefixes. Invariant: two names are the same exactly
//! when prefix, local word and namespace are.

use std::collections::HashMap;

/// A word or an address that is kept once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Word(u32);

impl Word {
    /// The empty word: no prefix, no namespace.
    pub const EMPTY: Word = Word(0);
}

/// A name that is kept once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NameId(u32);

impl NameId {
    /// The name of what has none.
    pub const NONE: NameId = NameId(0);
}

/// A name as XML has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The prefix as it was written.
    pub prefix: Word,
    /// The word after the prefix.
    pub local: Word,
    /// The namespace's address.
    pub namespace: Word,
}

/// All names of a tree.
#[derive(Clone, Debug)]
pub struct Names {
    words: Vec<Box<str>>,
    by_word: HashMap<Box<str>, Word>,
    all: Vec<Name>,
    by_name: HashMap<Name, NameId>,
}

impl Default for Names {
    fn default() -> Names {
        let nothing = Name { prefix: Word::EMPTY, local: Word::EMPTY, namespace: Word::EMPTY };
        Names {
            words: vec!["".into()],
            by_word: HashMap::from([("".into(), Word::EMPTY)]),
            all: vec![nothing],
            by_name: HashMap::from([(nothing, NameId::NONE)]),
        }
    }
}

impl Names {
    /// The number of a word.
    pub fn word(&mut self, word: &str) -> Word {
        if let Some(known) = self.by_word.get(word) {
            return *known;
        }
        let new = Word(u32::try_from(self.words.len()).unwrap_or(0));
        self.words.push(word.into());
        self.by_word.insert(word.into(), new);
        new
    }

    /// The number of a word, if it occurs at all.
    pub fn find(&self, word: &str) -> Option<Word> {
        self.by_word.get(word).copied()
    }

    /// The number of a name.
    pub fn intern(&mut self, prefix: &str, local: &str, namespace: &str) -> NameId {
        let name = Name { prefix: self.word(prefix), local: self.word(local), namespace: self.word(namespace) };
        if let Some(known) = self.by_name.get(&name) {
            return *known;
        }
        let new = NameId(u32::try_from(self.all.len()).unwrap_or(0));
        self.all.push(name);
        self.by_name.insert(name, new);
        new
    }

    /// A name without a namespace.
    pub fn plain(&mut self, local: &str) -> NameId {
        self.intern("", local, "")
    }

    /// The name of a number.
    pub fn name(&self, id: NameId) -> Name {
        self.all[id.0 as usize]
    }

    /// The text of a word.
    pub fn text(&self, word: Word) -> &str {
        &self.words[word.0 as usize]
    }

    /// A name with its prefix, as written.
    pub fn written(&self, id: NameId) -> String {
        let name = self.name(id);
        match self.text(name.prefix) {
            "" => self.text(name.local).to_owned(),
            prefix => format!("{prefix}:{}", self.text(name.local)),
        }
    }
}
