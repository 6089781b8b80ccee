"""LivePage: one page's state, its numbered log, and the frames its watchers get."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from swell.errors import LimitError
from swell.settings.table import Settings

from .buffer import Undo
from .edits import Assign, Edit, Grow, Locate, resolve
from .frames import PathNames
from .group import Group
from .log import Log, op_size
from .ops import Append, Op, encode, merge, units
from .snapshot import Snapshot
from .state import PageState
from .tail import Tail, tail_of

_RECOUNT = 64 * 1024  # estimated growth in bytes after which the exact size is measured


class LivePage:
    """The page that its watchers see.

    Reading has no side effects: a save updates the state and the log at once.

    Attributes:
        state: The cards as last saved.
        names: Short names of its paths.
        group: Watchers that are sent the next frame together.
        tail: The text that the last save has made longer, if that was all it did.

    Args:
        epoch: Random name of this log; a client with another one needs a snapshot.
        settings: Limits of the state and the log.
        locate: Gives the paths of a card's named components.
    """

    def __init__(self, epoch: str, settings: Settings, locate: Locate) -> None:
        self.epoch = epoch
        self.state = PageState()
        self._settings = settings
        self._locate = locate
        self._log = Log(settings.ring_patches, settings.ring_bytes, settings.ring_s)
        self.names = PathNames()
        self.group = Group()
        self._frames: dict[int, bytes] = {}  # since the last patch, by the position they start at
        self._snapshot: Snapshot | None = None
        self._size = 0
        self._grown = 0
        self.tail: Tail | None = None

    @property
    def seq(self) -> int:
        """Number of the last patch."""
        return self._log.seq

    def commit(self, edits: Sequence[Edit], now: float) -> bool:
        """Apply the edits of one save, all or none, as one patch.

        Args:
            edits: In the order in which they were written.
            now: Seconds of a monotonic clock.

        Returns:
            Whether anything changed.

        Raises:
            RowError: If an edit does not fit the kind of its buffer.
            LimitError: If the page or a text in it would grow past its bound.
        """
        if len(edits) == 1 and type(edits[0]) is Grow and self._grow(edits[0], now):
            return True
        edits = [edit.spelled() if type(edit) is Grow else edit for edit in edits]
        ops: list[Op] = []
        undos: list[Undo] = []
        try:
            for edit in edits:
                whole = edit.value if isinstance(edit, Assign) else None
                for op in resolve(edit, self.state, self._locate):
                    self._check_text(op)
                    undos.append(self.state.apply((op,), whole))
                    ops.append(op)
            size = sum(map(op_size, ops))
            self._check_size(size)
        except BaseException:
            for undo in reversed(undos):
                undo()
            raise
        if not ops:
            return False
        self._keep(ops, size, now)
        self.tail = tail_of(edits, ops, self.state)
        return True

    def _keep(self, ops: list[Op], size: int, now: float) -> None:
        """Record the applied ops."""
        self._log.add(ops, size, now)
        self.names.note(ops, self._log.seq)
        self._frames.clear()
        self._snapshot = None

    def _grow(self, edit: Grow, now: float) -> bool:
        """Take the edit of a streamed token, which makes one text longer.

        Returns:
            Whether it is done; nothing is changed if the page has changed otherwise since the edit
            was recorded, or a bound is reached.
        """
        tail = self.tail
        if tail is None or edit.tail is not tail or len(tail.cells[tail.column]) != edit.at:
            return False
        row, column, text, whole = tail.row, tail.column, edit.text, edit.row
        at, size = row.end(column), 2 * len(text)
        end, settings = at + edit.units, self._settings
        if (
            end > settings.text_max_bytes
            or self._size + self._grown + size > settings.page_max_bytes
        ):
            return False
        row.lengthen(column, text, end, None if whole is None else whole[column])
        if self._log.lengthen(tail.place, text, size, now):
            self._grown += size
        else:
            op = Append(tail.place, at, text)
            size = op_size(op)
            self._grown += size
            self._keep([op], size, now)
        return True

    def forget(self) -> None:
        """Drop the patches that led to this state, so that they cannot be sent any more."""
        self._log.forget()
        self._frames.clear()

    def expire(self, now: float) -> int:
        """Drop what is only kept for browsers that reconnect, and is too old for that.

        Returns:
            Estimated bytes of the patches that are kept.
        """
        size = self._log.expire(now)
        if not size:
            self._frames.clear()
            self._snapshot = None
        return size

    def covers(self, epoch: str, seq: int) -> bool:
        """Return whether a client at this position can resume without a snapshot."""
        return epoch == self.epoch and self._log.covers(seq)

    def frame(self, seq: int) -> bytes:
        """Return the one frame that brings a client at `seq` up to date.

        It is encoded once and shared by all connections at that position.
        """
        frame = self._frames.get(seq)
        if frame is None:
            self._log.close()
            patches = self._log.after(seq)
            ops = patches[0].ops
            if len(patches) > 1:
                ops = merge([op for patch in patches for op in patch.ops])
            frame = self._frames[seq] = self.names.encode(seq, self._log.seq, ops)
        return frame

    def send(self, now: float, framed: Callable[[bytes], bytes]) -> None:
        """Send the new patches to the group.

        Args:
            now: Seconds of a monotonic clock.
            framed: Makes the bytes for their sockets from those of a frame; called once.
        """
        group, seq = self.group, self._log.seq
        if group.seq == seq or not group:
            return
        if self._log.covers(group.seq):
            group.send(framed(self.frame(group.seq)), seq, now)
        else:
            group.scatter()

    def snapshot(self) -> Snapshot:
        """Return the whole state as JSON, made once per patch."""
        if self._snapshot is None:
            self._log.close()
            self._snapshot = Snapshot.of(self.state, self.names)
        return self._snapshot

    def _check_text(self, op: Op) -> None:
        if isinstance(op, Append):
            size = op.at + units(op.text)
        else:
            value = getattr(op, "value", None) or getattr(op, "items", None)
            size = max(map(units, _texts(value)), default=0)
        if size > self._settings.text_max_bytes:
            bound = f"{self._settings.text_max_bytes:,} UTF-16 units (setting text_max_bytes)"
            raise LimitError(f"text at {_show(op.path)}", bound)

    def _check_size(self, more: int) -> None:
        self._grown += more
        limit = self._settings.page_max_bytes
        if self._grown < _RECOUNT or self._size + self._grown <= limit:
            return
        size = len(encode(self.state.to_json()))
        if size > limit:
            raise LimitError("page", f"{limit:,} bytes (setting page_max_bytes)")
        self._size, self._grown = size, 0


def _texts(value: Any) -> Iterator[str]:
    """Yield the texts of a leaf, a row or rows; encoded values are limited by the page's size."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def _show(path: Sequence[Any]) -> str:
    return ".".join(map(str, path))
