//! Logging in: who a person is for the console and its API, for how long, and what they still have to show.
//!
//! Owns sessions, their tokens and cookies, passwords tried, and the second factor. Refuses to know what a session is used
//! for. Invariant: no token, code or password stands in the database, in a log or in the audit; every login, every one
//! that failed, and every end is a line of the audit; an administrator who has shown one factor may do nothing but show
//! or set up the second.
//!
//! A request that a device signs gets its tokens in the body, and they are good with that device's signature only. Any
//! other is a browser's: its tokens are in `__Host-` cookies that no script reads, and whatever it changes must come from
//! a page of this server.

pub mod attempt;
pub mod carrier;
pub mod clear_text;
pub mod oidc;
pub mod own_password;
pub(crate) mod sealed;
pub mod second;
pub mod session;
pub mod token;
pub mod told;

pub use clear_text::ClearText;
pub use session::{Opened, Principal, Stage, ended_of};
pub use token::Token;
pub use told::{LoginRequest, PasswordRequest, RenewalRequest, SecondFactorRequest, SessionTold};
