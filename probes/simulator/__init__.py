"""Fake gateways with real faults: a witness of what the vendors' documentation and captures say.

Standard library only, and nothing of genping: one misreading of a protocol must not sit on both sides.
"""

from probes.simulator.http11 import Call
from probes.simulator.scenario import Quirk, Scenario
from probes.simulator.scenarios import SCENARIOS
from probes.simulator.script import End, Reply, Step
from probes.simulator.server import Server, running, start_server
from probes.simulator.simulator import Simulator

__all__ = [
    "SCENARIOS",
    "Call",
    "End",
    "Quirk",
    "Reply",
    "Scenario",
    "Server",
    "Simulator",
    "Step",
    "running",
    "start_server",
]
