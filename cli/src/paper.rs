//! Sheets of paper: tables with boxes to tick, as one HTML page that prints on A4 and asks nobody for anything.
//!
//! Owns pages, boxes and escaping. Refuses to know what is listed. Invariant: every sheet says on its own what it is of,
//! when it was printed and which sheet of how many it is, and no text can be markup.

use std::fmt::Write as _;

/// A cell of a table on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaperCell {
    /// What is known.
    Text(String),
    /// Boxes to tick, each with its word.
    Boxes(Vec<String>),
    /// Room to write, with a word in front of it or none.
    Room(String),
}

/// A column with its share of the width, in hundredths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperColumn {
    /// What stands above it.
    pub heading: String,
    /// Its share.
    pub share: u8,
}

/// A table on paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The language's tag.
    pub language: &'static str,
    /// What it is.
    pub title: String,
    /// What it is of: each with its word.
    pub facts: Vec<(String, String)>,
    /// What whoever fills it in should know.
    pub advice: String,
    /// The columns.
    pub columns: Vec<PaperColumn>,
    /// The rows.
    pub rows: Vec<Vec<PaperCell>>,
    /// `{page}` of `{pages}`, in words.
    pub page_words: String,
    /// How high a row is, millimetres: as high as its boxes need.
    pub row_mm: u8,
    /// What is signed at the foot of each sheet.
    pub signed: Vec<String>,
}

/// What an A4 sheet across has for rows, millimetres, between its head and its foot.
const ROOM_MM: usize = 146;

const STYLE: &str = "
@page { size: A4 landscape; margin: 10mm; }
* { box-sizing: border-box; }
body { margin: 0; font: 10.5pt/1.25 'Noto Sans CJK SC', 'Source Han Sans SC', 'Microsoft YaHei', 'PingFang SC', sans-serif; color: #000; }
section { width: 277mm; min-height: 189mm; display: flex; flex-direction: column; break-after: page; }
section:last-child { break-after: auto; }
header { display: flex; justify-content: space-between; align-items: baseline; border-bottom: 0.6mm solid #000; padding-bottom: 1.5mm; }
h1 { font-size: 16pt; margin: 0; }
.facts { display: flex; flex-wrap: wrap; gap: 0 8mm; margin: 2mm 0 1mm; }
.facts b { font-weight: 600; margin-right: 1.5mm; }
.advice { margin: 0 0 2mm; font-size: 9pt; }
table { width: 100%; border-collapse: collapse; table-layout: fixed; }
th, td { border: 0.25mm solid #000; padding: 0.5mm 1.5mm; text-align: left; vertical-align: middle; overflow: hidden; }
th { background: #eee; font-size: 9.5pt; height: 8mm; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
td { height: var(--row); }
.box { display: inline-block; white-space: nowrap; margin-right: 3mm; line-height: 6mm; font-size: 9.5pt; }
.box i { display: inline-block; width: 5mm; height: 5mm; border: 0.4mm solid #000; vertical-align: -1mm; margin-right: 1mm; }
.room { color: #444; font-size: 8.5pt; vertical-align: top; }
footer { margin-top: auto; display: flex; gap: 10mm; justify-content: space-between; padding-top: 2mm; }
footer span { flex: 1; border-bottom: 0.25mm solid #000; padding-bottom: 0.5mm; }
footer span:last-child { flex: 0 0 auto; border: 0; }
@media screen { body { background: #888; } section { background: #fff; margin: 6mm auto; padding: 6mm; min-height: 0; width: 289mm; } footer { margin-top: 6mm; } }
";

/// A text that is no markup.
pub fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

impl Paper {
    /// How many sheets it takes.
    pub fn sheets(&self) -> usize {
        self.rows.len().div_ceil(self.rows_a_sheet()).max(1)
    }

    fn rows_a_sheet(&self) -> usize {
        (ROOM_MM / usize::from(self.row_mm.max(1))).max(1)
    }

    /// The whole page.
    pub fn html(&self) -> String {
        let mut html = format!(
            "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
             <title>{}</title>\n<style>{STYLE}:root {{ --row: {}mm; }}</style>\n</head>\n<body>\n",
            self.language,
            escaped(&self.title),
            self.row_mm
        );
        let empty: Vec<Vec<PaperCell>> = Vec::new();
        let chunks: Vec<&[Vec<PaperCell>]> =
            if self.rows.is_empty() { vec![empty.as_slice()] } else { self.rows.chunks(self.rows_a_sheet()).collect() };
        for (nth, rows) in chunks.into_iter().enumerate() {
            self.sheet(&mut html, nth + 1, rows);
        }
        html.push_str("</body>\n</html>\n");
        html
    }

    fn sheet(&self, html: &mut String, page: usize, rows: &[Vec<PaperCell>]) {
        let words = self.page_words.replace("{page}", &page.to_string()).replace("{pages}", &self.sheets().to_string());
        let fact = |(word, fact): &(String, String)| format!("<div><b>{}</b>{}</div>", escaped(word), escaped(fact));
        let facts = self.facts.iter().map(fact).collect::<Vec<_>>().concat();
        let head = |one: &PaperColumn| format!("<th style=\"width:{}%\">{}</th>", one.share, escaped(&one.heading));
        let heads = self.columns.iter().map(head).collect::<Vec<_>>().concat();
        let signed = self.signed.iter().map(|word| format!("<span>{}</span>", escaped(word)));
        let signed = signed.collect::<Vec<_>>().concat();
        // Writing to a text cannot fail.
        let _written = write!(
            html,
            "<section>\n<header><h1>{}</h1><div>{words}</div></header>\n<div class=\"facts\">{facts}</div>\n\
             <p class=\"advice\">{}</p>\n<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n",
            escaped(&self.title),
            escaped(&self.advice),
            words = escaped(&words),
        );
        for row in rows {
            html.push_str("<tr>");
            for cell in row {
                cell.write(html);
            }
            html.push_str("</tr>\n");
        }
        let _written =
            write!(html, "</tbody>\n</table>\n<footer>{signed}<span>{}</span></footer>\n</section>\n", escaped(&words));
    }
}

impl PaperCell {
    fn write(&self, html: &mut String) {
        match self {
            Self::Text(text) => {
                let _written = write!(html, "<td>{}</td>", escaped(text));
            }
            Self::Boxes(words) => {
                let boxes = words.iter().map(|word| format!("<span class=\"box\"><i></i>{}</span>", escaped(word)));
                let _written = write!(html, "<td>{}</td>", boxes.collect::<Vec<_>>().concat());
            }
            Self::Room(word) => {
                let _written = write!(html, "<td class=\"room\">{}</td>", escaped(word));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paper(rows: usize) -> Paper {
        let row =
            |n: usize| vec![PaperCell::Text(format!("<b>{n}</b>")), PaperCell::Boxes(vec!["有人 & 无人".to_owned()])];
        Paper {
            language: "zh-Hans",
            title: "登记表<script>".to_owned(),
            facts: vec![("网格".to_owned(), "\"一\"".to_owned())],
            advice: String::new(),
            columns: vec![PaperColumn { heading: "门".to_owned(), share: 50 }],
            rows: (0..rows).map(row).collect(),
            row_mm: 13,
            page_words: "第 {page} 页 共 {pages} 页".to_owned(),
            signed: vec!["登记人".to_owned()],
        }
    }

    #[test]
    fn every_sheet_says_what_it_is_and_nothing_is_markup() {
        let html = paper(25).html();
        assert_eq!(html.matches("<section>").count(), 3);
        assert_eq!(html.matches("<h1>登记表&lt;script&gt;</h1>").count(), 3);
        assert_eq!(html.matches("第 3 页 共 3 页").count(), 2);
        assert!(!html.contains("<script>") && !html.contains("<b>0</b>") && html.contains("&quot;一&quot;"));
        assert!(html.contains("有人 &amp; 无人"));
        for outside in ["http://", "https://", "src=", "url(", "@import", "<link"] {
            assert!(!html.contains(outside), "{outside}");
        }
        assert_eq!(paper(0).html().matches("<section>").count(), 1, "a sheet without rows is still a sheet");
    }
}
