//! The server's own authority, its key and its certificate, for networks that no public authority reaches.
//!
//! Owns making, renewing and rotating them, and the choice of a certificate at each connection. Refuses to know sockets.
//! Invariant: a renewed certificate is of the same key, so that phones, which know the key by its pin, notice nothing; a
//! new key is announced as the next pin before it is taken.
//!
//! They stand in the database, sealed: whoever restores a backup, and has the seal, is still the server that phones know. Keys are
//! made by ring from the platform's randomness, the one place beside [`crate::ids`].

use crate::erase::remains;
use crate::error::{Result, ServerError};
use crate::server::{Running, Server};
use crate::store::Tx;
use crate::writing::{Reading, Writing};
use gridwalk_model::codec::{Malformed, Reader, Writer};
use gridwalk_model::id::RecordId;
use gridwalk_model::time::Timestamp;
use gridwalk_sync::pin::Pin;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, PublicKeyData as _, SerialNumber,
};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use time::OffsetDateTime;
use zeroize::Zeroizing;

/// Where they stand in the database.
const IDENTITY: &str = "tls_identity";
/// What their seal is bound to.
const SEALED: (&str, &[u8]) = ("gridwalk 2026 tls identity", b"");
/// Where the address stands that people reach the server at.
const ADDRESS: &str = "public_address";
/// How long a certificate is good, days (browsers take no more).
const VALID_DAYS: i64 = 397;
/// How long before its end it is renewed by itself, days.
const RENEWED_BEFORE_DAYS: i64 = 60;
/// How long the authority is good, days.
const AUTHORITY_VALID_DAYS: i64 = 7300;
/// How far before now a certificate begins: clocks are wrong, days.
const BEGINS_BEFORE_DAYS: i64 = 2;
/// Longest name of a host.
const NAME_BYTES: usize = 253;
/// Most names in a certificate.
const NAMES: usize = 50;

/// An authority, a key with its certificate, and the key that comes after it if one was announced.
#[derive(Clone)]
pub struct Identity {
    authority_key: Zeroizing<Vec<u8>>,
    authority: Vec<u8>,
    authority_made_at: Timestamp,
    key: Zeroizing<Vec<u8>>,
    certificate: Vec<u8>,
    next_key: Option<Zeroizing<Vec<u8>>>,
    /// Names and addresses that the certificate is for.
    pub names: Vec<String>,
    /// Until when the certificate is good.
    pub until: Timestamp,
}

fn failed(error: impl std::error::Error + Send + Sync + 'static) -> ServerError {
    ServerError::Tls(Box::new(error))
}

fn new_key() -> Result<Zeroizing<Vec<u8>>> {
    KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).map(|key| Zeroizing::new(key.serialize_der())).map_err(failed)
}

fn key_pair(der: &[u8]) -> Result<KeyPair> {
    KeyPair::from_pkcs8_der_and_sign_algo(&PrivatePkcs8KeyDer::from(der), &PKCS_ECDSA_P256_SHA256).map_err(failed)
}

fn pin(der: &[u8]) -> Result<Pin> {
    Ok(Pin::of_spki(&key_pair(der)?.subject_public_key_info()))
}

fn moment(at: Timestamp) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(at.0.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH)
}

fn authority_params(made_at: Timestamp) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, "Gridwalk own authority");
    params.not_before = moment(made_at.plus_days(-BEGINS_BEFORE_DAYS));
    params.not_after = moment(made_at.plus_days(AUTHORITY_VALID_DAYS));
    params
}

/// Names as they may stand in a certificate: those of hosts, and addresses.
pub fn checked_names(names: &[String]) -> Result<Vec<String>> {
    let mut checked: Vec<String> = Vec::new();
    for name in names.iter().map(|name| name.trim().trim_matches(['[', ']']).to_ascii_lowercase()) {
        let host = name.len() <= NAME_BYTES
            && !name.is_empty()
            && name.split('.').all(|part| !part.is_empty() && part.len() <= 63)
            && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_'));
        if !host && name.parse::<std::net::IpAddr>().is_err() {
            return Err(ServerError::Refused("tls_name"));
        }
        if !checked.contains(&name) {
            checked.push(name);
        }
    }
    if checked.is_empty() || checked.len() > NAMES { Err(ServerError::Refused("tls_name")) } else { Ok(checked) }
}

impl Identity {
    /// A new authority, key and certificate for these names.
    fn make(w: &Writing<'_>, names: &[String]) -> Result<Self> {
        let (authority_key, key) = (new_key()?, new_key()?);
        let authority = authority_params(w.now).self_signed(&key_pair(&authority_key)?).map_err(failed)?;
        let mut identity = Self {
            authority_key,
            authority: authority.der().to_vec(),
            authority_made_at: w.now,
            key,
            certificate: Vec::new(),
            next_key: None,
            names: checked_names(names)?,
            until: w.now,
        };
        identity.certify(w)?;
        Ok(identity)
    }

    /// A new certificate of the present key.
    fn certify(&mut self, w: &Writing<'_>) -> Result<()> {
        self.until = w.now.plus_days(VALID_DAYS);
        let mut params = CertificateParams::new(self.names.clone()).map_err(failed)?;
        let name = self.names.first().cloned().unwrap_or_default();
        params.distinguished_name.push(DnType::CommonName, name.chars().take(64).collect::<String>());
        params.not_before = moment(w.now.plus_days(-BEGINS_BEFORE_DAYS));
        params.not_after = moment(self.until);
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        params.serial_number = Some(SerialNumber::from_slice(&w.running.options.ids.b16()));
        let authority = authority_params(self.authority_made_at);
        let issuer = Issuer::from_params(&authority, key_pair(&self.authority_key)?);
        self.certificate = params.signed_by(&key_pair(&self.key)?, &issuer).map_err(failed)?.der().to_vec();
        Ok(())
    }

    /// What phones know the server by: the present key, then the next one if it was announced.
    pub fn pins(&self) -> Result<Vec<Pin>> {
        let next = self.next_key.as_deref().map(|key| pin(key)).transpose()?;
        Ok(std::iter::once(pin(&self.key)?).chain(next).collect())
    }

    /// The authority's certificate, for browsers: PEM.
    pub fn authority_pem(&self) -> String {
        let lines = data_encoding::BASE64.encode(&self.authority);
        let lines: Vec<&str> = lines.as_bytes().chunks(64).filter_map(|line| std::str::from_utf8(line).ok()).collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
    }

    fn bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut w = Writer::default();
        w.array(9).uint(1).bytes(&self.authority_key).bytes(&self.authority).int(self.authority_made_at.0);
        w.bytes(&self.key).bytes(&self.certificate);
        match &self.next_key {
            None => w.null(),
            Some(key) => w.bytes(key),
        };
        w.array(self.names.len());
        for name in &self.names {
            w.text(name);
        }
        w.int(self.until.0);
        Zeroizing::new(w.finish())
    }

    fn read(bytes: &[u8]) -> Result<Self, Malformed> {
        let key = |bytes: &[u8]| Zeroizing::new(bytes.to_vec());
        let mut r = Reader::new(bytes);
        r.array_of(9)?;
        if r.uint()? != 1 {
            return Err(Malformed::Shape);
        }
        let (authority_key, authority) = (key(r.bytes()?), r.bytes()?.to_vec());
        let authority_made_at = Timestamp(r.int()?);
        let (own, certificate) = (key(r.bytes()?), r.bytes()?.to_vec());
        let next_key = if r.null()? { None } else { Some(key(r.bytes()?)) };
        let names = (0..r.list(NAMES)?).map(|_| r.text(NAME_BYTES)).collect::<Result<_, _>>()?;
        let until = Timestamp(r.int()?);
        r.end()?;
        Ok(Self { authority_key, authority, authority_made_at, key: own, certificate, next_key, names, until })
    }

    /// The server's, if it has one.
    pub fn kept(r: &Reading<'_>) -> Result<Option<Self>> {
        let Some(kept) = r.tx.meta(IDENTITY)?.filter(|kept| !kept.is_empty()).map(Zeroizing::new) else {
            return Ok(None);
        };
        let clear = r.running.sealing.open(SEALED, &kept)?;
        Self::read(&clear).map(Some).map_err(ServerError::Stored)
    }

    /// Keeps it; what the audit says of it.
    fn keep(&self, w: &Writing<'_>) -> Result<String> {
        w.tx.meta_set(IDENTITY, &w.running.sealing.seal(&*w.running.options.ids, SEALED, &self.bytes())?)?;
        Ok(format!("pin {}", pin(&self.key)?))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("names", &self.names).field("until", &self.until).finish_non_exhaustive()
    }
}

/// Whether what is kept lies sealed under the newest key, or nothing is kept.
pub(crate) fn is_newest(r: &Reading<'_>) -> Result<bool> {
    let kept = Zeroizing::new(r.tx.meta(IDENTITY)?.unwrap_or_default());
    Ok(kept.is_empty() || r.running.sealing.is_newest(SEALED, &kept)?)
}

/// Seals anew what is kept. Of what lay readable nothing remains: the file is written anew before the start is over.
pub(crate) fn seal_anew(w: &Writing<'_>) -> Result<()> {
    if let Some(identity) = Identity::kept(&w.reading())? {
        identity.keep(w)?;
        remains::note(w, RecordId::default())?;
    }
    Ok(())
}

/// Forgets authority, keys and certificate: nobody opens their seal any more.
pub(crate) fn forget(tx: &dyn Tx) -> Result<()> {
    tx.meta_set(IDENTITY, &[])
}

/// The address that people reach the server at, if it was said.
pub fn address(tx: &dyn Tx) -> Result<Option<String>> {
    Ok(tx.meta(ADDRESS)?.and_then(|bytes| String::from_utf8(bytes).ok()))
}

/// The pins that phones are told of; none where the server has no key of its own.
pub(crate) fn pins(r: &Reading<'_>) -> Result<Vec<String>> {
    let identity = Identity::kept(r)?;
    identity.map_or(Ok(Vec::new()), |identity| Ok(identity.pins()?.iter().map(Pin::to_string).collect()))
}

impl Server {
    /// The server's identity, if it has one.
    pub fn identity(&self) -> Result<Option<Identity>> {
        self.read(Identity::kept)
    }

    /// Makes authority, key and certificate for these names; where there is a key, it stays and gets a new certificate.
    pub fn certify(&self, names: &[String]) -> Result<Identity> {
        let names = checked_names(names)?;
        self.write(|w| {
            let identity = match Identity::kept(&w.reading())? {
                None => Identity::make(w, &names)?,
                Some(mut identity) => {
                    identity.names.clone_from(&names);
                    identity.certify(w)?;
                    identity
                }
            };
            w.audit(None, "certificate_made", &identity.keep(w)?)?;
            Ok(identity)
        })
    }

    /// Says at which address people reach the server.
    pub fn set_address(&self, address: &str) -> Result<()> {
        self.write(|w| {
            w.tx.meta_set(ADDRESS, address.trim().as_bytes())?;
            w.audit(None, "address_set", address.trim())
        })
    }

    fn with_identity(&self, change: impl Fn(&Writing<'_>, &mut Identity) -> Result<()>) -> Result<Identity> {
        self.write(|w| {
            let mut identity = Identity::kept(&w.reading())?.ok_or(ServerError::Refused("no_certificate"))?;
            change(w, &mut identity)?;
            Ok(identity)
        })
    }

    /// A new certificate of the same key.
    pub fn renew_certificate(&self) -> Result<Identity> {
        self.with_identity(|w, identity| {
            identity.certify(w)?;
            w.audit(None, "certificate_renewed", &identity.keep(w)?)
        })
    }

    /// Renews the certificate if it ends soon; whether it did.
    pub fn renew_in_time(&self) -> Result<bool> {
        let now = self.running().now();
        let soon = |identity: &Identity| now.plus_days(RENEWED_BEFORE_DAYS) >= identity.until;
        let due = self.identity()?.as_ref().is_some_and(soon);
        if due { self.renew_certificate().map(|_| true) } else { Ok(false) }
    }

    /// Makes the key that comes next and tells phones its pin from now on.
    pub fn announce_key(&self) -> Result<Identity> {
        self.with_identity(|w, identity| {
            identity.next_key = Some(new_key()?);
            w.audit(None, "key_announced", &identity.keep(w)?)
        })
    }

    /// Takes the key that was announced. Phones that did not sync since the announcement must be enrolled anew.
    pub fn rotate_key(&self) -> Result<Identity> {
        self.with_identity(|w, identity| {
            identity.key = identity.next_key.take().ok_or(ServerError::Refused("no_next_key"))?;
            identity.certify(w)?;
            w.audit(None, "key_rotated", &identity.keep(w)?)
        })
    }

    /// How TLS is spoken: with the certificate that stands in the database at that moment.
    pub fn tls(&self) -> Result<Arc<rustls::ServerConfig>> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let keys = Keys { running: self.running().clone(), held: Mutex::default() };
        let mut config = config.map_err(failed)?.with_no_client_auth().with_cert_resolver(Arc::new(keys));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

/// A certificate with the key to sign with, by the certificate's bytes.
type HeldKey = Option<(Vec<u8>, Arc<CertifiedKey>)>;

/// Chooses the certificate of a connection: the database's own, read anew each time.
struct Keys {
    running: Arc<Running>,
    held: Mutex<HeldKey>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keys")
    }
}

impl Keys {
    fn present(&self) -> Result<Option<Arc<CertifiedKey>>> {
        let Some(identity) = self.running.read(Identity::kept)? else { return Ok(None) };
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((certificate, key)) = &*held
            && *certificate == identity.certificate
        {
            return Ok(Some(key.clone()));
        }
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(identity.key.to_vec()));
        let key = rustls::crypto::ring::sign::any_supported_type(&key).map_err(failed)?;
        let chain = [&identity.certificate, &identity.authority].map(|der| CertificateDer::from(der.clone()));
        let key = Arc::new(CertifiedKey::new(chain.to_vec(), key));
        *held = Some((identity.certificate, key.clone()));
        Ok(Some(key))
    }
}

impl ResolvesServerCert for Keys {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.present().unwrap_or_else(|error| {
            tracing::error!(%error, "no certificate for a connection");
            None
        })
    }
}
