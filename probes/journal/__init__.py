"""The log that every fact about channels passes through, and the ledger that is part of it."""

from probes.journal.journal import Journal
from probes.journal.values import NANO, Cap, Intent, Period, Refusal, RowType

__all__ = ["NANO", "Cap", "Intent", "Journal", "Period", "Refusal", "RowType"]
