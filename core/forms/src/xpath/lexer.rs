//! Cuts the text of an expression into tokens (XPath 1.0, 3.7).
//!
//! Owns the rule that a name after an operand is an operator. Refuses to know functions. Invariant: a token's text is a
//! part of the source.

use super::fault::ParseFault;
use super::syntax::Operator;

/// A token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Token<'a> {
    /// A number.
    Number(f64),
    /// What stands between quotes.
    Text(&'a str),
    /// A name, with its prefix if it has one.
    Name(&'a str, &'a str),
    /// `prefix:*`
    PrefixStar(&'a str),
    /// `*` as a test.
    Star,
    /// An operator.
    Operator(Operator),
    /// `|`
    Bar,
    /// `(`
    Open,
    /// `)`
    Close,
    /// `[`
    OpenSquare,
    /// `]`
    CloseSquare,
    /// `,`
    Comma,
    /// `@`
    At,
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// `/`
    Slash,
    /// `//`
    SlashSlash,
    /// `::`
    Axis,
}

/// Cuts a text into tokens, each with the byte at which it stands.
pub fn cut(text: &str) -> Result<Vec<(usize, Token<'_>)>, ParseFault> {
    let mut lexer = Lexer { text, at: 0, tokens: Vec::new() };
    while lexer.skip_space() {
        let at = lexer.at;
        let token = lexer.next()?;
        lexer.tokens.push((at, token));
    }
    Ok(lexer.tokens)
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<(usize, Token<'a>)>,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        // A sheet's no-break spaces and line ends count as space, too.
        self.at += rest.len() - rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}').len();
        self.at < self.text.len()
    }

    /// Whether the token before can end an operand, so that what follows is an operator.
    fn after_operand(&self) -> bool {
        !matches!(
            self.tokens.last(),
            None | Some((
                _,
                Token::Operator(_)
                    | Token::Bar
                    | Token::Open
                    | Token::OpenSquare
                    | Token::Comma
                    | Token::At
                    | Token::Slash
                    | Token::SlashSlash
                    | Token::Axis
            ))
        )
    }

    fn next(&mut self) -> Result<Token<'a>, ParseFault> {
        let rest = self.rest();
        let mut letters = rest.chars();
        let (first, second) = (letters.next().unwrap_or('\0'), letters.next().unwrap_or('\0'));
        if first == '"' || first == '\'' {
            return self.quoted(first);
        }
        if first.is_ascii_digit() || (first == '.' && second.is_ascii_digit()) {
            return self.number();
        }
        if first == '$' {
            return Err(ParseFault::Variable { at: self.at });
        }
        if first == '*' {
            self.at += 1;
            return Ok(if self.after_operand() { Token::Operator(Operator::Multiply) } else { Token::Star });
        }
        if let Some((token, len)) = symbol(first, second) {
            self.at += len;
            return Ok(token);
        }
        if is_name_start(first) { self.name() } else { Err(ParseFault::Unexpected { at: self.at }) }
    }

    fn quoted(&mut self, quote: char) -> Result<Token<'a>, ParseFault> {
        let inside = &self.rest()[1..];
        let end = inside.find(quote).ok_or(ParseFault::OpenQuote { at: self.at })?;
        self.at += end + 2;
        Ok(Token::Text(&inside[..end]))
    }

    fn number(&mut self) -> Result<Token<'a>, ParseFault> {
        let rest = self.rest();
        let whole = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let mut end = whole;
        if rest[whole..].starts_with('.') {
            let part = &rest[whole + 1..];
            end = whole + 1 + part.find(|c: char| !c.is_ascii_digit()).unwrap_or(part.len());
        }
        let value = rest[..end].parse().map_err(|_| ParseFault::Unexpected { at: self.at })?;
        self.at += end;
        Ok(Token::Number(value))
    }

    fn name(&mut self) -> Result<Token<'a>, ParseFault> {
        let first = self.word();
        if self.after_operand() {
            let start = self.at - first.len();
            // `4 div2`: forms in the field leave out the space before a number.
            let letters = first.find(|c: char| c.is_ascii_digit()).unwrap_or(first.len());
            let operator = match &first[..letters] {
                "and" => Operator::And,
                "or" => Operator::Or,
                "div" => Operator::Divide,
                "mod" => Operator::Modulo,
                _ => return Err(ParseFault::Unexpected { at: start }),
            };
            self.at = start + letters;
            return Ok(Token::Operator(operator));
        }
        let rest = self.rest();
        if !rest.starts_with(':') || rest.starts_with("::") {
            return Ok(Token::Name("", first));
        }
        if rest[1..].starts_with('*') {
            self.at += 2;
            return Ok(Token::PrefixStar(first));
        }
        if !rest[1..].starts_with(is_name_start) {
            return Err(ParseFault::Unexpected { at: self.at });
        }
        self.at += 1;
        Ok(Token::Name(first, self.word()))
    }

    fn word(&mut self) -> &'a str {
        let rest = self.rest();
        let word = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
        self.at += word.len();
        word
    }
}

fn symbol(first: char, second: char) -> Option<(Token<'static>, usize)> {
    let operator = |operator, len| Some((Token::Operator(operator), len));
    match (first, second) {
        ('/', '/') => Some((Token::SlashSlash, 2)),
        ('/', _) => Some((Token::Slash, 1)),
        ('.', '.') => Some((Token::DotDot, 2)),
        ('.', _) => Some((Token::Dot, 1)),
        (':', ':') => Some((Token::Axis, 2)),
        ('(', _) => Some((Token::Open, 1)),
        (')', _) => Some((Token::Close, 1)),
        ('[', _) => Some((Token::OpenSquare, 1)),
        (']', _) => Some((Token::CloseSquare, 1)),
        (',', _) => Some((Token::Comma, 1)),
        ('@', _) => Some((Token::At, 1)),
        ('|', _) => Some((Token::Bar, 1)),
        ('!', '=') => operator(Operator::NotEqual, 2),
        ('<', '=') => operator(Operator::LessOrEqual, 2),
        ('<', _) => operator(Operator::Less, 1),
        ('>', '=') => operator(Operator::GreaterOrEqual, 2),
        ('>', _) => operator(Operator::Greater, 1),
        ('=', _) => operator(Operator::Equal, 1),
        ('+', _) => operator(Operator::Add, 1),
        ('-', _) => operator(Operator::Subtract, 1),
        _ => None,
    }
}

fn is_name_start(letter: char) -> bool {
    letter.is_alphabetic() || letter == '_'
}

fn is_name(letter: char) -> bool {
    is_name_start(letter) || letter.is_numeric() || matches!(letter, '-' | '.' | '\u{b7}')
}
