//! All limits of the model and the protocol, in one place.
//!
//! Owns the numbers. Refuses to know where they are checked. Invariant: nothing in Gridwalk grows without one of them;
//! units stand last in the names.

/// Largest body of one change, bytes.
pub const CHANGE_BYTES_MAX: usize = 64 * 1024;
/// Most operations in one change.
pub const CHANGE_OPS_MAX: usize = 512;
/// Most names in one `seen`, `was` or list of dots.
pub const NAMES_MAX: usize = 4096;
/// Longest field, set, step or kind name, bytes.
pub const FIELD_NAME_BYTES_MAX: usize = 64;
/// Longest text value, bytes.
pub const TEXT_BYTES_MAX: usize = 32 * 1024;
/// Deepest nesting of lists and maps in a value.
pub const VALUE_DEPTH_MAX: usize = 8;
/// Deepest nesting of what a later version wrote and this one only carries.
pub const ITEM_DEPTH_MAX: usize = 2 * VALUE_DEPTH_MAX;
/// Most entries of one list or map in a value.
pub const VALUE_ENTRIES_MAX: usize = 4096;
/// Largest push frame after decompression, bytes.
pub const FRAME_BYTES_MAX: usize = 256 * 1024;
/// Most changes in one push frame.
pub const FRAME_CHANGES_MAX: usize = 500;
/// Aim for one pull page before compression, bytes; one record larger than this still travels, alone.
pub const PAGE_BYTES_AIM: usize = 2 * 1024 * 1024;
/// Aim for the first page of an engine's life, before it knows its line, bytes.
pub const PAGE_BYTES_FIRST: usize = 512 * 1024;
/// Smallest aim on a poor line, bytes.
pub const PAGE_BYTES_MIN: usize = 32 * 1024;
/// A page that came sooner than this lets the next one be twice as large, milliseconds.
pub const PAGE_SOON_MS: i64 = 2000;
/// A page that came later than this lets the next one be half as large, milliseconds.
pub const PAGE_LATE_MS: i64 = 8000;
/// Largest pull page that a phone unpacks, bytes.
pub const PAGE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most rows in one pull page.
pub const PAGE_ROWS_MAX: usize = 4000;
/// Most columns that the rows of a page are woven into.
pub const PAGE_COLUMNS_MAX: usize = 8192;
/// Most bodies of which one page says what was erased.
pub const ERASED_TOLD_MAX: usize = 4096;
/// Most other spaces that one page tells of.
pub const SPACES_TOLD_MAX: usize = 64;
/// Most own changes that one pull asks about.
pub const ASKED_MAX: usize = 2000;
/// Most records that one pull asks to be told anew.
pub const REFETCH_MAX: usize = 2000;
/// Most pairs of key and kind in one question about digests.
pub const DIGEST_PAIRS_MAX: usize = 4096;
/// Most buckets that records are summed in.
pub const DIGEST_BUCKETS_MAX: u32 = 4096;
/// Most records of one question or answer about digests.
pub const DIGEST_ITEMS_MAX: usize = 4000;
/// Differing sums over no more records than this are narrowed to records at once, without buckets.
pub const DIGEST_SMALL_MAX: u64 = 48;
/// Largest question or answer about digests after decompression, bytes.
pub const DIGEST_BYTES_MAX: usize = 256 * 1024;
/// Most rounds of narrowing and fetching anew in one session, each of at most `DIGEST_ITEMS_MAX` records.
pub const DIGEST_ROUNDS_MAX: u32 = 64;
/// How long a phone whose digest did not agree after a repair waits before it narrows again, milliseconds.
pub const DIGEST_PAUSE_MS: i64 = 24 * 3600 * 1000;
/// Most rows whose checksums are verified with one page, in turn.
pub const VERIFIED_ROWS_MAX: usize = 4096;
/// How long after a turn over all rows of a space the next one begins, milliseconds.
pub const VERIFY_TURN_MS: i64 = 24 * 3600 * 1000;
/// How long a phone to which nothing comes waits before it verifies the next rows of a turn, milliseconds.
pub const VERIFY_IDLE_MS: i64 = 15 * 60 * 1000;
/// Most reports of divergences in one request.
pub const DIVERGENCES_MAX: usize = 64;
/// Most kinds or keys that one report of a divergence names.
pub const DIVERGENCE_NAMES_MAX: usize = 16;
/// Heads of one field above which a disagreement raises attention (never a refusal).
pub const HEADS_ATTENTION: usize = 16;
/// Most places that one save puts on a campaign's list.
pub const BASELINE_PLACES_MAX: usize = 200;
/// Most units that one save gives a task to.
pub const TASK_TARGETS_MAX: usize = 400;
/// Deepest chain of parents that audience and views follow.
pub const PARENTS_DEPTH_MAX: usize = 8;
/// Most ids that a record remembers of its life in other spaces.
pub const ORIGINS_MAX: usize = 32;
/// Deepest organisation tree.
pub const UNIT_DEPTH_MAX: usize = 12;
/// Allowed difference between a signed request's time and the server's, milliseconds.
pub const REQUEST_WINDOW_MS: i64 = 5 * 60 * 1000;
/// How long an own change stays in `sent` when no backup vouches for it, milliseconds.
pub const SENT_KEPT_MS: i64 = 30 * 24 * 3600 * 1000;
/// How long an enrolment code can be used, milliseconds.
pub const ENROL_CODE_VALID_MS: i64 = 10 * 60 * 1000;
/// A cursor older than this starts anew, milliseconds.
pub const CURSOR_AGE_MS_MAX: i64 = 400 * 24 * 3600 * 1000;
/// Largest hand-over of a revoked device, bytes.
pub const HAND_OVER_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Aim for the pictures of one hand-over, bytes; one larger than this still travels, alone, and the others in the next.
pub const HANDED_OVER_PICTURES_BYTES_AIM: usize = 4 * 1024 * 1024;
/// Largest content of one draft, bytes.
pub const DRAFT_BYTES_MAX: usize = 256 * 1024;
/// Most vertices of one boundary.
pub const VERTICES_MAX: usize = 4000;
/// Under this age a person is a child, years.
pub const CHILD_YEARS: i32 = 14;
/// Most rings of one boundary, around its parts and its holes.
pub const RINGS_MAX: usize = 200;
/// Greatest age of a person that raises no warning, years.
pub const AGE_YEARS_MAX: i32 = 120;
/// Most characters of an ID number as typed; wrong ones are warned of, not refused.
pub const ID_NUMBER_CHARS_MAX: usize = 24;
/// Fewest digits of a phone number: short ones such as 110 count.
pub const PHONE_DIGITS_MIN: usize = 3;
/// Most digits of a phone number: international ones count.
pub const PHONE_DIGITS_MAX: usize = 15;
/// Most characters of a text that answers what a step asks for.
pub const ANSWER_CHARS_MAX: usize = 2000;
/// Most combinations of initials that one text is found by.
pub const INITIALS_MAX: usize = 16;
/// Most combinations of whole pinyin that one text is found by.
pub const SPELLINGS_MAX: usize = 8;
/// Characters of one text that are spelled in pinyin.
pub const SPELLED_CHARS_MAX: usize = 64;
/// Most retries of one thing in one sync session.
pub const SYNC_RETRIES_MAX: u32 = 3;
/// Most requests of one sync session.
pub const SYNC_STEPS_MAX: usize = 20_000;
/// Most rows of one page of a list on a phone.
pub const LIST_ROWS_MAX: u32 = 1000;
/// Most parts of one search.
pub const SEARCH_PARTS_MAX: usize = 8;
/// How long a statement on the phone's database waits for another process, milliseconds.
pub const DATABASE_BUSY_MS_MAX: u64 = 4000;
/// Most records that a choice among several offers.
pub const CHOICES_MAX: u32 = 12;
/// Most records that are compared with one text of what somebody is about to add.
pub const CANDIDATES_MAX: u32 = 50;
/// Most entries that a phone reads of one record's history.
pub const HISTORY_READ_MAX: usize = 100_000;
/// Most candidates that one answer of the server tells.
pub const TOLD_MAX: usize = 1000;
/// Most candidates of which a phone asks at once whether they still hold.
pub const TOLD_CHECKED_MAX: usize = 256;
/// Most codes of what agrees.
pub const TRAITS_MAX: usize = 16;
/// Largest question or answer about candidates, bytes.
pub const TOLD_BYTES_MAX: usize = 512 * 1024;
/// How old an answer about candidates may grow before a phone asks again without having typed anything, milliseconds.
pub const TOLD_AGAIN_MS: u64 = 30 * 60 * 1000;
/// Least score of a pair that is proposed without anybody having asked, per cent.
pub const LIKELY_PERCENT: u32 = 60;
/// Most pairs of one list of candidates.
pub const DUPLICATES_MAX: u32 = 500;
/// Pairs of records in one place that are compared for that list.
pub const SIBLINGS_COMPARED_MAX: usize = 4_000;
/// Most records of one list of disagreements.
pub const DISAGREEMENTS_MAX: u32 = 200;
/// Most lines of each part of my day.
pub const DAY_LINES_MAX: u32 = 50;
/// Largest seal, bytes: a hand-over that does not pack still fits.
pub const SEALED_BYTES_MAX: usize = HAND_OVER_BYTES_MAX + 64 * 1024;
/// Largest bundle before it is sealed, bytes; what does not fit goes into the next one.
pub const BUNDLE_BYTES_MAX: usize = 8 * 1024 * 1024;
/// What a bundle holds beside its frames, bytes.
pub const BUNDLE_AROUND_BYTES: usize = 64;
/// Largest bundle as it travels, bytes.
pub const BUNDLE_SEALED_BYTES_MAX: usize = BUNDLE_BYTES_MAX + 64 * 1024;
/// Most frames of one bundle.
pub const BUNDLE_FRAMES_MAX: usize = 256;
/// Most parts of one seal.
pub const PARTS_MAX: u32 = 16_384;
/// What goes around the piece of a part, bytes.
pub const PART_AROUND_BYTES_MAX: usize = 128;
/// Piece of a part that fits a QR code which a phone of 2018 reads from a screen, bytes.
pub const PART_QR_BYTES: usize = 600;
/// Piece of a part that is a file of its own, bytes.
pub const PART_FILE_BYTES: usize = 4 * 1024 * 1024;
/// How long a phone keeps a reply that nobody fetched, milliseconds.
pub const CARRIED_KEPT_MS: i64 = 30 * 24 * 3600 * 1000;
/// Most seals that a phone carries for others.
pub const CARRIED_MAX: u32 = 200;
/// Most names of fields that stored states of one kind are packed against.
pub const VOCABULARY_NAMES_MAX: usize = 256;
/// Most lists of such names on one phone.
pub const VOCABULARIES_MAX: u64 = 64;
/// Fewest points from which the reference system of an import is judged.
pub const SUSPECT_POINTS_MIN: usize = 3;
/// Residuals whose middle is no longer than this are taken for inaccuracy, metres; shifts are longer.
pub const SUSPECT_OFFSET_M: f64 = 130.0;
/// A point farther from its reference than this does not agree with it, metres.
pub const SUSPECT_REACH_M: f64 = 250.0;
/// Most characters of an address that are read.
pub const ADDRESS_CHARS_MAX: usize = 200;
/// Most blocks that one address joins.
pub const JOINED_BLOCKS_MAX: usize = 200;
/// Highest floor, and deepest below the ground.
pub const FLOOR_MAX: i16 = 200;
/// Doors of a building that are drawn because it says that it has them; of more than that those entered are drawn.
pub const PLANNED_DOORS_MAX: u64 = 5_000;
/// More records than this with one print are no duplicates of each other: the phone of an office, a usual name.
pub const SHARED_PRINT_MAX: usize = 12;
/// Longest key of the walking order, characters; a group whose keys grow longer is spread anew.
pub const WALK_KEY_CHARS_MAX: usize = 100;
/// Least share of a division's addresses that counts as having gone somewhere, per cent.
pub const EDITION_SHARE_PERCENT_MIN: usize = 10;
/// A piece smaller than this is rounding, not ground: overlaps and gaps below it are never told, m².
pub const SLIVER_M2: f64 = 0.5;
/// Most things wrong with one set of boundaries that are told at once.
pub const OFFENCES_MAX: usize = 200;
/// Age from which a track is kept coarsely only, milliseconds.
pub const TRACK_COARSE_MS: i64 = 7 * 24 * 3600 * 1000;
/// Age from which a track is gone, milliseconds.
pub const TRACK_GONE_MS: i64 = 30 * 24 * 3600 * 1000;
/// Most points of one track on a phone: a day of one each five seconds.
pub const TRACK_POINTS_MAX: usize = 20_000;
/// Longest point of a track as it is told, bytes.
pub const TRACK_POINT_BYTES_MAX: usize = 256;
/// Largest track that is told, bytes.
pub const TRACK_TOLD_BYTES_MAX: usize = 2 * 1024 * 1024;
/// A simplified track stays so near to what was recorded, metres.
pub const TRACK_WITHIN_M: f64 = 10.0;
/// Height of a cell of a coarse track, 10⁻⁷ degrees: about 100 metres.
pub const TRACK_CELL_E7: i32 = 9_000;
/// Step of a coarse track, milliseconds.
pub const TRACK_STEP_MS: i64 = 15 * 60 * 1000;
/// A fix less accurate than this reaches no check-point, metres.
pub const CHECK_ACCURACY_M: f64 = 200.0;
/// Farther from its door than this and the accuracy, a submission asks for a look, metres.
pub const FAR_FROM_DOOR_M: u32 = 100;
/// Filled in within less than this, a submission asks for a look, milliseconds.
pub const FILLED_QUICK_MS: i64 = 20 * 1000;
/// How far back a reviewer's queue looks, milliseconds.
pub const REVIEW_BACK_MS: i64 = 30 * 24 * 3600 * 1000;
/// Most lines of a reviewer's queue.
pub const REVIEW_LINES_MAX: usize = 200;
/// Most records that a reviewer's queue reads to fill its lines.
pub const REVIEW_READ_MAX: usize = 2000;
/// Nobody gets faster than this from one door to the next, metres a second.
pub const DOOR_TO_DOOR_MPS: u32 = 25;
/// How long a case is with a phone whose holder does nothing on it, milliseconds: then it may be recalled.
pub const CASE_LEASE_MS: i64 = 72 * 3_600_000;
/// Most elements of a list that a step asks for.
pub const ANSWER_ELEMENTS_MAX: usize = 20;
/// Greatest number that answers what a step asks for.
pub const ANSWER_NUMBER_MAX: i64 = 1_000_000_000;
/// Most characters of a case's title.
pub const CASE_TITLE_CHARS_MAX: usize = 80;
/// Most lines of a list of visits or work that are due.
pub const DUE_LINES_MAX: usize = 500;
/// Days back from today in which a door that nobody answered is still called back at.
pub const CALL_BACK_DAYS_MAX: i64 = 21;
/// Most visits that are looked through for doors to call back at.
pub const CALL_BACK_VISITS_MAX: usize = 2000;
/// Most people whose names are asked at once.
pub const PEOPLE_ASKED_MAX: usize = 200;
/// A name that was asked is not asked again for so long where none was told, milliseconds.
pub const NAME_ASKED_AGAIN_MS: i64 = 24 * 3_600_000;
/// A name that was told holds so long, milliseconds: then it is asked again.
pub const NAME_HOLDS_MS: i64 = 30 * 24 * 3_600_000;

/// How many saves back a phone can undo.
pub const UNDO_SAVES_KEPT: u64 = 1000;
/// Most commands that a list of what can be undone shows.
pub const UNDO_LINES_MAX: u32 = 50;
/// Fewest digits of a phone's PIN.
pub const PIN_DIGITS_MIN: usize = 6;
/// Most digits of a phone's PIN.
pub const PIN_DIGITS_MAX: usize = 12;
/// How long the next try waits after so many wrong PINs in a row, milliseconds; the last for all that follow.
pub const PIN_WAITS_MS: [i64; 9] = [0, 0, 0, 0, 30_000, 60_000, 300_000, 900_000, 3_600_000];
/// How long a phone shows what it holds without hearing of its server, milliseconds: 14 days.
pub const LEASE_MS: i64 = 14 * 24 * 3_600_000;
/// How often what is spent of the lease is written down, milliseconds.
pub const LEASE_NOTED_EVERY_MS: i64 = 600_000;
/// Largest picture, bytes.
pub const PICTURE_BYTES_MAX: usize = 12 * 1024 * 1024;
/// Most pixels of a picture: whoever decodes one holds at most a few bytes for each.
pub const PICTURE_PIXELS_MAX: u64 = 40_000_000;
/// Longest side of a picture, pixels.
pub const PICTURE_SIDE_PIXELS_MAX: u32 = 20_000;
/// Most bytes that the decoder of a PNG holds beside its rows.
pub const PICTURE_DECODER_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Most pictures that one save attaches.
pub const PICTURES_A_SAVE_MAX: usize = 12;
/// Bits of 128 in which two pictures' looks may differ and still be one picture; fewer than a look has bytes.
pub const PICTURE_LOOK_BITS_MAX: u32 = 12;
/// How long a picture is kept that nothing names: whoever took it has that long to save what it belongs to, milliseconds.
pub const PICTURE_UNNAMED_MS: i64 = 24 * 3_600_000;
/// Largest piece of a picture in one request, bytes.
pub const PICTURE_PIECE_BYTES_MAX: usize = 256 * 1024;
/// Longest name that somebody gives who joins by a poster, and of their phone, characters.
pub const PERSON_NAME_CHARS_MAX: usize = 80;
/// Farthest deadline that is looked for, days: a clock that stands still for ten years is not waited for.
pub const DEADLINE_DAYS_MAX: i64 = 3660;
/// Longest limit: minutes of hours, days of days.
pub const LIMIT_MINUTES_MAX: u32 = 600_000;
/// After how much of its limit a clock of hours warns, per cent; one of days warns on its last day.
pub const WARN_AFTER_PERCENT: i64 = 75;
/// Most days that one row of a notice of holidays names.
pub const RULE_RANGE_DAYS_MAX: i64 = 31;
/// Most lines of one rule table.
pub const RULE_ROWS_MAX: usize = 2000;
/// Longest line of a rule table, characters.
pub const RULE_ROW_CHARS_MAX: usize = 4000;
/// Most months of one campaign in which its places are counted.
pub const APPRAISAL_CAMPAIGN_MONTHS_MAX: i32 = 24;
/// Most characters of the code of an item of an inspection.
pub const INSPECTION_CODE_CHARS_MAX: usize = 40;
/// How often what failed is looked at again before only a department that holds the power goes on.
pub const RECHECK_ROUNDS: u32 = 3;
/// After how many days at most what failed is looked at again.
pub const RECHECK_DAYS_MAX: i64 = 365;

/// The least distance within which open cases of a class are offered before a new one is made, metres.
pub const CASE_NEAR_M_MIN: u32 = 25;
/// The greatest.
pub const CASE_NEAR_M_MAX: u32 = 250;
/// The one of a class that says none.
pub const CASE_NEAR_M: u32 = 50;
/// In how many days cases of a class at one place are counted as coming again.
pub const CASE_REPEAT_DAYS: i64 = 30;
/// How many make a warning.
pub const CASE_REPEATS_MIN: usize = 3;
/// At most so many cases near a new one are offered.
pub const CASES_NEAR_MAX: usize = 20;
/// At most so many cases are compared with one another at once; of more the newest.
pub const CASES_COMPARED_MAX: usize = 20_000;

/// Largest definition of a form, bytes.
pub const FORM_DEFINITION_BYTES_MAX: usize = 32 * 1024 * 1024;
/// Deepest nesting of a form: groups in groups, and elements of its XML.
pub const FORM_DEPTH_MAX: usize = 64;
/// Largest workbook or XForm that is looked at, bytes.
pub const FORM_FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Largest workbook once it was unpacked, bytes.
pub const FORM_UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;
/// Most parts of a packed workbook.
pub const FORM_PARTS_MAX: usize = 4096;
/// Most rows of a sheet of a form.
pub const FORM_ROWS_MAX: usize = 200_000;
/// Most columns of a sheet of a form.
pub const FORM_COLUMNS_MAX: usize = 1024;
/// Rows of a list of choices that a filter may look through one by one without a warning.
pub const FORM_SCAN_ROWS: usize = 1000;
/// Longest text of a cell of a form, bytes.
pub const FORM_CELL_BYTES_MAX: usize = 256 * 1024;
/// Bytes of a form's expression.
pub const FORM_EXPRESSION_BYTES_MAX: usize = 256 * 1024;
/// Operators of one strength in a row: `a or b or c`.
pub const FORM_EXPRESSION_CHAIN_MAX: usize = 1000;
/// Copies of a repeat in one place.
pub const FORM_COPIES_MAX: u32 = 5000;
/// Expressions that are reckoned after one change before a circle is given up.
pub const FORM_RECKONINGS_MAX: u64 = 200_000;
/// How deep an expression nests.
pub const FORM_EXPRESSION_DEPTH_MAX: usize = 128;
/// Nodes that one expression may look at before it is given up.
pub const FORM_EVALUATION_STEPS_MAX: u64 = 50_000_000;
/// Longest answer to one question of a form, bytes.
pub const FORM_ANSWER_BYTES_MAX: usize = 8 * 1024;
/// Bytes of a definition that one record holds: with its change around it well within one change.
pub const FORM_PIECE_BYTES: usize = 32 * 1024;
/// Most versions of one form.
pub const FORM_VERSIONS_MAX: i64 = 1000;
/// Longest title of a form, characters.
pub const FORM_TITLE_CHARS_MAX: usize = 200;
/// Longest id and version of a form, characters.
pub const FORM_ID_CHARS_MAX: usize = 120;
