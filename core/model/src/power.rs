//! Powers: what the law lets a department do to others, as steps of a case use it.
//!
//! Owns the powers' names and how a unit's record says that it holds them. Refuses to know who works there. Invariant: a
//! unit holds what its own record says; nothing is held because a unit above holds it.

use crate::state::State;

/// One power.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Power {
    /// 责令整改.
    Order = 0,
    /// 行政处罚.
    Penalty = 1,
    /// 责令关停.
    Shut = 2,
}

/// The set of a unit in which its powers stand.
pub const POWERS: &str = "powers";

impl Power {
    /// All of them, in order of their bits.
    pub const ALL: [Self; 3] = [Self::Order, Self::Penalty, Self::Shut];

    /// Its name, which is its code in `unit_power`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Penalty => "penalty",
            Self::Shut => "shut",
        }
    }

    /// The power of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|power| power.name() == name)
    }
}

/// A set of powers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Powers(u8);

impl Powers {
    /// None.
    pub const NONE: Self = Self(0);
    /// All that there are: the machine's own.
    pub const EVERY: Self = Self(0b111);

    /// Whether it is among them.
    pub const fn has(self, power: Power) -> bool {
        self.0 & (1 << power as u8) != 0
    }

    /// Both sets together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// What a unit's record says that the unit holds.
    pub fn of_unit(unit: &State) -> Self {
        let adds = unit.sets.get(POWERS).into_iter().flat_map(|set| &set.adds);
        adds.filter_map(|add| Power::from_name(add.element.as_text()?)).collect()
    }
}

impl FromIterator<Power> for Powers {
    fn from_iter<I: IntoIterator<Item = Power>>(powers: I) -> Self {
        Self(powers.into_iter().fold(0, |bits, power| bits | 1 << power as u8))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::code_set::CodeSet;

    #[test]
    fn the_powers_are_the_codes_of_the_set() {
        let codes: Vec<&str> = CodeSet::UnitPower.entries().iter().map(|entry| entry.code).collect();
        assert_eq!(codes, Power::ALL.map(Power::name));
        assert_eq!(Powers::EVERY, Power::ALL.into_iter().collect());
        assert_eq!(Powers::of_unit(&State::default()), Powers::NONE);
    }
}
