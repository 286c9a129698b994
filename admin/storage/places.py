"""Naming a store: by its address, which may hold a key, and by its place, which may be shown. Opens no connection."""

from dataclasses import dataclass, field

from admin.settings import PREFIX, Settings
from archive.blobs.s3_address import S3Address
from archive.errors import Invalid

FOLDER = "folder"


@dataclass(frozen=True, slots=True)
class Place:
    """`url` as `DANGAN_S3_URL` takes it, empty for the folder of the objects; `name` is the same for any key to it."""

    url: str = field(repr=False)
    name: str


def place_of(url: str) -> Place:
    """Raises ValueError with what is wrong, in Chinese, never with the key or the secret."""
    return Place(url, S3Address.parse(url).place if url else FOLDER)


def target_named(text: str) -> Place:
    """What a person calls the target. Raises Invalid; only what the settings can name afterwards is a target."""
    if text == FOLDER:
        return place_of("")
    try:
        return Place(text, S3Address.parse(text).place)
    except ValueError as error:
        raise Invalid(field="迁移目标", problem=f"应为 folder（本机数据文件夹中的 objects）或 S3 桶的地址；{error}。") from None


def shown(name: str, settings: Settings) -> str:
    """A place for a person to read."""
    return f"文件夹 {settings.data_dir / 'objects'}" if name == FOLDER else name


def setting_for(name: str) -> str:
    """What to do with the settings so that they name this place."""
    return f"去掉 {PREFIX}S3_URL 设置" if name == FOLDER else f"把 {PREFIX}S3_URL 设为 {name} 的完整地址（含密钥）"
