"""Builds minimal Excel workbooks."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from xml.sax.saxutils import escape

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" ContentType='
    '"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>'
)
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
STYLES = (
    f'<?xml version="1.0"?><styleSheet xmlns="{MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
    '<xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def cell_xml(value: object) -> str:
    """Return the XML of one cell: a text, a number, or a date as Excel's day number (`("day", 46000)`)."""
    if isinstance(value, tuple):
        return f'<c s="1"><v>{value[1]}</v></c>'
    if isinstance(value, int | float):
        return f"<c><v>{value}</v></c>"
    return f'<c t="inlineStr"><is><t>{escape(str(value))}</t></is></c>'


def worksheet_xml(rows: Iterable[Sequence[object]]) -> str:
    """Return the XML of a sheet."""
    body = "".join(f"<row>{''.join(map(cell_xml, row))}</row>" for row in rows)
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData></worksheet>'


def workbook(rows: Iterable[Sequence[object]] = (), **parts: str) -> bytes:
    """Return a workbook of one sheet. `parts` replace the XML of single parts: `sheet`, `shared`."""
    relation = f'<Relationship Id="rId{{}}" Type="{OFFICE}/{{}}" Target="{{}}"/>'
    inner = [relation.format(1, "worksheet", "worksheets/sheet1.xml"), relation.format(2, "styles", "styles.xml")]
    inner += [relation.format(3, "sharedStrings", "sharedStrings.xml")] if "shared" in parts else []
    return zip_parts(
        {
            "[Content_Types].xml": TYPES,
            "_rels/.rels": f"{RELATIONS}{relation.format(1, 'officeDocument', 'xl/workbook.xml')}</Relationships>",
            "xl/_rels/workbook.xml.rels": f"{RELATIONS}{''.join(inner)}</Relationships>",
            "xl/workbook.xml": f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{OFFICE}"><sheets>'
            '<sheet name="List" sheetId="1" r:id="rId1"/></sheets></workbook>',
            "xl/styles.xml": STYLES,
            "xl/worksheets/sheet1.xml": parts.get("sheet") or worksheet_xml(rows),
        }
        | ({"xl/sharedStrings.xml": parts["shared"]} if "shared" in parts else {})
    )


def zip_parts(parts: Mapping[str, str | bytes]) -> bytes:
    """Return a zip file of these parts."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return content.getvalue()
