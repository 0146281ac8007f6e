"""A real Kamailio refuses by itself what Clearbell put into its memory, and rings again when it is lifted."""

from __future__ import annotations

import shutil
import time

import pytest

from clearbell.calls import DAY
from clearbell.enforcement.adapters.callers import CallerTable
from clearbell.enforcement.adapters.kamailio import MARK, KamailioAdapter, Rpc, RpcError
from clearbell.enforcement.adapters.protocol import Delivery
from clearbell.enforcement.errors import UnreachableError
from clearbell.enforcement.model import Entry, Operation
from clearbell.enforcement.settings import KamailioSettings
from clearbell.ledger import SystemClock
from clearbell.sanctions.model import Lifted, Restricted, Rung, Target
from clearbell.sanctions.service import do_lift, do_restrict
from clearbell.testing import fresh_store
from integrations.test_kamailio import CALLEE, CENTRE, Network

pytestmark = [
    pytest.mark.process,
    pytest.mark.skipif(shutil.which("kamailio") is None, reason="kamailio is not installed: apt-get install kamailio"),
    pytest.mark.skipif(shutil.which("sipp") is None, reason="sipp is not installed: apt-get install sip-tester"),
]

TOKEN = "only-we-know"
NUISANCE = 8613800000066
OTHER = 8613800000067


class EnforcedNetwork(Network):
    """Kamailio with clearbell-enforced.cfg, before a phone; Clearbell is told where its RPC is."""

    token = TOKEN

    def prepare(self):
        super().prepare()
        (self.folder / "token").write_text(TOKEN + "\n")
        with (self.folder / "clearbell.toml").open("a") as config:
            config.write(
                f'[[enforcement.kamailio]]\nname = "edge"\nhome = true\ncheck_seconds = 0.5\n'
                f'url = "{self.edge.url}"\nsecret_file = "{self.folder / "token"}"\n'
            )
        self.settings = KamailioSettings(name="edge", home=True, url=self.edge.url, secret_file="-")


@pytest.fixture(scope="module")
def network(tmp_path_factory, free_port):
    built = EnforcedNetwork(tmp_path_factory.mktemp("enforced"), free_port)
    try:
        built.prepare()
        built.edge.start()
        yield built
    finally:
        built.stop()


@pytest.fixture
def adapter(network):
    made = KamailioAdapter(network.settings, TOKEN)
    yield made
    made.tell_all([], int(time.time() * 1_000_000))
    made.close()


def now():
    return int(time.time() * 1_000_000)


def entry(restriction, rung="outgoing_barred", on="number", number=NUISANCE, until=0, **more):
    ranges = more.pop("ranges", ((number, number),) if on == "number" else ())
    return Entry(restriction, on, rung, "cold calls", 0, until, number if on == "number" else 0, ranges=ranges, **more)


def tell(adapter, operation, one):
    [outcome] = adapter.tell([Delivery(one, Operation(operation), 1, 1)], now())
    return outcome


def table(adapter):
    return {key: value for key, value in adapter._dump().items() if key != MARK}


def test_a_sanction_is_refused_by_kamailio_itself_while_clearbell_is_down_and_rings_when_lifted(network, adapter):
    network.call(NUISANCE, 200)
    assert tell(adapter, "put", entry("case 7/1")).fault == ""
    answer = network.call(NUISANCE, 403)
    assert "X-Clearbell-Restriction: case?7/1" in answer
    assert 'Reason: SIP;cause=403;text="not-entitled"' in answer
    # Others are not, and an emergency service is reached from anywhere.
    network.call(OTHER, 200)
    network.call(NUISANCE, 200, callee=110)
    tell(adapter, "remove", entry("case 7/1"))
    network.call(NUISANCE, 200)


def test_a_range_a_trunk_and_both_directions(network, adapter):
    tell(adapter, "put", entry("H1", on="holder", name="H", ranges=((CENTRE + 8, CENTRE + 1999),)))
    assert len(table(adapter)) < 40
    for number in (CENTRE + 8, CENTRE + 500, CENTRE + 1999):
        network.call(number, 403)
    network.call(CENTRE + 2000, 200)
    tell(adapter, "put", entry("B1", rung="barred", number=OTHER))
    network.call(NUISANCE, 403, callee=OTHER)
    network.call(NUISANCE, 200, callee=CENTRE + 500)
    tell(adapter, "put", entry("T1", on="trunk", name="local-1"))
    assert "X-Clearbell-Restriction: T1" in network.call(NUISANCE, 403)


def test_an_end_comes_by_itself(network, adapter):
    tell(adapter, "put", entry("R1", until=now() + 1_500_000))
    network.call(NUISANCE, 403)
    time.sleep(2)
    network.call(NUISANCE, 200)


def test_of_two_restrictions_on_a_number_one_stays_when_the_other_ends(network, adapter):
    tell(adapter, "put", entry("R1", rung="barred"))
    tell(adapter, "put", entry("R2"))
    tell(adapter, "remove", entry("R1"))
    assert "X-Clearbell-Restriction: R2" in network.call(NUISANCE, 403)
    tell(adapter, "remove", entry("R2"))
    network.call(NUISANCE, 200)


def test_the_rpc_lets_nobody_else_in_and_nothing_else_through(network, adapter):
    stranger = Rpc(network.settings, "guess")
    with pytest.raises(UnreachableError, match="HTTP 401"):
        stranger.call("htable.get", "clearbell", MARK)
    known = Rpc(network.settings, TOKEN)
    for method, *params in (("core.kill",), ("htable.flush", "cbcall"), ("core.echo", "htable.get")):
        with pytest.raises(UnreachableError, match="HTTP 403"):
            known.call(method, *params)
    with pytest.raises(RpcError, match="doesn't exist"):
        known.call("htable.get", "clearbell", "1")
    # A word that ends the JSON and begins another does not get through the check, nor into the table.
    with pytest.raises(UnreachableError, match="HTTP 403"):
        known.call("htable.sets", "clearbell", '1","x"],"method":"core.kill","params":["', "x")
    for one in (stranger, known):
        one.close()
    network.call(NUISANCE, 200)


def test_a_table_of_many_is_compared_and_only_what_differs_is_written(network, adapter):
    many = [entry(f"N{n}", number=8613900000000 + n) for n in range(5000)]
    assert adapter.tell_all(many, now()).put == 5000
    tell_strange = Rpc(network.settings, TOKEN)
    tell_strange.call("htable.sets", "clearbell", "8613700000000", "barred 0 X")
    tell_strange.call("htable.delete", "clearbell", "8613900000003")
    tell_strange.close()
    adapter._counted = adapter._checked = 0
    assert adapter.check(now()) in ("", "different")
    whole = adapter.tell_all(many, now())
    assert (whole.put, whole.removed) == (1, 1)
    assert set(table(adapter)) == set(CallerTable(many).all(time.time()))


def test_after_a_restart_the_served_node_fills_it_anew_and_kamailio_goes_on_when_the_node_is_killed(network):
    store = fresh_store(network.home, SystemClock())
    with store.act("test") as act:
        do_restrict(act, Restricted("R", Target.NUMBER, Rung.BARRED, "cold calls", act.at, act.at + DAY, NUISANCE))
    network.start_clearbell()
    client = KamailioAdapter(network.settings, TOKEN)

    def until(want):
        limit = time.monotonic() + 10
        while True:
            try:
                if set(table(client)) == want:
                    return
            except (TypeError, AttributeError):
                pass
            assert time.monotonic() < limit, (network.folder / "clearbell.log").read_text()[-3000:]
            time.sleep(0.1)

    until({str(NUISANCE)})
    began = time.monotonic()
    network.edge.stop()
    network.edge.start()
    until({str(NUISANCE)})
    print(f"filled again {time.monotonic() - began:.1f} s after the restart began")
    network.clearbell.kill()
    network.clearbell.wait()
    network.clearbell.stdout.close()
    assert "X-Clearbell-Restriction: R" in network.call(NUISANCE, 403)
    with store.act("test") as act:
        do_lift(act, Lifted("R", "appeal upheld"))
    network.start_clearbell()
    until(set())
    network.call(NUISANCE, 200, callee=CALLEE)
    client.close()
    store.close()


def test_nobody_there_is_said(free_port):
    gone = KamailioAdapter(
        KamailioSettings(name="x", url=f"http://127.0.0.1:{free_port()}/clearbell", secret_file="-"), "t"
    )
    assert "refused" in tell(gone, "put", entry("R")).fault
    with pytest.raises(UnreachableError, match="refused"):
        gone.check(now())
