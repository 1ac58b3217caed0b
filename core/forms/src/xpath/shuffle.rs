//! The order that `randomize()` gives: the same for the same seed, here and in other clients.
//!
//! Owns the generator of Park and Miller (1988) as the ODK XForms specification names it. Refuses to find a seed.
//! Invariant: every item stands in the result once.

const MODULUS: i64 = 2_147_483_647;

/// The seed that a number is.
#[expect(clippy::cast_possible_truncation, reason = "a seed beyond the range counts as the range's end")]
pub fn seed_of_number(number: f64) -> i64 {
    // NaN is 0 and what is too large the largest, as in other clients.
    number as i64
}

/// Puts items into the order of a seed.
pub fn shuffle<T: Copy>(items: &[T], seed: i64) -> Vec<T> {
    let mut state = seed % MODULUS;
    if state <= 0 {
        state += MODULUS - 1;
    }
    let mut result: Vec<T> = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        state = state * 16_807 % MODULUS;
        // (state - 1) / (modulus - 1), times the places so far, rounded down.
        let place = (state - 1) * (i64::try_from(at).unwrap_or(0) + 1) / (MODULUS - 1);
        let place = usize::try_from(place).unwrap_or(0).min(at);
        match result.get(place).copied() {
            Some(moved) => {
                result.push(moved);
                result[place] = *item;
            }
            None => result.push(*item),
        }
    }
    result
}
