#!/usr/bin/env python3
"""Writes choice_reference.json: reference values for the tests of choosing k and of summing up vectors.

  pip install numpy scikit-learn kneed
  python choice_reference.py DATA > ../choice_reference.json

DATA is the folder of public data sets that the tests read in place. Coordinates are rounded to 32-bit floats first, as
the tests have them. Of public data only figures are kept.
"""
import json
import sys

import numpy as np
import sklearn
from kneed import KneeLocator
from sklearn.cluster import Birch, KMeans
from sklearn.metrics import calinski_harabasz_score, silhouette_score

SETS = {"R15": 24, "aggregation": 16, "D31": 40}
SUMMARIES = {"D31": (100, 400), "s-set1": (100, 400), "cluto-t7-10k": (200,)}


def load(folder, name):
    with open(f"{folder}/clusters/{name}.csv") as file:
        rows = [line.split(",")[:-1] for line in file.read().split("\n")[1:] if line]
    return np.array(rows, dtype=float).astype(np.float32).astype(float)


def bayesian(x, labels):
    """Pelleg and Moore 2000 with the variance of a single dimension: spherical Gaussians of one variance."""
    n, d = x.shape
    sizes = np.bincount(labels)
    k = len(sizes)
    within = sum(((x[labels == g] - x[labels == g].mean(axis=0)) ** 2).sum() for g in range(k))
    variance = within / (d * (n - k))
    likelihood = (sizes * np.log(sizes / n)).sum() - n * d / 2 * np.log(2 * np.pi * variance) - d * (n - k) / 2
    return likelihood - k * (d + 1) / 2 * np.log(n)


def choice(name, x, last, whole):
    curve = []
    for k in range(2, last + 1):
        found = KMeans(n_clusters=k, n_init=10, random_state=0).fit(x)
        curve.append({
            "k": k, "inertia": float(found.inertia_), "silhouette": float(silhouette_score(x, found.labels_)),
            "calinski_harabasz": float(calinski_harabasz_score(x, found.labels_)),
            "bic": float(bayesian(x, found.labels_)),
            **({"labels": found.labels_.tolist()} if whole and k in (2, 5, last) else {}),
        })
    ks = [step["k"] for step in curve]
    knee = KneeLocator(ks, [step["inertia"] for step in curve], curve="convex", direction="decreasing")
    return {
        "name": name, **({"vectors": x.tolist()} if whole else {}), "curve": curve,
        # The largest of its local maxima: kneed itself stops at the first that passes its threshold.
        "knee": ks[int(np.argmax(knee.y_difference))],
        **{f"best_{key}": max(curve, key=lambda step: step[key])["k"]
           for key in ("silhouette", "calinski_harabasz", "bic")},
    }


def summary(name, x, limits):
    """Birch's leaves, with the least threshold that keeps them within a limit, and how well they stand for the rows."""
    out = []
    for limit in limits:
        low, high = 0.0, float(np.ptp(x, axis=0).max())
        for _ in range(30):
            middle = (low + high) / 2
            count = len(Birch(threshold=middle, branching_factor=32, n_clusters=None).fit(x).subcluster_centers_)
            low, high = (low, middle) if count <= limit else (middle, high)
        centres = Birch(threshold=high, branching_factor=32, n_clusters=None).fit(x).subcluster_centers_
        error = min_squares(x, centres)
        out.append({"name": name, "limit": limit, "leaves": len(centres), "error": error})
    return out


def min_squares(x, centres):
    return float(sum(((centres - row) ** 2).sum(axis=1).min() for row in x) / len(x))


rng = np.random.default_rng(5)
clouds = rng.normal(size=(7, 4)) * 6
made_up = (clouds[rng.integers(0, 7, 210)] + rng.normal(size=(210, 4))).astype(np.float32).astype(float)
folder = sys.argv[1]
json.dump({
    "made_with": {"scikit_learn": sklearn.__version__, "numpy": np.__version__},
    "choices": [choice("clouds", made_up, 20, True)]
    + [choice(name, load(folder, name), last, False) for name, last in SETS.items()],
    "summaries": [row for name, limits in SUMMARIES.items() for row in summary(name, load(folder, name), limits)],
}, sys.stdout, separators=(",", ":"))
