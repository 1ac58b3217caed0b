//! Yearly editions of administrative divisions: what changed between two lists, as proposals that a person confirms.
//!
//! Owns the guesses and their evidence; `plan` owns what was confirmed and the way from old codes to new ones. Refuses
//! to change a unit: a unit outlives its codes. Invariant: every code that came or went stands in exactly one proposal,
//! and the order in which lists come makes no difference.

pub mod plan;

use crate::limits;
use crate::unit_code::{UnitCode, half_width};
use std::collections::{BTreeMap, BTreeSet};

/// A division as an edition lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Division {
    /// Its code.
    pub code: UnitCode,
    /// Its name, as listed.
    pub name: String,
    /// The code of the division above, if it is not the one that the code says.
    pub parent: Option<UnitCode>,
    /// What lies in it, by any names that both editions share: addresses, or the codes of grids. May be empty.
    pub addresses: BTreeSet<String>,
}

impl Division {
    /// A division of which only code and name are known.
    pub fn new(code: UnitCode, name: impl Into<String>) -> Self {
        Self { code, name: name.into(), parent: None, addresses: BTreeSet::new() }
    }

    fn parent(&self) -> Option<UnitCode> {
        self.parent.clone().or_else(|| self.code.parent())
    }
}

/// What happened to divisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Happening {
    /// The name changed, the code stayed.
    Rename,
    /// The code changed; the name may have changed with it.
    Renumber,
    /// One became several.
    Split,
    /// Several became one.
    Merge,
    /// It is new.
    Add,
    /// It is gone.
    Abolish,
}

impl Happening {
    /// The stable code that shells have words for.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Rename => "rename",
            Self::Renumber => "renumber",
            Self::Split => "split",
            Self::Merge => "merge",
            Self::Add => "add",
            Self::Abolish => "abolish",
        }
    }
}

/// What speaks for a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// The code is the same.
    SameCode,
    /// The whole name is the same.
    SameName,
    /// The name without its class is the same: 安家庄村村委会, 安家庄村村民委员会.
    SameStem,
    /// The last digits of the code are the same.
    SameTail,
    /// The division above is the same, or was renumbered in the same way.
    SameParent,
    /// Most divisions below went the same way.
    ChildrenMoved,
    /// Most addresses went the same way.
    AddressesMoved,
    /// The new names extend the old one: 东山 became 东山一 and 东山二.
    NameExtended,
    /// The old name stands under another code now: the code may have been given to another place.
    NameElsewhere,
    /// Nothing that is left looks like it.
    NoTrace,
}

impl Evidence {
    /// The stable code that shells have words for.
    pub const fn evidence_code(self) -> &'static str {
        match self {
            Self::SameCode => "same_code",
            Self::SameName => "same_name",
            Self::SameStem => "same_stem",
            Self::SameTail => "same_tail",
            Self::SameParent => "same_parent",
            Self::ChildrenMoved => "children_moved",
            Self::AddressesMoved => "addresses_moved",
            Self::NameExtended => "name_extended",
            Self::NameElsewhere => "name_elsewhere",
            Self::NoTrace => "no_trace",
        }
    }
}

/// How sure a proposal is; a person confirms each all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Confidence {
    /// To be looked at.
    Weak,
    /// Two things speak for it.
    Strong,
    /// Nothing speaks against it.
    Sure,
}

impl Confidence {
    /// The stable code that shells have words for.
    pub const fn confidence_code(self) -> &'static str {
        match self {
            Self::Weak => "weak",
            Self::Strong => "strong",
            Self::Sure => "sure",
        }
    }
}

/// What probably happened, for a person to confirm.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Proposal {
    /// What happened.
    pub what: Happening,
    /// Codes and names before; none where something is new.
    pub before: Vec<(UnitCode, String)>,
    /// Codes and names after; none where something is gone.
    pub after: Vec<(UnitCode, String)>,
    /// What speaks for it, sorted.
    pub evidence: Vec<Evidence>,
    /// How sure it is.
    pub confidence: Confidence,
}

/// Proposes what happened between two editions, in the order of codes. Codes that stand in both with the same name and
/// lost no addresses are not told.
pub fn propose(old: &[Division], new: &[Division]) -> Vec<Proposal> {
    let mut compared = Compared::new(old, new);
    compared.by_addresses();
    compared.renames();
    compared.by_names();
    compared.by_children();
    compared.by_stems();
    compared.by_extended_names();
    compared.left_over();
    compared.follow_parents();
    let mut proposals = compared.found;
    proposals.sort_by(|a, b| (first(a), &a.after, a.what).cmp(&(first(b), &b.after, b.what)));
    proposals
}

fn first(proposal: &Proposal) -> Option<&UnitCode> {
    proposal.before.first().or(proposal.after.first()).map(|(code, _)| code)
}

/// Two editions side by side, with what is found so far.
struct Compared<'a> {
    old: BTreeMap<&'a UnitCode, &'a Division>,
    new: BTreeMap<&'a UnitCode, &'a Division>,
    /// Codes that are gone, come, or stand in both with different names, and that no proposal tells of yet.
    gone: BTreeSet<&'a UnitCode>,
    come: BTreeSet<&'a UnitCode>,
    renamed: BTreeSet<&'a UnitCode>,
    /// Old code to new code of what was renumbered.
    renumbered: BTreeMap<&'a UnitCode, &'a UnitCode>,
    /// Codes that stand before or after in a proposal: once is enough.
    told: (BTreeSet<&'a UnitCode>, BTreeSet<&'a UnitCode>),
    found: Vec<Proposal>,
}

impl<'a> Compared<'a> {
    fn new(old: &'a [Division], new: &'a [Division]) -> Self {
        let old: BTreeMap<_, _> = old.iter().map(|d| (&d.code, d)).collect();
        let new: BTreeMap<_, _> = new.iter().map(|d| (&d.code, d)).collect();
        let gone = old.keys().copied().filter(|c| !new.contains_key(c)).collect();
        let come = new.keys().copied().filter(|c| !old.contains_key(c)).collect();
        let both = old.iter().filter(|(c, d)| new.get(*c).is_some_and(|n| n.name.trim() != d.name.trim()));
        let renamed = both.map(|(c, _)| *c).collect();
        Self { old, new, gone, come, renamed, renumbered: BTreeMap::new(), told: Default::default(), found: Vec::new() }
    }

    /// Tells of a happening, unless one of its codes is told of already.
    fn tell(&mut self, what: Happening, before: &[&'a UnitCode], after: &[&'a UnitCode], evidence: &[Evidence]) {
        if before.iter().any(|c| self.told.0.contains(c)) || after.iter().any(|c| self.told.1.contains(c)) {
            return;
        }
        self.told.0.extend(before);
        self.told.1.extend(after);
        let named = |list: &[&'a UnitCode], edition: &BTreeMap<&'a UnitCode, &'a Division>| {
            let name = |code: &&'a UnitCode| edition.get(*code).map_or_else(String::new, |d| d.name.clone());
            list.iter().map(|c| ((*c).clone(), name(c))).collect::<Vec<_>>()
        };
        let mut evidence = evidence.to_vec();
        evidence.sort_unstable();
        evidence.dedup();
        let confidence = confidence(&evidence);
        let (before_named, after_named) = (named(before, &self.old), named(after, &self.new));
        self.found.push(Proposal { what, before: before_named, after: after_named, evidence, confidence });
        for code in before {
            self.gone.remove(code);
            self.renamed.remove(code);
        }
        for code in after {
            self.come.remove(code);
            self.renamed.remove(code);
        }
        if let (Happening::Renumber, [one], [other]) = (what, before, after) {
            self.renumbered.insert(one, other);
        }
    }

    /// Splits, merges and renumberings where both editions say what lies where.
    fn by_addresses(&mut self) {
        let mut home: BTreeMap<&str, &'a UnitCode> = BTreeMap::new();
        for (code, division) in &self.new {
            home.extend(division.addresses.iter().map(|a| (a.as_str(), *code)));
        }
        // Where the addresses of each old division went, small shares left out.
        let mut flows: BTreeMap<&'a UnitCode, Vec<&'a UnitCode>> = BTreeMap::new();
        for (code, division) in &self.old {
            let mut shares: BTreeMap<&'a UnitCode, usize> = BTreeMap::new();
            for to in division.addresses.iter().filter_map(|a| home.get(a.as_str())) {
                *shares.entry(to).or_default() += 1;
            }
            let all: usize = shares.values().sum();
            let large = shares.into_iter().filter(|(_, n)| n * 100 >= all * limits::EDITION_SHARE_PERCENT_MIN);
            flows.insert(code, large.map(|(to, _)| to).collect());
        }
        let mut sources: BTreeMap<&'a UnitCode, Vec<&'a UnitCode>> = BTreeMap::new();
        for (from, targets) in &flows {
            for to in targets {
                sources.entry(to).or_default().push(from);
            }
        }
        for (to, from) in &sources {
            let whole = from.iter().all(|code| flows[code].len() == 1);
            let concerned = from.iter().any(|code| self.gone.contains(code));
            if from.len() > 1 && whole && concerned {
                self.tell(Happening::Merge, from, &[to], &[Evidence::AddressesMoved]);
            }
        }
        for (from, targets) in &flows {
            let concerned = targets.iter().any(|code| self.come.contains(code));
            match targets.as_slice() {
                [to] if self.gone.contains(from) && self.come.contains(to) => {
                    let mut evidence = self.evidence(from, to);
                    evidence.push(Evidence::AddressesMoved);
                    self.tell(Happening::Renumber, &[from], &[to], &evidence);
                }
                [_, _, ..] if concerned => {
                    self.tell(Happening::Split, &[from], targets, &[Evidence::AddressesMoved]);
                }
                _ => {}
            }
        }
    }

    fn renames(&mut self) {
        let names: BTreeSet<&str> =
            self.come.iter().chain(&self.renamed).filter_map(|c| Some(self.new.get(*c)?.name.trim())).collect();
        for code in self.renamed.clone() {
            let mut evidence = vec![Evidence::SameCode];
            let (before, after) = (self.old[code].name.trim(), self.new[code].name.trim());
            if stem(before) == stem(after) {
                evidence.push(Evidence::SameStem);
            }
            if names.contains(before) {
                evidence.push(Evidence::NameElsewhere);
            }
            self.tell(Happening::Rename, &[code], &[code], &evidence);
        }
    }

    /// Renumberings of what has the same name under another code; among several, the one with the most evidence.
    fn by_names(&mut self) {
        self.pair(|division| Some(division.name.trim().to_owned()));
    }

    /// Renumberings of what has the same name but for its class, below the same division or with the same tail.
    fn by_stems(&mut self) {
        self.pair(|division| Some(stem(&division.name)).filter(|s| !s.is_empty()));
    }

    fn pair(&mut self, key: impl Fn(&Division) -> Option<String>) {
        let mut couples = Vec::new();
        for from in &self.gone {
            let name = self.old.get(*from).and_then(|d| key(d));
            let same = self.come.iter().filter(|to| name.is_some() && self.new.get(**to).and_then(|d| key(d)) == name);
            let level = same.filter(|to| to.level() == from.level());
            couples.extend(level.map(|to| (self.evidence(from, to), *from, *to)));
        }
        couples.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then((a.1, a.2).cmp(&(b.1, b.2))));
        for (evidence, from, to) in couples {
            let near = evidence.iter().any(|e| !matches!(e, Evidence::SameStem));
            if near && self.gone.contains(from) && self.come.contains(to) {
                self.tell(Happening::Renumber, &[from], &[to], &evidence);
            }
        }
    }

    /// Renumberings of what is above divisions that were renumbered together.
    fn by_children(&mut self) {
        let mut moves: BTreeMap<(UnitCode, UnitCode), usize> = BTreeMap::new();
        for (from, to) in &self.renumbered {
            if let (Some(old), Some(new)) = (self.old[from].parent(), self.new[to].parent()) {
                *moves.entry((old, new)).or_default() += 1;
            }
        }
        let mut moves: Vec<_> = moves.into_iter().collect();
        moves.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
        for ((old, new), count) in moves {
            let below = self.old.values().filter(|d| d.parent().as_ref() == Some(&old)).count();
            let (Some(from), Some(to)) = (self.gone.get(&old).copied(), self.come.get(&new).copied()) else { continue };
            if count * 2 >= below {
                let mut evidence = self.evidence(from, to);
                evidence.push(Evidence::ChildrenMoved);
                self.tell(Happening::Renumber, &[from], &[to], &evidence);
            }
        }
    }

    /// Splits and merges that names alone suggest: to be looked at.
    fn by_extended_names(&mut self) {
        let stems = |codes: &BTreeSet<&'a UnitCode>, edition: &BTreeMap<&'a UnitCode, &'a Division>| {
            let told = codes.iter().filter_map(|c| edition.get(c).map(|d| (*c, stem(&d.name), d.parent())));
            told.filter(|(_, stem, _)| stem.chars().count() > 1).collect::<Vec<_>>()
        };
        for (from, name, parent) in stems(&self.gone, &self.old) {
            let extends = |(_, other, above): &&(&UnitCode, String, Option<UnitCode>)| {
                *above == parent && *other != name && other.starts_with(&name)
            };
            let parts: Vec<_> = stems(&self.come, &self.new).iter().filter(extends).map(|(c, _, _)| *c).collect();
            if parts.len() > 1 {
                self.tell(Happening::Split, &[from], &parts, &[Evidence::NameExtended]);
            }
        }
        for (to, name, parent) in stems(&self.come, &self.new) {
            let extends = |(_, other, above): &&(&UnitCode, String, Option<UnitCode>)| {
                *above == parent && *other != name && other.starts_with(&name)
            };
            let parts: Vec<_> = stems(&self.gone, &self.old).iter().filter(extends).map(|(c, _, _)| *c).collect();
            if parts.len() > 1 {
                self.tell(Happening::Merge, &parts, &[to], &[Evidence::NameExtended]);
            }
        }
    }

    fn left_over(&mut self) {
        for code in self.gone.clone() {
            self.tell(Happening::Abolish, &[code], &[], &[Evidence::NoTrace]);
        }
        for code in self.come.clone() {
            self.tell(Happening::Add, &[], &[code], &[Evidence::NoTrace]);
        }
    }

    /// Adds what became known of the divisions above after a renumbering was told.
    fn follow_parents(&mut self) {
        let mut found = std::mem::take(&mut self.found);
        for proposal in found.iter_mut().filter(|p| p.what == Happening::Renumber) {
            if let ([(from, _)], [(to, _)]) = (proposal.before.as_slice(), proposal.after.as_slice()) {
                proposal.evidence.extend(self.evidence(from, to));
                proposal.evidence.sort_unstable();
                proposal.evidence.dedup();
                proposal.confidence = confidence(&proposal.evidence);
            }
        }
        self.found = found;
    }

    /// What speaks for the two being one.
    fn evidence(&self, from: &UnitCode, to: &UnitCode) -> Vec<Evidence> {
        let (Some(before), Some(after)) = (self.old.get(from), self.new.get(to)) else { return Vec::new() };
        let mut evidence = Vec::new();
        let (old_parent, new_parent) = (before.parent(), after.parent());
        let moved = old_parent.as_ref().and_then(|p| self.renumbered.get(p)).copied();
        if old_parent == new_parent || (moved.is_some() && moved == new_parent.as_ref()) {
            evidence.push(Evidence::SameParent);
        }
        if before.name.trim() == after.name.trim() {
            evidence.push(Evidence::SameName);
        } else if stem(&before.name) == stem(&after.name) {
            evidence.push(Evidence::SameStem);
        }
        if tail(from) == tail(to) {
            evidence.push(Evidence::SameTail);
        }
        evidence
    }
}

fn confidence(evidence: &[Evidence]) -> Confidence {
    use Evidence::{AddressesMoved, ChildrenMoved, NameElsewhere, NameExtended, NoTrace, SameCode, SameName, SameStem};
    let has = |e: Evidence| evidence.contains(&e);
    if has(NameElsewhere) || has(NameExtended) || has(NoTrace) {
        Confidence::Weak
    } else if (has(SameCode) && has(SameStem)) || (has(SameName) && evidence.len() > 2) {
        Confidence::Sure
    } else if has(AddressesMoved)
        || has(ChildrenMoved)
        || has(SameCode)
        || (has(SameName) && evidence.len() > 1)
        || (has(SameStem) && evidence.len() > 2)
    {
        Confidence::Strong
    } else {
        Confidence::Weak
    }
}

/// The digits of a code below the division above.
fn tail(code: &UnitCode) -> &str {
    let above = code.parent().map_or(0, |p| p.digits().len());
    &code.digits()[above..]
}

/// A name without its class: 安家庄 of 安家庄村村民委员会, 东山 of 东山街道.
fn stem(name: &str) -> String {
    const CLASSES: [&str; 22] = [
        "社区居民委员会",
        "社区居委会",
        "村民委员会",
        "居民委员会",
        "民委员会",
        "村委会",
        "居委会",
        "委员会",
        "虚拟社区",
        "虚拟生活区",
        "街道办事处",
        "办事处",
        "自治县",
        "自治州",
        "地区",
        "街道",
        "社区",
        "镇",
        "乡",
        "县",
        "市",
        "区",
    ];
    let plain: String = name.trim().chars().map(half_width).filter(|c| !c.is_whitespace()).collect();
    let short = CLASSES.iter().find_map(|class| plain.strip_suffix(class)).unwrap_or(&plain);
    // 安家庄村村民委员会 and 安家庄村民委员会 are one.
    let bare = short.trim_end_matches('村');
    if bare.is_empty() { plain } else { bare.to_owned() }
}

#[cfg(test)]
mod tests;
