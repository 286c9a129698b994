"""How much may come out of a bundle: limits hold for everything inside the outermost one, however it is nested."""

from dataclasses import dataclass

from archive.models import Document, Member, Outcome, Version

FREE = 64 << 20   # so much may always come out: a small file of much repetition is no bomb


@dataclass(frozen=True, slots=True)
class UnpackLimits:
    """`ratio`: how many times the outermost bundle's size may come out of it; `depth`: bundles within bundles."""

    members: int = 10_000
    bytes: int = 20 << 30
    ratio: int = 200
    depth: int = 4

    def as_they_are(self, largest: int) -> dict[str, int]:
        """To be kept with what was taken apart under them; `largest`: bytes of one file."""
        return {"members": self.members, "bytes": self.bytes, "ratio": self.ratio, "depth": self.depth, "file": largest}

    def sentence(self, limit: str) -> str:
        """Which limit was met, and where it is set."""
        told = {
            "members": f"里面的文件数超过上限 {self.members:,} 个（含嵌套的压缩包；DANGAN_UNPACK_MEMBERS）",
            "bytes": f"解开后的总大小超过上限 {shown(self.bytes)}（含嵌套的压缩包；DANGAN_UNPACK_BYTES）",
            "ratio": f"解开后的大小超过压缩包的 {self.ratio} 倍上限，疑为“压缩炸弹”（DANGAN_UNPACK_RATIO）",
            "depth": f"压缩包嵌套超过上限 {self.depth} 层（DANGAN_UNPACK_DEPTH）"}
        return told[limit]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a version stands among bundles, and what may still come out: `root` is the outermost version."""

    root: str
    depth: int
    members_left: int
    bytes_left: int
    byte_limit: str

    @classmethod
    def of(cls, document: Document, version: Version, limits: UnpackLimits) -> "Place":
        came = Member.objects(child=document.id, child_version=version.id,
                              outcome__in=(Outcome.FILED.value, Outcome.VERSION.value)).first()
        root, depth = (came.root, came.depth) if came else (version.id, 0)
        members, used = _used(root, version.id)
        outermost = Version.objects(id=root).first() or version    # withdrawn meanwhile: what was inside stands by itself
        by_ratio = max(FREE, limits.ratio * outermost.size)
        allowed = min(limits.bytes, by_ratio)
        return cls(root, depth, max(limits.members - members, 0), max(allowed - used, 0),
                   "ratio" if by_ratio < limits.bytes else "bytes")


def _used(root: str, but: str) -> tuple[int, int]:
    """Members and bytes that came out of the root, without those of the version that is to be taken apart now."""
    rows = list(Member._get_collection().aggregate([
        {"$match": {"root": root, "version": {"$ne": but}}},
        {"$group": {"_id": None, "members": {"$sum": 1}, "bytes": {"$sum": "$size"}}}]))
    return (int(rows[0]["members"]), int(rows[0]["bytes"])) if rows else (0, 0)


def shown(size: int) -> str:
    for unit, name in ((1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {name}"
    return f"{size} 字节"
