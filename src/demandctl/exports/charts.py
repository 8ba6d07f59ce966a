"""Native charts, labelled in Chinese, drawn from cells of their own sheet."""

from __future__ import annotations

from typing import Any, NamedTuple

from openpyxl.chart import BarChart, LineChart, PieChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.chart.layout import Layout, ManualLayout
from openpyxl.chart.text import RichText, Text
from openpyxl.chart.title import Title
from openpyxl.drawing.spreadsheet_drawing import AnchorMarker, TwoCellAnchor
from openpyxl.drawing.text import CharacterProperties, Paragraph, ParagraphProperties, RegularTextRun

COLOURS = ("2F5597", "ED7D31", "70AD47", "FFC000", "7F7F7F", "5B9BD5", "A5568C")


class Chart(NamedTuple):
    """A chart of the rows *first* to *last* (from 1) of a sheet: names in one column, a series in each of the others.

    ``header`` is the row that names the series, ``kind`` column, stacked, bar, pie or line.
    """

    kind: str
    title: str
    header: int
    first: int
    last: int
    names: int
    series: tuple[int, ...]
    percent: bool = False


class _Labels(DataLabelList):
    """openpyxl's own leaves out that the format is the labels' and not that of the cells."""

    __elements__ = DataLabelList.__elements__
    __nested__ = DataLabelList.__nested__

    def to_tree(self, tagname: str | None = None, idx: Any = None, namespace: str | None = None) -> Any:
        """The labels as XML."""
        node = DataLabelList.to_tree(self, tagname, idx, namespace)
        for child in node:
            if child.tag.endswith("numFmt"):
                child.set("sourceLinked", "0")
        return node


class Covered(NamedTuple):
    """The cells that a chart covers, as columns and rows from 0, the last ones outside it."""

    left: int
    top: int
    right: int
    bottom: int


def _anchor(place: Covered) -> TwoCellAnchor:
    corner = AnchorMarker(col=place.left, row=place.top)
    return TwoCellAnchor(editAs="oneCell", _from=corner, to=AnchorMarker(col=place.right, row=place.bottom))


def _title(text: str) -> Title:
    """openpyxl's own is set so large that it takes a third of a small chart."""
    look = CharacterProperties(sz=1200, b=True)
    run = RegularTextRun(rPr=look, t=text)
    return Title(tx=Text(rich=RichText(p=[Paragraph(pPr=ParagraphProperties(defRPr=look), r=[run])])), overlay=False)


def draw(source: Any, chart: Chart, sheet: Any, place: Covered) -> None:
    """Put a chart of the cells of a sheet on one."""
    drawn = {"pie": PieChart, "line": LineChart}.get(chart.kind, BarChart)()
    if chart.kind in ("column", "stacked", "bar"):
        drawn.type = "bar" if chart.kind == "bar" else "col"
        drawn.gapWidth = 60
        if chart.kind == "stacked":
            drawn.grouping, drawn.overlap = "stacked", 100
    for column in chart.series:
        drawn.add_data(_titled(source, column, chart), titles_from_data=True)
    drawn.set_categories(Reference(source, min_col=chart.names, min_row=chart.first, max_row=chart.last))
    drawn.title = _title(chart.title)
    drawn.anchor = _anchor(place)
    _labels(drawn, chart)
    if chart.kind == "pie":
        drawn.legend.position = "r"
    else:
        _axes(drawn, chart)
        drawn.legend = drawn.legend if len(chart.series) > 1 else None
        if drawn.legend:
            drawn.legend.position = "b"
        _colours(drawn)
    sheet.add_chart(drawn)


def _titled(sheet: Any, column: int, chart: Chart) -> Any:
    """The series' name and its values as one range; they stand under each other."""
    assert chart.first == chart.header + 1
    return Reference(sheet, min_col=column, min_row=chart.header, max_row=chart.last)


def _labels(drawn: Any, chart: Chart) -> None:
    drawn.dataLabels = _Labels()
    for part in ("showSerName", "showLegendKey", "showCatName", "showPercent", "showLeaderLines"):
        setattr(drawn.dataLabels, part, False)
    drawn.dataLabels.showVal = True
    # A label on each zero would hide the others.
    drawn.dataLabels.numFmt = "0%" if chart.percent else "0;-0;;"
    if chart.kind == "pie":
        drawn.dataLabels.showPercent, drawn.dataLabels.showVal = True, False
        drawn.dataLabels.numFmt = "0%"


def _axes(drawn: Any, chart: Chart) -> None:
    for axis in (drawn.x_axis, drawn.y_axis):
        axis.delete = False
    drawn.y_axis.majorGridlines = None  # each bar has its value on it
    drawn.y_axis.number_format = "0%" if chart.percent else "0"
    drawn.y_axis.scaling.min = 0
    drawn.x_axis.tickLblSkip = 1  # a bar without its name says nothing
    if chart.percent:
        drawn.y_axis.scaling.max = 1
    if chart.kind == "bar":
        drawn.x_axis.scaling.orientation = "maxMin"  # the first row on top, as in the table
        drawn.y_axis.delete = True
    left = 0.22 if chart.kind == "bar" else 0.09
    height = 0.6 if len(chart.series) > 1 else 0.68
    drawn.layout = Layout(
        manualLayout=ManualLayout(
            layoutTarget="inner", h=height, w=0.93 - left - (0.06 if chart.kind == "bar" else 0), x=left, y=0.18
        )
    )


def _colours(drawn: Any) -> None:
    for series, colour in zip(drawn.series, COLOURS, strict=False):
        series.graphicalProperties.solidFill = colour
        series.graphicalProperties.line.solidFill = colour
        if isinstance(drawn, LineChart):
            series.smooth = False
