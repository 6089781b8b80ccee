"""The process that reads one PDF: `python pdf_process.py <file> <pages> <characters> <bytes>`.

It runs as a script, so that it loads nothing but `pypdf`. Parsing untrusted files may take for
ever or all memory there is; a process can be ended, a thread cannot. The text goes to stdout, and
the exit status is an error code of `swell.chat.runs.documents`.
"""

from __future__ import annotations

import os
import sys

LOCKED, DAMAGED, TOO_LARGE = 3, 4, 5


def main(path: str, pages: int, characters: int, memory: int) -> int:
    """Write the text of the first pages to stdout; return the exit status."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        os.nice(10)  # answers and downloads go first
    except (ImportError, OSError, ValueError):
        pass  # not on this system; the deadline still holds
    import pypdf

    texts: list[str] = []
    length = 0
    try:
        for number, page in enumerate(pypdf.PdfReader(path).pages):
            if number == pages or length >= characters:
                break
            texts.append(page.extract_text())
            length += len(texts[-1])
    except pypdf.errors.FileNotDecryptedError:
        return LOCKED
    except MemoryError:
        return TOO_LARGE
    except Exception:  # a parser of untrusted files can fail in any way
        return DAMAGED
    text = "\n\n".join(texts)[:characters]
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    return 0


if __name__ == "__main__":
    _, _path, *_numbers = sys.argv
    sys.exit(main(_path, *map(int, _numbers)))
