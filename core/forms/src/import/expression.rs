//! The words of an expression, as far as an import needs them: names, references like `${name}`, and whether a default
//! is a value or something to reckon.
//!
//! Owns the lexical rules of the XLSForm column values. Refuses to know what an expression means: that is the engine's.
//! Invariant: every character belongs to exactly one token.

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Literal,
    Number,
    Math,
    Union,
    CloseParen,
    PathSeparator,
    Text,
    Space,
    Reference,
    Call,
    PredicateStart,
    PredicateEnd,
    Other,
}

/// A token and where it stands, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'a> {
    pub(super) kind: TokenKind,
    pub(super) start: usize,
    pub(super) text: &'a str,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

fn starts_name(c: char) -> bool {
    matches!(c,
        'A'..='Z' | '_' | 'a'..='z' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}' | '\u{370}'..='\u{37d}'
        | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}' | '\u{2c00}'..='\u{2fef}'
        | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}' | '\u{10000}'..='\u{effff}')
}

fn continues_name(c: char) -> bool {
    starts_name(c) || matches!(c, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// The length of the name at the begin of a text, without prefix.
fn name_length(text: &str) -> Option<usize> {
    let mut letters = text.char_indices();
    letters.next().filter(|(_, c)| starts_name(*c))?;
    Some(letters.find(|(_, c)| !continues_name(*c)).map_or(text.len(), |(at, _)| at))
}

/// The length of the name at the begin of a text, with a prefix if it has one.
fn qualified_length(text: &str) -> Option<usize> {
    let first = name_length(text)?;
    let second = text[first..].strip_prefix(':').and_then(name_length);
    Some(second.map_or(first, |second| first + 1 + second))
}

/// Whether a text may name an element.
pub(super) fn is_name(text: &str) -> bool {
    qualified_length(text) == Some(text.len())
}

/// A reference to a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference<'a> {
    pub(super) name: &'a str,
    pub(super) last_saved: bool,
    /// Where it stands, from `$` to behind `}`, bytes.
    pub(super) start: usize,
    pub(super) end: usize,
}

fn inner(text: &str) -> Option<(&str, bool)> {
    let (name, last_saved) = match text.strip_prefix("last-saved#") {
        Some(name) => (name, true),
        None => (text, false),
    };
    (name_length(name) == Some(name.len())).then_some((name, last_saved))
}

/// That a text has a `${` which begins no reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadReference;

/// All references of a text.
pub(super) fn references(text: &str) -> Result<Vec<Reference<'_>>, BadReference> {
    let mut found = Vec::new();
    let mut from = 0;
    if text.len() <= 2 {
        return Ok(found);
    }
    while let Some(start) = text[from..].find("${").map(|at| from + at) {
        let Some(close) = text[start + 2..].find('}').map(|at| start + 2 + at) else { return Err(BadReference) };
        if close == start + 2 {
            // `${}` refers to nothing and is text like any other.
            from = close;
            continue;
        }
        let (name, last_saved) = inner(&text[start + 2..close]).ok_or(BadReference)?;
        found.push(Reference { name, last_saved, start, end: close + 1 });
        from = close + 1;
    }
    Ok(found)
}

/// The references that are right, whatever else the text holds.
pub(super) fn right_references(text: &str) -> Vec<Reference<'_>> {
    let mut found = Vec::new();
    for (start, _) in text.match_indices("${") {
        let Some(close) = text[start + 2..].find('}').map(|at| start + 2 + at) else { break };
        if let Some((name, last_saved)) = inner(&text[start + 2..close]) {
            found.push(Reference { name, last_saved, start, end: close + 1 });
        }
    }
    found
}

/// Whether the first reference of a text is a right one.
pub(super) fn has_reference(text: &str) -> bool {
    let Some(start) = text.find("${") else { return false };
    let close = text[start + 2..].find('}').map(|at| start + 2 + at);
    close.is_some_and(|close| inner(&text[start + 2..close]).is_some())
}

/// The name, if the text is one reference and nothing else.
pub(super) fn only_reference(text: &str) -> Option<&str> {
    let inside = text.strip_prefix("${")?.strip_suffix('}')?;
    inner(inside).map(|(name, _)| name)
}

/// Whether a text refers to the last saved record.
pub(super) fn has_last_saved(text: &str) -> bool {
    references(text).is_ok_and(|found| found.iter().any(|reference| reference.last_saved))
}

/// The tokens of an expression.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let (mut found, mut at) = (Vec::new(), 0);
    while at < text.len() {
        let (kind, length) = token(&text[at..]);
        found.push(Token { kind, start: at, text: &text[at..at + length] });
        at += length;
    }
    found
}

fn digits(text: &str) -> usize {
    text.bytes().take_while(u8::is_ascii_digit).count()
}

fn date_length(text: &str) -> Option<usize> {
    let body = text.strip_prefix('-').unwrap_or(text);
    let bytes = body.as_bytes();
    let fits = bytes.len() >= 10
        && bytes[..10].iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    fits.then_some(text.len() - body.len() + 10)
}

fn time_length(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let fits = bytes.len() >= 8
        && bytes[..8].iter().enumerate().all(|(at, byte)| match at {
            2 | 5 => *byte == b':',
            _ => byte.is_ascii_digit(),
        });
    if !fits {
        return None;
    }
    let zone = &bytes[8..];
    let offset = zone.len() >= 6
        && matches!(zone[0], b'+' | b'-')
        && zone[1..6].iter().enumerate().all(|(at, byte)| if at == 2 { *byte == b':' } else { byte.is_ascii_digit() });
    Some(8 + if offset { 6 } else { usize::from(zone.first() == Some(&b'Z')) })
}

fn number_length(text: &str) -> Option<usize> {
    let sign = usize::from(text.starts_with('-'));
    let whole = digits(&text[sign..]);
    let point = text[sign + whole..].starts_with('.');
    let part = if point { digits(&text[sign + whole + 1..]) } else { 0 };
    match (whole, point, part) {
        (0, _, 0) => None,
        (_, true, _) => Some(sign + whole + 1 + part),
        (_, false, _) => Some(sign + whole),
    }
}

fn token(text: &str) -> (TokenKind, usize) {
    if let Some(date) = date_length(text) {
        let time = text[date..].strip_prefix('T').and_then(time_length);
        return (TokenKind::Literal, time.map_or(date, |time| date + 1 + time));
    }
    if let Some(length) = time_length(text) {
        return (TokenKind::Literal, length);
    }
    if let Some(length) = number_length(text) {
        return (TokenKind::Number, length);
    }
    if text.starts_with(['*', '+', '-']) {
        return (TokenKind::Math, 1);
    }
    if text.starts_with(" mod ") || text.starts_with(" div ") {
        return (TokenKind::Math, 5);
    }
    for (word, kind) in [(" and ", TokenKind::Other), (" or ", TokenKind::Other), ("|", TokenKind::Union)] {
        if text.starts_with(word) {
            return (kind, word.len());
        }
    }
    single(text).or_else(|| worded(text)).unwrap_or((TokenKind::Other, text.chars().next().map_or(1, char::len_utf8)))
}

/// Tokens that their first letter tells.
fn single(text: &str) -> Option<(TokenKind, usize)> {
    let first = text.chars().next()?;
    match first {
        ')' => Some((TokenKind::CloseParen, 1)),
        '/' => Some((TokenKind::PathSeparator, 1)),
        ']' => Some((TokenKind::PredicateEnd, 1)),
        '"' | '\'' => text[1..].find(first).map(|at| (TokenKind::Text, at + 2)),
        '.' if text.starts_with("..") => Some((TokenKind::Other, 2)),
        '=' | '<' | '>' | '(' | '[' | '{' | '}' | '.' | ',' => Some((TokenKind::Other, 1)),
        c if c.is_whitespace() => {
            let length = text.find(|c: char| !c.is_whitespace()).unwrap_or(text.len());
            Some((TokenKind::Space, length))
        }
        _ => None,
    }
}

/// Tokens with a name in them.
fn worded(text: &str) -> Option<(TokenKind, usize)> {
    if let Some(inside) = text.strip_prefix("${") {
        let prefix = if inside.starts_with("last-saved#") { "last-saved#".len() } else { 0 };
        let name = name_length(&inside[prefix..])?;
        return inside[prefix + name..].starts_with('}').then_some((TokenKind::Reference, 3 + prefix + name));
    }
    let name = qualified_length(text)?;
    let plain = name_length(text)?;
    let scheme = text[plain..].starts_with("://");
    match text[name..].chars().next() {
        Some('(') => Some((TokenKind::Call, name + 1)),
        Some('[') => Some((TokenKind::PredicateStart, name + 1)),
        _ if scheme => Some((TokenKind::Other, plain + 3)),
        _ => Some((TokenKind::Other, name)),
    }
}

/// Whether a default is something to reckon and not a value. A hyphen in a date or a place is part of a value.
pub(super) fn is_dynamic(default: &str, question_type: &str) -> bool {
    let plain_hyphen = matches!(question_type, "date" | "dateTime" | "geopoint" | "geotrace" | "geoshape");
    for token in tokens(default) {
        if plain_hyphen && token.kind == TokenKind::Math && token.text == "-" {
            return false;
        }
        if matches!(token.kind, TokenKind::Math | TokenKind::Union | TokenKind::Reference | TokenKind::Call) {
            return true;
        }
    }
    false
}

/// Where calls of `instance(…)` with the paths behind them stand in a text, bytes.
pub(super) fn instance_calls(text: &str) -> Vec<(usize, usize)> {
    let mut bounds = Vec::new();
    let (mut inside, mut path, mut predicate) = (false, false, false);
    let mut last: Option<Token<'_>> = None;
    for token in tokens(text) {
        let mut emit = false;
        let after = |kind: TokenKind| last.is_some_and(|last| last.kind == kind);
        if !inside && token.kind == TokenKind::Call && token.text == "instance(" {
            inside = true;
            emit = true;
            bounds.push(token.start);
        } else if inside {
            let named = token.kind == TokenKind::Text && after(TokenKind::Call);
            let closed = token.kind == TokenKind::CloseParen && after(TokenKind::Text);
            let goes_on = token.kind == TokenKind::PathSeparator
                && (after(TokenKind::CloseParen) || after(TokenKind::PredicateEnd));
            if (named && last.is_some_and(|last| last.text == "instance(")) || closed {
                emit = true;
            } else if goes_on {
                emit = true;
                path = true;
            } else if path {
                emit = token.kind != TokenKind::Space;
                path = emit && token.kind != TokenKind::PredicateStart;
                predicate |= token.kind == TokenKind::PredicateStart;
            } else if predicate {
                emit = true;
                predicate = token.kind != TokenKind::PredicateEnd;
            }
        }
        if emit {
            last = Some(token);
        } else if inside {
            inside = false;
            bounds.extend(last.map(|last| last.end()));
        }
    }
    bounds.extend(last.map(|last| last.end()));
    bounds.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_told_from_something_to_reckon() {
        for (default, kind, dynamic) in [
            ("2024-05-01", "date", false),
            ("1-2", "text", false),
            ("a - b", "text", true),
            ("12.5 -7.1 0 0", "geopoint", false),
            ("today()", "date", true),
            ("${age}", "integer", true),
            ("yes or no", "text", false),
            ("10 div 2", "text", true),
            ("jr://images/a-b.png", "photo", false),
        ] {
            assert_eq!(is_dynamic(default, kind), dynamic, "{default}");
        }
    }

    #[test]
    fn references_are_right_or_the_text_is_refused() {
        assert_eq!(references("a ${b} c").map(|found| found.len()), Ok(1));
        assert_eq!(references("${b c}"), Err(BadReference));
        assert_eq!(references("${b"), Err(BadReference));
        assert_eq!(references("$b {c}").map(|found| found.len()), Ok(0));
        assert_eq!(only_reference("${b}"), Some("b"));
        assert_eq!(only_reference("${b} + 1"), None);
        assert!(has_last_saved("${last-saved#b}"));
    }

    #[test]
    fn names_may_be_of_any_script_and_have_a_prefix() {
        for (text, right) in
            [("名字", true), ("a:b", true), ("1a", false), ("a b", false), ("", false), ("_x.1-2", true)]
        {
            assert_eq!(is_name(text), right, "{text}");
        }
    }

    #[test]
    fn an_instance_call_ends_where_its_path_ends() {
        let text = "You are in instance('town')/root/item[name = 'a b']/label now";
        let (start, end) = instance_calls(text)[0];
        assert_eq!(&text[start..end], "instance('town')/root/item[name = 'a b']/label");
    }
}
