"""What a cluster cannot take: each a clear error or a record set aside, and nothing of it lost in silence."""

import random
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ticketlens.errors import StoreError, Unavailable
from ticketlens.intake.prepare import Preparer
from ticketlens.model.delivery import Delivery
from ticketlens.model.filter import EVERYTHING, Filter
from ticketlens.model.ticket import Ticket
from ticketlens.store.base import STORED, Prepared
from ticketlens.store.copying import copy
from ticketlens.store.elastic.bulk import Write, bulk
from ticketlens.store.elastic.cluster import template
from ticketlens.store.open import open_store

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
HUSH = "hush-4711"


@pytest.fixture
def ticket(preparer: Preparer) -> Callable[..., Prepared]:
    """`ticket(id, subject=…, custom=…)`, prepared as all tickets are."""

    def make(id: str, **fields: Any) -> Prepared:
        told = {"subject": "printer on fire", "body": "it burns", "created_at": AT, "updated_at": AT, **fields}
        return preparer.prepare(Ticket(source="s", id=id, **told))

    return make


def index_of(place: Any, noun: str) -> str:
    return f"{place.prefix}-{noun}-v{template(noun)['version']}"


TAKEN = {
    "10,000 keys": {f"key {n}": str(n) for n in range(10_000)},
    "dots": {"a.b": "x", "a": "y", ".": "z", "..a": "w", "a.": "v"},
    "odd": {" ": "x", "two words": "y", "\n": "z", "ключ": "w", '[{"': "v", "_id": "u", "🙈": "t", "": "s"},
    "NUL in a value": {"null": "a\0b"},
}
REFUSED = {
    "NUL in a name": {"a\0b": HUSH},
    "long name": {"k" * 40_000: HUSH},
    "long value": {"long": HUSH * 10_000},
    "half a pair": {"half": HUSH + "\ud800"},
}


def test_odd_fields_are_stored_whole_or_set_aside_with_a_reason(place: Any, ticket: Callable[..., Prepared]) -> None:
    store, cases = place.store(), {**TAKEN, **REFUSED}
    puts = dict(zip(cases, store.put_tickets([ticket(name, custom=told) for name, told in cases.items()]), strict=True))
    assert {name for name, put in puts.items() if put.stored} == set(TAKEN)
    for name in REFUSED:
        reason = puts[name].reason
        assert reason.startswith("the store refuses it: ")
        assert HUSH not in reason
        assert len(reason) < 200
        assert store.get_ticket("s", name) is None
    assert store.count_tickets(EVERYTHING) == len(TAKEN)
    place.client.indices.refresh(index=index_of(place, "raw"))
    raws = place.client.count(index=index_of(place, "raw"))["count"]
    assert raws == len(TAKEN)
    for name, told in TAKEN.items():
        assert store.get_ticket("s", name).ticket.custom == told
        for key in list(told)[:8]:
            assert store.count_tickets(Filter(where={f"custom.{key}": (told[key],)})) == 1
            assert (told[key], 1) in store.facet(f"custom.{key}", EVERYTHING)


def test_nul_is_kept_and_half_a_surrogate_pair_is_set_aside(place: Any, ticket: Callable[..., Prepared]) -> None:
    store, odd = place.store(), ticket("odd")
    halves = [
        replace(odd, ticket=replace(odd.ticket, id="1"), text=replace(odd.text, subject="a\ud800b")),
        replace(odd, ticket=replace(odd.ticket, id="2\udfff")),
        replace(odd, ticket=replace(odd.ticket, id="3"), text=replace(odd.text, body="\ud83d")),
        replace(odd, ticket=replace(odd.ticket, id="4", tags=("\ud83d",))),
    ]
    good = ticket("nul\0", subject="a\0b", tags=("t\0",), requester="\0")
    puts = store.put_tickets([*halves, good])
    assert [put.stored for put in puts] == [False] * 4 + [True]
    assert all("half of a surrogate pair" in put.reason for put in puts[:4])
    assert store.get_ticket("s", "nul\0").ticket.tags == ("t\0",)
    assert store.get_raw("s", "nul\0").subject == "a\0b"
    assert store.count_tickets(Filter(where={"tag": ("t\0",)})) == 1


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ({"created_at": HUSH}, "field created_at"), ({"is_open": {HUSH: 1}}, "field is_open"),
        ({"pauses": HUSH}, "field pauses"), ({"custom": [HUSH]}, "field custom"), ({"tags": {"a": HUSH}}, "field tags"),
        ({"secret": HUSH}, "strict_dynamic_mapping_exception"), ({"source": HUSH * 10_000}, "longer than"),
    ],
)  # fmt: skip
def test_what_a_mapping_refuses_is_told_by_its_field_and_never_by_its_value(
    place: Any, document: dict[str, object], said: str
) -> None:
    store = place.store()
    first, odd, last = bulk(
        store._cluster,
        [
            Write("tickets", "create", "1", {}),
            Write("tickets", "create", "2", document),
            Write("raw", "create", "3", {}),
        ],
    )
    assert first.done
    assert last.done
    assert odd.status == 400
    assert said in odd.reason
    assert HUSH not in odd.reason


def test_a_document_larger_than_the_server_takes_is_set_aside_unsent(place: Any) -> None:
    store = place.store()
    assert store._cluster.largest_request == 100 * 1024 * 1024
    huge, small = bulk(
        store._cluster,
        [Write("raw", "create", "1", {"ticket": "A" * 104_857_600}), Write("raw", "create", "2", {"ticket": "AAAA"})],
    )
    assert small.done
    assert (huge.status, huge.reason) == (
        413,
        "its 100.0 MB are more than the server takes at once (http.max_content_length)",
    )


def test_what_a_proxy_finds_too_large_is_halved_until_one_is_left_and_set_aside(
    place: Any, front: Callable[..., Any], ticket: Callable[..., Prepared]
) -> None:
    store = place.store(front(largest=60_000).address(place.prefix))
    noise = random.Random(1)
    batch = [ticket(str(n), body=noise.randbytes(3_000).hex()) for n in range(40)]
    batch[17] = ticket("17", body=noise.randbytes(60_000).hex())
    puts = store.put_tickets(batch)
    assert [n for n, put in enumerate(puts) if not put.stored] == [17]
    assert "http.max_content_length" in puts[17].reason
    assert store.count_tickets(EVERYTHING) == 39


@pytest.mark.parametrize("block", ["read_only_allow_delete", "read_only", "write"])
def test_a_read_only_index_is_said_to_be_one_and_all_goes_on_when_it_is_not(
    place: Any, ticket: Callable[..., Prepared], block: str
) -> None:
    store = place.store(patience=0.3)
    assert store.put_tickets([ticket("1")]) == [STORED]
    names = [index_of(place, noun) for noun in ("tickets", "records")]
    place.client.indices.put_settings(index=names, settings={f"index.blocks.{block}": True})
    remedy = "disk is nearly full; free space" if block == "read_only_allow_delete" else "lift the block"
    for write in (lambda: store.put_tickets([ticket("2")]), lambda: store.put_record("source", "a", {})):
        with pytest.raises(Unavailable, match=f"takes no writes: the index .*{remedy}") as caught:
            write()
        assert caught.value.retry_after > 0
    assert any(f"index.blocks.{block}" in problem for problem in store.problems())
    assert store.get_ticket("s", "1") is not None
    place.client.indices.put_settings(index=names, settings={f"index.blocks.{block}": None})
    assert store.put_tickets([ticket("2")]) == [STORED]
    assert store.put_record("source", "a", {}) == 1
    assert store.problems() == []


def test_an_index_of_a_newer_version_is_left_alone(place: Any, ticket: Callable[..., Prepared]) -> None:
    assert place.store().put_tickets([ticket("1")]) == [STORED]
    meta = {**template("tickets")["mappings"]["_meta"], "version": 99}
    place.client.indices.put_mapping(index=index_of(place, "tickets"), meta=meta)
    store = place.store()
    for use in (lambda: store.put_tickets([ticket("2")]), lambda: store.count_tickets(EVERYTHING)):
        with pytest.raises(StoreError, match=r"tickets-v2 was made by a newer TicketLens; update TicketLens$"):
            use()
    assert any("update TicketLens" in problem for problem in store.problems())
    assert "tickets 99" in store.versions()["schema"]


@pytest.mark.parametrize(
    "taken", ["index", "alias", "versioned", "template", "template for all", "data streams", "ours, with another field"]
)
def test_names_that_are_another_programs_are_left_alone(
    place: Any, ticket: Callable[..., Prepared], taken: str
) -> None:
    ours, name = index_of(place, "tickets"), f"{place.prefix}-tickets"
    there = place.client.indices
    if taken == "template":
        there.put_index_template(name=name, index_patterns=[f"{place.prefix}-other*"], template={"settings": {}})
    elif taken in ("template for all", "data streams"):
        more = {"priority": 200} if taken == "template for all" else {"priority": 201, "data_stream": {}}
        there.put_index_template(name=name + "-o", index_patterns=[f"{name}*"], **more)
    elif taken == "alias":
        there.create(index=f"{place.prefix}-shop", aliases={name: {}})
    elif taken == "ours, with another field":
        mappings = template("tickets")["mappings"]
        mappings["properties"]["created_at"] = {"type": "keyword"}
        there.create(index=ours, mappings=mappings, aliases={name: {}})
    else:
        there.create(index=name if taken == "index" else ours, mappings={"properties": {"x": {"type": "long"}}})
    before = there.get(index=f"{place.prefix}*").body
    said = (
        "changed by hand .created_at." if taken.startswith("ours") else "choose another prefix in the store's address$"
    )
    with pytest.raises(StoreError, match=said):
        place.store().put_tickets([ticket("1")])
    now = there.get(index=f"{place.prefix}*").body
    assert {name: now[name] for name in before} == before
    if taken == "template":
        kept = there.get_index_template(name=name)["index_templates"][0]["index_template"]
        assert kept["index_patterns"] == [f"{place.prefix}-other*"]


def test_a_prefix_that_begins_with_another_disturbs_nobody(place: Any, ticket: Callable[..., Prepared]) -> None:
    """Indices, templates, sizes and vectors of each are its own, in whatever order they are made."""
    names = [place.prefix + end for end in ("-tickets", "", "-tickets-v2", "-vectors")]
    stores = [place.store(f"{place.url}/{name}") for name in names]
    for number, store in enumerate(stores):
        store.put_tickets([ticket(str(n)) for n in range(number + 1)])
        prints = [text[0] for text in store.texts_without_vector("m", 10)]
        store.put_vectors("m", prints, np.eye(len(prints), 4, dtype=np.float32))
    assert [store.count_tickets(EVERYTHING) for store in stores] == [1, 2, 3, 4]
    assert [store.vectors("m")[1].shape for store in stores] == [(1, 4)] * 4
    assert all(store.problems() == [] for store in stores)
    sizes = [int(store.versions()["bytes"]) for store in stores]
    assert max(sizes) < sum(sizes) / 2


@pytest.mark.parametrize(("gone", "more"), [("tickets", ()), ("raw", ()), ("records", ()), ("tickets", ("raw",))])
def test_an_index_that_is_gone_is_said_to_be_and_never_made_anew(
    place: Any, ticket: Callable[..., Prepared], gone: str, more: tuple[str, ...]
) -> None:
    running = place.store()
    running.put_tickets([ticket("1")])
    for noun in (gone, *more):
        place.client.indices.delete(index=index_of(place, noun))
    for _ in range(2):
        for store in (running, place.store()):
            for use in (
                lambda store=store: store.put_tickets([ticket("2")]),
                lambda store=store: store.put_record("view", "a", {}) and list(store.each_raw()),
                lambda store=store: store.get_record("view", "b") or list(store.each_raw()),
            ):
                with pytest.raises(Unavailable, match=f"{gone} is gone: bring it back from a snapshot"):
                    use()
            assert any(f"{gone} is gone: bring it back" in problem for problem in store.problems())
    assert not place.client.indices.get(index=f"{place.prefix}-{gone}*").body


def test_an_index_that_held_no_tickets_is_made_anew(place: Any, ticket: Callable[..., Prepared]) -> None:
    store = place.store()
    store.put_tickets([ticket("1")])
    store.put_deliveries([Delivery("desk", "1", b"x", {}, AT)])
    place.client.indices.delete(index=index_of(place, "inbox"))
    with pytest.raises(Unavailable, match="inbox is gone"):
        store.waiting("desk", 1)
    assert store.waiting("desk", 1) == []
    assert store.put_deliveries([Delivery("desk", "1", b"x", {}, AT)]) == [True]


def test_a_store_that_is_brought_back_is_read_on_by_who_missed_it(place: Any, ticket: Callable[..., Prepared]) -> None:
    store, there = place.store(), place.client.indices
    store.put_tickets([ticket("1")])
    ours, aside = index_of(place, "tickets"), f"{place.prefix}-aside"
    there.put_settings(index=ours, settings={"index.blocks.write": True})
    there.clone(index=ours, target=aside)
    there.delete(index=ours)
    with pytest.raises(Unavailable, match="tickets is gone"):
        store.count_tickets(EVERYTHING)
    there.clone(index=aside, target=ours, settings={"index.blocks.write": None})
    there.update_aliases(actions=[{"add": {"index": ours, "alias": f"{place.prefix}-tickets", "is_write_index": True}}])
    assert store.count_tickets(EVERYTHING) == 1
    assert store.put_tickets([ticket("2")]) == [STORED]


def test_an_index_of_any_name_behind_an_alias_is_used(place: Any, ticket: Callable[..., Prepared]) -> None:
    """As after a restore, a shrink or a clone by hand."""
    place.store().put_tickets([ticket("1")])
    there, ours = place.client.indices, index_of(place, "tickets")
    there.put_settings(index=ours, settings={"index.blocks.write": True})
    there.clone(index=ours, target=f"{place.prefix}-moved", settings={"index.blocks.write": None})
    there.update_aliases(
        actions=[
            {"remove_index": {"index": ours}},
            {"add": {"index": f"{place.prefix}-moved", "alias": f"{place.prefix}-tickets", "is_write_index": True}},
        ]
    )
    store = place.store()
    before = store.generation()
    assert store.put_tickets([ticket("2")]) == [STORED]
    assert store.generation() > before
    assert store.problems() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"properties": {"source": {"type": "keyword", "ignore_above": 20}}}, "source"),
        ({"properties": {"tags": {"type": "keyword", "fields": {"words": {"type": "text"}}}}}, "tags"),
        ({"_meta": {"made_by": "ticketlens"}}, "_meta"),
        ({"_meta": {"made_by": "ticketlens", "version": "1"}}, "_meta"),
        ({"dynamic": True}, "dynamic"),
    ],
)
def test_a_mapping_that_was_changed_by_hand_is_found(place: Any, changed: dict[str, Any], said: str) -> None:
    place.store().count_tickets(EVERYTHING)
    place.client.indices.put_mapping(index=index_of(place, "tickets"), **changed)
    store = place.store()
    (problem,) = store.problems()
    assert f"changed by hand ({said}); " in problem
    with pytest.raises(StoreError, match=rf"changed by hand \({said}\)"):
        store.count_tickets(EVERYTHING)


def test_an_index_of_ours_that_tells_no_version_is_not_migrated(place: Any) -> None:
    place.store().count_tickets(EVERYTHING)
    place.client.indices.put_mapping(index=index_of(place, "tickets"), meta={"made_by": "ticketlens"})
    with pytest.raises(StoreError, match=r"changed by hand \(_meta\)"):
        place.store().migration().run(lambda name: lambda done, total: None)


def test_a_mapping_that_the_server_filled_in_is_not_taken_for_changed(
    place: Any, ticket: Callable[..., Prepared]
) -> None:
    place.store().put_tickets([ticket("1")])
    store = place.store()
    store.put_vectors("m", [ticket("1").text.fingerprint], np.eye(1, 4, dtype=np.float32))
    assert place.store().vectors("m")[1].shape == (1, 4)
    assert place.store().problems() == []


def test_a_copy_that_meets_a_ticket_that_cannot_be_stored_names_it(
    place: Any, ticket: Callable[..., Prepared], tmp_path: Path
) -> None:
    with closing(open_store(f"sqlite:///{tmp_path}/one.db")) as source:
        source.put_tickets([ticket("1"), ticket("T-2", reopens=2**31), ticket("3")])
        with pytest.raises(StoreError, match=r"refuses ticket s T-2: .*field reopens"):
            copy(source, place.store(), lambda name: lambda done, total: None)


def test_a_closed_index_is_told_with_its_remedy(place: Any, ticket: Callable[..., Prepared]) -> None:
    store = place.store(patience=0.2)
    store.put_tickets([ticket("1")])
    name = index_of(place, "tickets")
    place.client.indices.close(index=name)
    said = f"^the store: the index {name} is closed; open it .POST /{name}/_open., and it goes on by itself$"
    for use in (
        lambda: store.count_tickets(EVERYTHING), lambda: store.get_ticket("s", "1"),
        lambda: store.put_tickets([ticket("2")]), lambda: bulk(store._cluster, [Write("tickets", "delete", "x")]),
    ):  # fmt: skip
        with pytest.raises(Unavailable, match=said):
            use()
    place.client.indices.open(index=name)
    assert store.put_tickets([ticket("2")]) == [STORED]


def test_vectors_that_cannot_be_noted_at_their_ticket_are_no_silence(
    place: Any, ticket: Callable[..., Prepared]
) -> None:
    store, one = place.store(), ticket("1")
    store.put_tickets([one])
    (hit,) = store._cluster.search("tickets")["hits"]["hits"]
    place.client.update(
        index=index_of(place, "tickets"), id=hit["_id"], doc={"custom": {"a": {"b": "x"}}}, refresh=True
    )
    narrow = {"custom": {"type": "flattened", "depth_limit": 1}}
    place.client.indices.put_mapping(index=index_of(place, "tickets"), properties=narrow)
    with pytest.raises(StoreError, match="the store refuses a document"):
        store.put_vectors("m", [one.text.fingerprint], np.eye(1, 4, dtype=np.float32))
