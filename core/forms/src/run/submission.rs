//! The answers as XML (ODK XForms, “Record structure”): what is not asked is left out.
//!
//! Owns what a client fills in by itself, when a form opens and when it is finished. Refuses to send. Invariant: an
//! element stands in the record exactly if it is asked.

use super::fill::Run;
use crate::definition::NodeKind;
use crate::tree::Spot;
use crate::xpath::{Host, Moment};
use quick_xml::escape::partial_escape;

impl Run {
    /// Fills in what the client does (`jr:preload`).
    pub(super) fn preload(&mut self) {
        for slot in 0..u32::try_from(self.form.slots.len()).unwrap_or(0) {
            let Some(bind) = &self.form.definition.nodes[slot as usize].bind else { continue };
            let (kind, parameter) = (bind.preload.clone(), bind.preload_params.clone().unwrap_or_default());
            let value = match (kind.as_deref(), parameter.as_str()) {
                (Some("timestamp"), "end") | (None, _) => continue,
                (Some(kind), parameter) => self.preloaded(kind, parameter),
            };
            for spot in self.all(slot, 0, self.root) {
                if !value.is_empty() {
                    self.state_mut(spot).typed = value.as_str().into();
                    self.refresh(spot);
                }
            }
        }
    }

    fn preloaded(&self, kind: &str, parameter: &str) -> String {
        let now = Moment { ms: self.situation.now_ms };
        match kind {
            "uid" => format!("uuid:{}", self.uuid()),
            "timestamp" => now.date_time(self.zone()),
            "date" => now.date(self.zone()),
            "property" => self.property(parameter).unwrap_or_default(),
            _ => String::new(),
        }
    }

    fn uuid(&self) -> String {
        // Version 4 from the run's own chance.
        let mut bits = 0u128;
        for _ in 0..4 {
            bits = bits << 32 | u128::from(self.chance_bits());
        }
        let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
        let hex = format!("{bits:032x}");
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a number from 0 to 1 times 2^32")]
    fn chance_bits(&self) -> u32 {
        (self.random() * 4_294_967_296.0) as u32
    }

    /// Fills in what is known at the end, such as when it was.
    pub fn finish(&mut self) {
        for slot in 0..u32::try_from(self.form.slots.len()).unwrap_or(0) {
            let Some(bind) = &self.form.definition.nodes[slot as usize].bind else { continue };
            if bind.preload.as_deref() == Some("timestamp") && bind.preload_params.as_deref() == Some("end") {
                let value = self.preloaded("timestamp", "end");
                for spot in self.all(slot, 0, self.root) {
                    self.state_mut(spot).typed = value.as_str().into();
                    self.refresh(spot);
                }
            }
        }
        self.settle();
    }

    /// The record as XML.
    pub fn submission(&self) -> String {
        let mut xml = String::new();
        self.write_element(self.root, &mut xml);
        let definition = &self.form.definition;
        // The root says which form and which version of it was filled.
        let mut own = String::new();
        for (name, value) in [("id", &definition.id), ("version", &definition.version)] {
            if !value.is_empty() {
                own.extend([" ", name, "=\"", &attribute(value), "\""]);
            }
        }
        if let Some(name) = definition.nodes.first().map(|node| &node.name) {
            xml.insert_str(1 + name.len(), &own);
        }
        xml
    }

    fn write_element(&self, spot: Spot, xml: &mut String) {
        let node = &self.form.definition.nodes[self.state(spot).slot as usize];
        xml.extend(["<", &node.name]);
        let mut inside = String::new();
        for child in self.below(spot) {
            let node = &self.form.definition.nodes[self.state(child).slot as usize];
            if !self.state(child).relevant {
                continue;
            }
            match node.kind {
                NodeKind::Attribute => xml.extend([" ", &node.name, "=\"", &attribute(self.value(child)), "\""]),
                NodeKind::Element => self.write_element(child, &mut inside),
            }
        }
        if !self.form.slots[self.state(spot).slot as usize].is_group {
            inside += &partial_escape(self.value(spot));
        }
        if inside.is_empty() {
            xml.push_str("/>");
        } else {
            xml.extend([">", &inside, "</", &node.name, ">"]);
        }
    }
}

/// A value between quotes.
fn attribute(value: &str) -> String {
    partial_escape(value).replace('"', "&quot;")
}
