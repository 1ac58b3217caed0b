//! `tls`: the server's own certificate.
//!
//! Owns the verb. Refuses to show a private key. Invariant: what changes the key says what phones must do about it.

use super::Context;
use super::reply::{Failure, Reply};
use gridwalk_server::page::moment;
use gridwalk_server::tls::{self, Identity};
use gridwalk_server::{Result as Done, ServerError};
use serde_json::json;

#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples 示例:
  gridwalk-server tls make --name grid.example --name 10.0.0.7 --address https://grid.example:8443
  gridwalk-server tls show --json
  gridwalk-server tls authority > gridwalk-ca.pem        for browsers 供浏览器信任
  gridwalk-server tls renew
  gridwalk-server tls announce                            weeks before the key changes 更换密钥前数周
  gridwalk-server tls rotate")]
pub struct Args {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, clap::Subcommand)]
enum Act {
    /// Names, end, pins 证书概况
    Show,
    /// Make a certificate for these names; a key that is there stays 制作证书
    Make {
        /// A name or address of the server 服务器名称或地址
        #[arg(long = "name", required = true, value_name = "NAME")]
        names: Vec<String>,
        /// The address that people reach it at, for invitations 对外地址
        #[arg(long, value_name = "URL")]
        address: Option<String>,
    },
    /// A new certificate of the same key: phones notice nothing 更新证书
    Renew,
    /// Make the next key, and tell phones its pin from now on 预告新密钥
    Announce,
    /// Take the key that was announced 启用新密钥
    Rotate,
    /// The authority's certificate, PEM 根证书
    Authority,
}

pub(super) fn run(context: &Context<'_>, args: &Args) -> Result<Reply, Failure> {
    let server = context.admin.server();
    let identity = match &args.act {
        Act::Show | Act::Authority => server.identity().and_then(|i| i.ok_or(ServerError::Refused("no_certificate"))),
        Act::Make { names, address } => make(context, names, address.as_deref()),
        Act::Renew => server.renew_certificate(),
        Act::Announce => server.announce_key(),
        Act::Rotate => server.rotate_key(),
    };
    let identity = identity.map_err(|e| context.failure(&e))?;
    if matches!(args.act, Act::Authority) {
        let pem = identity.authority_pem();
        return Ok(Reply::new(pem.clone(), json!({ "authority": pem })));
    }
    told(context, &identity).map_err(|e| context.failure(&e))
}

fn make(context: &Context<'_>, names: &[String], address: Option<&str>) -> Done<Identity> {
    let server = context.admin.server();
    let identity = server.certify(names)?;
    address.map_or(Ok(()), |address| server.set_address(address))?;
    Ok(identity)
}

fn told(context: &Context<'_>, identity: &Identity) -> Done<Reply> {
    let pins: Vec<String> = identity.pins()?.iter().map(ToString::to_string).collect();
    let address = context.admin.server().read(|r| tls::address(r.tx))?;
    let (names, until) = (identity.names.join(", "), moment(identity.until));
    let gaps = [("names", &*names), ("until", &*until), ("pin", pins.first().map_or("", |pin| pin))];
    let mut lines = vec![context.language.say("say.certificate", &gaps)];
    if let Some(next) = pins.get(1) {
        lines.push(context.language.say("say.next_pin", &[("pin", next)]));
    }
    let json = json!({
        "names": identity.names, "until": identity.until, "pin": pins.first(), "next_pin": pins.get(1),
        "address": address,
    });
    Ok(Reply::new(lines.join("\n"), json))
}
