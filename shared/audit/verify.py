"""Checks an export without database or network, and names each entry that is not as it was chained."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.audit.canonical import BEGINNING, digest_of, link
from shared.audit.checkpoints import Checkpoint
from shared.audit.keys import holds
from shared.audit.reading import Entry, ExportUnreadable, Header, Key, Unsealed, parts

GRACE: Final = timedelta(seconds=60)
"""A look that waits longer than this while later ones are chained was kept out of the chain."""

COMPARED: Final = 200
"""Entries that do not fit are compared with one another, to see what was moved; beyond so many only with their neighbours."""


class Wrong(StrEnum):
    """What can be wrong with a log."""

    ALTERED = "ALTERED"
    REMOVED = "REMOVED"
    INSERTED = "INSERTED"
    REORDERED = "REORDERED"
    LINK = "LINK"
    CUT_OFF = "CUT_OFF"
    REWRITTEN = "REWRITTEN"
    SIGNATURE = "SIGNATURE"
    NOT_CHAINED = "NOT_CHAINED"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, at an entry's number where there is one, in a sentence for a person."""

    wrong: Wrong
    number: int | None
    says: str


@dataclass
class Report:
    """What the check found. `signed` is the number that the last checkpoint that holds speaks of; 0 without any."""

    organisation: str
    first: int
    exported_at: str
    trusted: bool
    entries: int = 0
    last: int = 0
    checkpoints: int = 0
    signed: int = 0
    unsealed: int = 0
    oldest_unsealed: str | None = None
    findings: list[Finding] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Say whether nothing is wrong."""
        return not self.findings


def verify(
    lines: Iterable[str],
    *,
    keys: Mapping[str, str] | None = None,
    checkpoints: Iterable[Checkpoint] = (),
) -> Report:
    """Check an export. `keys` are public keys had from elsewhere, and then the only ones; so are more `checkpoints`.

    Raises `ExportUnreadable` if the file is no whole export.
    """
    found = iter(parts(lines))
    header = next(found, None)
    if not isinstance(header, Header):
        raise ExportUnreadable(1, "is missing")
    check = _Check(header, keys, list(checkpoints))
    for part in found:
        match part:
            case Entry():
                check.entry(part)
            case Checkpoint():
                check.checkpoint(part)
            case Unsealed():
                check.unsealed(part)
            case Key() if keys is None:
                check.keys[part.id] = part.public_key
            case _:
                pass
    return check.finish()


class _Check:
    """The state of one check, entry by entry."""

    def __init__(self, header: Header, keys: Mapping[str, str] | None, checkpoints: list[Checkpoint]) -> None:
        self.header = header
        self.keys = dict(keys or {})
        self.checkpoints = checkpoints
        self.report = Report(header.organisation, header.first, header.exported_at, trusted=keys is not None)
        self._expected = header.first
        self._before: Entry | None = None
        self._hashes: dict[int, bytes] = {}
        self._signed_numbers = {each.number for each in checkpoints}
        self._misfits: list[Entry] = []
        self._latest = ""
        self._waiting: list[Unsealed] = []

    def entry(self, entry: Entry) -> None:
        self.report.entries += 1
        if self._in_order(entry):
            self._linked(entry)
        self._of_its_look(entry)
        if entry.number in self._signed_numbers:
            self._hashes[entry.number] = entry.entry_hash
        self._before = entry
        self.report.last = max(self.report.last, entry.number)
        if entry.look is not None:
            self._latest = max(self._latest, str(entry.look.get("at")))

    def checkpoint(self, checkpoint: Checkpoint) -> None:
        self.checkpoints.append(checkpoint)
        self._signed_numbers.add(checkpoint.number)

    def unsealed(self, look: Unsealed) -> None:
        self.report.unsealed += 1
        self.report.oldest_unsealed = min(self.report.oldest_unsealed or look.at, look.at)
        self._waiting.append(look)

    def finish(self) -> Report:
        if self._expected <= self.header.last:
            self._missing(self._expected, self.header.last)
        self._judge_misfits()
        self._judge_checkpoints()
        self._judge_waiting()
        self._drop_explained_links()
        self.report.findings.sort(key=lambda finding: finding.number or 0)
        return self.report

    def _in_order(self, entry: Entry) -> bool:
        """Say whether the entry stands directly behind the one before it."""
        if self._before is not None and entry.number == self._before.number:
            self._say(Wrong.INSERTED, entry.number, f"entry {entry.number} stands twice")
            return False
        if entry.number < self._expected:
            self._say(Wrong.REORDERED, entry.number, f"entry {entry.number} stands behind a later one")
            return False
        if entry.number > self._expected:
            self._missing(self._expected, entry.number - 1)
        adjacent = entry.number == self._expected
        self._expected = entry.number + 1
        return adjacent

    def _missing(self, first: int, last: int) -> None:
        self._say(Wrong.REMOVED, first, f"{_which(first, last)} removed, or moved elsewhere")

    def _linked(self, entry: Entry) -> None:
        if self._before is None and entry.number > 1:
            return  # a part of the chain begins where it begins; checkpoints bind it
        before = BEGINNING if self._before is None else self._before.entry_hash
        if entry.previous != before:
            at = f"entry {entry.number - 1}" if self._before else "the beginning"
            self._say(
                Wrong.LINK,
                entry.number,
                f"entry {entry.number} was not chained behind {at} as it stands: one of the two was exchanged",
            )

    def _of_its_look(self, entry: Entry) -> None:
        number = entry.number
        if entry.entry_hash != link(entry.previous, entry.digest):
            self._say(Wrong.ALTERED, number, f"entry {number} was altered: its hash is not that of its content")
        if entry.look is None:
            self._say(
                Wrong.REMOVED, number, f"the look {entry.look_id} that entry {number} speaks of is gone from the log"
            )
        elif _digest(entry, number) != entry.digest:
            self._misfits.append(entry)

    def _judge_misfits(self) -> None:
        """Say of each entry whose look is not the one that was chained there whether it was moved or altered."""
        moved = {each.number: chained for each in self._misfits if (chained := self._chained_as(each)) is not None}
        shifts = Shifts(moved, self.report.last)
        for first, last in shifts.up:
            says = f"entry {first - 1} was inserted: {_which(first, last)} moved up to make room for it"
            self._say(Wrong.INSERTED, first - 1, says)
        for first, last in shifts.down:
            says = f"the entry that was chained as number {first} was removed: {_which(first, last)} moved down"
            self._say(Wrong.REMOVED, first, says)
        for entry in self._misfits:
            self._judge_misfit(entry, moved.get(entry.number), shifts)

    def _judge_misfit(self, entry: Entry, chained: int | None, shifts: Shifts) -> None:
        number = entry.number
        if shifts.explain(number):
            return
        if chained is not None:
            self._say(Wrong.REORDERED, number, f"entry {number} was chained as number {chained} and moved here")
            return
        true = next((other for other in self._misfits[:COMPARED] if _carries(entry, other)), None)
        if true is not None:
            says = f"entry {number} carries the look that was chained as number {true.number}"
            self._say(Wrong.REORDERED, number, says)
            return
        self._say(Wrong.ALTERED, number, f"entry {number} was altered: its look is not the one that was chained")

    def _chained_as(self, entry: Entry) -> int | None:
        near = [entry.number - 1, entry.number + 1]
        far = [each.number for each in self._misfits] if len(self._misfits) <= COMPARED else []
        return next((number for number in (*near, *far) if _digest(entry, number) == entry.digest), None)

    def _judge_checkpoints(self) -> None:
        within = [each for each in self.checkpoints if each.number >= self.header.first]
        for each in dict.fromkeys(within):
            if each.organisation != self.header.organisation:
                continue
            if self.header.until is not None and each.number > self.header.last:
                continue
            self._judge_checkpoint(each)

    def _judge_checkpoint(self, each: Checkpoint) -> None:
        number = each.number
        key = self.keys.get(each.key)
        if key is None:
            says = f"the checkpoint at number {number} is signed with the key {each.key}, which nobody vouches for"
            self._say(Wrong.SIGNATURE, number, says)
        elif not holds(key, each.signature, each.content):
            self._say(Wrong.SIGNATURE, number, f"the signature of the checkpoint at number {number} does not hold")
        elif number > self.report.last:
            self._say(
                Wrong.CUT_OFF,
                number,
                f"the log ends at number {self.report.last}, but at {each.at} it had {number} entries:"
                f" {self.report.last + 1} to {number} were cut off",
            )
        elif number in self._hashes and self._hashes[number].hex() != each.entry_hash:
            self._say(
                Wrong.REWRITTEN,
                number,
                f"entry {number} is not the one that was signed at {each.at}: it or one before it was rewritten after that",
            )
        else:
            self.report.checkpoints += 1
            self.report.signed = max(self.report.signed, number)

    def _judge_waiting(self) -> None:
        for look in self._waiting:
            if look.at < self._latest and _age(look.at, self.header.exported_at) > GRACE:
                self._say(
                    Wrong.NOT_CHAINED,
                    None,
                    f"look {look.look} of {look.at} was never chained though later ones were: inserted behind the chain's"
                    " back, or struck from what waits",
                )

    def _drop_explained_links(self) -> None:
        """Leave out breaks between two entries of which one is named already: they say the same in other words."""
        named = {each.number for each in self.report.findings if each.wrong is not Wrong.LINK}
        self.report.findings = [
            each
            for each in self.report.findings
            if each.wrong is not Wrong.LINK or each.number is None or not {each.number, each.number - 1} & named
        ]

    def _say(self, wrong: Wrong, number: int | None, says: str) -> None:
        self.report.findings.append(Finding(wrong, number, says))


class Shifts:
    """Runs of entries that were all moved by one: up, to make room for an inserted one, or down, over a removed one."""

    def __init__(self, moved: Mapping[int, int], last: int) -> None:
        runs = [(first, end, moved[first] - first) for first, end in _runs(moved)]
        self.up = [(first, end) for first, end, by in runs if by == -1 and moved.get(first - 1) != first]
        self.down = [(first, end) for first, end, by in runs if by == 1 and (end > first or end == last)]

    def explain(self, number: int) -> bool:
        """Say whether the number is part of a run, or the entry that was inserted before one."""
        inserted = any(number == first - 1 for first, _ in self.up)
        return inserted or any(first <= number <= end for first, end in (*self.up, *self.down))


def _runs(moved: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Yield first and last number of each run of neighbours that were moved by the same."""
    first = before = None
    for number in sorted(moved):
        if before is not None and first is not None:
            if number == before + 1 and moved[number] - number == moved[before] - before:
                before = number
                continue
            yield first, before
        first = before = number
    if first is not None and before is not None:
        yield first, before


def _which(first: int, last: int) -> str:
    return f"entry {first} was" if first == last else f"entries {first} to {last} were"


def _digest(entry: Entry, number: int) -> bytes:
    return digest_of({**(entry.look or {}), "number": number, "sealed_at": entry.sealed_at})


def _carries(entry: Entry, other: Entry) -> bool:
    """Say whether the look beside `entry` is the one that was chained in the place of `other`."""
    if other.number == entry.number:
        return False
    look = {**(entry.look or {}), "number": other.number, "sealed_at": other.sealed_at}
    return digest_of(look) == other.digest


def _age(at: str, now: str) -> timedelta:
    try:
        return datetime.fromisoformat(now) - datetime.fromisoformat(at)
    except (ValueError, TypeError):
        return timedelta.max
