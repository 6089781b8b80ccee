"""Text of documents that people attach: of a PDF what its pages say."""

from __future__ import annotations

from pathlib import Path

from swell.errors import DocumentError

__all__ = ["TEXT_MAX_CHARS", "is_pdf", "pdf_text"]

TEXT_MAX_CHARS = 5_000_000
"""How much text is taken out of one PDF, in code points; further pages are left out."""


def is_pdf(name: str, mime: str) -> bool:
    """Tell whether a file says that it is a PDF."""
    return mime == "application/pdf" or name.lower().endswith(".pdf")


def pdf_text(path: Path, name: str) -> str:
    """Return what the pages of a PDF say, an empty line between them; pictures say nothing.

    Args:
        path: Where it is.
        name: What the person calls it, for the error.

    Raises:
        DocumentError: If it is no PDF, is locked with a password, or if `pypdf` is not installed.
    """
    try:
        import pypdf  # only those who read PDF need it
    except ImportError:
        raise DocumentError(name, "this app cannot read PDF; `pip install pypdf` lets it") from None
    pages: list[str] = []
    length = 0
    try:
        for page in pypdf.PdfReader(path).pages:
            pages.append(page.extract_text())
            length += len(pages[-1])
            if length >= TEXT_MAX_CHARS:
                break
    except pypdf.errors.FileNotDecryptedError:
        raise DocumentError(name, "it is locked with a password") from None
    except Exception as error:  # a parser of what strangers send has no end of ways to fail
        raise DocumentError(name, "it is no PDF, or a damaged one") from error
    return "\n\n".join(pages)[:TEXT_MAX_CHARS]
