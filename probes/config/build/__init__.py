"""The validated plain form -> the Plan."""

from probes.config.build.plan import plan

__all__ = ["plan"]
