//! Figures on standard output: a table for people, or lines of JSON that end with the list of ratios.
//!
//! Owns the two forms. Refuses to judge: a missed goal is marked, never hidden and never an exit code. Invariant: both
//! forms tell the same figures.

use crate::benchmark::Figure;
use serde_json::{Value as Json, json};
use std::io::{self, Write};

/// The last line of JSON: name, ratio and goal of each figure.
pub fn list(figures: &[Figure]) -> Json {
    figures.iter().map(|f| json!({ "name": f.name, "ratio": rounded(f.ratio), "goal": f.goal })).collect()
}

fn rounded(x: f64) -> f64 {
    (x * 1000.0).round() / 1000.0
}

fn raw(figure: &Figure) -> Json {
    let raw =
        figure.raw.iter().map(|(what, value, unit)| json!({ "what": what, "value": rounded(*value), "unit": unit }));
    json!({ "figure": figure.name, "raw": raw.collect::<Json>() })
}

/// Reads figures back from the JSON that another build of this program wrote.
pub fn read_json(text: &str) -> Option<Vec<Figure>> {
    let lines: Vec<Json> = text.lines().map(serde_json::from_str).collect::<Result<_, _>>().ok()?;
    let (list, before) = lines.split_last()?;
    let figure = |told: &Json| {
        let name = told["name"].as_str()?;
        let mut figure = Figure::new(name, told["ratio"].as_f64()?, told["goal"].as_f64()?);
        let raw = before.iter().find(|line| line["figure"] == name)?["raw"].as_array()?;
        for one in raw {
            let unit = one["unit"].as_str()?.to_owned();
            figure.raw.push((one["what"].as_str()?.to_owned(), one["value"].as_f64()?, unit.into()));
        }
        Some(figure)
    };
    list.as_array()?.iter().map(figure).collect()
}

/// Writes JSON: the machine, the raw figures a line each, and the list.
pub fn write_json(out: &mut impl Write, machine: &str, figures: &[Figure]) -> io::Result<()> {
    writeln!(out, "{}", json!({ "machine": machine }))?;
    for figure in figures {
        writeln!(out, "{}", raw(figure))?;
    }
    writeln!(out, "{}", list(figures))
}

/// Writes the table.
pub fn write_table(out: &mut impl Write, machine: &str, figures: &[Figure]) -> io::Result<()> {
    writeln!(out, "{machine}\n")?;
    let wide = figures.iter().map(|f| f.name.len()).max().unwrap_or(0);
    writeln!(out, "{:wide$}  {:>7}  {:>5}     raw figures", "figure", "ratio", "goal")?;
    for figure in figures {
        let mark = if figure.ratio <= figure.goal { " " } else { "✗" };
        let raw: Vec<String> =
            figure.raw.iter().map(|(what, v, unit)| format!("{what} {} {unit}", short(*v))).collect();
        writeln!(
            out,
            "{:wide$}  {:>7}  {:>5}  {mark}  {}",
            figure.name,
            short(figure.ratio),
            short(figure.goal),
            raw.join(" · ")
        )?;
    }
    Ok(())
}

/// Three figures that count.
fn short(x: f64) -> String {
    match x.abs() {
        x_abs if x_abs >= 100.0 || (x.fract() == 0.0) => format!("{x:.0}"),
        x_abs if x_abs >= 10.0 => format!("{x:.1}"),
        x_abs if x_abs >= 1.0 => format!("{x:.2}"),
        _ => format!("{x:.3}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_ends_with_the_list_of_ratios() {
        let figure = Figure::new("save", 1.23456, 2.0).with("ours", 2.5, "ms");
        let mut out = Vec::new();
        write_json(&mut out, "a machine", &[figure]).unwrap();
        let text = String::from_utf8(out).unwrap();
        let last = text.lines().last().unwrap();
        assert_eq!(last, r#"[{"name":"save","ratio":1.235,"goal":2.0}]"#);
        let read = read_json(&text).unwrap();
        assert_eq!(read, [Figure::new("save", 1.235, 2.0).with("ours", 2.5, "ms")]);
        assert!(read_json("no figures").is_none() && read_json("").is_none());
    }
}
