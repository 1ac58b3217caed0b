//! The verbs, one file each.
//!
//! Owns reading the command line, choosing the language and printing. Refuses to know what verbs do.
//! Invariant: `--json` prints exactly one object, also when something goes wrong.

mod appraisal;
mod astray;
mod audit;
mod backup;
mod boundaries;
mod bundle;
mod calendar;
mod complaint;
mod doctor;
mod drawn;
mod edition;
mod erase;
mod examples;
mod field;
mod import;
mod import_text;
mod init;
mod invitation;
mod left_over;
mod login;
mod month;
mod oidc;
mod place;
mod post;
mod poster;
mod quarantine;
mod relay;
mod reply;
mod seal;
mod serve;
mod status;
mod tls;
mod unit;
mod user;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};
use gridwalk_server::admin::Admin;
use gridwalk_server::login::ClearText;
use gridwalk_server::words::Language;
use gridwalk_server::{Server, ServerError, ServerOptions};
use reply::{Failure, Reply};
use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use zeroize::Zeroizing;

/// Gridwalk's server 格行服务器: phones sync with it; everything it knows stands in one folder.
#[derive(Debug, Parser)]
#[command(
    name = "gridwalk-server",
    version,
    after_help = "\
Examples 示例:
  gridwalk-server init --folder data --county 330402 --admin li
  gridwalk-server import --folder data units divisions.csv --grids 2
  gridwalk-server user --folder data add zhang --name 张三 --role gridworker --unit 330402001001001
  gridwalk-server serve --folder data --listen 127.0.0.1:8080
  gridwalk-server user --folder data code zhang

Verbs work while the server runs, too: they ask the running process. 服务器运行时也可使用这些命令。"
)]
struct Cli {
    /// The folder with the server's database 服务器文件夹
    #[arg(long, global = true, env = "GRIDWALK_FOLDER", default_value = "gridwalk-data")]
    folder: PathBuf,
    /// Language of what is said: zh or en 语言 [default: by LANG]
    #[arg(long, global = true)]
    lang: Option<String>,
    /// One JSON object instead of sentences 输出一个 JSON 对象
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a server in a folder: keys, city, county, first administrator 建立服务器
    Init(init::Args),
    /// Serve phones until SIGTERM or Ctrl-C 启动服务
    Serve(serve::Args),
    /// Accounts, roles, enrolment codes, phones 账号、岗位、登记码、手机
    User(user::Args),
    /// The organisation tree 组织机构
    Unit(unit::Args),
    /// Posters of grids, and who joined by them 网格海报
    Poster(poster::Args),
    /// Sensitive fields: on with a purpose, off, due for erasure 敏感信息的启用与停用
    Field(field::Args),
    /// Holidays, office hours, case classes and dispatch rules 日历、工作时间、分类与派遣规则
    Calendar(calendar::Args),
    /// Months in numbers, by published formulas 考核
    Appraisal(appraisal::Args),
    /// Personal data that goes for good 清除个人信息
    Erase(erase::Args),
    /// Places, moved also to another county 楼栋、事件的移交
    Place(place::Args),
    /// Bring tables in 导入
    Import(import::Args),
    /// The journal's chain, and who did what 审计
    Audit(audit::Args),
    /// An office's own provider of logins 统一认证
    Oidc(oidc::Args),
    /// The server's own certificate 服务器证书
    Tls(tls::Args),
    /// The key under which secrets lie in the database 封存密钥
    Seal(seal::Args),
    /// Changes that wait for a decision 暂存待审
    Quarantine(quarantine::Args),
    /// What a revoked phone handed over before it was purged 停用手机的移交内容
    LeftOver(left_over::Args),
    /// How the server goes, in numbers 运行状态
    Status(status::Args),
    /// What phones without network sealed, brought by hand 数据包
    Bundle(bundle::Args),
    /// Copy the database, and check the copy 备份
    Backup(backup::Args),
    /// Whether the server is well, and what to do where it is not 体检
    Doctor(doctor::Args),
}

/// What a verb may need from the process that was started, wherever it is carried out.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
struct Input {
    /// The first line of the standard input, if the verb asked for it.
    line: Option<ClearText>,
    /// The file that the verb names, base64.
    file: Option<String>,
    /// The files that the verb names, each in base64.
    #[serde(default)]
    files: Vec<String>,
    /// The folder that relative paths start from.
    from: PathBuf,
}

/// Where a verb is carried out.
struct Context<'a> {
    admin: Admin,
    language: Language,
    folder: &'a Path,
    input: &'a Input,
    /// Whether somebody watches a terminal.
    watched: bool,
    /// Whether another process asked the one that has the folder.
    relayed: bool,
}

impl Context<'_> {
    fn failure(&self, error: &ServerError) -> Failure {
        Failure::of(self.language, self.folder, error)
    }
}

/// Administration by whoever has this login, or by whoever has the machine.
fn acting(context: &Context<'_>, by: Option<&str>) -> Result<Admin, Failure> {
    let Some(login) = by else { return Ok(context.admin.clone()) };
    let missing = ServerError::NotFound("account");
    let account = context.admin.server().read(|r| r.tx.account_by_login(login)).map_err(|e| context.failure(&e))?;
    Ok(context.admin.clone().acting_as(account.ok_or_else(|| context.failure(&missing))?.id))
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let read = || Cli::from_arg_matches(&examples::handed_down(Cli::command()).try_get_matches()?);
    let cli = match read() {
        Ok(cli) => cli,
        Err(error) => return complain(&error),
    };
    let language = language(cli.lang.as_deref());
    let done = match &cli.verb {
        Verb::Serve(args) => serve::run(&cli, args, language),
        _ => local_or_relayed(&cli, language),
    };
    print(done, cli.json)
}

/// Says what of the command line is not understood.
fn complain(error: &clap::Error) -> ExitCode {
    let language = language(complaint::wished().as_deref());
    if let Some(told) = complaint::told(language, error) {
        drop(writeln!(std::io::stderr(), "{told}"));
    } else {
        drop(error.print());
        if let Some(verbs) = complaint::verbs(language, error) {
            drop(writeln!(std::io::stderr(), "\n{verbs}"));
        }
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2))
}

fn language(asked: Option<&str>) -> Language {
    let named =
        ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|v| !v.is_empty()));
    Language::of_tag(asked.map(str::to_owned).or(named).unwrap_or_default().as_str())
}

/// Prints what came of it; words on the output, failures beside it, JSON always on the output.
fn print(done: Result<Reply, Failure>, json: bool) -> ExitCode {
    let (text, good) = match (done, json) {
        (Ok(reply), true) => (reply.json.to_string(), reply.good),
        (Ok(reply), false) => (reply.text.trim_end().to_owned(), reply.good),
        (Err(failure), true) => (failure.to_json().to_string(), false),
        (Err(failure), false) => {
            // Nobody may be listening: there is nothing else to tell.
            let _unheard = writeln!(std::io::stderr(), "{}", failure.text());
            return ExitCode::FAILURE;
        }
    };
    let heard = if text.is_empty() { Ok(()) } else { writeln!(std::io::stdout(), "{text}") };
    if good && heard.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Opens the folder, or asks the process that has it.
fn local_or_relayed(cli: &Cli, language: Language) -> Result<Reply, Failure> {
    let input = gather(cli, language)?;
    let failure = |error: &ServerError| Failure::of(language, &cli.folder, error);
    let options = ServerOptions::new(&cli.folder);
    let opened = if let Verb::Init(args) = &cli.verb {
        init::plan(&cli.folder, &input, language, args)?;
        create_or_open(options)
    } else if matches!(&cli.verb, Verb::Seal(args) if args.without_seal()) {
        Server::open_without_seal(options)
    } else {
        Server::open(options)
    };
    match opened {
        Ok(server) => {
            let watched = !cli.json && std::io::stderr().is_terminal();
            let context = Context {
                admin: Admin::new(server.clone()),
                language,
                folder: &cli.folder,
                input: &input,
                watched,
                relayed: false,
            };
            let done = carry_out(&context, &cli.verb);
            server.close().map_err(|e| failure(&e))?;
            done
        }
        Err(ServerError::InUse) if !matches!(cli.verb, Verb::Init(_)) => {
            relay::ask(&cli.folder, &input).unwrap_or_else(|| Err(failure(&ServerError::InUse)))
        }
        Err(error) => match &cli.verb {
            Verb::Doctor(args) => Ok(doctor::without(language, &cli.folder, &error, args)),
            _ => Err(failure(&error)),
        },
    }
}

/// A folder that a server was made in but never set up can still be set up from here.
fn create_or_open(options: ServerOptions) -> gridwalk_server::Result<Server> {
    match Server::create(options.clone()) {
        Err(ServerError::AlreadyInitialised) => {
            let server = Server::open(options)?;
            if Admin::new(server.clone()).is_set_up()? { Err(ServerError::AlreadyInitialised) } else { Ok(server) }
        }
        other => other,
    }
}

/// Carries a verb out on an open server.
fn carry_out(context: &Context<'_>, verb: &Verb) -> Result<Reply, Failure> {
    match verb {
        Verb::Init(args) => init::run(context, args),
        Verb::User(args) => user::run(context, args),
        Verb::Unit(args) => unit::run(context, args),
        Verb::Import(args) => import::run(context, args),
        Verb::Audit(args) => audit::run(context, args),
        Verb::Oidc(args) => oidc::run(context, args),
        Verb::Tls(args) => tls::run(context, args),
        Verb::Seal(args) => seal::run(context, args),
        Verb::Field(args) => field::run(context, args),
        Verb::Calendar(args) => calendar::run(context, args),
        Verb::Appraisal(args) => appraisal::run(context, args),
        Verb::Erase(args) => erase::run(context, args),
        Verb::Place(args) => place::run(context, args),
        Verb::Poster(args) => poster::run(context, args),
        Verb::Quarantine(args) => quarantine::run(context, args),
        Verb::LeftOver(args) => left_over::run(context, args),
        Verb::Status(args) => status::run(context, args),
        Verb::Bundle(args) => bundle::run(context, args),
        Verb::Backup(args) => backup::run(context, args),
        Verb::Doctor(args) => Ok(doctor::run(context, args)),
        Verb::Serve(_) => Err(context.failure(&ServerError::InUse)),
    }
}

/// Reads what the verb needs from here: a password line, a file.
fn gather(cli: &Cli, language: Language) -> Result<Input, Failure> {
    let failure = |e: std::io::Error, what: &Path| Failure::of(language, &cli.folder, &reply::about(what, &e));
    let mut input = Input { from: std::env::current_dir().unwrap_or_default(), ..Input::default() };
    let wants_line = match &cli.verb {
        Verb::Init(args) => args.password_stdin,
        Verb::User(args) => args.wants_password(),
        Verb::Oidc(args) => args.wants_secret(),
        _ => false,
    };
    if wants_line {
        let mut text = Zeroizing::new(String::new());
        std::io::stdin().take(4096).read_to_string(&mut text).map_err(|e| failure(e, Path::new("-")))?;
        input.line = Some(text.lines().next().unwrap_or_default().to_owned().into());
    }
    if let Verb::User(args) = &cli.verb
        && args.asks_password()
    {
        let typed = rpassword::prompt_password(language.word("say.new_password"));
        input.line = Some(typed.map_err(|e| failure(e, Path::new("-")))?.into());
    }
    if let Verb::Import(args) = &cli.verb
        && let Some(path) = args.file()
    {
        let bytes = std::fs::read(path).map_err(|e| failure(e, path))?;
        input.file = Some(data_encoding::BASE64.encode(&bytes));
    }
    let files: Vec<&Path> = match &cli.verb {
        Verb::Bundle(args) => args.files().iter().map(PathBuf::as_path).collect(),
        Verb::Unit(args) => args.files(),
        Verb::Oidc(args) => args.files(),
        Verb::Audit(args) => args.files(),
        Verb::Calendar(args) => args.files(),
        Verb::Import(args) => args.map_file().into_iter().collect(),
        _ => Vec::new(),
    };
    for path in files {
        let bytes = std::fs::read(path).map_err(|e| failure(e, path))?;
        input.files.push(data_encoding::BASE64.encode(&bytes));
    }
    Ok(input)
}
