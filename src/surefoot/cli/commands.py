"""The commands by name: where each lives, and its one line in `surefoot --help`."""

from importlib import import_module
from typing import Any, ClassVar, NamedTuple

import typer
from typer.core import TyperGroup


class Place(NamedTuple):
    """Where a command lives."""

    module: str
    summary: str


COMMANDS = {
    "demo": Place("running", "Show Surefoot on a made-up world: nothing to sign in to, nothing left behind."),
    "serve": Place("running", "Serve the page and the API, and read due tenants daily."),
    "link": Place("running", "Print a one-time sign-in link for the page of a running server."),
    "emulator": Place("running", "Serve an emulated Microsoft Graph on loopback."),
    "tenant": Place("tenant", "Add, list, check and remove tenants."),
    "sync": Place("reading", "Read tenants from Graph now: one, or all that are connected."),
    "import": Place("reading", "Import saved Graph answers or the portal's CSV export as history."),
    "overview": Place("scores", "Show how a tenant stands: score, categories, top actions, statuses."),
    "actions": Place("work", "List the recommended actions, filtered and sorted, also as XLSX or CSV."),
    "unlicensed": Place("work", "List what Microsoft lists and the score has not: not applicable or not licensed."),
    "views": Place("views", "Keep views of lists: their filters, order and columns, by a name."),
    "history": Place("past", "List the scores over time, of a tenant, a category, a service or a control."),
    "trends": Place("trends", "Show metrics and trends: zones, categories, changes, regressions, accepted risks."),
    "zones": Place("trends", "Show or set from where on a score is good or okay."),
    "explain": Place("past", "Say why the score moved between two days, and what may have caused it."),
    "regressions": Place("findings", "List the controls that fell, since when and perhaps why."),
    "dismiss": Place("findings", "Dismiss a regression with a reason, or take that back."),
    "risks": Place("findings", "List the accepted risks: points given up, until when, by whom and why."),
    "compare": Place("others", "Compare a tenant with similar organizations, all tenants and your others."),
    "portfolio": Place("others", "List all tenants: score, changes, rank, regressions, problem."),
    "heatmap": Place("heatmap", "Show controls by tenants: who has what, and what is best done next for all."),
    "search": Place("others", "Find tenants and controls by a few letters."),
    "catalogue": Place("past", "Log what Microsoft did to its catalogue, and what that did to you."),
    "events": Place("findings", "List what happened: incidents, audits, notes, decisions."),
    "note": Place("note", "Note what happened, to find it beside the score later."),
    "set-status": Place("scores", "Decide about an action: planned, in progress, risk accepted ..."),
    "bulk": Place("bulk", "Decide about many actions at once; undo it by its number."),
    "decisions": Place("decisions", "Export decisions and plans as CSV, and import them."),
    "playbook": Place("playbook", "Keep your own steps for a control, beside Microsoft's."),
    "action": Place("governance", "Show one action: status, plan, what may follow, how it came about."),
    "plan": Place("governance", "Say who does an action by when: owner, due date, priority, labels, ticket."),
    "requests": Place("governance", "List the acceptances that wait for a second person."),
    "approve": Place("governance", "Approve an acceptance that somebody else asks for."),
    "decline": Place("governance", "Decline an acceptance, or take your own request back."),
    "conflicts": Place("governance", "List what Surefoot and Microsoft both changed."),
    "resolve": Place("governance", "Say whose status holds where both sides changed it."),
    "notices": Place("governance", "List what somebody should know: what ends, waits, conflicts, was refused."),
    "policy": Place("governance", "Show or set how decisions are governed."),
    "baseline": Place("baseline", "Keep sets of decisions that tenants are to have, and see who drifts."),
    "write-back": Place("sending", "Send decisions about a tenant to Microsoft, or no longer."),
    "outbox": Place("sending", "List the decisions on their way to Microsoft."),
    "send": Place("sending", "Send the decisions that are due now, or print what would be sent."),
    "audit": Place("audit", "Read, verify and export the audit trail: who did what, when and why."),
    "token": Place("token", "Make, list and revoke API tokens."),
    "doctor": Place("doctor", "Say what is set up, what is due, what fails, and what to do."),
}


class Lazy(TyperGroup):
    """The commands, each imported when it is called: `--help` of the whole imports none."""

    places: ClassVar[dict[str, Place]] = COMMANDS

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ANN401, ARG002 - typer's
        """Name the commands in the order of the table."""
        return list(self.places)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ANN401, ARG002 - typer's
        """Import a command; None when there is none of this name."""
        place = self.places.get(cmd_name)
        if place is None:
            return None
        module = import_module(f"surefoot.cli.{place.module}")
        group = typer.main.get_group(module.app)
        return group.commands.get(cmd_name, group)

    def format_help(self, ctx: Any, formatter: Any) -> None:  # noqa: ANN401 - typer's
        """Write the summary of every command without importing it."""
        self.format_usage(ctx, formatter)
        self.format_help_text(ctx, formatter)
        with formatter.section("Commands"):
            formatter.write_dl([(name, place.summary) for name, place in self.places.items()])
        self.format_epilog(ctx, formatter)
