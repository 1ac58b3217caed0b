//! A phone is one of ours only after two people compared six digits; a lost one is revoked, and its substitute gets
//! everything.

use super::street::{Phone, Street, fails};

#[test]
fn a_phone_is_told_nothing_until_its_six_digits_were_compared() {
    let street = Street::new();
    // Drawn at the terminal, and on a page that nobody else on the machine may read.
    let page = street.folder().join("ann.html");
    assert!(street.admin_text(&["user", "code", "ann", "--address", street.address()]).contains("█▀▀▀▀▀█"));
    assert_eq!(street.admin_fails(&["user", "code", "ann", "--html", "x"])["error"]["code"], "poster_address");
    let made = ["user", "code", "ann", "--address", street.address(), "--html", page.to_str().unwrap()];
    let made = street.admin(&made);
    let (html, invitation) = (std::fs::read_to_string(&page).unwrap(), made["invitation"].as_str().unwrap());
    assert!(html.contains("<svg") && html.contains(invitation) && html.contains(made["code"].as_str().unwrap()));
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&page).unwrap().permissions());
        assert_eq!(mode & 0o077, 0);
    }
    let phone = Phone::at(street.folder().join("ann"), "ann");
    let enrolled = phone.ok(&["enrol", invitation]);
    let digits = enrolled["fingerprint"].as_str().unwrap().to_owned();
    assert!(phone.text(&["whoami"]).contains(&digits));
    assert_eq!(fails(&phone, &["sync"]).1, "unconfirmed");

    let waiting = street.admin(&["user", "waiting"]);
    assert_eq!(waiting["waiting"][0]["fingerprint"], digits, "{waiting}");
    assert_eq!(street.admin_fails(&["user", "confirm", "bob", &digits])["error"]["code"], "nobody_waits");
    let other = if digits.starts_with('0') { digits.replacen('0', "1", 1) } else { format!("0{}", &digits[1..]) };
    assert_eq!(street.admin_fails(&["user", "confirm", "ann", &other])["error"]["code"], "fingerprint_differs");
    assert_eq!(fails(&phone, &["sync"]).1, "unconfirmed", "wrong digits confirm nobody");
    assert_eq!(
        street.admin_fails(&["user", "confirm", "ann", &digits, "--by", "li"])["error"]["code"],
        "power_lacking"
    );
    // The supervisor sees the phone in ann's hand, and lets it in from their own.
    let bob = street.phone("bob");
    let waits = bob.ok(&["arrivals"]);
    assert!(waits["phones"][0]["name"] == "ann" && !waits.to_string().contains(&digits), "{waits}");
    assert_eq!(fails(&bob, &["arrivals", "confirm", "ann", &other]), (3, "fingerprint_differs".to_owned()));
    assert_eq!(fails(&phone, &["arrivals"]).1, "unconfirmed", "nobody lets in themselves");
    bob.ok(&["arrivals", "confirm", "ann", &digits]);
    phone.sync();
    phone.ok(&["building", "add", "3 幢"]);
    phone.sync();
    assert!(street.admin(&["user", "waiting"])["waiting"].as_array().unwrap().is_empty());
    let audit = street.admin(&["audit", "list"]);
    let confirmed = audit["audit"].as_array().unwrap().iter().find(|row| row["code"] == "device_confirmed").unwrap();
    assert!(confirmed["account"].is_string(), "the audit says who compared them: {audit}");
    street.admin(&["audit", "verify"]);
}

#[test]
fn a_lost_phone_is_revoked_and_its_substitute_has_all_that_was_applied() {
    let street = Street::new();
    let lost = street.phone("ann");
    lost.ok(&["building", "add", "3 幢"]);
    lost.ok(&["dwelling", "add", "402", "--building", "3 幢"]);
    lost.ok(&["household", "add", "王家", "--dwelling", "402"]);
    lost.sync();
    let device = lost.ok(&["whoami"])["device"].as_str().unwrap().to_owned();
    street.admin(&["user", "revoke", "ann", "--device", &device]);
    let substitute = Phone::at(street.folder().join("substitute"), "ann");
    let code = street.admin(&["user", "code", "ann"])["code"].as_str().unwrap().to_owned();
    let digits = substitute.ok(&["enrol", street.address(), &code])["fingerprint"].as_str().unwrap().to_owned();
    street.admin(&["user", "confirm", "ann", &digits]);
    substitute.sync();
    for verb in [["building", "list"], ["dwelling", "list"], ["household", "list"]] {
        let rows = substitute.ok(&verb);
        assert_eq!(rows.as_array().map_or(0, Vec::len), 1, "{verb:?}: {rows}");
    }
    // Whoever found the lost one gets nothing any more, and what was on it goes.
    assert!(lost.text(&["household", "list"]).contains("王家"), "so that the last line can fail");
    lost.run(&["sync"]);
    assert_eq!(lost.ok(&["whoami"])["revoked"], true);
    assert!(!lost.text(&["household", "list"]).contains("王家"));
}
