//! Bundles: out by file or QR codes, in from files or a scanner, and what is carried for others.

use crate::answer::Answer;
use crate::args::{BundleVerb, Way};
use crate::failure::Failure;
use crate::line_text::moment;
use crate::phone::Phone;
use gridwalk_app::bundle::part::{self, Part, Parts};
use gridwalk_app::bundle::{Carried, CarriedKind, Carrying, Received};
use gridwalk_app::rescue::Rescued;
use gridwalk_app::{AppError, MadeBundle};
use gridwalk_model::hash::Hash;
use gridwalk_model::limits;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};
use serde_json::{Value as Json, json};
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Does what was asked.
pub fn run(phone: &Phone<'_>, verb: &BundleVerb) -> Result<Answer, Failure> {
    match verb {
        BundleVerb::Make(make) => self::make(phone, &make.way),
        BundleVerb::Take(take) => self::take(phone, &take.files),
        BundleVerb::Reply(reply) => self::reply(phone, &reply.way, reply.bundle.as_deref()),
        BundleVerb::List => list(phone),
        BundleVerb::Drop(which) => put_down(phone, &which.name),
    }
}

fn make(phone: &Phone<'_>, way: &Way) -> Result<Answer, Failure> {
    let Some(made) = phone.notebook.bundle()? else {
        return Ok(Answer::new(phone.words.get("cli.outbox_empty"), &json!({ "changes": 0 })));
    };
    let MadeBundle { seal, sealed, changes, left_out } = made;
    let out = leave(way, &sealed)?;
    let name = short(&seal);
    let mut text = phone.words.fill("cli.bundle_made", &[("changes", &changes.to_string()), ("name", &name)]);
    if left_out > 0 {
        let _ = write!(text, "\n  {}", phone.words.fill("cli.bundle_left_out", &[("changes", &left_out.to_string())]));
    }
    text.push_str(&out.text);
    let json = json!({ "bundle": seal.to_string(), "changes": changes, "left_out": left_out, "bytes": sealed.len(),
        "files": out.files, "codes": out.codes });
    Ok(Answer::new(text, &json))
}

/// Everything that this phone has alone, into two files.
pub fn rescue(phone: &Phone<'_>, file: &Path) -> Result<Answer, Failure> {
    let Rescued { bundle, left } = phone.notebook.rescue()?;
    let (mut text, mut files) = (String::new(), Vec::new());
    if let Some(made) = &bundle {
        let gaps = [("changes", &*made.changes.to_string()), ("name", &*short(&made.seal))];
        text.push_str(&phone.words.fill("cli.bundle_made", &gaps));
        let out = leave(&into(file.to_owned()), &made.sealed)?;
        text.push_str(&out.text);
        files.extend(out.files);
    }
    if let Some(made) = &left {
        let gaps = [("changes", &*made.changes.to_string()), ("drafts", &*made.drafts.to_string())];
        text.push_str(if text.is_empty() { "" } else { "\n" });
        text.push_str(&phone.words.fill("cli.rescued_left", &gaps));
        let mut beside = file.as_os_str().to_owned();
        beside.push(".left");
        let out = leave(&into(beside.into()), &made.sealed)?;
        text.push_str(&out.text);
        files.extend(out.files);
    }
    if files.is_empty() {
        phone.words.get("cli.nothing_to_rescue").clone_into(&mut text);
    } else {
        let _ = write!(text, "\n{}", phone.words.fill("cli.rescued_way", &[("files", &files.join(" "))]));
    }
    let json = json!({ "changes": bundle.map_or(0, |made| made.changes), "files": files,
        "left": left.map(|made| json!({ "seal": made.seal.to_string(), "changes": made.changes, "drafts": made.drafts,
            "pictures": made.pictures, "pictures_left_out": made.pictures_left_out })) });
    Ok(Answer::new(text, &json))
}

const fn into(file: PathBuf) -> Way {
    Way { file: Some(file), piece: None, qr: false }
}

fn reply(phone: &Phone<'_>, way: &Way, bundle: Option<&str>) -> Result<Answer, Failure> {
    let carried = phone.notebook.store().carried()?;
    let about = |c: &&Carried| {
        let named = c.about.map(|a| a.to_string()).unwrap_or_default();
        c.kind == CarriedKind::BundleReply && bundle.is_none_or(|b| named.starts_with(&b.to_lowercase()))
    };
    let found: Vec<&Carried> = carried.iter().filter(about).collect();
    let one = match found[..] {
        [one] => one,
        [] => return Err(Failure::of("no_reply_here", 4)),
        _ => return Err(Failure::of("several_replies", 4).with("count", found.len().to_string())),
    };
    let sealed = phone.notebook.store().carried_seal(one.seal)?.unwrap_or_default();
    let out = leave(way, &sealed)?;
    let about = one.about.unwrap_or_default();
    let text = phone.words.fill("cli.reply_written", &[("name", &short(&about))]) + &out.text;
    Ok(Answer::new(text, &json!({ "bundle": about.to_string(), "files": out.files, "codes": out.codes })))
}

/// How something left.
#[derive(Default)]
struct Left {
    text: String,
    files: Vec<String>,
    codes: Vec<String>,
}

fn leave(way: &Way, sealed: &[u8]) -> Result<Left, Failure> {
    let piece = way.piece.and_then(|n| usize::try_from(n).ok());
    let mut left = Left::default();
    let Some(file) = way.file.as_deref().filter(|_| !way.qr) else {
        let parts = part::cut(sealed, piece.unwrap_or(limits::PART_QR_BYTES)).map_err(AppError::from)?;
        for part in &parts {
            let text = part.text();
            let _ = write!(left.text, "\n\n{}/{}\n{}", part.number, part.of, code(&text)?);
            left.codes.push(text);
        }
        return Ok(left);
    };
    for part in part::cut(sealed, piece.unwrap_or(limits::PART_FILE_BYTES)).map_err(AppError::from)? {
        let path = if part.of == 1 { file.to_owned() } else { numbered(file, &part) };
        write_new(&path, &part.bytes()).map_err(|e| no_file(&path, &e))?;
        let _ = write!(left.text, "\n  {}", path.display());
        left.files.push(path.display().to_string());
    }
    Ok(left)
}

/// Never over a file that is there: it may be a bundle that nobody carried yet.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn numbered(file: &Path, part: &Part) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}of{}", part.number, part.of));
    name.into()
}

fn code(text: &str) -> Result<String, Failure> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L);
    let code = code.map_err(|_| Failure::usage("piece_too_large", "--piece"))?;
    Ok(code.render::<Dense1x2>().quiet_zone(true).build())
}

fn no_file(path: &Path, error: &std::io::Error) -> Failure {
    Failure::of("file", 7).with("what", path.display().to_string()).because(error)
}

/// The parts of a file: one as bytes, or as many as it has lines.
fn read(path: &Path) -> Result<Vec<Vec<u8>>, Failure> {
    let mut bytes = Vec::new();
    let most = (limits::SEALED_BYTES_MAX * 2) as u64;
    let from_there = |bytes: &mut Vec<u8>| match path.to_str() {
        Some("-") => std::io::stdin().take(most).read_to_end(bytes),
        _ => std::fs::File::open(path)?.take(most).read_to_end(bytes),
    };
    from_there(&mut bytes).map_err(|e| no_file(path, &e))?;
    let lines = std::str::from_utf8(&bytes).ok();
    let lines: Option<Vec<Vec<u8>>> =
        lines.map(|t| t.lines().map(str::trim).filter(|l| !l.is_empty()).map(|l| l.as_bytes().to_vec()).collect());
    Ok(lines.unwrap_or_else(|| vec![bytes]))
}

fn take(phone: &Phone<'_>, files: &[PathBuf]) -> Result<Answer, Failure> {
    let mut parts = Parts::default();
    for path in files {
        for bytes in read(path)? {
            let taken = Part::read(&bytes).and_then(|part| parts.add(part));
            taken.map_err(|e| Failure::from(AppError::from(e)).with("what", path.display().to_string()))?;
        }
    }
    let whole = parts.whole().map_err(AppError::from)?;
    if let Some(lacking) = parts.incomplete().first() {
        let missing: Vec<String> = lacking.missing.iter().take(20).map(u32::to_string).collect();
        let failure = Failure::of("parts_missing", 3).with("missing", missing.join(", "));
        return Err(failure.with("of", lacking.of.to_string()));
    }
    let mut lines = Vec::new();
    let mut models = Vec::new();
    for (seal, sealed) in whole {
        let (line, model) = received(phone, seal, phone.notebook.receive(&sealed)?)?;
        lines.push(line);
        models.push(model);
    }
    Ok(Answer::new(lines.join("\n"), &models))
}

fn received(phone: &Phone<'_>, seal: Hash, received: Received) -> Result<(String, Json), Failure> {
    let (words, name) = (phone.words, short(&seal));
    Ok(match received {
        Received::Carrying(Carrying::Full) => return Err(Failure::of("carries_too_much", 3)),
        Received::Carrying(carrying) => {
            let key = match carrying {
                Carrying::Taken => "cli.bundle_taken",
                Carrying::Known => "cli.bundle_known",
                _ => "cli.bundle_answered",
            };
            (words.fill(key, &[("name", &name)]), json!({ "seal": seal.to_string(), "carrying": carrying }))
        }
        Received::Reply(taken) => {
            let mut text = words.get("cli.reply_taken").to_owned();
            for (code, count) in &taken.verdicts {
                let _ = write!(text, "\n  {} {count}", words.badge(code));
            }
            for code in &taken.problems {
                let _ = write!(text, "\n  {}", words.find(&format!("problem.{code}")).unwrap_or(code));
            }
            (text, json!({ "seal": seal.to_string(), "reply": taken }))
        }
    })
}

fn list(phone: &Phone<'_>) -> Result<Answer, Failure> {
    let (words, carried) = (phone.words, phone.notebook.store().carried()?);
    let mut text = String::new();
    for item in &carried {
        let (key, of) = match item.kind {
            CarriedKind::Bundle => ("cli.bundle_waits", item.seal),
            CarriedKind::BundleReply => ("cli.reply_waits", item.about.unwrap_or(item.seal)),
        };
        let line = words.fill(key, &[("name", &short(&of))]);
        let _ = write!(text, "{}  {line}  {} B  {}", short(&item.seal), item.bytes, moment(item.taken_at));
        if let Some(code) = &item.code {
            let _ = write!(text, "  ✖ {}", words.find(&format!("problem.{code}")).unwrap_or(code));
        }
        text.push('\n');
    }
    if carried.is_empty() {
        words.get("cli.nothing_carried").clone_into(&mut text);
    }
    let model = |c: &Carried| {
        let about = c.about.map(|a| a.to_string());
        json!({ "seal": c.seal.to_string(), "kind": c.kind, "about": about, "bytes": c.bytes,
            "taken_at": c.taken_at, "code": c.code })
    };
    Ok(Answer::new(text, &carried.iter().map(model).collect::<Vec<_>>()))
}

fn put_down(phone: &Phone<'_>, name: &str) -> Result<Answer, Failure> {
    let carried = phone.notebook.store().carried()?;
    let found: Vec<Hash> =
        carried.iter().map(|c| c.seal).filter(|s| s.to_string().starts_with(&name.to_lowercase())).collect();
    let [seal] = found[..] else { return Err(Failure::of("no_such_seal", 4).with("what", name)) };
    phone.notebook.store().put_down(seal)?;
    Ok(Answer::new(phone.words.fill("cli.put_down", &[("name", &short(&seal))]), &json!({ "seal": seal.to_string() })))
}

/// The beginning of a seal's hash: enough for a person to tell it by.
fn short(seal: &Hash) -> String {
    seal.to_string().chars().take(8).collect()
}
