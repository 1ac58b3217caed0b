//! Matters: the kinds of case, and sets of them as step tables use them.
//!
//! Owns the kinds' names and what kind a case is. Refuses to know steps. Invariant: a name and a bit stay what they are
//! for ever; a case of which nobody said what it is counts as a hazard.

use crate::state::State;
use crate::value::Value;

/// What sort of matter a case is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Matter {
    /// 隐患: something that may do harm.
    Hazard = 0,
    /// 诉求: somebody asks for something.
    Ask = 1,
    /// 矛盾纠纷: parties that do not agree.
    Dispute = 2,
    /// 议题: what residents suggest to their council.
    Proposal = 3,
    /// 紧急事件: something that cannot wait.
    Incident = 4,
}

impl Matter {
    /// All of them, in order of their bits.
    pub const ALL: [Self; 5] = [Self::Hazard, Self::Ask, Self::Dispute, Self::Proposal, Self::Incident];

    /// Its name, which is its code in `case_kind`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hazard => "hazard",
            Self::Ask => "ask",
            Self::Dispute => "dispute",
            Self::Proposal => "proposal",
            Self::Incident => "incident",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|matter| matter.name() == name)
    }

    /// What a case is shown as: by the newest of what people said.
    pub fn shown(state: &State) -> Self {
        let heads = state.fields.get(FIELD).map_or(&[][..], |register| register.heads.as_slice());
        let said = |value: Option<&Value>| value.and_then(Value::as_text).and_then(Self::from_name);
        heads.iter().rev().find_map(|head| said(head.value.as_ref())).unwrap_or(Self::Hazard)
    }
}

/// The field that says what sort of matter a case is.
pub const FIELD: &str = "kind";

/// A set of matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Matters(u8);

impl Matters {
    /// All of them.
    pub const ALL: Self = Self(0b1_1111);

    /// Whether it is among them.
    pub const fn has(self, matter: Matter) -> bool {
        self.0 & (1 << matter as u8) != 0
    }

    /// Whether the two sets share one.
    pub const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Those in it, in order of their bits.
    pub fn iter(self) -> impl Iterator<Item = Matter> {
        Matter::ALL.into_iter().filter(move |matter| self.has(*matter))
    }

    /// Reads names with spaces between them; `all` stands for all. `None` if a word is no matter, or none is named.
    pub fn from_names(text: &str) -> Option<Self> {
        if text == "all" {
            return Some(Self::ALL);
        }
        let names = text.split_whitespace().map(Matter::from_name).collect::<Option<Vec<_>>>()?;
        (!names.is_empty()).then(|| names.into_iter().collect())
    }

    /// What a case may be: everything that stands in its field, so that two who disagree stop nobody.
    pub fn of(state: &State) -> Self {
        let heads = state.fields.get(FIELD).into_iter().flat_map(|register| &register.heads);
        let said = heads.filter_map(|head| Matter::from_name(head.value.as_ref()?.as_text()?));
        let said: Self = said.collect();
        if said.0 == 0 { Self::from_iter([Matter::Hazard]) } else { said }
    }
}

impl FromIterator<Matter> for Matters {
    fn from_iter<I: IntoIterator<Item = Matter>>(matters: I) -> Self {
        Self(matters.into_iter().fold(0, |bits, matter| bits | 1 << matter as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code_set::CodeSet;

    #[test]
    fn the_matters_are_the_codes_of_the_field() {
        let codes: Vec<&str> = CodeSet::CaseKind.entries().iter().map(|entry| entry.code).collect();
        assert_eq!(codes, Matter::ALL.map(Matter::name));
        assert_eq!(Matters::from_names("all"), Some(Matter::ALL.into_iter().collect()));
        assert_eq!(Matters::from_names("hazard weather"), None);
        assert_eq!(Matters::from_names(""), None);
    }

    #[test]
    fn a_case_of_which_nobody_said_what_it_is_counts_as_a_hazard() {
        assert_eq!(Matters::of(&State::default()).iter().collect::<Vec<_>>(), [Matter::Hazard]);
        assert_eq!(Matter::shown(&State::default()), Matter::Hazard);
    }
}
