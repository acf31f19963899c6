"""What may stand in a configuration, as it is written and after it was completed."""

from probes.config.schema.base import Table, filled
from probes.config.schema.channel import ChannelEntry, ChannelFields, FullChannel, PriceTable, PublicTable
from probes.config.schema.document import CHANNEL_LIST, Document, FullDocument, Listeners
from probes.config.schema.places import CHANNELS, DOCUMENT, Ways, ahead
from probes.config.schema.probe import ExpectText, FullProbe, ProbeFields
from probes.config.schema.provider import Budget, ProviderEntry, ReachFields, TotalBudget, Uptime
from probes.config.schema.publishing import Metrics, Ops, Page, Retention

__all__ = [
    "CHANNELS",
    "CHANNEL_LIST",
    "DOCUMENT",
    "Budget",
    "ChannelEntry",
    "ChannelFields",
    "Document",
    "ExpectText",
    "FullChannel",
    "FullDocument",
    "FullProbe",
    "Listeners",
    "Metrics",
    "Ops",
    "Page",
    "PriceTable",
    "ProbeFields",
    "ProviderEntry",
    "PublicTable",
    "ReachFields",
    "Retention",
    "Table",
    "TotalBudget",
    "Uptime",
    "Ways",
    "ahead",
    "filled",
]
