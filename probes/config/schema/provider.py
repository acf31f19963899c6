"""Providers as they are written."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from probes.config.schema import types as t
from probes.config.schema.base import EITHER, TABLE, WORD, Table, broken, word
from probes.model import Api

NoneWord = Literal["none"]


class Budget(Table):
    """Caps on what may be spent."""

    per_day: t.Money | None = None
    per_month: t.Money | None = None
    manual_per_day: t.Money | None = None
    currency: t.Currency = "USD"


class TotalBudget(Budget):
    """The cap over everything."""

    zone: t.Zone = "UTC"
    on_exceed: Annotated[str, t.literal("stretch", "refuse")] = "stretch"


TotalBudgetOrNone = Annotated[
    Annotated[Annotated[NoneWord, word("none", "{per_day: 5.00}")], WORD] | Annotated[TotalBudget, TABLE],
    EITHER,
]


class ReachFields(Table):
    """The free question."""

    every: t.Every = Field(default="1m", validate_default=True)
    timeout: t.Limit = Field(default="10s", validate_default=True)
    path: t.UrlPath | None = None


ReachOrNone = Annotated[
    Annotated[Annotated[NoneWord, word("none", "{every: 1m}")], WORD] | Annotated[ReachFields, TABLE], EITHER
]


class Uptime(Table):
    """Policies of reading."""

    rate_limited: Annotated[str, t.literal("failed", "excluded")] = "failed"


class ProviderEntry(Table):
    """Who sells the API."""

    title: t.Name | None = None
    base_url: t.BaseUrl
    api: t.ApiName = Api.OPENAI
    auth: t.AuthName | None = None
    key: t.KeyText | None = None
    keys: dict[t.Id, t.KeyText] | None = None
    headers: dict[t.HeaderName, t.HeaderText] = Field(default={}, validate_default=True)
    reach: ReachOrNone = Field(default={}, validate_default=True)
    budget: Budget = Field(default={}, validate_default=True)
    uptime: Uptime | None = None
    proxy: t.Proxy = None
    ca_file: t.OptionalFile = None
    fetch_images: t.Switch = False

    @model_validator(mode="after")
    def _one_form_of_keys(self) -> "ProviderEntry":
        if self.key is not None and self.keys is not None:
            raise broken("key and keys are two forms of one thing; keep keys", "key")
        if self.keys == {}:
            raise broken("holds no key; write keys: {name: ${NAME}}, or key: for just one", "keys")
        return self
