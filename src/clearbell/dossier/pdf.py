"""A case file as PDF, with the part of the font that it uses embedded: it looks the same everywhere."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from clearbell.dossier.errors import FontError, NoWriterError
from clearbell.dossier.fonts import Fonts
from clearbell.dossier.model import Section, Sheet

if TYPE_CHECKING:
    from fpdf import FPDF

_FAMILY = "text"
_MARGIN = 18.0
"""mm."""
_LEFT = 38.0
"""Width of the left column, mm."""
_SIZE, _SMALL, _HEAD, _TITLE = 9.5, 8.0, 12.0, 17.0
_LINE = 5.2
_GREY, _BLACK, _RULE = (90, 90, 90), (0, 0, 0), (190, 190, 190)


def write_pdf(sheet: Sheet, fonts: Fonts, at: int) -> bytes:
    """The case file as PDF, dated ``at`` (µs UTC). Raises :class:`~clearbell.dossier.errors.DossierError`."""
    try:
        from fpdf.errors import FPDFException
    except ImportError:
        raise NoWriterError from None
    made = datetime.datetime.fromtimestamp(at / 1e6, datetime.UTC)
    try:
        pdf = _page(sheet, fonts)
        pdf.set_creation_date(made)
        _title(pdf, sheet)
        for section in sheet.sections:
            _section(pdf, section)
        return bytes(pdf.output())
    except (FPDFException, OSError) as error:
        raise FontError(str(fonts.regular), str(error)) from None


def _page(sheet: Sheet, fonts: Fonts) -> FPDF:
    from fpdf import FPDF

    zh = sheet.language == "zh"

    class Pages(FPDF):
        def footer(self) -> None:
            """What the file is and which page, at the foot of each."""
            self.set_y(-14)
            self.set_font(_FAMILY, "", _SMALL)
            self.set_text_color(*_GREY)
            number = f"第 {self.page_no()} / {{nb}} 页" if zh else f"page {self.page_no()} of {{nb}}"
            self.cell(0, 5, f"{sheet.foot}    {number}", align="C")

    pdf = Pages(format="A4")
    pdf.set_margins(_MARGIN, _MARGIN)
    pdf.set_auto_page_break(auto=True, margin=20)
    pdf.add_font(_FAMILY, "", fonts.regular, collection_font_number=fonts.regular_face)
    pdf.add_font(_FAMILY, "B", fonts.bold, collection_font_number=fonts.bold_face)
    pdf.set_title(sheet.title)
    pdf.set_producer("Clearbell")
    pdf.set_lang("zh-CN" if zh else "en")
    pdf.add_page()
    return pdf


def _title(pdf: Any, sheet: Sheet) -> None:
    pdf.set_font(_FAMILY, "B", _TITLE)
    pdf.multi_cell(0, 9, sheet.title, align="L", new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)
    for row in sheet.heads:
        _row(pdf, row.left, row.text)


def _section(pdf: Any, section: Section) -> None:
    pdf.ln(4)
    if pdf.will_page_break(22):
        pdf.add_page()
    pdf.set_font(_FAMILY, "B", _HEAD)
    pdf.set_text_color(*_BLACK)
    pdf.cell(0, 7, section.title, new_x="LMARGIN", new_y="NEXT")
    pdf.set_draw_color(*_RULE)
    pdf.line(pdf.l_margin, pdf.get_y(), pdf.w - pdf.r_margin, pdf.get_y())
    pdf.ln(1.5)
    for row in section.rows:
        _row(pdf, row.left, row.text)
    if not section.rows:
        _row(pdf, "", section.empty)


def _row(pdf: Any, left: str, text: str) -> None:
    """One line: the left column, and words that run on beneath themselves."""
    pdf.set_font(_FAMILY, "", _SIZE)
    width = pdf.epw - _LEFT
    lines = pdf.multi_cell(width, _LINE, _plain(text) or " ", dry_run=True, output="LINES", align="L")
    for place, line in enumerate(lines):
        if pdf.will_page_break(_LINE):
            pdf.add_page()
        pdf.set_font(_FAMILY, "", _SIZE)
        pdf.set_text_color(*_GREY)
        pdf.cell(_LEFT, _LINE, _plain(left) if place == 0 else "")
        pdf.set_text_color(*_BLACK)
        pdf.cell(width, _LINE, line, new_x="LMARGIN", new_y="NEXT")


def _plain(text: str) -> str:
    """Without what no page can show."""
    return "".join(sign for sign in text if sign.isprintable() or sign == "\n")
