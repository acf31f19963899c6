"""The sections for those who publish: pages, notifications, maintenance, InfluxDB, metrics, operating."""

from typing import Annotated

from pydantic import Field, model_validator

from probes.config import calendars
from probes.config.schema import types as t
from probes.config.schema.base import Table, broken

_SEVERITIES = ("critical", "warning", "info")
_LABELS = ("alert", "channel", "provider", "family", "vantage", "severity")
Names = Annotated[list[str], t.one_or_many(t.scalars.name)]
Severities = Annotated[list[str], t.one_or_many(t.literal(*_SEVERITIES).read)]


class Ops(Table):
    """Who may operate."""

    read_token: t.KeyText | None = None
    admin_token: t.KeyText | None = None

    @model_validator(mode="after")
    def _two_tokens(self) -> "Ops":
        if self.read_token is not None and self.read_token == self.admin_token:
            raise broken(
                "is the same as read_token, so every reader could operate; choose another", "admin_token"
            )
        return self


class Metrics(Table):
    """How much is exported."""

    detail: Annotated[str, t.literal("channel", "lean")] = "channel"
    labels: list[t.LabelName] = Field(default=[], validate_default=True)


class Retention(Table):
    """How long results stay."""

    results: Annotated[float, t.between("1d", "3650d")] = Field(default="90d", validate_default=True)


class Influx(Table):
    """InfluxDB: version 2 with org, bucket and token, or 1.x with a database."""

    url: t.ServiceUrl
    org: t.Name | None = None
    bucket: t.Name | None = None
    token: t.KeyText | None = None
    database: t.Name | None = None
    username: t.Name | None = None
    password: t.HeaderText | None = None

    @model_validator(mode="after")
    def _one_version(self) -> "Influx":
        newer = [name for name in ("org", "bucket", "token") if getattr(self, name) is not None]
        older = [name for name in ("database", "username", "password") if getattr(self, name) is not None]
        if newer and older:
            raise broken("belongs to 1.x; beside org, bucket and token leave it out", older[0])
        if older and self.database is None:
            raise broken("is missing; 1.x needs a database", "database")
        if not older and len(newer) < 3:  # noqa: PLR2004 - the three of them
            raise broken("takes org, bucket and token (2.x), or database (1.x)")
        if (self.username is None) != (self.password is None):
            raise broken("username and password come together")
        return self


class Service(Table):
    """Where notifications go: exactly one kind."""

    apprise: t.KeyText | None = None
    webhook: t.SecretUrl | None = None
    secret: t.KeyText | None = None
    alertmanager: t.SecretUrl | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> "Service":
        given = [x for x in (self.apprise, self.webhook, self.alertmanager) if x is not None]
        if len(given) != 1:
            raise broken("takes exactly one of apprise, webhook, alertmanager")
        if self.secret is not None and self.webhook is None:
            raise broken("signs a webhook; there is none here", "secret")
        return self


class Match(Table):
    """Which alerts a route takes; several values: any of them."""

    alert: Names | None = None
    severity: Severities | None = None
    channel: Names | None = None
    provider: Names | None = None
    family: Names | None = None
    vantage: Names | None = None


class Route(Table):
    """What goes where; the first that matches wins, unless it continues."""

    match: Match | None = None
    to: list[t.Name]
    continue_: t.Switch = Field(default=False, alias="continue")
    group_by: list[Annotated[str, t.literal(*_LABELS)]] | None = None
    after: t.Duration | None = None
    remind: t.Duration | None = None
    resolved: t.Switch = True


class Notify(Table):
    """Who is told."""

    services: dict[t.Id, Service] = Field(default={}, validate_default=True)
    routes: list[Route] = Field(default=[], validate_default=True)
    heartbeat: t.SecretUrl | None = None


class Maintenance(Table):
    """A time in which a scope is not judged: once, or again and again."""

    channel: t.Id | None = None
    provider: t.Id | None = None
    family: t.Name | None = None
    from_: t.Instant | None = Field(default=None, alias="from")
    to: t.Instant | None = None
    cron: Annotated[str, t.Rule(calendars.cron, {"type": "string"})] | None = None
    for_: Annotated[float, t.between("1m", "31d")] | None = Field(default=None, alias="for")
    zone: t.Zone = "UTC"
    note: t.Text = ""

    @model_validator(mode="after")
    def _one_scope_one_time(self) -> "Maintenance":
        if sum(x is not None for x in (self.channel, self.provider, self.family)) != 1:
            raise broken("takes exactly one of channel, provider, family")
        once, again = (self.from_, self.to), (self.cron, self.for_)
        if any(x is not None for x in once) == any(x is not None for x in again):
            raise broken("takes either from and to, or cron and for")
        if once.count(None) == 1 or again.count(None) == 1:
            raise broken("is only half of a time; write from and to, or cron and for")
        if self.from_ is not None and self.to is not None and self.to <= self.from_:
            raise broken("is not later than from", "to")
        return self


class Section(Table):
    """A part of the status page."""

    title: t.Name
    families: list[t.Name]
    show: Annotated[str, t.literal("each", "any")] = "each"


class Page(Table):
    """The status page."""

    title: t.Name = "Model status"
    url: t.BaseUrl | None = None
    logo: t.OptionalFile = None
    locale: t.Locale = "en"
    zone: t.Zone = "UTC"
    base_path: t.BasePath = "/"
    prices: t.Switch = False
    frame_ancestors: list[t.Origin] = Field(default=[], validate_default=True)
    announcement: t.LongText = ""
    incidents: Annotated[str, t.literal("auto", "none")] = "auto"
    sections: list[Section] = Field(default=[], validate_default=True)
