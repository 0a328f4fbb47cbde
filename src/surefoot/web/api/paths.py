"""Where the API lives."""

ROOT = "/api/security-defender"
SCORE = f"{ROOT}/secure-score"
AUDIT = f"{ROOT}/audit"
BULK = f"{ROOT}/bulk"
PLAYBOOKS = f"{ROOT}/playbooks"
PORTFOLIO = f"{ROOT}/portfolio"
