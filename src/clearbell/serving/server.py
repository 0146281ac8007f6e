"""A node with its doors: SIP over UDP and TCP, and HTTP."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from pathlib import Path

import structlog
import uvicorn

from clearbell.access.first_run import FirstRun
from clearbell.access.keys import AccessKey
from clearbell.access.oidc.fetching import fetch
from clearbell.access.oidc.provider import Provider
from clearbell.access.queries import any_account
from clearbell.calls import Decision
from clearbell.desk.audiences import Sources as AudienceSources
from clearbell.desk.mass_notices import MassDesk
from clearbell.discovery.campaigns.queries import numbers_of
from clearbell.labels.wording import label_words
from clearbell.policy.model import Pack
from clearbell.records.opening import open_lake
from clearbell.serving.answering import Answering
from clearbell.serving.chores import Chores
from clearbell.serving.config import ConfigError, NodeConfig, listen_address
from clearbell.serving.demo.keeping import DemoKeeper
from clearbell.serving.demo.keeping import Starter as DemoStarter
from clearbell.serving.dialling import Dialling
from clearbell.serving.enforcing import Enforcing
from clearbell.serving.gate import open_gate
from clearbell.serving.mass_running import MassRunning, Starter
from clearbell.serving.node import Node
from clearbell.serving.notifying import Notifying
from clearbell.serving.replaying import Replaying
from clearbell.serving.ruling import PackRuling
from clearbell.serving.upkeep import Upkeep
from clearbell.sip.answers import AnswerError, Style
from clearbell.sip.callers import Reading
from clearbell.sip.redirect import Redirect
from clearbell.sip.sources import Source, Sources
from clearbell.sip.tcp import TcpDoor, open_tcp
from clearbell.sip.udp import UdpDoor, open_udp
from clearbell.vault import Vault, load_secret
from clearbell.web.app import create_app
from clearbell.web.demonstration import UNDER
from clearbell.web.doors import Doors
from clearbell.web.enforcement import Signing
from clearbell.web.officers.demo_texts import marks
from clearbell.web.under import Under

log = structlog.get_logger()


def _sources(config: NodeConfig, pack: Pack) -> tuple[Source, ...]:
    sources = []
    for place, source in enumerate(config.sip.source):
        style = Style(
            go_on=int(source.go_on),
            blocked_url=config.sip.blocked_url,
            challenge_contact=config.sip.challenge_contact,
        )
        try:
            style.check()
        except AnswerError as error:
            raise ConfigError("sip", f"source[{place}].{error.key}", error.zh, error.en) from error
        reading = Reading(home=pack.home, trunk_header=source.trunk_header.lower().encode(), trunk=source.trunk)
        sources.append(
            Source(
                source.name,
                source.address,
                reading,
                style,
                source.per_second,
                source.report_code,
                source.report_contact,
            )
        )
    return tuple(sources)


class Server:
    """Opens every door at once, or none."""

    def __init__(
        self,
        node: Node,
        config: NodeConfig,
        sender: Starter | None = None,
        demo: DemoStarter | None = None,
        ruling: PackRuling | None = None,
        word: str = "",
        chores_logs: Callable[[], None] | None = None,
    ) -> None:
        """Bind every address. Raises :class:`ConfigError`, or ``OSError`` naming an address that cannot be had.

        ``sender``: starts the sender of a mass notice; without, those that were started wait for ``notices mass send``.
        ``demo``: starts the making of the demo; without, its pages cannot have one made.
        ``ruling``: lets the first run choose other rules. ``word``: of the first run, from an earlier start.
        ``chores_logs``: chores are done by a process of their own, whose logs it sets up; without, by a thread.
        """
        self._node = node
        self._config = config
        self._cores: list[Redirect] = []
        self._doors: list[UdpDoor | TcpDoor] = []
        self._http: uvicorn.Server | None = None
        self._first_run: FirstRun | None = None
        self._demo = DemoKeeper(node.home, demo, node.randomness, secure=config.http.secure_cookies)
        self._http_thread: threading.Thread | None = None
        secret = load_secret(node.home / "document-key", node.randomness)
        vault = Vault(node.home / "documents", secret, node.randomness)
        self._notifying = Notifying(node, config.notices)
        self._chores: Upkeep | Chores
        if chores_logs is None:
            self._chores = Upkeep(node, vault, self._notifying.outbox, config.verification, config.http.public_url)
        else:
            # Whether it can be used is said at the start.
            open_lake(node.home, node.pack, node.randomness)
            self._chores = Chores(node, config, chores_logs)
            node.follower.maker = self._chores.make_views
        self._dialling = Dialling(node, config.verification)
        self._answering = Answering(node, config.verification)
        self._replaying = Replaying(node)
        self._enforcing = Enforcing(node.store, node.pack, config.enforcement, node.home)
        self._mass = MassRunning(node.store, sender) if sender and config.notices.on() else None
        sources = _sources(config, node.pack)
        token = _token(config.http.token_file)
        bound: list[socket.socket] = []
        try:
            for listen in config.sip.listen:
                transport, _, address = listen.partition(":")
                host, port = listen_address(address)
                core = Redirect(
                    Sources(sources),
                    node.screen,
                    node.fail_open,
                    node.ended,
                    self._words,
                    node.code_dialled,
                )
                sock = open_udp(host, port) if transport == "udp" else open_tcp(host, port)
                bound.append(sock)
                self._cores.append(core)
                door = UdpDoor if transport == "udp" else TcpDoor
                self._doors.append(door(sock, core, node.store.clock))
            if config.http.listen:
                host, port = listen_address(config.http.listen)
                http_socket = open_tcp(host, port)
                bound.append(http_socket)
                key = AccessKey(load_secret(node.home / "access-key", node.randomness), node.randomness)
                with node.store.read() as conn:
                    self._first_run = None if any_account(conn) else FirstRun(key, word)
                app = create_app(
                    open_gate(
                        node,
                        self._cores,
                        vault,
                        self._notifying.outbox,
                        _mass_desk(node, config),
                        self._replaying,
                        self._chores,
                    ),
                    token=token,
                    lookups_per_minute=config.http.lookups_per_minute,
                    doors=Doors(
                        node.store,
                        key,
                        config.access,
                        secure=config.http.secure_cookies,
                        providers=[
                            Provider(one, _token(one.client_secret_file), fetch, node.store.clock.now)
                            for one in config.access.oidc
                        ],
                        public_url=config.http.public_url,
                        first_run=self._first_run,
                        demo=self._demo,
                        ruling=ruling,
                    ),
                    signing=Signing(config.enforcement.targets),
                    lines=config.verification.receiving,
                )
                server = uvicorn.Server(
                    uvicorn.Config(
                        Under(app, UNDER, self._demo.app, marks),
                        log_config=None,
                        access_log=False,
                        lifespan="off",
                        server_header=False,
                        # Longer than browsers and proxies keep a connection: who closes it is who last used it.
                        timeout_keep_alive=90,
                        # Streams of events never end by themselves.
                        timeout_graceful_shutdown=2,
                    )
                )
                self._http = server
                self._http_thread = threading.Thread(
                    target=lambda: server.run(sockets=[http_socket]), name="http", daemon=True
                )
        except (OSError, ValueError):
            for sock in bound:
                sock.close()
            raise

    def _words(self, decision: Decision) -> str:
        if decision.name is not None:
            return decision.name.text(self._config.sip.language)
        return label_words(decision.label, decision.label_count, self._node.pack, self._config.sip.language)

    def start(self) -> None:
        """Follow the ledger and open the doors."""
        self._node.start()
        self._chores.start()
        self._notifying.start()
        self._dialling.start()
        self._answering.start()
        self._enforcing.start()
        if self._mass is not None:
            self._mass.start()
        for door in self._doors:
            door.start()
        if self._http_thread is not None:
            self._http_thread.start()

    def stop(self) -> None:
        """Close the doors, then the node."""
        for door in self._doors:
            door.stop()
        if self._http is not None and self._http_thread is not None:
            self._http.should_exit = True
            self._http_thread.join(10)
        self._replaying.stop()
        self._demo.close()
        self._dialling.stop()
        self._answering.stop()
        self._enforcing.stop()
        if self._mass is not None:
            self._mass.stop()
        self._notifying.stop()
        self._node.follower.stop()
        self._chores.stop()
        self._node.stop()

    @property
    def word(self) -> str:
        """Of the first run; empty: there is an account already."""
        return self._first_run.word if self._first_run is not None else ""

    def addresses(self, language: str) -> list[str]:
        """Where the doors are, in words."""
        sip = ", ".join(self._config.sip.listen)
        lines = []
        if sip:
            lines.append(f"SIP 接口:{sip}" if language == "zh" else f"SIP door: {sip}")
        if self._config.http.listen:
            page = f"http://{self._config.http.listen}/"
            lines.append(f"页面与接口:{page}" if language == "zh" else f"Console and API: {page}")
            if self._first_run is not None:
                begin = f"{page}first-run/{self._first_run.word}"
                lines.append(
                    f"首次启动,建立第一个账号:{begin}"
                    if language == "zh"
                    else f"First run, to make the first account: {begin}"
                )
        return lines


def _mass_desk(node: Node, config: NodeConfig) -> MassDesk:
    sources = AudienceSources(lambda: open_lake(node.home, node.pack, node.randomness), numbers_of)
    return MassDesk(sources, config.notices.on(), config.notices.sms.signature)


def _token(file: str) -> str:
    if not file:
        return ""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ConfigError(file, "http.token_file", f"读不出令牌:{error}", f"cannot read the token: {error}") from error
    token = lines[0].strip() if lines else ""
    if not token:
        raise ConfigError(file, "http.token_file", "文件是空的", "the file is empty")
    return token
