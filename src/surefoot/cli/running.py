"""The commands that keep running: serve, demo, emulator; and the sign-in link to a running page."""

import asyncio
import datetime as dt
import errno
import signal
import socket
import sys
import tempfile
import threading
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, NoReturn

import typer
import uvicorn

from surefoot import jobs, settings
from surefoot.access.sessions import make_link
from surefoot.cli import deeds, show
from surefoot.cli import demo as filling
from surefoot.cli.home import Home, now, opened
from surefoot.cli.options import Data, Port
from surefoot.emulator.demo import demo as demo_world
from surefoot.emulator.server import Running, lines
from surefoot.emulator.world import generate
from surefoot.errors import InputRefused
from surefoot.jobs import Runner
from surefoot.model import Role, Tenant
from surefoot.store import tenants
from surefoot.web.app import LOOPBACK, create, settle
from surefoot.web.site import Emulated, Reach

DEMO_LINK_LASTS = dt.timedelta(hours=12)
LINK_LASTS = dt.timedelta(minutes=15)
EMULATOR_PORT = 8366


app = typer.Typer()


@app.command()
def demo(data: Data = None, port: Port = None) -> None:
    """Show Surefoot on a made-up world: an emulated Graph, 26 tenants, a page in the browser.

    Nothing is left behind unless --data names a folder. Ctrl-C ends it.

    Example: surefoot demo --port 9000
    """
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGHUP, _end)
    with ExitStack() as stack:
        folder = data or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="surefoot-demo-")))
        home = stack.enter_context(opened(folder, port=port))
        listener = stack.enter_context(_listen(home.settings.port))
        world = demo_world(now().date())
        filling.refuse_others(home, world)
        running = stack.enter_context(Running(world))
        filling.connect(home, running, world)
        filling.remember(home, world)
        filling.read_all(home)
        deeds.tell(home, running, world)
        made_up = Emulated(url=running.base_url, client_id=running.client_id, client_secret=running.client_secret)
        told = settings.told(data=data, port=port, passing=None if data else folder)
        _page(home, listener, DEMO_LINK_LASTS, emulated=made_up, told=told)


def _end(_signal: int, _frame: object) -> NoReturn:
    """Leave in order, so that what was made for the time being is removed."""
    sys.exit(0)


def _listen(port: int) -> socket.socket:
    """Take the port at once, so that nothing is done in vain when another program has it; 0 takes any free one."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as error:
        listener.close()
        raise _port_refused(port, error) from error
    return listener


def _port_refused(port: int, error: OSError) -> InputRefused:
    if error.errno == errno.EADDRINUSE:
        return InputRefused(f"Port {port} is in use. Choose another one: --port 9000, or PORT=9000 make demo.")
    return InputRefused(f"Port {port} cannot be listened on ({error.strerror}). Choose another one with --port.")


@app.command()
def serve(data: Data = None, port: Port = None) -> None:
    """Serve the page and the API on 127.0.0.1, and read due tenants daily. Ctrl-C ends it.

    To reach it from elsewhere, put a proxy with TLS before it: docs/running.md.

    Example: surefoot serve --data /var/lib/surefoot
    """
    with opened(data, port=port) as home, _listen(home.settings.port) as listener:
        _page(home, listener, LINK_LASTS, told=settings.told(data=data, port=port))


def _page(
    home: Home,
    listener: socket.socket,
    link_lasts: dt.timedelta,
    *,
    told: tuple[settings.Told, ...],
    emulated: Emulated | None = None,
) -> None:
    """Run the web server and the runner until somebody ends them."""
    runner = Runner(home.engine, home.keys, home.ratings, now)

    def sync(tenant: Tenant) -> None:
        with home.writing() as conn:
            tenants.make_due(conn, tenant, now())
        runner.wake()

    app = create(
        engine=home.engine,
        ratings=home.ratings,
        clock=now,
        graph_sync=sync,
        reach=Reach(
            keys=home.keys,
            check=lambda tenant: asyncio.run(jobs.try_connection(home.engine, home.keys, tenant, now)),
            reading=runner.reading,
            place=lambda integrity: home.place(integrity=integrity),
            settings=told,
            emulated=emulated,
        ),
        allowed_hosts=LOOPBACK | home.settings.hosts,
        tls=home.settings.tls,
    )
    settle(app)
    _say_link(home, listener.getsockname()[1], link_lasts)
    show.line("Ctrl-C ends it; `surefoot link` makes a new link.")
    sys.stdout.flush()
    runner.start()
    config = uvicorn.Config(app, log_level="warning", server_header=False, access_log=False)
    try:
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listener])
    finally:
        runner.stop()


def _say_link(
    home: Home,
    port: int,
    lasts: dt.timedelta,
    name: str = "administrator",
    role: Role = Role.ADMINISTRATOR,
) -> None:
    with home.writing() as conn:
        made = make_link(conn, now=now(), lasts=lasts, name=name, role=role)
    show.line(f"Sign in once, here: http://127.0.0.1:{port}/sign-in?link={made}")


@app.command()
def link(
    name: Annotated[
        str, typer.Option("--as", help="Whom it signs in: the name beside every decision.")
    ] = "administrator",
    role: Annotated[Role, typer.Option(help="What they may do.")] = Role.ADMINISTRATOR,
    data: Data = None,
    port: Port = None,
) -> None:
    """Print a one-time sign-in link for the page of a running `surefoot serve`; it works for 15 minutes.

    Example: surefoot link --as "Ada Moreau" --role approver
    """
    with opened(data, port=port) as home:
        _say_link(home, home.settings.port, LINK_LASTS, name, role)


@app.command()
def emulator(
    seed: Annotated[int | None, typer.Option(help="Another generated world; without it, the demo's.")] = None,
    tenants: Annotated[int, typer.Option(min=1, max=10_000, help="How many tenants a generated world has.")] = 3,
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port on loopback.")] = EMULATOR_PORT,
) -> None:
    """Serve an emulated Microsoft Graph on loopback, and print what is needed to sign in to it.

    Example: surefoot emulator --seed 7 --tenants 5
    """
    today = now().date()
    world = demo_world(today) if seed is None else generate(seed, today, tenants=tenants)
    try:
        with Running(world, port) as running:
            for text in lines(running):
                show.line(text)
            sys.stdout.flush()
            with suppress(KeyboardInterrupt):
                threading.Event().wait()
    except OSError as error:
        raise _port_refused(port, error) from error
