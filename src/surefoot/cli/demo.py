"""What `surefoot demo` does before it shows its page: the made-up world is connected, filled and read."""

from surefoot.cli import show
from surefoot.cli.home import Home, now
from surefoot.cli.reading import bar, read_tenants
from surefoot.emulator import earlier
from surefoot.emulator.server import Emulator
from surefoot.emulator.world import DAYS_SERVED, TenantWorld, World
from surefoot.errors import InputRefused
from surefoot.store import database, history, secrets, tenants
from surefoot.sync import imports


def refuse_others(home: Home, world: World) -> None:
    """Keep the made-up world out of a folder that holds real tenants."""
    made = {tenant.id for tenant in world.tenants}
    with database.reading(home.engine) as conn:
        others = [t.name for t in tenants.all_of(conn, None) if t.id not in made]
    if others:
        message = f"{home.settings.data} holds tenants of your own ({others[0]}, ...): name another folder with --data."
        raise InputRefused(message)


def connect(home: Home, running: Emulator, world: World) -> None:
    """Add the world's tenants, or point those of an earlier demo to the new emulator."""
    way = running.connection
    with home.writing() as conn:
        for made in world.tenants:
            kept = tenants.by_id(conn, made.id)
            if kept is None:
                kept = tenants.add(conn, id=made.id, name=made.name, connection=way, now=now(), due_at=now())
            else:
                tenants.reconnect(conn, kept, way, now())
            secrets.put(conn, home.keys, kept, "client_secret", running.client_secret)


def remember(home: Home, world: World) -> int:
    """Import what somebody saved while Graph still had it; give how many days. A tenant that has it is left alone."""
    count = 0
    with bar("Remembering a year", len(world.tenants)) as shown:
        for made in world.tenants:
            count += _remember(home, world, made)
            shown.advance(shown.task_ids[0])
    return count


def _remember(home: Home, world: World, made: TenantWorld) -> int:
    with database.reading(home.engine) as conn:
        kept = tenants.by_id(conn, made.id)
        known = history.days(conn, kept) if kept else []
    if known and (world.today - known[0].day).days >= DAYS_SERVED:
        return 0
    days = earlier.saved(made, world.today)
    if not days:
        return 0
    found = imports.saved_answers(days, earlier.profiles(made, world.today))
    with home.writing() as conn:
        return imports.store(conn, found, name=made.name, now=now(), ratings=home.ratings).saved.days_new


def read_all(home: Home) -> None:
    """Read every tenant from the emulated Graph, and say which could not be read."""
    with database.reading(home.engine) as conn:
        outcomes = read_tenants(home, tenants.all_of(conn, None))
    failed = [o for o in outcomes if o.error]
    show.note(f"{len(outcomes) - len(failed)} of {len(outcomes)} tenants read.")
    for outcome in failed:
        show.note(f"  {outcome.tenant.name}: {outcome.message}")
