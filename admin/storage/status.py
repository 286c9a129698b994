"""What is told about the last move: to `storage status`, to `doctor`, at the end of `storage move`. Holds no secrets."""

from dataclasses import dataclass
from datetime import datetime

from admin.settings import Settings
from admin.storage.places import FOLDER, place_of, setting_for, shown
from admin.storage.routes import whereabouts
from archive.models import MoveState, StorageMove
from archive.operations.storage_moves import recorded_moves


@dataclass(frozen=True, slots=True)
class Status:
    """`place` is where the archive works now; `advice` what a person should do, empty where there is nothing."""

    place: str
    source: str
    target: str
    state: str
    stage: str
    ended: bool
    copied: int
    copied_bytes: int
    proven: int
    proven_bytes: int
    named: int
    named_bytes: int
    passes: int
    left: int
    started_at: datetime
    beat_at: datetime | None
    switched_at: datetime | None
    ended_at: datetime | None
    last_error: str
    advice: str


def status_of(settings: Settings, move: StorageMove, named: tuple[int, int]) -> Status:
    """The last move as it is recorded; `named`: objects and bytes that the archive's versions name."""
    before = move.state == MoveState.COPYING
    return Status(
        place=shown(move.source if before else move.target, settings), source=shown(move.source, settings),
        target=shown(move.target, settings), state=move.state, stage=_stage(move), ended=move.ended_at is not None,
        copied=move.copied, copied_bytes=move.copied_bytes, proven=move.proven, proven_bytes=move.proven_bytes,
        named=named[0], named_bytes=named[1], passes=move.passes, left=len(move.left), started_at=move.started_at,
        beat_at=move.beat_at, switched_at=move.switched_at, ended_at=move.ended_at, last_error=move.last_error,
        advice=_advice(settings, move))


def described(settings: Settings) -> tuple[str, str]:
    """For `doctor`: where the objects are and how far a move is; what a person should do, empty where nothing.

    Raises BadSetting where the settings name a place that the recorded moves do not know.
    """
    moves = recorded_moves()
    found = whereabouts(place_of(settings.s3_url).name, moves, settings)
    told = shown(found.here, settings)
    if found.copying and found.move is not None:
        told += f"，正在迁往 {shown(found.move.target, settings)}"
    return told, _advice(settings, found.move) if found.move is not None else ""


def _stage(move: StorageMove) -> str:
    if move.state == MoveState.COPYING:
        return "正在复制，尚未切换"
    if move.ended_at is None:
        return "已切换，最后一遍核对尚未完成"
    return "已完成" if move.state == MoveState.RETIRED else "已切换并完成"


def _advice(settings: Settings, move: StorageMove) -> str:
    if move.ended_at is None:
        return "再次运行原来的 dangan storage move 命令，直到完成（正在运行的除外）"
    own = place_of(settings.s3_url).name
    if own == move.target or whereabouts(own, recorded_moves(), settings).here != move.target:
        return ""
    key = ""
    if settings.embedded and move.target != FOLDER:  # with an engine outside, the key has to be given
        key = f"，并把 DANGAN_SECRET_KEY 设为 {settings.data_dir / 'secret_key'} 中的内容"
    return f"下次重启之前，{setting_for(move.target)}{key}（每个进程的设置都要改；在此之前照常工作）"
