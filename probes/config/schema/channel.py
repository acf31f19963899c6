"""Channels and profiles as they are written."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, model_validator

from probes.config.schema import types as t
from probes.config.schema.base import EITHER, TABLE, WORD, Table, broken, word
from probes.config.schema.probe import FullProbe, ProbeEntry, ProbeFields
from probes.config.schema.provider import Budget
from probes.model import Billed


class Credits(Table):
    """A provider's own money."""

    usd_per_credit: t.Rate


class PriceTable(Table):
    """What a channel charges; token prices are per 1,000,000 tokens."""

    input: t.Money | None = None
    cached_input: t.Money | None = None
    output: t.Money | None = None
    image_output: t.Money | None = None
    per_request: t.Money | None = None
    per_image: dict[t.Size, t.Money] | None = None
    currency: t.Currency | None = None
    credits: Credits | None = None
    billed: t.BilledName = Billed.ATTEMPT

    @model_validator(mode="after")
    def _says_something(self) -> "PriceTable":
        if self.currency is not None and self.credits is not None:
            raise broken("credits have their own worth in USD; leave currency out", "currency")
        if self.per_image == {}:
            raise broken("holds no price; write per_image: {1K: 0.07}", "per_image")
        if all(amount is None for amount in self.amounts.values()) and self.per_image is None:
            raise broken(
                "holds no price; write what is charged, such as {input: 0.50, output: 3.00}, or free"
            )
        return self

    @property
    def amounts(self) -> Mapping[str, Decimal | None]:
        """The prices that are one number."""
        return {
            "input": self.input,
            "cached_input": self.cached_input,
            "output": self.output,
            "image_output": self.image_output,
            "per_request": self.per_request,
        }


PriceOrFree = Annotated[
    Annotated[Annotated[Literal["free"], word("free", "{input: 0.50, output: 3.00}")], WORD]
    | Annotated[PriceTable, TABLE],
    EITHER,
]


class PublicTable(Table):
    """How a channel shows itself in public."""

    as_: t.Name | None = Field(default=None, alias="as")
    hide: list[Annotated[str, t.literal("provider", "model", "served_model", "group")]] = Field(
        default=[], validate_default=True
    )


PublicOrSwitch = Annotated[Annotated[t.Switch, WORD] | Annotated[PublicTable, TABLE], EITHER]


class ChannelFields(ProbeFields):
    """What a profile may say about its channels, and probe fields for all their probes."""

    provider: t.Id | None = None
    key: t.Id | None = None
    model: t.Name | None = None
    family: t.Name | None = None
    group: t.Text = ""
    region: t.Text = ""
    price: PriceOrFree | None = None
    budget: Budget = Field(default={}, validate_default=True)
    public: PublicOrSwitch = False
    labels: dict[t.LabelName, t.Text] = Field(default={}, validate_default=True)
    probes: list[ProbeEntry] | None = None


class Profile(ChannelFields):
    """A list of probes and shared fields under a name."""


class ChannelEntry(ChannelFields):
    """What a user can pick and pay for."""

    id: t.Id
    title: t.Name | None = None
    use: t.Name | None = None
    paused: t.Switch = False


class FullChannel(Table):
    """A channel after defaults and profile."""

    id: t.Id
    title: t.Name
    provider: t.Id
    key: t.Id
    model: t.Name
    family: t.Name
    group: t.Text = ""
    region: t.Text = ""
    price: PriceOrFree
    budget: Budget
    public: PublicOrSwitch = False
    labels: dict[t.LabelName, t.Text]
    paused: t.Switch = False
    probes: list[FullProbe]
