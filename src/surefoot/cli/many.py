"""Changing many actions at a terminal: what would happen, one question, a bar, what happened."""

import sys
from collections.abc import Mapping, Sequence

import typer

from surefoot.access.viewers import LOCAL
from surefoot.cli import show
from surefoot.cli.home import Home, now, somebody
from surefoot.cli.reading import bar
from surefoot.errors import InputRefused
from surefoot.sync import bulk
from surefoot.sync.bulk import BulkAnswer, Item, Outcome, Result, answer_of

SHOWN = 20
"""How many refused actions are named."""
WORDS = {
    Outcome.CHANGED: "changed",
    Outcome.UNCHANGED: "so already",
    Outcome.ASKED: "for a second person to approve",
    Outcome.REFUSED: "refused",
}


PUT_BACK = WORDS | {
    Outcome.CHANGED: "put back",
    Outcome.ASKED: "put back once a second person approves",
    Outcome.REFUSED: "not put back",
}
"""The same of what is undone, as the page says it."""


def change(home: Home, items: Sequence[Item], *, dry: bool, yes: bool, json: bool) -> None:
    """Preview changes, ask once, and carry them out."""
    me = somebody()
    seen = bulk.preview(home.engine, items, by=me.name, role=LOCAL.role, ratings=home.ratings, now=now())
    foreseen = answer_of(seen)
    if dry or not foreseen.outcomes.changed + foreseen.outcomes.asked:
        _tell(foreseen, "Would be: ", json=json)
        return
    if not yes:
        _ask(foreseen)
    with bar("Deciding", len(items)) as shown:
        task = shown.task_ids[0]
        done = bulk.carry_out(
            home.engine, items, by=me, role=LOCAL.role, ratings=home.ratings, clock=now,
            told=lambda _result: shown.advance(task),
        )  # fmt: skip
    answer = answer_of(done.results, done.key)
    _tell(answer, "", json=json)
    if not json:
        show.line(f"Undo with `surefoot bulk undo {done.key}`.")
    if answer.outcomes.refused:
        raise typer.Exit(1)


def undo(home: Home, key: int, *, json: bool) -> None:
    """Undo what was done to many."""
    with bar("Undoing", _size(home, key)) as shown:
        task = shown.task_ids[0]
        results = bulk.undo(
            home.engine, key, LOCAL.tenants, by=somebody(), role=LOCAL.role, ratings=home.ratings, clock=now,
            told=lambda _result: shown.advance(task),
        )  # fmt: skip
    answer = answer_of(results, key)
    _tell(answer, "Undone: ", json=json, words=PUT_BACK)
    if answer.outcomes.refused:
        raise typer.Exit(1)


def _size(home: Home, key: int) -> int:
    from surefoot.store import bulks, database

    with database.reading(home.engine) as conn:
        made = bulks.one(conn, key, LOCAL.tenants)
    return sum(made.outcomes.get(o.value, 0) for o in (Outcome.CHANGED, Outcome.ASKED)) if made else 0


def _ask(foreseen: BulkAnswer) -> None:
    """Ask once whether to go on."""
    if not sys.stdin.isatty():
        message = "Nobody can be asked here: add --yes to go on, or --dry-run to see what would happen."
        raise InputRefused(message)
    _tell(foreseen, "Would be: ", json=False)
    typer.confirm("Go on?", abort=True)


def _tell(answer: BulkAnswer, before: str, *, json: bool, words: Mapping[Outcome, str] = WORDS) -> None:
    if json:
        show.json(answer)
        return
    for result in answer.results:
        if result.outcome is Outcome.CHANGED and result.message:
            show.wrapped(_said(result))
    refused = [r for r in answer.results if r.outcome is Outcome.REFUSED]
    if len(refused) > SHOWN and len({r.message for r in refused}) == 1:
        show.wrapped(f"Refused, all {len(refused)}: {refused[0].message}")
    else:
        for result in refused[:SHOWN]:
            show.wrapped(f"Refused: {_said(result)}")
    if len(refused) > SHOWN and len({r.message for r in refused}) > 1:
        show.line(f"and {len(refused) - SHOWN} more refused; --json lists them all")
    show.line(before + counted(answer, words) + ".")


def _said(result: Result) -> str:
    return f"{result.tenant.name}, {result.name} ({result.control}): {result.message}"


def counted(answer: BulkAnswer, words: Mapping[Outcome, str] = WORDS) -> str:
    """Count what ended how, in words."""
    found = {o: getattr(answer.outcomes, o.value) for o in Outcome}
    return ", ".join(f"{count} {words[o]}" for o, count in found.items() if count) or "nothing selected"
