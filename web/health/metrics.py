"""GET /metrics: what there is to watch, in Prometheus' text. Numbers of all processes together, out of the store."""

from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from ticketlens.hooks.counts import HookCounts
from ticketlens.lens import Lens
from ticketlens.model.report import Counts
from ticketlens.sources.standing import Standing

OUTCOMES = ("stored", "unchanged", "set_aside", "refused")
TEXT = CONTENT_TYPE_LATEST


def exposition(lens: Lens) -> bytes:
    registry = CollectorRegistry()
    registry.register(_Watched(lens))
    return generate_latest(registry)


class _Watched:
    def __init__(self, lens: Lens) -> None:
        self.lens = lens

    def collect(self) -> Iterator[Metric]:
        lens, sizes = self.lens, self.lens.helpdesks.sizes()
        model = lens.engine.key(lens.settings.model)
        yield _gauge("ticketlens_tickets", "Tickets in the store.", [((), sum(sizes.values()))])
        yield _gauge(
            "ticketlens_texts_without_vector", "Texts that wait to be embedded.",
            [((), lens.store.count_without_vector(model))],
        )  # fmt: skip
        yield from _sources(lens.helpdesks.standings(sizes))
        yield from _deliveries(lens.inbox.counts())
        yield from _pushes(lens.pushes())


def _sources(told: list[Standing]) -> Iterator[Metric]:
    known = [((one.name,), one.lag.total_seconds()) for one in told if one.lag is not None]
    yield _gauge("ticketlens_source_lag_seconds", "How far what is known of a source is behind.", known, "source")
    failing = [((one.name,), int(one.phase == "failed")) for one in told]
    yield _gauge("ticketlens_source_failing", "1 where a source cannot be read.", failing, "source")
    last = [((one.name, outcome), n) for one in told for outcome, n in _outcomes(one.state.counts)]
    what = "Records of the last pull, by what became of them."
    yield _gauge("ticketlens_last_pull_records", what, last, "source", "outcome")


def _deliveries(told: dict[str, HookCounts]) -> Iterator[Metric]:
    received = CounterMetricFamily(
        "ticketlens_deliveries_received", "Calls of webhooks that were answered.", labels=["source"]
    )
    for source, counts in told.items():
        received.add_metric([source], counts.received)
    yield received
    settled = [((source, outcome), n) for source, counts in told.items() for outcome, n in _outcomes(counts)]
    what = "Calls of webhooks by what became of them, which may change when they are read again."
    yield _gauge("ticketlens_deliveries", what, settled, "source", "outcome")
    waiting = [((source,), counts.waiting) for source, counts in told.items()]
    yield _gauge("ticketlens_deliveries_waiting", "Deliveries that nobody has read yet.", waiting, "source")


def _pushes(counts: Counts) -> Iterator[Metric]:
    yield CounterMetricFamily("ticketlens_pushed_received", "Rows sent to POST /api/v1/tickets.", counts.received)
    settled = CounterMetricFamily("ticketlens_pushed", "Those rows by what became of them.", labels=["outcome"])
    for outcome, n in _outcomes(counts):
        settled.add_metric([outcome], n)
    yield settled


def _outcomes(counts: Counts) -> list[tuple[str, int]]:
    return [(name, getattr(counts, name)) for name in OUTCOMES]


def _gauge(name: str, means: str, values: Iterable[tuple[tuple[str, ...], float]], *labels: str) -> Metric:
    family = GaugeMetricFamily(name, means, labels=labels)
    for key, value in values:
        family.add_metric(key, value)
    return family
