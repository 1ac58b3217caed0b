//! Numbers and their texts.
//!
//! Owns how a text becomes a number and a number a text (XPath 1.0, 4.4 and 4.2). Refuses dates. Invariant: a whole
//! number's text has no point, and no text has an exponent.

/// The number that a text is, or NaN. An exponent is understood, as spreadsheets write one.
pub fn number_of(text: &str) -> f64 {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    let digits = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = digits.split_once(['e', 'E']).map_or((digits, None), |(m, e)| (m, Some(e)));
    let (whole, part) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(part) || (whole.is_empty() && part.is_empty()) {
        return f64::NAN;
    }
    if let Some(exponent) = exponent {
        let digits = exponent.strip_prefix(['-', '+']).unwrap_or(exponent);
        if digits.is_empty() || !plain(digits) {
            return f64::NAN;
        }
    }
    text.parse().unwrap_or(f64::NAN)
}

/// The text of a number.
pub fn text_of_number(number: f64) -> String {
    if number.is_nan() {
        return "NaN".to_owned();
    }
    if number.is_infinite() {
        return if number > 0.0 { "Infinity" } else { "-Infinity" }.to_owned();
    }
    if number == 0.0 {
        return "0".to_owned();
    }
    // The shortest digits that give the same number; Rust writes them without an exponent.
    format!("{number}")
}

/// Rounds as `round()` of XPath 1.0 does: halves go up.
pub fn round_half_up(number: f64) -> f64 {
    let floor = number.floor();
    if number - floor >= 0.5 { floor + 1.0 } else { floor }
}

/// Rounds a magnitude to a number of places: halves go away from zero.
pub fn round_places(number: f64, places: f64) -> f64 {
    if number.is_nan() || places.is_nan() || number.is_infinite() {
        return number * places.signum().abs();
    }
    let factor = 10f64.powf(places);
    let shifted = number.abs() * factor;
    if shifted.is_infinite() {
        return number;
    }
    (round_half_up(shifted) / factor).copysign(number)
}
