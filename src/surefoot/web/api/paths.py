"""Where the API lives."""

ROOT = "/api/security-defender"
SCORE = f"{ROOT}/secure-score"
AUDIT = f"{ROOT}/audit"
PLAYBOOKS = f"{ROOT}/playbooks"
BASELINES = f"{ROOT}/baselines"
PORTFOLIO = f"{ROOT}/portfolio"
