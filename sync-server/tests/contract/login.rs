//! Sessions, what renews them, first codes and second factors come back as they were given, and are used up once.

use crate::{Make, hash, read, write};
use gridwalk_model::id::{AccountId, DeviceId};
use gridwalk_model::time::Timestamp;
use gridwalk_server::store::{SessionId, SessionRow};

const ONE: AccountId = AccountId([1; 16]);
const TWO: AccountId = AccountId([2; 16]);

const fn at(ms: i64) -> Timestamp {
    Timestamp(ms)
}

fn session(n: u8, begun: i64) -> SessionRow {
    SessionRow {
        id: SessionId([n; 16]),
        account: ONE,
        device: (n == 1).then_some(DeviceId([9; 16])),
        stage: 1,
        begun_at: at(begun),
        until: at(100),
        access: hash(n),
        access_until: at(50),
        seen_at: at(begun),
        ended_at: None,
    }
}

pub fn sessions_come_back_and_end(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let ended = SessionRow { ended_at: Some(at(30)), stage: 0, access: hash(7), ..session(2, 20) };
    write(store, |tx| {
        tx.session_put(&session(1, 25))?;
        tx.session_put(&session(2, 20))?;
        tx.session_put(&session(3, 10))?;
        tx.session_put(&SessionRow { account: TWO, ..session(4, 10) })?;
        tx.session_put(&ended)
    });
    read(store, |tx| {
        assert_eq!((tx.session(SessionId([2; 16]))?, tx.session(SessionId([8; 16]))?), (Some(ended.clone()), None));
        assert_eq!((tx.session_by_access(hash(7))?, tx.session_by_access(hash(2))?), (Some(ended.clone()), None));
        assert_eq!(tx.sessions_of(ONE, at(100))?, [session(3, 10), session(1, 25)], "by the time of their beginning");
        assert!(tx.sessions_of(ONE, at(101))?.is_empty());
        Ok(())
    });
    write(store, |tx| tx.sessions_end_all(at(40)));
    write(store, |tx| {
        assert!(tx.sessions_of(ONE, at(50))?.is_empty() && tx.sessions_of(TWO, at(50))?.is_empty());
        assert_eq!(tx.session(SessionId([2; 16]))?.unwrap().ended_at, Some(at(30)), "what was over stays as it was");
        tx.sessions_forget(ONE, at(101))?;
        assert_eq!(tx.session(SessionId([1; 16]))?, None);
        assert!(tx.session(SessionId([4; 16]))?.is_some(), "others' stay");
        Ok(())
    });
}

pub fn what_is_good_once_is_used_once(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    let of = SessionId([1; 16]);
    write(store, |tx| {
        tx.renewal_put(hash(1), of, at(20))?;
        assert_eq!((tx.renewal_used(hash(1))?, tx.renewal_use(hash(1), at(21))?), (None, None), "too late");
        assert_eq!(tx.renewal_use(hash(1), at(20))?, Some(of));
        assert_eq!((tx.renewal_use(hash(1), at(20))?, tx.renewal_used(hash(1))?), (None, Some(of)));
        tx.sessions_forget(ONE, at(21))?;
        assert_eq!(tx.renewal_used(hash(1))?, None);
        tx.login_code_put(hash(2), ONE, at(20))?;
        tx.login_code_put(hash(3), ONE, at(20))?;
        tx.login_code_put(hash(4), TWO, at(20))?;
        assert_eq!(tx.login_code_use(hash(2), at(10))?, None, "a later one took its place");
        assert_eq!((tx.login_code_use(hash(3), at(21))?, tx.login_code_use(hash(3), at(20))?), (None, Some(ONE)));
        assert_eq!((tx.login_code_use(hash(3), at(20))?, tx.login_code_use(hash(4), at(20))?), (None, Some(TWO)));
        Ok(())
    });
}

pub fn people_at_a_provider_are_one_account_each(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    write(store, |tx| {
        assert!(tx.oidc_link_put("https://a", "x", ONE, at(1))? && tx.oidc_link_put("https://b", "x", TWO, at(1))?);
        assert!(!tx.oidc_link_put("https://a", "x", TWO, at(2))?, "it stays whose it was");
        assert_eq!((tx.oidc_linked("https://a", "x")?, tx.oidc_linked("https://a", "y")?), (Some(ONE), None));
        assert_eq!(tx.oidc_links(ONE)?, [("https://a".to_owned(), "x".to_owned())]);
        tx.oidc_link_drop("https://a", "x")?;
        assert_eq!((tx.oidc_linked("https://a", "x")?, tx.oidc_linked("https://b", "x")?), (None, Some(TWO)));
        tx.oidc_try_put(hash(1), ("nonce", "verifier"), (at(1), at(20)))?;
        let told = Some(("nonce".to_owned(), "verifier".to_owned()));
        assert_eq!((tx.oidc_try_use(hash(1), at(21))?, tx.oidc_try_use(hash(1), at(20))?), (None, told));
        assert_eq!(tx.oidc_try_use(hash(1), at(20))?, None, "used");
        tx.oidc_try_put(hash(2), ("nonce", "verifier"), (at(1), at(20)))?;
        tx.oidc_try_put(hash(3), ("nonce", "verifier"), (at(21), at(40)))?;
        assert_eq!(tx.oidc_try_use(hash(2), at(10))?, None, "forgotten");
        Ok(())
    });
}

pub fn second_factors_take_each_step_once(make: Make<'_>) {
    let fresh = make();
    let store = &*fresh.store;
    write(store, |tx| {
        assert!(!tx.second_factor_step(ONE, 1)?, "there is none");
        tx.second_factor_put(ONE, b"old")?;
        tx.second_factor_put(ONE, b"secret")?;
        assert_eq!(tx.second_factor(ONE)?, Some((b"secret".to_vec(), None)));
        assert!(tx.second_factor_step(ONE, 5)? && !tx.second_factor_step(ONE, 5)? && !tx.second_factor_step(ONE, 4)?);
        tx.second_factor_confirm(ONE, at(7))?;
        tx.second_factor_confirm(ONE, at(8))?;
        tx.second_factor_put(ONE, b"other")?;
        assert_eq!(tx.second_factors()?, [ONE]);
        tx.second_factor_seal(ONE, b"sealed")?;
        assert_eq!(tx.second_factor(ONE)?, Some((b"sealed".to_vec(), Some(at(7)))), "nothing else changes");
        tx.second_factor_seal(ONE, b"secret")?;
        assert_eq!(tx.second_factor(ONE)?, Some((b"secret".to_vec(), Some(at(7)))), "one that is confirmed stays");
        assert!(!tx.second_factor_step(ONE, 5)? && tx.second_factor_step(ONE, 6)?);
        tx.recovery_code_put(ONE, hash(1))?;
        tx.recovery_code_put(ONE, hash(2))?;
        assert!(!tx.recovery_code_use(TWO, hash(1))? && tx.recovery_code_use(ONE, hash(1))?);
        assert!(!tx.recovery_code_use(ONE, hash(1))?);
        assert_eq!((tx.recovery_codes(ONE)?, tx.recovery_codes(TWO)?), (1, 0));
        tx.second_factor_drop(ONE)?;
        assert_eq!((tx.second_factor(ONE)?, tx.recovery_codes(ONE)?), (None, 0));
        Ok(())
    });
}
