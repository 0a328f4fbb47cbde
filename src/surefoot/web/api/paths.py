"""Where the API lives."""

ROOT = "/api/security-defender"
SCORE = f"{ROOT}/secure-score"
PORTFOLIO = f"{ROOT}/portfolio"
