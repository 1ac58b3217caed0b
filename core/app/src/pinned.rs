//! TLS with a server whose key is known by its pin, whoever signed its certificate.
//!
//! Owns the check of a certificate against pins. Refuses to look at names, authorities and dates: an intranet has its own,
//! and clocks of phones are wrong. Invariant: a handshake succeeds only with whoever holds a key that is pinned.

use gridwalk_sync::pin::Pin;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{WebPkiSupportedAlgorithms, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use std::fmt;
use std::sync::Arc;

/// Which keys a server may have, asked anew at each connection: a next key may have been announced.
#[derive(Clone, Default)]
pub struct Pins(Option<Arc<dyn Fn() -> Vec<Pin> + Send + Sync>>);

impl Pins {
    /// These.
    pub fn of(pins: Vec<Pin>) -> Self {
        Self::told_by(move || pins.clone())
    }

    /// Those that somebody tells.
    pub fn told_by(tell: impl Fn() -> Vec<Pin> + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    /// The pins now; none where authorities vouch for the server.
    pub fn now(&self) -> Vec<Pin> {
        self.0.as_ref().map_or(Vec::new(), |tell| tell())
    }
}

impl fmt::Debug for Pins {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.now()).finish()
    }
}

#[derive(Debug)]
struct Pinned {
    pins: Pins,
    algorithms: WebPkiSupportedAlgorithms,
}

/// How TLS is spoken with a server of these pins.
pub(crate) fn config(pins: &Pins) -> Result<ClientConfig, Error> {
    let provider = rustls::crypto::ring::default_provider();
    let pinned = Pinned { pins: pins.clone(), algorithms: provider.signature_verification_algorithms };
    let config = ClientConfig::builder_with_provider(Arc::new(provider)).with_safe_default_protocol_versions()?;
    Ok(config.dangerous().with_custom_certificate_verifier(Arc::new(pinned)).with_no_client_auth())
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let key = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let known = self.pins.now().contains(&Pin::of_spki(&key));
        if known { Ok(ServerCertVerified::assertion()) } else { Err(refusal()) }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

fn refusal() -> Error {
    Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
}

/// Whether a connection came to nothing because the server's key is none of those pinned.
pub(crate) fn refused(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.downcast_ref::<Error>().is_some_and(|e| *e == refusal()) {
            return true;
        }
        // What an `io::Error` holds is not its source but itself.
        let held = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        if held.is_some_and(|held| refused(held)) {
            return true;
        }
        cause = error.source();
    }
    false
}
