//! Words in the language that is shown, with values in between.
//!
//! Owns the fallback: what a language lacks is shown in the form's default one. Refuses markup. Invariant: a text that
//! exists in any way is never blank because a language lacks it.

use super::fill::Run;
use super::plan::ExprId;
use crate::tree::Spot;

/// A piece of a text, compiled.
#[derive(Clone, Debug)]
pub enum PartPlan {
    /// Words.
    Plain(String),
    /// The value of an expression.
    Output(ExprId),
}

/// A text, compiled.
#[derive(Clone, Debug, Default)]
pub struct TextPlan {
    pub itext: Option<String>,
    pub reference: Option<ExprId>,
    pub parts: Vec<PartPlan>,
}

/// A text by language.
pub type EntryPlan = Vec<Option<Vec<PartPlan>>>;

impl TextPlan {
    /// Words for all languages.
    pub fn words(words: &str) -> TextPlan {
        TextPlan { parts: vec![PartPlan::Plain(words.to_owned())], ..TextPlan::default() }
    }

    /// An entry of the itext.
    pub fn entry(id: &str) -> TextPlan {
        TextPlan { itext: Some(id.to_owned()), ..TextPlan::default() }
    }
}

impl Run {
    /// The words of a text at a node; nothing if it is only a picture or a sound.
    pub(super) fn words(&self, plan: &TextPlan, spot: Spot) -> Option<String> {
        if let Some(id) = &plan.itext {
            return self.entry(id, spot);
        }
        if let Some(reference) = plan.reference {
            let evaluator = self.evaluator(spot);
            return evaluator.text(&self.form.exprs[reference as usize]).ok().map(std::borrow::Cow::into_owned);
        }
        Some(self.join(&plan.parts, spot))
    }

    /// The words of an entry at a node.
    pub(super) fn entry(&self, id: &str, spot: Spot) -> Option<String> {
        let entry = self.form.texts.get(id)?;
        let usual = self.form.definition.itext.languages.iter().position(|language| language.default).unwrap_or(0);
        let own = entry.get(self.language).and_then(Option::as_ref).filter(|parts| !parts.is_empty());
        let parts = own.or_else(|| entry.get(usual).and_then(Option::as_ref))?;
        Some(self.join(parts, spot))
    }

    fn join(&self, parts: &[PartPlan], spot: Spot) -> String {
        let mut words = String::new();
        for part in parts {
            match part {
                PartPlan::Plain(plain) => words.push_str(plain),
                PartPlan::Output(expr) => {
                    let evaluator = self.evaluator(spot);
                    words.push_str(&evaluator.text(&self.form.exprs[*expr as usize]).unwrap_or_default());
                }
            }
        }
        words
    }
}
