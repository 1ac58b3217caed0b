//! The server's own limits; those that phones share stand in the model.
//!
//! Owns the numbers. Refuses to know where they are checked. Invariant: units stand last in the names.

/// Free space on the disk below which pushes get 507 and reads go on, bytes.
pub const DISK_FREE_BYTES_MIN: u64 = 256 * 1024 * 1024;
/// Largest body of a pull request, packed or unpacked, bytes.
pub const PULL_REQUEST_BYTES_MAX: usize = 512 * 1024;
/// Largest body of any other request, bytes.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;
/// Most connections that only read.
pub const READERS_MAX: usize = 8;
/// Hints that wait for a slow listener before it is told to look everywhere.
pub const EVENTS_WAITING_MAX: usize = 256;
/// Least time between two hints to one listener, milliseconds.
pub const EVENTS_APART_MS: u64 = 1000;
/// How often a silent stream of events says that it lives, seconds.
pub const EVENTS_ALIVE_S: u64 = 20;
/// Longest reason of a decision, bytes.
pub const REASON_BYTES_MAX: usize = 2000;
/// Most journal entries of a record told at once.
pub const HISTORY_ENTRIES_MAX: usize = 2000;
/// Most seqs that one frame may declare lost.
pub const LOST_MAX: u64 = 1_000_000;
/// States whose audience is checked on one request, when a sum does not agree with its rows.
pub const MENDED_STATES_MAX: usize = 20_000;
/// Most of the last divergences that the overview tells.
pub const RECENT_DIVERGENCES_MAX: usize = 10;
/// Longest login, characters.
pub const LOGIN_CHARS_MAX: usize = 40;
/// Longest name of a person, a unit or a phone, characters.
pub const NAME_CHARS_MAX: usize = 80;
/// Fewest characters of a password that a person chooses.
pub const PASSWORD_CHARS_MIN: usize = 10;
/// Longest password, bytes.
pub const PASSWORD_BYTES_MAX: usize = 256;
/// Largest table of units, bytes: a whole province fits.
pub const UNIT_TABLE_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Most faults of a table that are told at once.
pub const TABLE_FAULTS_MAX: usize = 20;
/// Most grids that an import makes in a village: three digits of a code.
pub const VILLAGE_GRIDS_MAX: u16 = 999;
/// Units of an import written in one transaction.
pub const IMPORT_UNITS_A_TRANSACTION: usize = 300;
/// Most of the last changes that the overview tells.
pub const RECENT_CHANGES_MAX: usize = 10;
/// A phone that said nothing for so long is told as silent, milliseconds.
pub const SILENT_MS: i64 = 24 * 3600 * 1000;
/// Most silent phones that are told by name.
pub const SILENT_DEVICES_MAX: usize = 100;
/// Longest message of a verb to the running server, bytes: a table in base64, and what goes with it.
pub const RELAY_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// How long requests under way may take after the word to stop, seconds.
pub const STOP_GRACE_S: u64 = 10;
/// Moves between spaces read from their queue at a time.
pub const MOVES_AT_A_TIME: usize = 500;
/// How often the queue of moves is read before somebody is told that it does not run empty.
pub const MOVE_ROUNDS_MAX: usize = 1000;
/// How far the clock may stand behind what was received before it is told, milliseconds.
pub const CLOCK_BEHIND_MS_MAX: i64 = 60 * 1000;
/// A backup older than this is told as old, days.
pub const BACKUP_DAYS_MAX: i64 = 7;
/// Windows of a journal that a sampled walk looks into, beside its begin and its end.
pub const CHAIN_WINDOWS: u64 = 16;
/// Entries of such a window.
pub const CHAIN_WINDOW_ENTRIES: usize = 200;
/// Most answers of a kind that are remembered between requests.
pub const ANSWERS_MAX: usize = 20_000;
/// How long a nonce may stand after it stopped to matter, seconds.
pub const NONCES_FORGOTTEN_EACH_S: i64 = 20;
/// How exactly it is kept when a device was last heard, seconds.
pub const HEARD_S: i64 = 60;
/// Most meetings of prints that are looked at for one answer.
pub const MEETINGS_MAX: usize = 800;
/// Most frames that share one transaction and one flush.
pub const GROUP_FRAMES_MAX: usize = 64;
/// Largest file of an import, bytes: in base64 it still fits a message to the running server.
pub const IMPORT_FILE_BYTES_MAX: usize = 40 * 1024 * 1024;
/// Most that a workbook may unpack to, all its parts together, bytes.
pub const IMPORT_UNPACKED_BYTES_MAX: u64 = 512 * 1024 * 1024;
/// Most parts of a workbook.
pub const IMPORT_WORKBOOK_PARTS_MAX: usize = 4096;
/// Most rows of one sheet.
pub const IMPORT_ROWS_MAX: usize = 500_000;
/// Most columns that are looked at.
pub const IMPORT_COLUMNS_MAX: usize = 128;
/// Most rows that one merged cell speaks for.
pub const IMPORT_MERGED_ROWS_MAX: u32 = 10_000;
/// Most rows in which headings are looked for.
pub const IMPORT_HEADING_ROWS_MAX: usize = 20;
/// Most problems of a table that are told one by one; more are counted.
pub const IMPORT_PROBLEMS_MAX: usize = 1000;
/// Most of them that are told to a person at once.
pub const IMPORT_PROBLEMS_SHOWN_MAX: usize = 40;
/// Items of an import settled in one transaction: phones that push meanwhile wait no longer for the writer.
pub const IMPORT_ITEMS_A_TRANSACTION: usize = 500;
/// Most things that an undo left alone and names one by one.
pub const IMPORT_LEFT_ALONE_MAX: usize = 1000;
/// How often it is looked whether a role begins or ends, seconds.
pub const PLANS_EVERY_S: u64 = 60;
/// How often shared tracks are looked through for what may not be kept any more, seconds.
pub const TRACKS_FADE_EACH_S: u64 = 15 * 60;
/// How long pieces of a picture are kept that nobody goes on with, milliseconds.
pub const PICTURE_PART_KEPT_MS: i64 = 7 * 24 * 3_600_000;
/// How many entries of a journal, and rows of the audit, an undo of an act looks back.
pub const UNDO_ENTRIES_MAX: usize = 20_000;
/// How often it is asked whether an hour has begun, so that a head of audit and journals is due, seconds.
pub const HEADS_LOOKED_AT_EACH_S: u64 = 60;
/// Most spaces that a signed head tells of.
pub const SPACES_MAX: usize = 10_000;
/// Most connections at once.
pub const CONNECTIONS_MAX: usize = 16_384;
/// Most connections at once of one address: a whole office may stand behind one.
pub const CONNECTIONS_OF_ONE_ADDRESS_MAX: usize = 4096;
/// How long a TLS handshake may take, seconds.
pub const HANDSHAKE_S: u64 = 10;
/// How long a request's head may take, and how long a connection may lie idle, seconds.
pub const HEAD_READ_S: u64 = 60;
/// How long the next piece of a body may take, seconds.
pub const BODY_PIECE_S: u64 = 30;
/// How long a whole body may take, seconds: the largest frame over a line of two kilobytes a second.
pub const BODY_READ_S: u64 = 180;
/// A body larger than this waits for its part of the memory that large ones share, bytes.
pub const LARGE_BODY_BYTES: usize = 1024 * 1024;
/// How much memory large bodies share, KiB: four of the largest hand-overs at once.
pub const LARGE_BODIES_KIB_MAX: usize = 4 * gridwalk_model::limits::SEALED_BYTES_MAX.div_ceil(1024);
/// How long a large body waits for its part, seconds.
pub const LARGE_BODY_WAITS_S: u64 = 20;
/// How long a reader may take nothing of an answer that waits for it, seconds.
pub const WRITE_STUCK_S: u64 = 60;
/// How long to wait when the machine gives no connection, milliseconds.
pub const ACCEPT_AGAIN_MS: u64 = 500;
/// How often it is asked whether the certificate ends soon, seconds.
pub const CERTIFICATE_LOOKED_AT_EACH_S: u64 = 3600;
/// Most requests of a device at once.
pub const DEVICE_BURST_MAX: i64 = 6000;
/// After how long a device has one more request, milliseconds.
pub const DEVICE_EACH_MS: i64 = 20;
/// Most tries of an address at once to enrol or set up: a hall of new people stands behind one.
pub const ADDRESS_BURST_MAX: i64 = 300;
/// After how long an address has one more try, milliseconds.
pub const ADDRESS_EACH_MS: i64 = 1000;
/// Memory of one hash of a password, KiB; with the two below what OWASP advises for argon2id.
pub const PASSWORD_MEMORY_KIB: u32 = 19 * 1024;
/// Passes of one hash of a password.
pub const PASSWORD_PASSES: u32 = 2;
/// Lanes of one hash of a password.
pub const PASSWORD_LANES: u32 = 1;
/// Most passwords that are hashed at once: each takes its memory.
pub const PASSWORDS_AT_ONCE_MAX: usize = 4;
/// How long an access token is good, milliseconds.
pub const ACCESS_VALID_MS: i64 = 10 * 60 * 1000;
/// How long a session waits to be renewed: a working day, milliseconds.
pub const RENEWAL_VALID_MS: i64 = 12 * 3600 * 1000;
/// How long a session goes on at most, milliseconds.
pub const SESSION_VALID_MS: i64 = 7 * 24 * 3600 * 1000;
/// How long somebody may take for the second factor, milliseconds.
pub const SECOND_FACTOR_WAITS_MS: i64 = 10 * 60 * 1000;
/// How long sessions that are over are remembered, milliseconds.
pub const SESSION_REMEMBERED_MS: i64 = 30 * 24 * 3600 * 1000;
/// How long a code is good with which a person chooses a password, milliseconds.
pub const LOGIN_CODE_VALID_MS: i64 = 24 * 3600 * 1000;
/// Most sessions of one account at once; the oldest ends when one more begins.
pub const SESSIONS_OF_ONE_MAX: usize = 20;
/// Most tries at once of one address at one login.
pub const LOGIN_FROM_BURST_MAX: i64 = 10;
/// After how long it has one more, milliseconds.
pub const LOGIN_FROM_EACH_MS: i64 = 60 * 1000;
/// Most tries at once at one login, wherever they come from.
pub const LOGIN_BURST_MAX: i64 = 100;
/// After how long there is one more, milliseconds.
pub const LOGIN_EACH_MS: i64 = 10 * 1000;
/// Most tries of one supervisor at once at phones' digits.
pub const CONFIRMATION_BURST_MAX: i64 = 10;
/// After how long there is one more, milliseconds.
pub const CONFIRMATION_EACH_MS: i64 = 60 * 1000;
/// Most phones, and most people who joined, that a supervisor is told of at once; whoever comes later is told of afterwards.
pub const ARRIVALS_MAX: usize = 200;
/// Most people who joined that are looked through for one list.
pub const ARRIVALS_LOOKED_AT_MAX: usize = 5_000;
/// Most tries at once at one second factor.
pub const SECOND_FACTOR_BURST_MAX: i64 = 5;
/// After how long there is one more, milliseconds.
pub const SECOND_FACTOR_EACH_MS: i64 = 5 * 60 * 1000;
/// Steps that a second factor's clock may be off.
pub const SECOND_FACTOR_SKEW_STEPS: u16 = 1;
/// How long somebody may be away at the office's provider, milliseconds.
pub const OIDC_WAITS_MS: i64 = 10 * 60 * 1000;
/// How long the provider may take to answer, seconds.
pub const OIDC_ANSWER_S: u64 = 10;
/// Largest answer of the provider, bytes.
pub const OIDC_ANSWER_BYTES_MAX: usize = 1024 * 1024;
/// By how much the provider's clock may be off, seconds.
pub const OIDC_SKEW_S: i64 = 60;
/// How long ago the provider may have said who it is, seconds.
pub const OIDC_SAID_S_MAX: i64 = 600;
/// Recovery codes of a second factor.
pub const RECOVERY_CODES: usize = 10;
/// Most reports of one newcomer that nobody has looked at.
pub const NEWCOMER_REPORTS_MAX: usize = 10;
/// Most pictures of a newcomer's report.
pub const NEWCOMER_PICTURES_MAX: usize = 3;
/// Pushes that a newcomer's phone may make at once.
pub const NEWCOMER_BURST_MAX: i64 = 60;
/// One more after so long, milliseconds.
pub const NEWCOMER_EACH_MS: i64 = 10_000;
/// People who may join by one poster at once.
pub const POSTER_BURST_MAX: i64 = 60;
/// One more after so long, milliseconds.
pub const POSTER_EACH_MS: i64 = 60_000;
/// Times that one key may ask to join at once.
pub const JOINER_BURST_MAX: i64 = 10;
/// One more after so long, milliseconds.
pub const JOINER_EACH_MS: i64 = 30_000;
/// Largest request to join, bytes.
pub const JOIN_BYTES_MAX: usize = 4 * 1024;

/// The greatest number of a post that a table of staff names.
pub const POST_NUMBER_MAX: i64 = 999;
/// Most bodies that one entry of the journal names as erased.
pub const ERASED_BODIES_MAX: usize = 256;
/// Most records that are erased by one act.
pub const ERASED_RECORDS_MAX: usize = 10_000;
/// How long what a newcomer said of themselves is kept who was refused, or whose roles have ended, milliseconds.
pub const NEWCOMER_KEPT_MS: i64 = 30 * 24 * 3600 * 1000;
/// How long that of a newcomer is kept whom nobody has confirmed, milliseconds.
pub const NEWCOMER_UNCONFIRMED_KEPT_MS: i64 = 180 * 24 * 3600 * 1000;
