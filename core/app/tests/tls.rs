//! TLS with the server's own key: a phone that knows the key by its pin speaks with nobody else, a new key is announced
//! first, and slow or idle connections are cut.

#![allow(clippy::unwrap_used, reason = "a test's failure is its message; the lint knows only #[test] functions")]

mod field;

use field::{Field, Phone};
use gridwalk_app::{AppError, HttpOptions, HttpTransport, Invitation, Pins, TransportError};
use gridwalk_server::Server;
use gridwalk_server::serving::{self, Door};
use std::sync::Arc;
use tokio::net::TcpListener;

/// A server on a port of its own, speaking TLS; its address.
async fn serve(server: &Server) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}", listener.local_addr().unwrap());
    let door = Door { tls: Some(server.tls().unwrap()), ..Door::plain(listener) };
    let server = server.clone();
    tokio::spawn(async move { serving::serve(&server, door, std::future::pending()).await });
    address
}

fn invitation(field: &Field, phone: &Phone, address: &str) -> Invitation {
    let pin = field.server().identity().unwrap().unwrap().pins().unwrap()[0];
    Invitation { address: address.to_owned(), code: field.code(phone), pin: Some(pin) }
}

fn transport(address: &str, pins: Pins) -> HttpTransport {
    HttpTransport::new(address, &HttpOptions { pins, ..HttpOptions::default() }).unwrap()
}

/// The way of an enrolled phone: by the pins that it keeps.
fn way(phone: &Phone, address: &str) -> HttpTransport {
    let notebook = Arc::downgrade(&phone.notebook);
    let pins = move || notebook.upgrade().and_then(|n| n.enrolment()).map_or(Vec::new(), |e| e.pins());
    transport(address, Pins::told_by(pins))
}

fn is_wrong<T>(done: Result<T, AppError>) -> bool {
    matches!(done, Err(e @ AppError::Transport(TransportError::WrongServer)) if e.code() == "wrong_server")
}

#[test]
fn a_phone_speaks_with_the_key_of_its_invitation_and_with_no_other() {
    let (mut field, other) = (Field::new(), Field::new());
    field.server().certify(&["127.0.0.1".to_owned()]).unwrap();
    other.server().certify(&["127.0.0.1".to_owned()]).unwrap();
    let mut ann = field.stranger(0);
    field.grant(&ann);
    field::wait(async {
        let (address, elsewhere) = (serve(&field.server()).await, serve(&other.server()).await);
        let asked = invitation(&field, &ann, &address);
        // Somebody who stands in between, with a certificate of their own for the same name.
        let between = Invitation { address: elsewhere.clone(), ..asked.clone() };
        let way_there = transport(&elsewhere, Pins::of(vec![asked.pin.unwrap()]));
        assert!(is_wrong(ann.notebook.enrol_invited(&way_there, &between, "手机").await));
        assert!(ann.notebook.enrolment().is_none());
        // Without the pin nobody vouches for an own certificate: no connection, and nothing told.
        let unpinned = transport(&address, Pins::default());
        let refused = ann.notebook.enrol(&unpinned, &address, &asked.code, "手机").await;
        assert_eq!(refused.unwrap_err().code(), "offline");

        let right = transport(&address, Pins::of(vec![asked.pin.unwrap()]));
        ann.notebook.enrol_invited(&right, &asked, "手机").await.unwrap();
        assert!(ann.engine.sync_once(&way(&ann, &address)).await.unwrap().is_done());
        assert!(is_wrong(ann.engine.sync_once(&way(&ann, &elsewhere)).await), "also later, on any network");
    });
}

#[test]
fn a_certificate_is_renewed_unnoticed_and_a_key_changes_after_it_was_announced() {
    let mut field = Field::new();
    let server = field.server();
    server.certify(&["127.0.0.1".to_owned()]).unwrap();
    assert_eq!(server.rotate_key().unwrap_err().code(), "no_next_key");
    let (mut ann, mut bob) = (field.stranger(0), field.stranger(0));
    field.grant(&ann);
    field.grant(&bob);
    field::wait(async {
        let address = serve(&server).await;
        for phone in [&ann, &bob] {
            let asked = invitation(&field, phone, &address);
            let right = transport(&address, Pins::of(vec![asked.pin.unwrap()]));
            phone.notebook.enrol_invited(&right, &asked, "手机").await.unwrap();
        }
        let until = server.renew_certificate().unwrap().until;
        assert!(until > server.running().now() && !server.renew_in_time().unwrap());
        assert!(ann.engine.sync_once(&way(&ann, &address)).await.unwrap().is_done(), "the key is the same");

        server.announce_key().unwrap();
        let of_ann = way(&ann, &address);
        ann.engine.meet_again();
        assert!(ann.engine.sync_once(&of_ann).await.unwrap().is_done());
        assert_eq!(ann.notebook.enrolment().unwrap().pins.len(), 2, "the next pin came over the pinned line");
        server.rotate_key().unwrap();
        // A connection that stands was vouched for when it was made; a new one asks for the new key.
        assert!(ann.engine.sync_once(&way(&ann, &address)).await.unwrap().is_done());
        assert!(is_wrong(bob.engine.sync_once(&way(&bob, &address)).await), "who did not hear of it is told");
    });
}
