//! Dates and times in expressions: texts of ISO 8601, days since 1970, and their formats.
//!
//! Owns reading and writing moments. Refuses to know which moment it is now. Invariant: what is written is read again as
//! the same moment.

use gridwalk_model::civil_date::CivilDate;

/// Milliseconds of a day.
pub const DAY_MS: i64 = 86_400_000;

/// A clock: how many minutes it is ahead of UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Zone {
    /// Minutes ahead of UTC.
    pub minutes: i32,
}

impl Zone {
    /// Universal time.
    pub const UTC: Zone = Zone { minutes: 0 };
    /// The clock of China.
    pub const CHINA: Zone = Zone { minutes: 480 };

    fn ms(self) -> i64 {
        i64::from(self.minutes) * 60_000
    }

    fn written(self) -> String {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        format!("{sign}{:02}:{:02}", self.minutes.abs() / 60, self.minutes.abs() % 60)
    }
}

/// A moment, in milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Milliseconds since 1970.
    pub ms: i64,
}

/// Reads exactly `len` digits at `at`.
fn digits(text: &[u8], at: usize, len: usize) -> Option<u32> {
    let part = text.get(at..at + len)?;
    part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0')))
}

/// Whether a text has the shape of a date, with a time or without.
pub fn looks_like_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    digits(bytes, 0, 4).is_some()
        && bytes.get(4) == Some(&b'-')
        && digits(bytes, 5, 2).is_some()
        && bytes.get(7) == Some(&b'-')
        && digits(bytes, 8, 2).is_some()
        && (bytes.len() == 10 || (bytes.get(10) == Some(&b'T') && time_shape(&bytes[11..]).is_some()))
}

struct Clock {
    ms: i64,
    zone: Option<Zone>,
    valid: bool,
}

/// Reads `hh[:mm[:ss[.fff]]][Z|±hh:mm]`.
fn time_shape(text: &[u8]) -> Option<Clock> {
    let hour = digits(text, 0, 2)?;
    let (mut at, mut minute, mut second, mut ms) = (2, 0, 0, 0i64);
    if text.get(at) == Some(&b':') {
        minute = digits(text, at + 1, 2)?;
        at += 3;
        if text.get(at) == Some(&b':') {
            second = digits(text, at + 1, 2)?;
            at += 3;
            if text.get(at) == Some(&b'.') {
                let part = &text[at + 1..];
                let len = part.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let first: Vec<u8> = part[..len].iter().copied().chain([b'0', b'0', b'0']).take(3).collect();
                ms = i64::from(if len > 0 { digits(&first, 0, 3)? } else { return None });
                at += 1 + len;
            }
        }
    }
    let mut valid = hour < 24 && minute < 60 && second < 60;
    let zone = match text.get(at) {
        None => None,
        Some(b'Z') if text.len() == at + 1 => Some(Zone::UTC),
        Some(sign @ (b'+' | b'-')) if text.len() == at + 6 && text[at + 3] == b':' => {
            let (hours, minutes) = (digits(text, at + 1, 2)?, digits(text, at + 4, 2)?);
            valid &= hours <= 14 && minutes < 60;
            let ahead = i32::try_from(hours * 60 + minutes).ok()?;
            Some(Zone { minutes: if *sign == b'-' { -ahead } else { ahead } })
        }
        Some(_) => return None,
    };
    Some(Clock { ms: i64::from(hour * 3600 + minute * 60 + second) * 1000 + ms, zone, valid })
}

impl Moment {
    /// The moment of a text, if it has a date's shape and there is such a day.
    pub fn read(text: &str, zone: Zone) -> Option<Moment> {
        if !looks_like_date(text) {
            return None;
        }
        let bytes = text.as_bytes();
        let (year, month, day) = (digits(bytes, 0, 4)?, digits(bytes, 5, 2)?, digits(bytes, 8, 2)?);
        let date = CivilDate::new(i32::try_from(year).ok()?, month, day)?;
        let clock = match bytes.get(11..) {
            Some(time) => time_shape(time)?,
            None => Clock { ms: 0, zone: None, valid: true },
        };
        let ahead = clock.zone.unwrap_or(zone).ms();
        clock.valid.then(|| Moment { ms: date.days() * DAY_MS + clock.ms - ahead })
    }

    /// The same, if month or day may be written with one digit.
    pub fn read_loosely(text: &str, zone: Zone) -> Option<Moment> {
        let (date, time) = text.split_once('T').map_or((text, None), |(date, time)| (date, Some(time)));
        let mut parts = date.split('-');
        let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() || year.len() != 4 || month.len() > 2 || day.len() > 2 {
            return None;
        }
        let padded = format!("{year}-{month:0>2}-{day:0>2}");
        Moment::read(&time.map_or(padded.clone(), |time| format!("{padded}T{time}")), zone)
    }

    /// The moment of a number of days since 1970.
    #[expect(clippy::cast_possible_truncation, reason = "days beyond what a date can name are refused before")]
    pub fn of_days(days: f64) -> Option<Moment> {
        (days.abs() < 3_650_000.0).then(|| Moment { ms: (days * 86_400_000.0).round() as i64 })
    }

    /// Days since 1970.
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of a few thousand years are exact")]
    pub fn days(self) -> f64 {
        self.ms as f64 / 86_400_000.0
    }

    /// As a date, or with time and zone where it is not midnight.
    pub fn written(self, zone: Zone) -> String {
        let local = self.ms + zone.ms();
        if local.rem_euclid(DAY_MS) == 0 { self.date(zone) } else { self.date_time(zone) }
    }

    /// As a date.
    pub fn date(self, zone: Zone) -> String {
        let date = self.civil(zone);
        format!("{:04}-{:02}-{:02}", date.0, date.1, date.2)
    }

    /// As a date with time and zone.
    pub fn date_time(self, zone: Zone) -> String {
        let of_day = (self.ms + zone.ms()).rem_euclid(DAY_MS);
        let (seconds, ms) = (of_day / 1000, of_day % 1000);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        format!("{}T{hour:02}:{minute:02}:{second:02}.{ms:03}{}", self.date(zone), zone.written())
    }

    fn civil(self, zone: Zone) -> (i32, u32, u32) {
        let day = (self.ms + zone.ms()).div_euclid(DAY_MS);
        CivilDate::from_days(day).map_or((0, 1, 1), |date| (date.year(), date.month(), date.day()))
    }

    /// Writes it by a pattern of `%Y`, `%m` and so on (ODK XForms, `format-date`).
    pub fn format(self, pattern: &str, zone: Zone) -> String {
        let mut text = String::new();
        let mut letters = pattern.chars();
        while let Some(letter) = letters.next() {
            if letter != '%' {
                text.push(letter);
                continue;
            }
            match letters.next() {
                Some(asked) => match self.part(asked, zone) {
                    Some(part) => text.push_str(&part),
                    None => text.extend(['%', asked]),
                },
                None => text.push('%'),
            }
        }
        text
    }

    /// What one letter of a pattern stands for.
    fn part(self, asked: char, zone: Zone) -> Option<String> {
        const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
        let (year, month, day) = self.civil(zone);
        let local = self.ms + zone.ms();
        let (days, of_day) = (local.div_euclid(DAY_MS), local.rem_euclid(DAY_MS));
        Some(match asked {
            'Y' => format!("{year:04}"),
            'y' => format!("{:02}", year.rem_euclid(100)),
            'm' => format!("{month:02}"),
            'n' => month.to_string(),
            'b' => MONTHS[(month as usize + 11) % 12].to_owned(),
            'd' => format!("{day:02}"),
            'e' => day.to_string(),
            'a' => DAYS[usize::try_from(days.rem_euclid(7)).unwrap_or(0)].to_owned(),
            'W' => format!("{:02}", iso_week(days)),
            'H' => format!("{:02}", of_day / 3_600_000),
            'h' => (of_day / 3_600_000).to_string(),
            'M' => format!("{:02}", of_day / 60_000 % 60),
            'S' => format!("{:02}", of_day / 1000 % 60),
            '3' => format!("{:03}", of_day % 1000),
            'Z' => zone.written(),
            _ => return None,
        })
    }
}

/// The week of ISO 8601 in which a day stands.
fn iso_week(day: i64) -> i64 {
    // The Thursday of the week decides to which year it belongs; 1970-01-01 was one.
    let thursday = day - (day + 3).rem_euclid(7) + 3;
    let year = CivilDate::from_days(thursday).map_or(1970, CivilDate::year);
    let first = CivilDate::new(year, 1, 1).map_or(thursday, CivilDate::days);
    (thursday - first) / 7 + 1
}

/// The part of the day that a time is, or NaN.
#[expect(clippy::cast_precision_loss, reason = "milliseconds of a day are exact")]
pub fn decimal_time(text: &str, zone: Zone) -> f64 {
    let (time, date) = match text.split_once('T') {
        Some((date, time)) => (time, Moment::read(date, zone)),
        None => (text, Some(Moment { ms: 0 })),
    };
    match time_shape(time.as_bytes()) {
        Some(clock) if clock.valid && date.is_some() && time.contains(':') => {
            let shift = zone.ms() - clock.zone.unwrap_or(zone).ms();
            (clock.ms + shift).rem_euclid(DAY_MS) as f64 / 86_400_000.0
        }
        _ => f64::NAN,
    }
}
