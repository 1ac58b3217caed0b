//! The parameters column: pairs like `start=1 end=10`.
//!
//! Owns how pairs are written and which a type has. Refuses what is no pair. Invariant: keys are lower case and each
//! stands once.

use super::refusal::{Code, Refusal};

/// The parameters of a row.
pub(super) type Parameters = Vec<(String, String)>;

/// The column.
pub(super) const COLUMN: &str = "parameters";

/// The pairs of a text. Values are lower case, too, but those that name columns of a file.
pub(super) fn parse(text: &str, row: u32) -> Result<Parameters, Refusal> {
    let malformed = || Refusal::survey(Code::ParametersMalformed, row, COLUMN);
    let mut words: Vec<&str> = Vec::new();
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).filter(|word| !word.is_empty()) {
        let mut rest = word;
        while let Some(at) = rest.find('=') {
            words.extend(Some(&rest[..at]).filter(|before| !before.is_empty()));
            words.push("=");
            rest = &rest[at + 1..];
        }
        words.extend(Some(rest).filter(|rest| !rest.is_empty()));
    }
    let mut pairs = Parameters::new();
    for triple in words.chunks(3) {
        let [key, "=", value] = *triple else { return Err(malformed()) };
        if key == "=" || value == "=" {
            return Err(malformed());
        }
        let key = key.to_lowercase();
        let value = if matches!(&*key, "label" | "value") { value.to_owned() } else { value.to_lowercase() };
        match pairs.iter_mut().find(|(own, _)| *own == key) {
            Some((_, old)) => *old = value,
            None => pairs.push((key, value)),
        }
    }
    Ok(pairs)
}

/// A parameter.
pub(super) fn get<'a>(parameters: &'a Parameters, name: &str) -> Option<&'a str> {
    parameters.iter().find(|(own, _)| own == name).map(|(_, value)| value.as_str())
}

/// Refuses parameters that a type does not have.
pub(super) fn only(parameters: &Parameters, accepted: &[&str], row: u32) -> Result<(), Refusal> {
    let mut strange: Vec<&str> =
        parameters.iter().map(|(key, _)| key.as_str()).filter(|key| !accepted.contains(key)).collect();
    if strange.is_empty() {
        return Ok(());
    }
    strange.sort_unstable();
    let refusal = Refusal::survey(Code::ParameterUnknown, row, COLUMN);
    Err(refusal.with("accepted", accepted.join(", ")).with("found", strange.join(", ")))
}

/// Refuses a parameter that is none of its values.
pub(super) fn one_of(parameters: &Parameters, name: &str, values: &[&str], row: u32) -> Result<(), Refusal> {
    match get(parameters, name) {
        Some(value) if !values.contains(&value) => {
            let refusal = Refusal::survey(Code::ParameterValue, row, COLUMN).with("parameter", name);
            Err(refusal.with("value", value).with("accepted", values.join(", ")))
        }
        _ => Ok(()),
    }
}

/// That a parameter is no number.
pub(super) fn no_number(name: &str, value: &str, row: u32) -> Refusal {
    Refusal::survey(Code::ParameterNumber, row, COLUMN).with("parameter", name).with("value", value)
}

/// Refuses a parameter that is no whole number.
pub(super) fn whole(parameters: &Parameters, name: &str, row: u32) -> Result<Option<i64>, Refusal> {
    let Some(value) = get(parameters, name) else { return Ok(None) };
    value.parse().map(Some).map_err(|_| no_number(name, value, row))
}

/// Refuses a parameter that is no number.
pub(super) fn number(parameters: &Parameters, name: &str, row: u32) -> Result<Option<f64>, Refusal> {
    let Some(value) = get(parameters, name) else { return Ok(None) };
    value.parse().map(Some).map_err(|_| no_number(name, value, row))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_read_however_they_are_parted() {
        let expected = vec![("start".to_owned(), "1".to_owned()), ("end".to_owned(), "9".to_owned())];
        for text in ["start=1 end=9", "start = 1, end = 9", "START=1;end=9", "start=0 start=1 end=9"] {
            assert_eq!(parse(text, 2).unwrap(), expected, "{text}");
        }
        assert_eq!(parse("", 2).unwrap(), []);
        assert_eq!(parse("value=Code", 2).unwrap(), [("value".to_owned(), "Code".to_owned())]);
    }

    #[test]
    fn what_is_no_pair_is_refused() {
        for text in ["start", "start=", "=1", "start==1", "start=1 end"] {
            assert_eq!(parse(text, 2).unwrap_err().code, Code::ParametersMalformed, "{text}");
        }
    }
}
