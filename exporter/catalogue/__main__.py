"""`python -m exporter.catalogue > docs/metrics.md`."""

import sys

from exporter.catalogue import document

sys.stdout.write(document())
