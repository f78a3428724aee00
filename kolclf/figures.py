"""The figures of a report as SVG by matplotlib; the only module that draws.

Nothing that a table or a model says is written in them but numbers: its words stand in the page, where they are escaped, wrap
and are read aloud.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator, NullLocator

from kolclf.evaluation import Bin, CoverageError, LearningCurve

INK, GREY, COLOUR = "#1b1f24", "#8c959f", "#1f5a8a"
SIZE = (3.7, 2.8)  # inches: the width of a telephone, so that letters are of readable size on one
STYLE = {
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "figure.constrained_layout.use": True,
    "font.sans-serif": ["DejaVu Sans", "system-ui", "Segoe UI", "Roboto", "Helvetica Neue", "Arial"],
    "font.size": 9,
    "lines.linewidth": 1.4,
    "svg.fonttype": "none",  # letters stay letters, in a font of the reader
    "svg.hashsalt": "kolclf",  # the same figure has the same bytes
    "text.parse_math": False,
    "xtick.color": INK,
    "ytick.color": INK,
}
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
MIN_ROWS = 20  # a share of fewer says nothing, and would set the scale


@contextmanager
def _figure(axis_labels: Mapping[str, str]) -> Iterator[tuple[Axes, io.StringIO]]:
    """Yield what to draw on, and where its SVG stands afterwards."""
    with mpl.rc_context(STYLE):  # type: ignore[arg-type]
        figure, svg = Figure(figsize=SIZE), io.StringIO()
        axes = figure.subplots()
        axes.set(xlabel=axis_labels["x"], ylabel=axis_labels["y"])
        yield axes, svg
        figure.savefig(svg, format="svg", metadata=NO_METADATA)


def _in_percent(*axes: object) -> None:
    for axis in axes:
        axis.set_major_locator(MaxNLocator(5, integer=True))  # type: ignore[attr-defined]
        axis.set_major_formatter("{x:g}%")  # type: ignore[attr-defined]


def reliability(bins: Sequence[Bin], axis_labels: Mapping[str, str]) -> str:
    """Return the SVG of the share that is so by the probability that was said, with 95 % intervals; larger is more accounts.

    Parameters
    ----------
    bins : sequence of Bin
    axis_labels : mapping of str to str
        What is written at the axes ``x`` and ``y``.
    """
    said = [100 * bin_.p for bin_ in bins]
    counts = np.array([bin_.share.n for bin_ in bins])
    with _figure(axis_labels) as (axes, svg):
        axes.plot([0, 100], [0, 100], color=GREY, linestyle="--", linewidth=1)
        axes.vlines(said, *(100 * np.array([bin_.share.interval for bin_ in bins]).T), color=COLOUR)
        axes.scatter(said, [100 * bin_.share.value for bin_ in bins], s=10 + 90 * counts / counts.max(), color=COLOUR)
        _in_percent(axes.xaxis, axes.yaxis)
    return svg.getvalue()


def coverage_error(curve: CoverageError, axis_labels: Mapping[str, str]) -> str:
    """Return the SVG of the share of answers that is wrong by the share of accounts answered, and the point of the model."""
    shown = slice(min(MIN_ROWS, len(curve.coverage)) - 1, None)
    with _figure(axis_labels) as (axes, svg):
        axes.plot(100 * curve.coverage[shown], 100 * curve.error[shown], color=COLOUR)
        axes.plot(100 * curve.at_coverage, 100 * curve.at_error, "o", color=INK)
        axes.set_xlim(0, 102)
        axes.set_ylim(bottom=0)
        _in_percent(axes.xaxis, axes.yaxis)
    return svg.getvalue()


def learning_curve(curve: LearningCurve, axis_labels: Mapping[str, str]) -> str:
    """Return the SVG of the accuracy by the number of labels, and of the accuracy expected of more, with 95 % intervals."""
    n_labels = [point.n_labels for point in curve.points]
    accuracy, low, high = 100 * np.array([point.accuracy[:3] for point in curve.points]).T
    expected, least, most = accuracy[-1] + 100 * np.array(curve.gain[:3])
    with _figure(axis_labels) as (axes, svg):
        axes.fill_between(n_labels, low, high, color=COLOUR, alpha=0.18, linewidth=0)
        axes.plot(n_labels, accuracy, "o-", color=COLOUR, markersize=4)
        axes.plot([n_labels[-1], curve.next_n_labels], [accuracy[-1], expected], color=GREY, linestyle="--")
        axes.vlines([curve.next_n_labels], [least], [min(most, 100)], color=GREY)
        axes.plot(curve.next_n_labels, expected, "o", color=GREY, markerfacecolor="white")
        axes.set_xscale("log")
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_xticks([*n_labels, curve.next_n_labels], [*map(str, n_labels), str(curve.next_n_labels)])
        _in_percent(axes.yaxis)
    return svg.getvalue()
