//! `bundle`: what phones without network sealed, brought to this machine by hand.
//!
//! Owns the verb and its files. Refuses to tell what is inside. Invariant: a reply is written beside what is there, never
//! over it.

use super::Context;
use super::reply::{Failure, Reply, about};
use data_encoding::BASE64;
use gridwalk_model::hash::Hash;
use gridwalk_server::ServerError;
use gridwalk_server::bundle::{self, TakenBundle};
use gridwalk_sync::part::{Part, Parts};
use gridwalk_sync::seal::{self, Purpose};
use serde_json::{Value, json};
use std::io::Write as _;
use std::path::{Path, PathBuf};

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server bundle take zhang.gwb --reply zhang.reply
  gridwalk-server bundle take zhang.gwb.* --reply zhang.reply
  gridwalk-server bundle take zhang.rescue zhang.rescue.left --reply zhang.reply   # of a phone that will not sync 救援文件

Parts come in any order. The reply is sealed to the phone that made the bundle: `gridwalk bundle take` takes it there.
Taking a bundle twice changes nothing. 各份次序不限；重复导入不会重复入库。")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Take bundles as if their authors had pushed them 导入数据包
    Take {
        /// The bundles, or their parts 数据包文件
        #[arg(required = true)]
        files: Vec<PathBuf>,
        /// Where the sealed reply goes 回复文件
        #[arg(long)]
        reply: PathBuf,
    },
}

impl Args {
    pub(super) fn files(&self) -> &[PathBuf] {
        let Act::Take { files, .. } = &self.act;
        files
    }
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let Act::Take { files, reply } = &args.act;
    let wholes = gather(context, files)?;
    let several = wholes.iter().filter(|(_, sealed)| !is_left_over(sealed)).count() > 1;
    let (mut lines, mut models) = (Vec::new(), Vec::new());
    for (seal, sealed) in wholes {
        let name: String = seal.to_string().chars().take(8).collect();
        if is_left_over(&sealed) {
            let (line, model) = kept(context, seal, &sealed)?;
            lines.push(line);
            models.push(model);
            continue;
        }
        let mut file = context.input.from.join(reply);
        if several {
            let mut numbered = file.into_os_string();
            numbered.push(format!(".{name}"));
            file = numbered.into();
        }
        let running = context.admin.server().running();
        let taken = bundle::take(running, running.device, &sealed).map_err(|e| failure(context, &e))?;
        write_new(&file, &taken.reply).map_err(|e| context.failure(&about(&file, &e)))?;
        lines.push(said(context, &name, &taken, &file));
        let file = file.display().to_string();
        models.push(
            json!({ "bundle": seal.to_string(), "frames": taken.frames, "refused": taken.refused, "reply": file }),
        );
    }
    Ok(Reply::new(lines.join("\n"), json!({ "bundles": models })))
}

fn is_left_over(sealed: &[u8]) -> bool {
    seal::head(sealed).is_ok_and(|head| head.purpose == Purpose::HandOver)
}

/// What a rescued phone had besides: kept for whoever looks at it.
fn kept(context: &Context<'_>, seal: Hash, sealed: &[u8]) -> Result<(String, Value), Failure> {
    let left = context.admin.keep_rescued(sealed).map_err(|e| failure(context, &e))?;
    let (changes, drafts) = (left.changes.len(), left.drafts.len());
    let gaps = [("changes", &*changes.to_string()), ("drafts", &drafts.to_string()), ("seal", &seal.to_string())];
    let model = json!({ "left_over": seal.to_string(), "device": left.device, "changes": changes, "drafts": drafts });
    Ok((context.language.say("say.rescued", &gaps), model))
}

fn said(context: &Context<'_>, name: &str, taken: &TakenBundle, file: &Path) -> String {
    let (frames, refused) = ((taken.frames - taken.refused).to_string(), taken.refused.to_string());
    let gaps = [("name", name), ("frames", &*frames), ("refused", &*refused), ("file", &*file.display().to_string())];
    context.language.say("say.bundle_taken", &gaps)
}

/// Puts the parts together.
fn gather(context: &Context<'_>, files: &[PathBuf]) -> Result<Vec<(Hash, Vec<u8>)>, Failure> {
    let said = |code: &str, gaps: &[(&str, &str)]| Failure::said(context.language, code, gaps);
    let mut parts = Parts::default();
    for (path, packed) in files.iter().zip(&context.input.files) {
        let bytes = BASE64.decode(packed.as_bytes()).unwrap_or_default();
        let added = Part::read(&bytes).and_then(|part| parts.add(part));
        added.map_err(|e| said(e.code(), &[("file", &path.display().to_string())]))?;
    }
    if let Some(lacking) = parts.incomplete().first() {
        let missing: Vec<String> = lacking.missing.iter().take(20).map(u32::to_string).collect();
        return Err(said("parts_missing", &[("missing", &missing.join(", ")), ("of", &lacking.of.to_string())]));
    }
    parts.whole().map_err(|e| said(e.code(), &[]))
}

fn failure(context: &Context<'_>, error: &ServerError) -> Failure {
    match error {
        ServerError::Problem(problem) => {
            let code = match problem.code.name() {
                "malformed" => "not_a_bundle",
                "too_large" => "bundle_too_large",
                code => code,
            };
            Failure::said(context.language, code, &[("file", "")])
        }
        error => context.failure(error),
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    // As one part, so that whoever takes it need not know how it came.
    let parts = gridwalk_sync::part::cut(bytes, usize::MAX).map_err(std::io::Error::other)?;
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).open(path)?;
    parts.iter().try_for_each(|part| file.write_all(&part.bytes()))?;
    file.sync_all()
}
