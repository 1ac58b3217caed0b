"""Counts the cases of a city's table by the table alone, with clocks of the tz database.

Owns the second opinion on `cargo xtask replay`: nothing here knows Gridwalk but the names of the figures. Months are those of
China's calendars, days those of New York; a case is as it was when a day of New York was over.
"""
import collections
import csv
import datetime
import gzip
import io
import json
import sys
import zoneinfo

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
CHINA = zoneinfo.ZoneInfo("Asia/Shanghai")
CUT = datetime.datetime(2012, 1, 1, tzinfo=NEW_YORK)
LINES = {
    "Constituent Call": "hotline",
    "Employee Generated": "grid",
    "Maximo Integration": "grid",
    "Self Service": "counter",
    "Citizens Connect App": "chat",
    "Twitter": "public_opinion",
}


def moment(text):
    """A time of New York's clocks as seconds since 1970; the first of two."""
    text = text.strip()
    if not text:
        return None
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=NEW_YORK).timestamp()


def month(seconds):
    """The month in China."""
    return datetime.datetime.fromtimestamp(seconds, CHINA).strftime("%Y-%m")


def stands(target, closed, now):
    """How a case stands at a moment."""
    if target is None:
        return "no_clock"
    if closed is not None:
        return "in_time" if closed <= target else "late"
    return "overdue" if now > target else "running"


def count(rows, when, now, figures):
    """Counts what is known at a moment."""
    for row in rows:
        opened, target, closed = (moment(row[name]) for name in ("open_dt", "target_dt", "closed_dt"))
        if closed is not None and closed >= now:
            closed = None
        how = stands(target, closed, now)
        for source in ("facts", "clock"):
            figures[f"{when}.{source}.{how}"] += 1
        figures[f"{when}.facts.{'open' if closed is None else 'closed'}"] += 1
        figures[f"{when}.month.{month(opened)}.closing.base"] += 1
        figures[f"{when}.month.{month(opened)}.closing.top"] += closed is not None
        figures[f"{when}.volume.{month(opened)}.{LINES[row['source']]}"] += 1
        if target is not None:
            name = f"{when}.month.{month(target)}.on_time"
            figures[f"{name}.left_out"] += how == "running"
            figures[f"{name}.base"] += how != "running"
            figures[f"{name}.top"] += how == "in_time"
        if when == "end":
            figures["day." + datetime.datetime.fromtimestamp(opened, NEW_YORK).strftime("%Y-%m-%d")] += 1


def main(path):
    """Prints the figures that are not nothing as one JSON object."""
    raw = open(path, "rb").read()
    text = gzip.decompress(raw) if path.endswith(".gz") else raw
    rows = list(csv.DictReader(io.StringIO(text.decode("utf-8"))))
    figures = collections.Counter()
    count(rows, "as_of", CUT.timestamp(), figures)
    ends = [moment(row["closed_dt"]) for row in rows if row["closed_dt"].strip()]
    last = max(ends + [moment(row["open_dt"]) for row in rows])
    count(rows, "end", last + 1, figures)
    print(json.dumps({name: number for name, number in sorted(figures.items()) if number}))


if __name__ == "__main__":
    main(sys.argv[1])
