"""Where the API lives."""

ROOT = "/api/security-defender"
SCORE = f"{ROOT}/secure-score"
AUDIT = f"{ROOT}/audit"
PORTFOLIO = f"{ROOT}/portfolio"
