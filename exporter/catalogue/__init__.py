"""Every metric: name, type, unit, help, labels, buckets, spelled once.

The exposition and `docs/metrics.md` both come from here.
"""

from exporter.catalogue.metric import LEADING, Metric, Scope, Type
from exporter.catalogue.metrics import METRICS
from exporter.catalogue.page import document
from exporter.catalogue.shape import applies, bounds, errors_of, histograms, objectives, series_count, zeros

__all__ = [
    "LEADING",
    "METRICS",
    "Metric",
    "Scope",
    "Type",
    "applies",
    "bounds",
    "document",
    "errors_of",
    "histograms",
    "objectives",
    "series_count",
    "zeros",
]
