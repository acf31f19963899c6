"""Every metric that genping publishes, spelled once. Names and labels are a public contract."""

from exporter.catalogue.metric import Metric, Scope, Type
from probes.model import CostBasis, Outcome, Reason, SkipReason, State

OBJECTIVES = ("ttft", "e2e")
PHASES = ("dns", "connect", "tls", "first_byte", "first_token", "transfer")
IMAGE_VERDICTS = ("ok", "wrong_size", "blank", "unverified")
BUDGET_SCOPES = ("total", "provider", "channel")
EXTRA_REASONS = (Reason.CONFIRM, Reason.ESCALATE, Reason.MANUAL)
CONFIGURED: tuple[str, ...] = ()  # the values come from the configuration

METRICS: dict[str, Metric] = {}


def _add(family: Metric) -> Metric:
    METRICS[family.name] = family
    return family


def _gauge(of: Scope, name: str, text: str, /, **labels: tuple[str, ...]) -> Metric:
    return _add(Metric(name=name, type=Type.GAUGE, scope=of, help=text, labels=labels))


def _counter(of: Scope, name: str, text: str, /, **labels: tuple[str, ...]) -> Metric:
    return _add(Metric(name=name, type=Type.COUNTER, scope=of, help=text, labels=labels))


def _histogram(of: Scope, name: str, text: str, /) -> Metric:
    return _add(Metric(name=name, type=Type.HISTOGRAM, scope=of, help=text))


_P, _C, _R, _G = Scope.PROBE, Scope.CHANNEL, Scope.KEY, Scope.GENPING

PROBE_SUCCESS = _gauge(
    _P,
    "genping_probe_success",
    "The last result: 1 ok, 0 failed. Excluded leaves it; absent before the first.",
)
LAST_RESULT = _gauge(
    _P,
    "genping_probe_last_result_timestamp_seconds",
    "When the last result of any outcome was finished.",
)
LAST_SUCCESS = _gauge(
    _P, "genping_probe_last_success_timestamp_seconds", "When the last ok result was finished."
)
INTERVAL = _gauge(
    _P,
    "genping_probe_interval_seconds",
    "How often the probe is sent: as asked, and as planned inside the budget.",
    plan=("asked", "planned"),
)
UPTIME_SLOTS = _counter(
    _P,
    "genping_uptime_slots_total",
    "The SLI: scheduled slots that were good (ok) or bad (failed, or skipped as unreachable).",
    result=("good", "bad"),
)
RESULTS = _counter(
    _P, "genping_probe_results_total", "Executed scheduled slots by outcome.", outcome=tuple(Outcome)
)
ERRORS = _counter(
    _P, "genping_probe_errors_total", "Executed scheduled slots that were not ok, by error.", error=CONFIGURED
)
SKIPPED = _counter(
    _P,
    "genping_slots_skipped_total",
    "Scheduled slots that were not executed, by reason.",
    reason=tuple(SkipReason),
)
EXTRA = _counter(
    _P,
    "genping_extra_probes_total",
    "Probes sent out of turn; they never count for uptime.",
    reason=EXTRA_REASONS,
    outcome=tuple(Outcome),
)
OBJECTIVE_RESULTS = _counter(
    _P,
    "genping_objective_results_total",
    "Scheduled untainted results that met a latency objective or did not; a timeout did not.",
    objective=OBJECTIVES,
    met=("true", "false"),
)
IMAGES = _counter(
    _P,
    "genping_images_total",
    "Pictures of scheduled results, by the size asked for and what they turned out to be.",
    size=CONFIGURED,
    verdict=IMAGE_VERDICTS,
)
DURATION = _histogram(
    _P,
    "genping_probe_duration_seconds",
    "Probe start to last byte (e2e_s) of ok scheduled untainted results; timeouts at their deadline.",
)
TTFT = _histogram(
    _P,
    "genping_time_to_first_token_seconds",
    "Request start to first output (ttft_s) of ok scheduled untainted streams; timeouts at their deadline.",
)
TTFA = _histogram(
    _P,
    "genping_time_to_first_answer_seconds",
    "Request start to first answer output (ttfa_s) of the same results; timeouts at their deadline.",
)
DECODE_RATE = _histogram(
    _P,
    "genping_output_tokens_per_second",
    "Tokens per second from first to last output (decode_tps) of ok scheduled untainted results.",
)
E2E_RATE = _histogram(
    _P,
    "genping_end_to_end_tokens_per_second",
    "Tokens per second from request start to last output (e2e_tps) of ok scheduled untainted results.",
)
PHASE = _gauge(
    _P,
    "genping_probe_phase_seconds",
    "Parts of the last result, disjoint: first_token = ttft − ttfb, transfer = last byte − first output.",
    phase=PHASES,
)
INPUT_TOKENS = _counter(
    _P, "genping_input_tokens_total", "Input tokens of every probe sent, cached ones included."
)
OUTPUT_TOKENS = _counter(
    _P, "genping_output_tokens_total", "Billable output tokens of every probe sent, reasoning included."
)
COST = _counter(
    _P,
    "genping_cost_usd_total",
    "What every probe sent has cost, by where the figure comes from.",
    basis=tuple(CostBasis),
)
OVERRUNS = _counter(
    _P, "genping_cost_overruns_total", "Probes that cost more than the worst case reserved for them."
)
PROBE_INFO = _gauge(
    _P, "genping_probe_info", "Always 1.", wire=CONFIGURED, size=CONFIGURED, main=("true", "false")
)
OBJECTIVE_UPTIME = _gauge(_P, "genping_objective_uptime_ratio", "The uptime that the owner calls good.")
OBJECTIVE_SECONDS = _gauge(
    _P, "genping_objective_seconds", "The latency that the owner calls good.", objective=OBJECTIVES
)

CHANNEL_UP = _gauge(_C, "genping_channel_up", "1 operational or degraded, 0 down; absent in any other state.")
CHANNEL_STATE = _gauge(_C, "genping_channel_state", "Exactly one state is 1.", state=tuple(State))
CHANNEL_SINCE = _gauge(
    _C, "genping_channel_state_since_timestamp_seconds", "When the present state began, where that is known."
)
CHANNEL_INFO = _gauge(
    _C,
    "genping_channel_info",
    "Always 1; the channel's own labels follow as label_<name>.",
    model=CONFIGURED,
    group=CONFIGURED,
    region=CONFIGURED,
    title=CONFIGURED,
    key=CONFIGURED,
)

REACH_SUCCESS = _gauge(
    _R,
    "genping_reach_success",
    "The free question to a provider with one of its keys: 1 ok, 0 failed. Excluded leaves it.",
)

BUDGET = _gauge(
    _G,
    "genping_budget_usd",
    "Hard caps on spending; of a daily and a monthly cap, the one that leaves least.",
    scope=BUDGET_SCOPES,
    provider=CONFIGURED,
    channel=CONFIGURED,
)
BUDGET_LEFT = _gauge(
    _G,
    "genping_budget_remaining_usd",
    "What is left of that cap; worst cases in flight count as spent.",
    scope=BUDGET_SCOPES,
    provider=CONFIGURED,
    channel=CONFIGURED,
)
PROBER_UP = _gauge(
    _G, "genping_prober_up", "1 while the prober's last heartbeat is younger than 60 s.", prober=CONFIGURED
)
LAST_COMMIT = _gauge(
    _G,
    "genping_prober_last_commit_timestamp_seconds",
    "When the newest row seen of this prober's journal was written.",
    prober=CONFIGURED,
)
SCHEDULE_LAG = _histogram(
    _G, "genping_schedule_lag_seconds", "How late scheduled probes started, by our own doing."
)
LOOP_LAG = _gauge(
    _G, "genping_loop_lag_seconds", "How late the measuring loop was at the last heartbeat; the worst prober."
)
INFLIGHT = _gauge(_G, "genping_inflight_probes", "Probes running at the last heartbeat, over all probers.")
JOURNAL_ROWS = _gauge(_G, "genping_journal_rows", "Rows ever committed, over all journals.")
FOLLOWER_LAG = _gauge(
    _G,
    "genping_follower_lag_rows",
    "Rows committed that the follower has not taken yet.",
    follower=CONFIGURED,
)
QUARANTINED = _counter(
    _G,
    "genping_follower_quarantined_rows_total",
    "Rows that the follower could not take and has set aside.",
    follower=CONFIGURED,
)
RELOAD_OK = _gauge(
    _G,
    "genping_config_last_reload_successful",
    "0 after a reload that the publisher or a prober refused, else 1.",
)
RELOAD_AT = _gauge(
    _G,
    "genping_config_last_reload_success_timestamp_seconds",
    "When the running configuration was taken.",
)
BUILD_INFO = _gauge(_G, "genping_build_info", "Always 1.", version=CONFIGURED, python=CONFIGURED)
