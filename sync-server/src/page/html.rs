//! HTML put together from markup that stands in the source and text that comes from anywhere.
//!
//! Owns escaping. Refuses to know pages. Invariant: markup is `&'static str`; whatever was typed goes through `text`.

/// HTML in the making.
#[derive(Debug, Default)]
pub(super) struct Html(String);

impl Html {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Markup from the source.
    pub(super) fn tag(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text, escaped for elements and for attributes in quotation marks; signs that nobody sees, which could turn a page
    /// over, are left out.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            match c {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {}
                c if c.is_control() && c != '\n' => {}
                c => self.0.push(c),
            }
        }
        self
    }

    /// Another part, escaped already.
    pub(super) fn part(&mut self, part: &Self) -> &mut Self {
        self.0.push_str(&part.0);
        self
    }

    /// A table with a heading row.
    pub(super) fn table(&mut self, heading: &[String], rows: &[Vec<String>]) -> &mut Self {
        self.tag("<table>");
        if !heading.is_empty() {
            self.tag("<tr>");
            for cell in heading {
                self.tag("<th>").text(cell).tag("</th>");
            }
            self.tag("</tr>");
        }
        for row in rows {
            self.tag("<tr>");
            for cell in row {
                let number = !cell.is_empty() && cell.bytes().all(|b| b.is_ascii_digit());
                self.tag(if number { "<td class=\"n\">" } else { "<td>" }).text(cell).tag("</td>");
            }
            self.tag("</tr>");
        }
        self.tag("</table>")
    }

    /// The finished text.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_is_text_and_never_markup() {
        let mut html = Html::new();
        html.tag("<input value=\"").text("\"><script>alert('1')</script>&\u{202e}\u{0}").tag("\">");
        let expected = "<input value=\"&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;\">";
        assert_eq!(html.into_text(), expected);
    }

    #[test]
    fn cells_of_a_table_are_escaped_too() {
        let mut html = Html::new();
        html.table(&["<b>".to_owned()], &[vec!["<i>".to_owned(), "12".to_owned()]]);
        assert_eq!(
            html.into_text(),
            "<table><tr><th>&lt;b&gt;</th></tr><tr><td>&lt;i&gt;</td><td class=\"n\">12</td></tr></table>"
        );
    }
}
