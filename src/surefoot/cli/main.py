"""The command line: arguments in, exit codes out (0 done, 1 some failed, 2 usage)."""

import sys
from importlib.metadata import version as installed
from typing import Annotated

import typer

from surefoot.cli.commands import Lazy
from surefoot.errors import InputRefused, SurefootError

FAILED, USAGE = 1, 2

app = typer.Typer(
    name="surefoot",
    cls=Lazy,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="surefoot COMMAND --help says more of each, with an example.",
)


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"surefoot {installed('surefoot')}\n")
        raise typer.Exit


@app.callback()
def surefoot(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print it.")] = False,
) -> None:
    """Track, explain and raise Microsoft Secure Score. Try `surefoot demo` first."""


def main() -> None:
    """Run a command; every failure is one line that says what to do."""
    try:
        app()
    except SurefootError as error:
        sys.stderr.write(f"surefoot: {error.sentence}\n")
        sys.exit(USAGE if isinstance(error, InputRefused) else FAILED)
    except BrokenPipeError:
        sys.exit(FAILED)
    except KeyboardInterrupt:
        sys.stderr.write("\nstopped\n")
        sys.exit(FAILED)
    except Exception as error:  # noqa: BLE001 - the outermost frame
        sys.stderr.write(f"surefoot: an error that nobody foresaw: {type(error).__name__}: {error}\n")
        sys.exit(FAILED)


if __name__ == "__main__":
    main()
