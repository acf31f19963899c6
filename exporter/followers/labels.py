"""A channel's own labels (`labels: {team: search}`) as Prometheus labels."""

from probes.model import Channel, Plan


def label_name(name: str) -> str:
    """Its name in Prometheus; the configuration allows only names that fit."""
    return f"label_{name}"


def extra_names(plan: Plan) -> tuple[str, ...]:
    """What `metrics.labels` adds after the leading labels of probes and channels."""
    return tuple(dict.fromkeys(map(label_name, plan.metrics_labels)))


def info_names(plan: Plan) -> tuple[str, ...]:
    """Every label that any channel has: the info metric carries them all."""
    names = (label_name(name) for channel in plan.channels.values() for name in channel.labels)
    return tuple(dict.fromkeys((*extra_names(plan), *names)))


def values_of(channel: Channel, names: tuple[str, ...]) -> tuple[str, ...]:
    """What a channel says for these labels; empty where it has none of the name."""
    own = {label_name(name): value for name, value in channel.labels.items()}
    return tuple(own.get(name, "") for name in names)
