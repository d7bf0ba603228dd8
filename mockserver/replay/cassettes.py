"""Replaying cassettes as a test or the settings ask for it, and what becomes of those that are too old."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, TypeAlias, TypedDict

from mockserver.cassette.format import Header, days_text
from mockserver.cassette.load import load
from mockserver.clock import RealClock
from mockserver.errors import CassetteError, ScriptError
from mockserver.model.recorded import BeforeRecord
from mockserver.replay.matching import PARTS, MatchFunction
from mockserver.replay.session import Replay, recordings_of
from mockserver.settings import ON_EXPIRY, Settings

OnExpiry: TypeAlias = Literal["warn", "fail", "record"]
DAY: Final = 86_400


class ReplayKeywords(TypedDict, total=False):
    """The options of `Workspace.replay`, as its docstring explains them."""

    speed: float
    all_used: bool
    ignore: Sequence[str]
    redact: Sequence[str]
    repeat: bool
    order: bool
    match_on: Sequence[str | MatchFunction]
    before_record: BeforeRecord | None
    max_age: float
    on_expiry: OnExpiry


class Expiry(NamedTuple):
    """How old a cassette may be, in days, and what becomes of an older one."""

    max_age: float = 0.0
    """0 for any age."""
    on_expiry: str = "warn"

    def has_come(self, header: Header) -> bool:
        """Whether a cassette is too old now."""
        return 0 < self.max_age < self._age(header)

    def look(self, header: Header, name: str) -> None:
        """Warn of a cassette that is too old, or raise CassetteError. Recording anew is the caller's part."""
        if not self.has_come(header):
            return
        message = (
            f"{name}: recorded {days_text(self._age(header))} ago, and max_age is {days_text(self.max_age)}: "
            "record it again, for example with `--mockserver-record=all`"
        )
        if self.on_expiry == "fail":
            raise CassetteError(message)
        warnings.warn(message, stacklevel=2)

    @staticmethod
    def _age(header: Header) -> float:
        return (RealClock().now() - header.recorded_at) / DAY


def expiry_of(settings: Settings, *, max_age: float | None = None, on_expiry: str | None = None) -> Expiry:
    """What holds where a call states nothing else than the settings. Raises: ScriptError."""
    expiry = Expiry(
        settings.max_age if max_age is None else max_age, settings.on_expiry if on_expiry is None else on_expiry
    )
    if expiry.on_expiry not in ON_EXPIRY:
        raise ScriptError(f"on_expiry is {expiry.on_expiry!r}; expected {' or '.join(ON_EXPIRY)}.")
    if not isinstance(expiry.max_age, int | float) or not expiry.max_age >= 0:
        raise ScriptError(f"max_age is {expiry.max_age!r}; expected a number of days, or 0 for any age.")
    return expiry


def is_expired(path: Path, settings: Settings, how: Mapping[str, Any]) -> bool:
    """Whether a cassette that exists is to be recorded anew, as it is too old."""
    expiry = expiry_of(settings, max_age=how.get("max_age"), on_expiry=how.get("on_expiry"))
    return expiry.on_expiry == "record" and path.exists() and expiry.has_come(load(path).header)


def replay(
    paths: Sequence[str | Path],
    settings: Settings,
    *,
    speed: float = 0.0,
    all_used: bool = False,
    ignore: Sequence[str] = (),
    redact: Sequence[str] = (),
    repeat: bool = False,
    order: bool = False,
    match_on: Sequence[str | MatchFunction] = PARTS,
    before_record: BeforeRecord | None = None,
    max_age: float | None = None,
    on_expiry: str | None = None,
) -> Replay:
    """A session of cassettes, or of all cassettes in folders.

    Raises: CassetteError for a cassette that does not load or is too old, ScriptError for wrong options.
    """
    expiry = expiry_of(settings, max_age=max_age, on_expiry=on_expiry)
    return Replay(
        recordings_of(paths, look=expiry.look),
        speed=speed,
        all_used=all_used,
        ignore=(*settings.ignore, *ignore),
        redact=(*settings.redact, *redact),
        repeat=repeat or settings.repeat,
        order=order or settings.order,
        match_on=match_on,
        before_record=before_record,
    )
