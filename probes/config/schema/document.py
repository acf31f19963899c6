"""The whole file."""

from typing import Annotated

from pydantic import Field, TypeAdapter, model_validator

from probes.config.schema import types as t
from probes.config.schema.base import Table, broken
from probes.config.schema.channel import ChannelEntry, FullChannel, Profile
from probes.config.schema.probe import ProbeFields
from probes.config.schema.provider import ProviderEntry, TotalBudgetOrNone, Uptime
from probes.config.schema.publishing import Influx, Maintenance, Metrics, Notify, Ops, Page, Retention


class Listeners(Table):
    """Where the two listeners bind."""

    public: t.Listen = Field(default="127.0.0.1:8811", validate_default=True)
    ops: t.Listen = Field(default="127.0.0.1:9811", validate_default=True)


class Defaults(ProbeFields):
    """Probe fields for every probe."""


class Settings(Table):
    """Everything but the channels and what they are made from."""

    vantage: t.Name | None = None
    data_dir: t.FilePath = Field(default="data", validate_default=True)
    listen: Listeners = Field(default={}, validate_default=True)
    budget: TotalBudgetOrNone = Field(default={}, validate_default=True)
    rates: dict[t.Currency, t.Rate] = Field(default={}, validate_default=True)
    uptime: Uptime = Field(default={}, validate_default=True)
    providers: dict[t.Id, ProviderEntry]
    probers: Annotated[int, t.whole(1, 64)] = 1
    retention: Retention = Field(default={}, validate_default=True)
    ops: Ops = Field(default={}, validate_default=True)
    metrics: Metrics = Field(default={}, validate_default=True)
    influx: Influx | None = None
    notify: Notify | None = None
    maintenance: list[Maintenance] = Field(default=[], validate_default=True)
    page: Page = Field(default={}, validate_default=True)

    @model_validator(mode="after")
    def _sensible(self) -> "Settings":
        if not self.providers:
            raise broken(
                "is empty; write a provider, such as {name: {base_url: https://host/v1, key: ${NAME}}}",
                "providers",
            )
        if "USD" in self.rates:
            raise broken("budgets are kept in USD, so one USD is one; leave this rate out", "rates")
        return self


class Document(Settings):
    """A configuration as it is written."""

    defaults: Defaults | None = None
    profiles: dict[t.Name, Profile] | None = None
    channels: list[ChannelEntry] | None = None
    channels_from: list[t.Name] | None = None


class FullDocument(Settings):
    """A configuration after defaults, profiles and includes."""

    vantage: t.Name
    channels: list[FullChannel]


CHANNEL_LIST: TypeAdapter[list[ChannelEntry]] = TypeAdapter(list[ChannelEntry])
"""A file of `channels_from`."""
