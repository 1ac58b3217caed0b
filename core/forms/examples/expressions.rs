//! Compares the engine with recorded expressions: `cargo run --example expressions FILE.jsonl`.
#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "a program for developers")]

#[path = "../tests/corpus/expression.rs"]
mod expression;

fn main() {
    let path = std::env::args().nth(1).unwrap();
    let (mut agreed, mut total) = (0, 0);
    for line in std::fs::read_to_string(path).unwrap().lines() {
        let case: serde_json::Value = serde_json::from_str(line).unwrap();
        total += 1;
        match expression::check(&case) {
            Ok(()) => agreed += 1,
            Err(difference) => println!(
                "{} {} | {} | want {} | {}",
                case["id"], case["expr"], case["context_node"], case["expected"], difference
            ),
        }
    }
    println!("{agreed} of {total}");
}
