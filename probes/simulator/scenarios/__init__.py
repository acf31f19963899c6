"""The catalogue: name -> scenario. A key `sk-sim-<name>` selects one."""

from probes.simulator.scenario import Scenario
from probes.simulator.scenarios.answers import ANSWERS
from probes.simulator.scenarios.demo import DEMO
from probes.simulator.scenarios.healthy import HEALTHY
from probes.simulator.scenarios.refusals import REFUSALS
from probes.simulator.scenarios.transport import TRANSPORT

GROUPS: dict[str, tuple[Scenario, ...]] = {
    "Healthy": HEALTHY,
    "The demo": DEMO,
    "Refusals": REFUSALS,
    "Odd answers": ANSWERS,
    "Transport": TRANSPORT,
}
SCENARIOS: dict[str, Scenario] = {scenario.name: scenario for group in GROUPS.values() for scenario in group}
__all__ = ["GROUPS", "SCENARIOS"]
