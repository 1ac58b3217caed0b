//! Rust text cut into tokens, each with its line.
//!
//! Owns what is code and what is only a string or a comment. Refuses to understand the grammar: that is `source`'s part.
//! Invariant: no token comes from inside a comment, and a string's text is never mistaken for code.

/// A token and the line on which it begins, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: Kind,
    /// Its line.
    pub line: usize,
}

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A name or keyword.
    Word(String),
    /// One sign.
    Sign(char),
    /// The text between the quotes of a string, as written.
    Text(String),
    /// A number, character or lifetime: present, but of no interest.
    Other,
    /// A doc comment of the thing that it stands in (`//!`, `/*!`).
    InnerDoc,
    /// A doc comment of the thing that follows (`///`, `/**`).
    OuterDoc,
}

struct Cursor<'a> {
    letters: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
}

impl Cursor<'_> {
    fn next(&mut self) -> Option<char> {
        let letter = self.letters.next();
        self.line += usize::from(letter == Some('\n'));
        letter
    }

    fn peek(&mut self) -> Option<char> {
        self.letters.peek().copied()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(letter) = self.peek().filter(|letter| wanted(*letter)) {
            taken.push(letter);
            self.next();
        }
        taken
    }
}

/// Cuts a text into its tokens.
pub fn tokens(text: &str) -> Vec<Token> {
    let mut cursor = Cursor { letters: text.chars().peekable(), line: 1 };
    let mut tokens = Vec::new();
    while let Some(letter) = cursor.peek() {
        let line = cursor.line;
        let kind = match letter {
            _ if letter.is_whitespace() => {
                cursor.next();
                continue;
            }
            '/' => slash(&mut cursor),
            '"' => Some(Kind::Text(quoted(&mut cursor))),
            '\'' => Some(tick(&mut cursor)),
            _ if letter.is_ascii_digit() => {
                cursor.take_while(|letter| letter.is_alphanumeric() || letter == '_');
                Some(Kind::Other)
            }
            _ if letter.is_alphabetic() || letter == '_' => Some(word(&mut cursor)),
            _ => cursor.next().map(Kind::Sign),
        };
        tokens.extend(kind.map(|kind| Token { kind, line }));
    }
    tokens
}

/// A comment, or the sign.
fn slash(cursor: &mut Cursor) -> Option<Kind> {
    cursor.next();
    match cursor.peek() {
        Some('/') => {
            let comment = cursor.take_while(|letter| letter != '\n');
            if comment.starts_with("/!") {
                Some(Kind::InnerDoc)
            } else {
                (comment.starts_with("//") && !comment.starts_with("///")).then_some(Kind::OuterDoc)
            }
        }
        Some('*') => {
            cursor.next();
            let kind = match cursor.peek() {
                Some('!') => Some(Kind::InnerDoc),
                Some('*') => Some(Kind::OuterDoc),
                _ => None,
            };
            block_comment(cursor);
            kind
        }
        _ => Some(Kind::Sign('/')),
    }
}

/// Runs to the end of a block comment; they nest.
fn block_comment(cursor: &mut Cursor) {
    let mut depth = 1;
    while let Some(letter) = cursor.next() {
        match (letter, cursor.peek()) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) => depth -= 1,
            _ => continue,
        }
        cursor.next();
        if depth == 0 {
            return;
        }
    }
}

/// The text of a string with escapes; the cursor stands on its first quote.
fn quoted(cursor: &mut Cursor) -> String {
    cursor.next();
    let mut text = String::new();
    while let Some(letter) = cursor.next() {
        match letter {
            '"' => break,
            '\\' => {
                text.push(letter);
                text.extend(cursor.next());
            }
            _ => text.push(letter),
        }
    }
    text
}

/// The text of a raw string; the cursor stands on its first `#` or quote. Nothing where it is a raw name (`r#type`).
fn raw(cursor: &mut Cursor) -> Option<String> {
    let marks = cursor.take_while(|letter| letter == '#').len();
    if cursor.peek() != Some('"') {
        return None;
    }
    cursor.next();
    let end = format!("\"{}", "#".repeat(marks));
    let mut text = String::new();
    while let Some(letter) = cursor.next() {
        text.push(letter);
        if text.ends_with(&end) {
            text.truncate(text.len() - end.len());
            break;
        }
    }
    Some(text)
}

/// A name, or a string with a prefix (`r"…"`, `br#"…"#`, `b"…"`, `c"…"`).
fn word(cursor: &mut Cursor) -> Kind {
    let name = cursor.take_while(|letter| letter.is_alphanumeric() || letter == '_');
    match (&*name, cursor.peek()) {
        ("r" | "br" | "cr", Some('"' | '#')) => raw(cursor).map_or_else(|| word(cursor), Kind::Text),
        ("b" | "c", Some('"')) => Kind::Text(quoted(cursor)),
        ("b", Some('\'')) => tick(cursor),
        _ => Kind::Word(name),
    }
}

/// A character or a lifetime.
fn tick(cursor: &mut Cursor) -> Kind {
    cursor.next();
    let first = cursor.next();
    if first == Some('\\') {
        cursor.next();
        cursor.take_while(|letter| letter != '\'');
        cursor.next();
    } else if cursor.peek() == Some('\'') {
        cursor.next();
    } else {
        cursor.take_while(|letter| letter.is_alphanumeric() || letter == '_');
    }
    Kind::Other
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        let only = |token: Token| match token.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        };
        tokens(text).into_iter().filter_map(only).collect()
    }

    #[test]
    fn strings_and_comments_are_no_code() {
        assert_eq!(words("let a = \"fn b\"; // fn c\n/* fn d /* fn e */ */ f"), ["let", "a", "f"]);
        assert_eq!(words(r##"x(r#"fn "b" "#, br"fn", b"fn \" fn", r#type)"##), ["x", "type"]);
    }

    #[test]
    fn characters_and_lifetimes_do_not_open_strings() {
        assert_eq!(words("f::<'a>('\"', '\\'', b'\"', 'x') g"), ["f", "g"]);
    }

    #[test]
    fn lines_are_counted_through_strings() {
        let found = tokens("\"a\nb\"\nc");
        assert_eq!(found.last().map(|token| token.line), Some(3));
        assert_eq!(found[0].kind, Kind::Text("a\nb".into()));
    }

    #[test]
    fn docs_are_told_from_comments() {
        let kinds: Vec<Kind> =
            tokens("//! a\n/// b\n// c\n//// d\n/** e */ /*! f */").into_iter().map(|t| t.kind).collect();
        assert_eq!(kinds, [Kind::InnerDoc, Kind::OuterDoc, Kind::OuterDoc, Kind::InnerDoc]);
    }
}
