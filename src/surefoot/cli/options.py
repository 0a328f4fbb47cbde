"""The arguments and options that commands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option(
        "--data", metavar="DIR", help="The folder of database, key and logs. [SUREFOOT_DATA or surefoot-data]"
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print the API's JSON.")]
TenantName = Annotated[
    str | None, typer.Argument(metavar="TENANT", help="A name or id; not needed with only one tenant.")
]
Port = Annotated[int | None, typer.Option("--port", help="The port to listen on. [SUREFOOT_PORT or 8365]")]
Days = Annotated[int, typer.Option("--days", min=1, max=36_500, help="How many days of history up to the newest.")]
