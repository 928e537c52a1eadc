#!/usr/bin/env python3
"""Standardised features with decay, by NumPy: what the features' statistics and encoding are held against.

  features_reference.py > ../features_reference.json

A stream of rows (a number that is taken as it is, one that is taken as its logarithm, a word, a truth value) in steps
of 100; half-life 250 rows. What a step teaches counts in full when it is learned, and everything before fades by
2^-(rows of the step / half-life).
"""
import json

import numpy as np

STEP, HALF_LIFE, STEPS = 100, 250.0, 8


def main():
    random = np.random.default_rng(7)
    n = STEP * STEPS
    rows = np.stack([
        np.round(random.normal(50, 10, n) + np.linspace(0, 20, n), 3),
        np.round(np.exp(random.normal(4, 0.8, n)), 3),
        random.choice([11, 22, 33], n, p=[0.6, 0.3, 0.1]),
        random.random(n) < 0.3,
    ], axis=1).astype(np.float32)
    rows[random.random((n, 4)) < 0.05] = np.nan
    age = (STEPS - 1 - np.arange(n) // STEP) * STEP / HALF_LIFE
    weight = 2.0 ** -age
    x = rows.astype(float)

    def moments(values):
        known = ~np.isnan(values)
        w, v = weight[known], values[known]
        mean = np.average(v, weights=w)
        return mean, np.sqrt(np.average((v - mean) ** 2, weights=w))

    number, spread = moments(x[:, 0])
    logarithm, log_spread = moments(np.log1p(x[:, 1]))
    known = ~np.isnan(x[:, 2])
    shares = [float(weight[known & (x[:, 2] == word)].sum() / weight[known].sum()) for word in (11, 22, 33)]
    truth, _ = moments(x[:, 3])
    probe = x[-20:]
    encoded = np.stack([
        np.nan_to_num((probe[:, 0] - number) / spread),
        np.nan_to_num((np.log1p(probe[:, 1]) - logarithm) / log_spread),
        *[np.where(np.isnan(probe[:, 2]), share, probe[:, 2] == word) for word, share in zip((11, 22, 33), shares)],
        np.sqrt(2) * np.where(np.isnan(probe[:, 3]), truth, probe[:, 3]),
    ], axis=1)
    print(json.dumps({
        "rows": [[None if np.isnan(v) else round(float(v), 3) for v in row] for row in rows],
        "step": STEP, "halfLife": HALF_LIFE, "mean": number, "deviation": spread, "logMean": logarithm,
        "logDeviation": log_spread, "shares": shares, "truth": truth, "encoded": encoded.tolist(),
    }))


main()
