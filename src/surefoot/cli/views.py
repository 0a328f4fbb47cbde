"""The commands about saved views."""

from typing import Annotated

import typer

from surefoot.cli import show
from surefoot.cli.home import now, opened
from surefoot.cli.options import Data, Json
from surefoot.pages import views as pages
from surefoot.store import database
from surefoot.sync.views import remove_view, rename_view, save_view

app = typer.Typer(help="Keep views of lists: their filters, order and columns, by a name.", no_args_is_help=True)

Owner = Annotated[
    str,
    typer.Option("--of", metavar="NAME", help="Whose, as the page names who is signed in; a token's are token:NAME's."),
]
Key = Annotated[int, typer.Argument(help="The view's number, as `surefoot views list` shows it.")]


@app.command("list")
def list_views(
    page: Annotated[str | None, typer.Option(help="portfolio, actions or heatmap")] = None,
    owner: Annotated[str | None, typer.Option("--of", metavar="NAME", help="Only this person's.")] = None,
    json: Json = False,
    data: Data = None,
) -> None:
    """List the saved views of everybody, or of one person.

    Example: surefoot views list --page actions
    """
    with opened(data) as home, database.reading(home.engine) as conn:
        found = pages.build(conn, owner, page)
    if json:
        show.json(found)
    elif found.views:
        rows = [[v.name, v.page, v.owner, v.query, str(v.key)] for v in found.views]
        show.table(["View", "Page", "Of", "Query", "Number"], rows, numbers=frozenset({4}))
    else:
        show.line("No view is saved.")


@app.command()
def save(
    page: Annotated[str, typer.Argument(help="portfolio, actions or heatmap")],
    name: str,
    query: Annotated[str, typer.Argument(help="As the address has it: show=quick&sort=-points")],
    owner: Owner = "administrator",
    json: Json = False,
    data: Data = None,
) -> None:
    """Save a view for somebody; one of that name is replaced.

    Example: surefoot views save actions "Quick wins" "show=quick&sort=-points"
    """
    with opened(data) as home, home.writing() as conn:
        kept = save_view(conn, page, name, query, owner=owner, now=now())
    show.json(kept) if json else show.line(f"{owner} has the view {kept.name!r} of the {kept.page}, as {kept.key}.")


@app.command()
def rename(key: Key, name: str, json: Json = False, data: Data = None) -> None:
    """Give a view another name.

    Example: surefoot views rename 7 "Mine, by points"
    """
    with opened(data) as home, home.writing() as conn:
        made = rename_view(conn, key, name, owner=None, now=now())
    show.json(made) if json else show.line(f"The view {made.key} is now {made.name!r}.")


@app.command()
def remove(key: Key, data: Data = None) -> None:
    """Remove a view.

    Example: surefoot views remove 7
    """
    with opened(data) as home, home.writing() as conn:
        remove_view(conn, key, owner=None, now=now())
    show.line(f"The view {key} is gone.")
