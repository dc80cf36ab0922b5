//! The Gregorian calendar as ECMAScript's `Date` has it, and its ISO weeks.
//!
//! Everything is a double: what is out of range is NaN and stays NaN, as in JavaScript.

use crate::builtin::helper::civil_from_days;

pub(super) const DAY: f64 = 86_400_000.0;
/// The largest distance from 1970 that a date can have, in milliseconds.
const RANGE: f64 = 8.64e15;

/// A point in time, in milliseconds since 1970 in UTC; NaN for none.
#[derive(Clone, Copy, Debug)]
pub(super) struct Moment(f64);

/// The value of a component of a date.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Component {
    /// A number, NaN if there is no date.
    Number(f64),
    /// Before noon, or not.
    Noon { after: bool },
    /// The name of the calendar or of the era.
    Iso,
    /// The component is unknown, or the zone, which is not a matter of the date.
    Absent,
}

impl Moment {
    /// The time that many milliseconds after 1970, a fraction cut off.
    pub(super) fn new(millis: f64) -> Moment {
        if millis.is_nan() || millis.abs() > RANGE {
            return Moment(f64::NAN);
        }
        Moment(libm::trunc(millis) + 0.0)
    }

    /// `Date.UTC`: a year from 0 to 99 means one from 1900 on; the month counts from 0;
    /// what is too large for its place carries over.
    pub(super) fn utc(year: f64, month: f64, date: f64, time: [f64; 4]) -> Moment {
        let year = libm::trunc(year);
        let year = if (0.0..=99.0).contains(&year) { year + 1900.0 } else { year };
        let [hour, minute, second, millis] = time.map(libm::trunc);
        let time = hour * 3_600_000.0 + minute * 60_000.0 + second * 1_000.0 + millis;
        Moment::new(day_number(year, libm::trunc(month), libm::trunc(date)) * DAY + time)
    }

    fn start_of_month(year: f64, month: f64) -> Moment {
        Moment::utc(year, month, 1.0, [0.0; 4])
    }

    /// The day at midnight.
    fn midnight(self) -> Moment {
        let (year, month, date) = self.civil();
        Moment::utc(year, month, date, [0.0; 4])
    }

    /// Milliseconds since 1970.
    pub(super) fn millis(self) -> f64 {
        self.0
    }

    /// Year, month from 0 and day of the month.
    pub(super) fn civil(self) -> (f64, f64, f64) {
        if self.0.is_nan() {
            return (f64::NAN, f64::NAN, f64::NAN);
        }
        let days = libm::floor(self.0 / DAY);
        // At most 10⁸ days away from 1970.
        let (year, month, date) = civil_from_days(days as i64);
        (year as f64, month as f64 - 1.0, date as f64)
    }

    /// The day of the week, Monday being 1 and Sunday 7.
    fn weekday(self) -> f64 {
        // 1 January 1970 was a Thursday.
        let days = libm::floor(self.0 / DAY) + 3.0;
        days - libm::floor(days / 7.0) * 7.0 + 1.0
    }

    /// What remains of the time of day in `unit`s, of which the next larger unit has
    /// `count`.
    fn time(self, unit: f64, count: f64) -> f64 {
        let units = libm::floor(self.0 / unit);
        units - libm::floor(units / count) * count
    }

    /// A component by its letter in pictures.
    pub(super) fn component(self, letter: char) -> Component {
        let (year, month, date) = self.civil();
        Component::Number(match letter {
            'Y' => year,
            'M' => month + 1.0,
            'D' => date,
            'd' => {
                let days = self.midnight().0 - Moment::start_of_month(year, 0.0).0;
                days / DAY + 1.0
            }
            'F' => self.weekday(),
            'W' => self.week(
                FirstWeek { year, month: 0.0 },
                52.0,
                FirstWeek { year: year + 1.0, month: 0.0 },
                FirstWeek { year: year - 1.0, month: 0.0 },
            ),
            'w' => {
                let month = FirstWeek { year, month };
                self.week(month, 4.0, month.next_month(), month.previous_month())
            }
            'X' => {
                let this = FirstWeek { year, month: 0.0 };
                let next = FirstWeek { year: year + 1.0, month: 0.0 };
                year + self.side(this, next)
            }
            'x' => {
                let this = FirstWeek { year, month };
                let next = this.next_month();
                match self.side(this, next) {
                    -1.0 => this.previous_month().month + 1.0,
                    1.0 => next.month + 1.0,
                    _ => month + 1.0,
                }
            }
            'H' => self.time(3_600_000.0, 24.0),
            'h' => match self.time(3_600_000.0, 12.0) {
                0.0 => 12.0,
                hour => hour,
            },
            'P' => {
                return Component::Noon { after: self.time(3_600_000.0, 24.0) >= 12.0 };
            }
            'm' => self.time(60_000.0, 60.0),
            's' => self.time(1_000.0, 60.0),
            'f' => self.time(1.0, 1_000.0),
            'C' | 'E' => return Component::Iso,
            _ => return Component::Absent,
        })
    }

    /// The week of a year or month, whose weeks begin with `first`. The last days may
    /// belong to the first week of what comes `after`, the first days to the last week of
    /// what came `before`.
    fn week(
        self,
        first: FirstWeek,
        most: f64,
        after: FirstWeek,
        before: FirstWeek,
    ) -> f64 {
        let today = self.midnight().0;
        let mut week = weeks_between(first.start(), today);
        if week > most {
            if today >= after.start() {
                week = 1.0;
            }
        } else if week < 1.0 {
            week = weeks_between(before.start(), today);
        }
        libm::floor(week)
    }

    /// -1 before the weeks of `this` begin, 1 once those of `next` do, else 0.
    fn side(self, this: FirstWeek, next: FirstWeek) -> f64 {
        if self.0 < this.start() {
            -1.0
        } else if self.0 >= next.start() {
            1.0
        } else {
            0.0
        }
    }
}

/// The first week of a year or month: the one with its first Thursday, by ISO 8601.
#[derive(Clone, Copy)]
struct FirstWeek {
    year: f64,
    month: f64,
}

impl FirstWeek {
    fn next_month(self) -> FirstWeek {
        match self.month {
            11.0 => FirstWeek { year: self.year + 1.0, month: 0.0 },
            month => FirstWeek { year: self.year, month: month + 1.0 },
        }
    }

    fn previous_month(self) -> FirstWeek {
        match self.month {
            0.0 => FirstWeek { year: self.year - 1.0, month: 11.0 },
            month => FirstWeek { year: self.year, month: month - 1.0 },
        }
    }

    /// Its Monday, in milliseconds.
    fn start(self) -> f64 {
        let first = Moment::start_of_month(self.year, self.month);
        let weekday = first.weekday();
        if weekday > 4.0 {
            first.0 + (8.0 - weekday) * DAY
        } else {
            first.0 - (weekday - 1.0) * DAY
        }
    }
}

fn weeks_between(start: f64, end: f64) -> f64 {
    (end - start) / (DAY * 7.0) + 1.0
}

/// Days from 1970 to a date whose month, from 0, and day may be out of range.
fn day_number(year: f64, month: f64, date: f64) -> f64 {
    // Farther away there is no date anyway, whatever the day.
    if !(year.abs() <= 1e6 && month.abs() <= 1e7) {
        return f64::NAN;
    }
    let year = year + libm::floor(month / 12.0);
    let month = month - libm::floor(month / 12.0) * 12.0;
    // The year begins in March here, so that its leap day is its last one.
    let (year, month) =
        if month < 2.0 { (year - 1.0, month + 10.0) } else { (year, month - 2.0) };
    let leap_days =
        libm::floor(year / 4.0) - libm::floor(year / 100.0) + libm::floor(year / 400.0);
    let before_month = libm::floor((month * 153.0 + 2.0) / 5.0);
    year * 365.0 + leap_days + before_month + date - 1.0 - 719_468.0
}

impl Component {
    /// The number that the component is, nothing for texts.
    pub(super) fn number(self) -> Option<f64> {
        match self {
            Component::Number(number) => Some(number),
            _ => None,
        }
    }
}
