"""A PDF that says something, made by hand: nothing that we install writes text into one."""

from __future__ import annotations

import zlib


def endless_pdf(operators: int) -> bytes:
    """Return a small PDF with one page of very many operators."""
    drawn = zlib.compress(b"BT /F1 12 Tf (a) Tj ET " * (operators // 4), 9)
    content = f"<< /Length {len(drawn)} /Filter /FlateDecode >>\nstream\n".encode() + drawn
    whole = pdf("!")
    at = whole.index(b"<< /Length")
    return whole[:at] + content + b"\nendstream\nendobj\n" + whole[whole.index(b"xref\n") :]


def pdf(*pages: str) -> bytes:
    """Return a PDF with a line of ASCII on each page."""
    kids = " ".join(f"{4 + 2 * at} 0 R" for at in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for at, text in enumerate(pages):
        drawn = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        uses = f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * at} 0 R"
        objects += [
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {uses} >>",
            f"<< /Length {len(drawn)} >>\nstream\n{drawn}\nendstream",
        ]
    written = "%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(written))
        written += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{len(written)}\n%%EOF\n"
    return (written + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}").encode("ascii")
