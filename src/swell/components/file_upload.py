"""Files that users upload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, ClassVar

from msgspec import Meta

from swell.schema.kinds import Name

from .base import Component

Megabytes = Annotated[float, Meta(gt=0)]


class FileUpload(Component):
    """Ask for a file, or for several.

    `q.args.<name>` is the list of their addresses, in the order in which they were chosen.
    `await q.site.download(address, path)` copies one of them to a file of the app. The page is
    submitted as soon as the files are uploaded, unless it is `compact`.

    The server refuses files that are over the limits here, and those over the settings
    `upload_max_bytes`, `upload_quota_bytes` and `upload_quota_files`.

    Attributes:
        name: Key in `q.args`.
        label: Text of the button that uploads, or above the box if it is `compact`.
        multiple: Take several files.
        file_extensions: Endings of the names of files that are taken, such as `pdf`.
        max_file_size: Largest file, in units of 1,048,576 bytes.
        max_size: Largest total size of the files of one upload, in units of 1,048,576 bytes.
        height: CSS height of the box; `300px` when absent. Not if it is `compact`.
        width: CSS width.
        compact: Show one line; files are uploaded when they are chosen.
        visible: False hides it.
        tooltip: Help shown at a small icon beside the label.
        required: Mark it as required. Not checked by the server.
    """

    tag: ClassVar[str] = "file_upload"
    name: Name
    label: str | None = None
    multiple: bool | None = None
    file_extensions: Sequence[str] | None = None
    max_file_size: Megabytes | None = None
    max_size: Megabytes | None = None
    height: str | None = None
    width: str | None = None
    compact: bool | None = None
    visible: bool | None = None
    tooltip: str | None = None
    required: bool | None = None
