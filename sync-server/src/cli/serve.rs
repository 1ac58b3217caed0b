//! `serve`: phones and people are answered until SIGTERM or Ctrl-C.
//!
//! Owns the address, the log and the signals. Refuses to serve a folder that another process has. Invariant: a stop that
//! was asked for ends with 0, and everything is in the main file then.

use super::reply::{Failure, Reply, machine};
use super::{Cli, relay};
use gridwalk_server::admin::Admin;
use gridwalk_server::serving::Door;
use gridwalk_server::words::Language;
use gridwalk_server::{Result, Server, ServerError, ServerOptions, serving};
use serde_json::{Value, json};
use std::io::Write as _;
use std::net::SocketAddr;
use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server serve --folder data
  gridwalk-server serve --listen 0.0.0.0:8080 --log-json
  gridwalk-server serve --metrics                numbers for Prometheus at http://127.0.0.1:9464/metrics
  gridwalk-server serve --restored        after a backup was put back 恢复备份之后

Port 0 takes a free port; the address is printed. The log goes to the standard error; GRIDWALK_LOG=debug tells more.
On any address but this machine's own it speaks TLS with its own certificate (gridwalk-server tls). --plain leaves that to
a proxy in front of it. 除本机地址外默认使用自有证书的 TLS；--plain 表示由前面的反向代理负责。")]
#[expect(clippy::struct_excessive_bools, reason = "independent switches of a command line")]
pub struct Args {
    /// The address to listen on 监听地址
    #[arg(long, default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    listen: String,
    /// TLS also on this machine's own address 本机地址也用 TLS
    #[arg(long, conflicts_with = "plain")]
    tls: bool,
    /// No TLS: a proxy in front has it 不用 TLS，由反向代理负责
    #[arg(long)]
    plain: bool,
    /// The folder is a copy that was put back: begin new timelines 文件夹由备份恢复
    #[arg(long)]
    restored: bool,
    /// The address of the numbers for Prometheus, apart from the phones' 监控指标地址
    #[arg(long, value_name = "ADDRESS", num_args = 0..=1, default_missing_value = "127.0.0.1:9464")]
    metrics: Option<String>,
    /// The log as JSON lines 日志用 JSON 行
    #[arg(long)]
    log_json: bool,
}

pub(super) fn run(cli: &Cli, args: &Args, language: Language) -> std::result::Result<Reply, Failure> {
    let failure = |error: &ServerError| Failure::of(language, &cli.folder, error);
    let listen: SocketAddr =
        args.listen.parse().map_err(|_| Failure::said(language, "address", &[("address", &args.listen)]))?;
    start_log(args.log_json);
    let mut options = ServerOptions::new(&cli.folder);
    options.restored = args.restored;
    let found = match Server::open(options.clone()) {
        Err(ServerError::NotInitialised) if !args.restored => None,
        other => Some(other.map_err(|e| failure(&e))?),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|e| failure(&ServerError::File(e)))?;
    runtime.block_on(async {
        let listener = TcpListener::bind(listen).await.map_err(|e| bind_failure(language, &args.listen, &e))?;
        let for_metrics = match &args.metrics {
            None => None,
            Some(address) => {
                let refused = |e: std::io::Error| bind_failure(language, address, &e);
                Some(TcpListener::bind(address.as_str()).await.map_err(refused)?)
            }
        };
        // A folder without a server gets one as soon as it can be reached; the set-up page makes its administrator.
        let server = found.map_or_else(|| Server::create(options), Ok).map_err(|e| failure(&e))?;
        let door = relay::open_door(server.clone(), cli.folder.clone()).await.map_err(|e| failure(&e))?;
        let tls = if args.tls || !(args.plain || listen.ip().is_loopback()) {
            Some(with_certificate(&server, listen).and_then(|()| server.tls()).map_err(|e| failure(&e))?)
        } else {
            None
        };
        announce(cli, language, &server, &listener, tls.is_some()).map_err(|e| failure(&e))?;
        let stop = async {
            serving::stop_asked().await;
            tracing::info!("stopping");
        };
        let stopped = serving::serve(&server, Door { listener, tls, for_metrics }, stop).await.map_err(|e| failure(&e));
        door.close();
        stopped
    })?;
    Ok(Reply::new(language.word("say.stopped"), json!({ "stopped": true })))
}

fn start_log(as_json: bool) {
    let filter = EnvFilter::try_from_env("GRIDWALK_LOG").unwrap_or_else(|_| EnvFilter::new("info,refinery_core=warn"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // A second start in one process keeps the first log.
    let _kept = if as_json { log.json().with_span_list(false).try_init() } else { log.with_ansi(false).try_init() };
}

fn bind_failure(language: Language, address: &str, error: &std::io::Error) -> Failure {
    if error.kind() == std::io::ErrorKind::AddrInUse {
        return Failure::said(language, "port_in_use", &[("address", address)]);
    }
    Failure::said(language, "port_refused", &[("address", address), ("found", &machine(language, error))])
}

/// A server that never had a certificate gets one for the address that it listens on.
fn with_certificate(server: &Server, listen: SocketAddr) -> Result<()> {
    if server.identity()?.is_some() {
        return Ok(());
    }
    let mut names = ["localhost", "127.0.0.1", "::1"].map(str::to_owned).to_vec();
    if !listen.ip().is_unspecified() {
        names.insert(0, listen.ip().to_string());
    }
    server.certify(&names).map(drop)
}

/// Says where the server is, and where to set it up if nobody administers it.
fn announce(cli: &Cli, language: Language, server: &Server, listener: &TcpListener, tls: bool) -> Result<()> {
    let scheme = if tls { "https" } else { "http" };
    let address = format!("{scheme}://{}", listener.local_addr()?);
    let pin = if tls { server.identity()?.and_then(|i| i.pins().ok()?.first().map(ToString::to_string)) } else { None };
    let admin = Admin::new(server.clone());
    let set_up =
        if admin.is_set_up()? { None } else { Some(format!("{address}/setup?code={}", admin.make_set_up_code()?)) };
    let text = if cli.json {
        json!({ "listening": address, "set_up": set_up.map_or(Value::Null, Value::String), "pin": pin }).to_string()
    } else {
        let mut text = language.say("say.listening", &[("address", &address)]);
        if let Some(link) = set_up {
            text.push('\n');
            text.push_str(&language.say("say.set_up_at", &[("address", &link)]));
        }
        text
    };
    let mut out = std::io::stdout();
    writeln!(out, "{text}")?;
    out.flush()?;
    Ok(())
}
