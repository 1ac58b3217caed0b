//! Builds an expression from tokens: operators by their binding strength, paths by their steps.
//!
//! Owns the grammar of XPath 1.0 (3.1 to 3.5). Refuses variables. Invariant: an expression nests no deeper than the
//! limit, so that reckoning it needs no more stack than there is.

use super::fault::ParseFault;
use super::function;
use super::host::Dialect;
use super::lexer::{Token, cut};
use super::syntax::{Axis, Expr, NodeTest, Operator, Path, Start, Step};
use crate::tree::{Names, Word};
use gridwalk_model::limits;

/// Which prefix means which namespace.
#[derive(Clone, Debug, Default)]
pub struct Prefixes {
    known: Vec<(String, String)>,
}

impl Prefixes {
    /// A table of prefixes with their addresses.
    pub fn new(known: Vec<(String, String)>) -> Prefixes {
        Prefixes { known }
    }

    fn resolve(&self, prefix: &str) -> Option<&str> {
        self.known.iter().find(|(known, _)| known == prefix).map(|(_, address)| address.as_str())
    }
}

struct Parser<'a> {
    tokens: Vec<(usize, Token<'a>)>,
    at: usize,
    end: usize,
    depth: usize,
    names: &'a mut Names,
    prefixes: &'a Prefixes,
    dialect: Dialect,
}

/// Parses an expression.
pub fn parse(text: &str, names: &mut Names, prefixes: &Prefixes, dialect: Dialect) -> Result<Expr, ParseFault> {
    if text.len() > limits::FORM_EXPRESSION_BYTES_MAX {
        return Err(ParseFault::TooLarge);
    }
    let tokens = cut(text)?;
    let mut parser = Parser { tokens, at: 0, end: text.len(), depth: 0, names, prefixes, dialect };
    let expr = parser.binary(0)?;
    if parser.at < parser.tokens.len() { Err(parser.unexpected()) } else { Ok(expr) }
}

/// How strongly an operator binds.
fn strength(operator: Operator) -> u8 {
    match operator {
        Operator::Or => 1,
        Operator::And => 2,
        Operator::Equal | Operator::NotEqual => 3,
        Operator::Less | Operator::LessOrEqual | Operator::Greater | Operator::GreaterOrEqual => 4,
        Operator::Add | Operator::Subtract => 5,
        Operator::Multiply | Operator::Divide | Operator::Modulo => 6,
    }
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).map(|(_, token)| *token)
    }

    fn second(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at + 1).map(|(_, token)| *token)
    }

    fn unexpected(&self) -> ParseFault {
        ParseFault::Unexpected { at: self.tokens.get(self.at).map_or(self.end, |(at, _)| *at) }
    }

    fn take(&mut self, token: Token<'_>) -> bool {
        let there = self.peek() == Some(token);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, token: Token<'_>) -> Result<(), ParseFault> {
        if self.take(token) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn deeper(&mut self) -> Result<(), ParseFault> {
        self.depth += 1;
        if self.depth > limits::FORM_EXPRESSION_DEPTH_MAX { Err(ParseFault::TooLarge) } else { Ok(()) }
    }

    fn binary(&mut self, weakest: u8) -> Result<Expr, ParseFault> {
        self.deeper()?;
        let mut left = self.unary()?;
        let mut chain = 0;
        while let Some(Token::Operator(operator)) = self.peek() {
            let strength = strength(operator);
            if strength <= weakest {
                break;
            }
            // A chain of operators of one strength nests to the left.
            chain += 1;
            if chain > limits::FORM_EXPRESSION_CHAIN_MAX {
                return Err(ParseFault::TooLarge);
            }
            self.at += 1;
            let right = self.binary(strength)?;
            left = Expr::Binary(operator, Box::new(left), Box::new(right));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn unary(&mut self) -> Result<Expr, ParseFault> {
        let mut count = 0usize;
        while self.take(Token::Operator(Operator::Subtract)) {
            count += 1;
        }
        let inner = self.union()?;
        Ok(match count {
            0 => inner,
            count if count % 2 == 1 => Expr::Negate(Box::new(inner)),
            _ => Expr::Negate(Box::new(Expr::Negate(Box::new(inner)))),
        })
    }

    fn union(&mut self) -> Result<Expr, ParseFault> {
        let mut left = self.path()?;
        let mut chain = 0;
        while self.peek() == Some(Token::Bar) {
            if !is_nodes(&left) {
                return Err(self.unexpected());
            }
            chain += 1;
            if chain > limits::FORM_EXPRESSION_CHAIN_MAX {
                return Err(ParseFault::TooLarge);
            }
            self.at += 1;
            let right = self.path()?;
            if !is_nodes(&right) {
                return Err(self.unexpected());
            }
            left = Expr::Union(Box::new(left), Box::new(right));
        }
        Ok(left)
    }

    fn path(&mut self) -> Result<Expr, ParseFault> {
        match self.peek() {
            Some(Token::Slash) => {
                self.at += 1;
                let steps = if self.at_step() { self.steps()? } else { Vec::new() };
                Ok(Expr::Path(Path { start: Start::Root, steps }))
            }
            Some(Token::SlashSlash) => {
                self.at += 1;
                let mut steps = vec![any_depth()];
                steps.extend(self.steps()?);
                Ok(Expr::Path(Path { start: Start::Root, steps }))
            }
            _ if self.at_primary() => self.filtered(),
            _ if self.at_step() => Ok(Expr::Path(Path { start: Start::Here, steps: self.steps()? })),
            _ => Err(self.unexpected()),
        }
    }

    /// Whether a text, a number, a bracket or a function follows.
    fn at_primary(&self) -> bool {
        match self.peek() {
            Some(Token::Text(_) | Token::Number(_) | Token::Open) => true,
            Some(Token::Name(prefix, local)) => {
                let kind = prefix.is_empty() && matches!(local, "node" | "text" | "comment" | "processing-instruction");
                self.second() == Some(Token::Open) && !kind
            }
            _ => false,
        }
    }

    fn at_step(&self) -> bool {
        matches!(
            self.peek(),
            Some(Token::Name(..) | Token::PrefixStar(_) | Token::Star | Token::At | Token::Dot | Token::DotDot)
        )
    }

    fn filtered(&mut self) -> Result<Expr, ParseFault> {
        let primary = self.primary()?;
        let mut predicates = Vec::new();
        if self.peek() == Some(Token::OpenSquare) && !is_nodes(&primary) {
            return Err(self.unexpected());
        }
        while self.take(Token::OpenSquare) {
            predicates.push(self.binary(0)?);
            self.expect(Token::CloseSquare)?;
        }
        let mut steps = Vec::new();
        match self.peek() {
            Some(Token::Slash) => self.at += 1,
            Some(Token::SlashSlash) => {
                self.at += 1;
                steps.push(any_depth());
            }
            _ if predicates.is_empty() => return Ok(primary),
            _ => {
                let start = Start::Nodes(Box::new(primary), predicates);
                return Ok(Expr::Path(Path { start, steps }));
            }
        }
        if !is_nodes(&primary) {
            return Err(self.unexpected());
        }
        steps.extend(self.steps()?);
        Ok(Expr::Path(Path { start: Start::Nodes(Box::new(primary), predicates), steps }))
    }

    fn primary(&mut self) -> Result<Expr, ParseFault> {
        let token = self.peek();
        self.at += 1;
        match token {
            Some(Token::Text(text)) => Ok(Expr::Text(text.into())),
            Some(Token::Number(number)) => Ok(Expr::Number(number)),
            Some(Token::Open) => {
                let inner = self.binary(0)?;
                self.expect(Token::Close)?;
                Ok(inner)
            }
            Some(Token::Name(prefix, local)) => {
                self.expect(Token::Open)?;
                self.call(prefix, local)
            }
            _ => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }

    fn call(&mut self, prefix: &str, local: &str) -> Result<Expr, ParseFault> {
        let mut arguments = Vec::new();
        if !self.take(Token::Close) {
            loop {
                arguments.push(self.binary(0)?);
                if self.take(Token::Close) {
                    break;
                }
                self.expect(Token::Comma)?;
            }
        }
        let name = if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") };
        let Some((function, least, most)) = function::named(&name, self.dialect) else {
            return Ok(broken(ParseFault::UnknownFunction { name }));
        };
        let count = arguments.len();
        if count < least || most.is_some_and(|most| count > most) || !function.takes(count) {
            return Ok(broken(ParseFault::ArgumentCount { name, count }));
        }
        if function.needs_nodes().iter().any(|at| arguments.get(*at).is_some_and(|argument| !is_nodes(argument))) {
            return Ok(broken(ParseFault::NotNodes { name }));
        }
        Ok(Expr::Call(function, arguments))
    }

    fn steps(&mut self) -> Result<Vec<Step>, ParseFault> {
        let mut steps = vec![self.step()?];
        loop {
            match self.peek() {
                Some(Token::Slash) => self.at += 1,
                Some(Token::SlashSlash) => {
                    self.at += 1;
                    steps.push(any_depth());
                }
                _ => return Ok(steps),
            }
            if steps.len() > limits::FORM_EXPRESSION_DEPTH_MAX {
                return Err(ParseFault::TooLarge);
            }
            steps.push(self.step()?);
        }
    }

    fn step(&mut self) -> Result<Step, ParseFault> {
        if self.take(Token::Dot) {
            let predicates = self.predicates()?;
            return Ok(Step { axis: Axis::SelfNode, test: NodeTest::Node, predicates });
        }
        if self.take(Token::DotDot) {
            let predicates = self.predicates()?;
            return Ok(Step { axis: Axis::Parent, test: NodeTest::Node, predicates });
        }
        let axis = match (self.peek(), self.second()) {
            (Some(Token::At), _) => {
                self.at += 1;
                Axis::Attribute
            }
            (Some(Token::Name("", name)), Some(Token::Axis)) => {
                self.at += 2;
                Axis::named(name).ok_or_else(|| ParseFault::UnknownAxis { name: name.to_owned() })?
            }
            _ => Axis::Child,
        };
        let test = self.test()?;
        let predicates = self.predicates()?;
        Ok(Step { axis, test, predicates })
    }

    fn predicates(&mut self) -> Result<Vec<Expr>, ParseFault> {
        let mut predicates = Vec::new();
        while self.take(Token::OpenSquare) {
            predicates.push(self.binary(0)?);
            self.expect(Token::CloseSquare)?;
        }
        Ok(predicates)
    }

    fn test(&mut self) -> Result<NodeTest, ParseFault> {
        let token = self.peek();
        self.at += 1;
        match token {
            Some(Token::Star) => Ok(NodeTest::Any),
            Some(Token::PrefixStar(prefix)) => Ok(NodeTest::Namespace(self.namespace(prefix)?)),
            Some(Token::Name("", local)) if self.peek() == Some(Token::Open) => self.kind_test(local),
            Some(Token::Name(prefix, local)) => {
                let namespace = if prefix.is_empty() { None } else { Some(self.namespace(prefix)?) };
                Ok(NodeTest::Name { namespace, local: self.names.word(local) })
            }
            _ => {
                self.at -= 1;
                Err(self.unexpected())
            }
        }
    }

    fn kind_test(&mut self, local: &str) -> Result<NodeTest, ParseFault> {
        self.at += 1;
        let test = match local {
            "node" => NodeTest::Node,
            "text" => NodeTest::Text,
            "comment" => NodeTest::Comment,
            "processing-instruction" => match self.peek() {
                Some(Token::Text(target)) => {
                    self.at += 1;
                    NodeTest::Instruction(Some(self.names.word(target)))
                }
                _ => NodeTest::Instruction(None),
            },
            _ => {
                self.at -= 1;
                return Err(self.unexpected());
            }
        };
        self.expect(Token::Close)?;
        Ok(test)
    }

    fn namespace(&mut self, prefix: &str) -> Result<Word, ParseFault> {
        let unknown = || ParseFault::UnknownPrefix { prefix: prefix.to_owned() };
        let address = self.prefixes.resolve(prefix).ok_or_else(unknown)?;
        Ok(self.names.word(address))
    }
}

fn broken(fault: ParseFault) -> Expr {
    Expr::Broken(Box::new(fault))
}

fn any_depth() -> Step {
    Step { axis: Axis::DescendantOrSelf, test: NodeTest::Node, predicates: Vec::new() }
}

/// Whether an expression can give nodes.
pub fn is_nodes(expr: &Expr) -> bool {
    match expr {
        Expr::Path(_) | Expr::Union(..) | Expr::Broken(_) | Expr::Slot(_) => true,
        Expr::Call(function, arguments) => match function {
            function::Function::If => arguments[1..].iter().any(is_nodes),
            function => function.gives_nodes(),
        },
        _ => false,
    }
}
