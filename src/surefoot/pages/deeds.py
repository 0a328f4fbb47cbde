"""What people do, in words: each deed of the audit trail as it is read aloud, and the groups to choose from."""

WORDS = {
    "acceptance.approved": "Acceptance approved",
    "acceptance.asked": "Acceptance asked for",
    "acceptance.declined": "Acceptance declined",
    "acceptance.withdrawn": "Request withdrawn",
    "audit.verified": "Audit trail verified",
    "baseline.assigned": "Baseline assigned",
    "baseline.changed": "Baseline changed",
    "baseline.removed": "Baseline removed",
    "baseline.unassigned": "Baseline taken away",
    "bulk.made": "Many actions changed",
    "bulk.undone": "Change of many actions undone",
    "conflict.found": "Conflict found",
    "conflict.resolved": "Conflict resolved",
    "decision.made": "Decision made",
    "decision.taken_in": "Decision taken over from Microsoft",
    "export.made": "Data exported",
    "import.made": "Scores imported",
    "link.made": "Sign-in link made",
    "note.added": "Note added",
    "note.removed": "Note removed",
    "outgoing.confirmed": "Confirmed by Microsoft",
    "outgoing.held": "Sending held",
    "outgoing.kept": "Kept in Surefoot only",
    "outgoing.overtaken": "Changed at Microsoft since",
    "outgoing.refused": "Refused by Microsoft",
    "outgoing.sent": "Sent to Microsoft",
    "outgoing.superseded": "Sending superseded",
    "outgoing.waiting": "Sending put off",
    "plan.changed": "Plan changed",
    "playbook.changed": "Playbook changed",
    "playbook.removed": "Playbook removed",
    "policy.changed": "Policy changed",
    "regression.dismissed": "Regression dismissed",
    "regression.restored": "Dismissal taken back",
    "session.ended": "Signed out",
    "session.started": "Signed in",
    "tenant.added": "Tenant added",
    "tenant.changed": "Connection changed",
    "tenant.labelled": "Labels changed",
    "tenant.removed": "Tenant removed",
    "tenant.renamed": "Tenant renamed",
    "tenant.write_back": "Sending to Microsoft switched",
    "token.made": "API token made",
    "token.revoked": "API token revoked",
    "zones.changed": "Bounds of the score's zones changed",
}
"""Every deed by its code."""

GROUPS = {
    "decision": "Decisions",
    "plan": "Plans",
    "acceptance": "Acceptances by two",
    "bulk": "Many actions at once",
    "conflict": "Conflicts",
    "outgoing": "Sending to Microsoft",
    "regression": "Regressions",
    "note": "Notes",
    "baseline": "Baselines",
    "playbook": "Playbooks",
    "policy": "Policies",
    "zones": "Score zones",
    "tenant": "Tenants",
    "import": "Imports",
    "export": "Exports",
    "token": "API tokens",
    "link": "Sign-in links",
    "session": "Sign-ins",
    "audit": "Verifications",
}
"""The groups of deeds, by how their codes begin."""

VERIFIED = "audit.verified"

ABOUT_CONTROLS = frozenset(
    code
    for code in WORDS
    if code.partition(".")[0] in {"acceptance", "conflict", "decision", "outgoing", "plan", "playbook", "regression"}
)
"""The deeds that are done to a control: their subject is its id."""


def said(code: str) -> str:
    """Say a deed in words; one that nobody has named is spelled out."""
    return WORDS.get(code) or code.replace(".", " ").replace("_", " ").capitalize()
