#!/usr/bin/env python3
"""Writes projection_reference.json: reference values for the tests of the room Projection.

  pip install numpy scipy scikit-learn umap-learn
  python projection_reference.py [DATA] > ../projection_reference.json

Principal components, t-SNE and trustworthiness come from scikit-learn; the curve's parameters, the widths of the
neighbourhoods, UMAP's layouts and its transform from umap-learn. DATA is the folder of public data sets (default
../../../../shared/data); of those the file holds figures alone.
"""
import gzip
import json
import sys
import warnings
from pathlib import Path

import numpy as np
import scipy
import sklearn
import umap
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE, trustworthiness
from sklearn.neighbors import NearestNeighbors
from umap.umap_ import find_ab_params, smooth_knn_dist

warnings.filterwarnings("ignore")
root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parents[4] / "shared/data"
rng = np.random.default_rng(11)
SEEDS = range(3)
MASK = (1 << 64) - 1


def uniforms(seed, count):
    """The generator of the room Kernels (SplitMix64), so that large inputs need not be stored."""
    values = np.empty(count)
    state = seed
    for index in range(count):
        state = (state + 0x9E3779B97F4A7C15) & MASK
        z = state
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
        z ^= z >> 31
        values[index] = ((z >> 11) + 0.5) * 2.0**-53
    return values


def blobs(rows, groups, columns):
    centres = rng.normal(size=(groups, columns)) * 2
    labels = rng.integers(0, groups, rows)
    return np.round(centres[labels] + rng.normal(size=(rows, columns)) * 0.6, 3).astype(np.float32)


def components(x, count, solver):
    found = PCA(count, svd_solver=solver, random_state=0).fit(x.astype(float))
    return {
        "variances": found.explained_variance_.tolist(), "ratios": found.explained_variance_ratio_.tolist(),
        "components": found.components_.tolist(),
    }


def wide(rows, columns, rank):
    """A table of low rank and a little noise."""
    values = uniforms(5, rows * rank + rank * columns + rows * columns) - 0.5
    scores = values[: rows * rank].reshape(rows, rank) * (2.0 ** -np.arange(rank) * 8)
    loads = values[rows * rank : rows * rank + rank * columns].reshape(rank, columns)
    noise = values[rows * rank + rank * columns :].reshape(rows, columns)
    return (scores @ loads + noise * 0.02).astype(np.float32)


def widths(x, neighbours):
    distances, _ = NearestNeighbors(n_neighbors=neighbours).fit(x).kneighbors(x)
    sigmas, rhos = smooth_knn_dist(distances.astype(np.float32), float(neighbours))
    return {"neighbours": neighbours, "sigmas": sigmas.tolist(), "rhos": rhos.tolist()}


def held_out(x, seed):
    held = np.arange(len(x)) % 5 == 0
    fitted = umap.UMAP(random_state=seed, transform_seed=seed, n_jobs=1).fit(x[~held])
    layout = fitted.transform(x[held])
    return trustworthiness(np.vstack([x[~held], x[held]]), np.vstack([fitted.embedding_, layout]))


def trust(name, x):
    def umaps(**options):
        return [trustworthiness(x, umap.UMAP(random_state=s, n_jobs=1, **options).fit_transform(x)) for s in SEEDS]

    unit = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)
    print(name, file=sys.stderr)
    return {
        "name": name, "umap": umaps(), "clustering": umaps(n_neighbors=30, min_dist=0.0, n_components=5),
        "cosine": [
            trustworthiness(unit, umap.UMAP(random_state=s, metric="cosine", n_jobs=1).fit_transform(unit))
            for s in SEEDS
        ],
        "tsne": [trustworthiness(x, TSNE(random_state=s, n_jobs=1).fit_transform(x)) for s in SEEDS],
        "transform": [held_out(x, s) for s in SEEDS],
    }


def table(path):
    """Numbers with the label in the last column, each scaled to 0...1 by its column's range."""
    file = root / path
    text = gzip.open(file, "rt").read() if file.suffix == ".gz" else file.read_text()
    rows = [line.split(",")[:-1] for line in text.strip().split("\n")[1:]]
    x = np.array(rows, dtype=np.float32)
    low, high = x.min(0), x.max(0)
    return (x - low) / np.maximum(high - low, np.finfo(np.float32).tiny)


small = blobs(240, 6, 8)
layout = np.round(small[:, :2] + rng.normal(size=(240, 2)) * 0.5, 3).astype(np.float32)
doubled = np.vstack([small[:40], small[:20], np.repeat(small[:1], 20, axis=0)])
sets = [
    ("clusters/R15.csv", 600), ("clusters/aggregation.csv", 788), ("clusters/chainlink.csv", 1000),
    ("classical/cardio.csv.gz", 1831), ("classical/satellite.csv.gz", 2000),
]
print(json.dumps({
    "versions": {"umap": umap.__version__, "sklearn": sklearn.__version__, "scipy": scipy.__version__},
    "vectors": [[round(float(v), 3) for v in row] for row in small],
    "layout": [[round(float(v), 3) for v in row] for row in layout],
    "trustworthiness": [
        {"neighbours": k, "value": trustworthiness(small.astype(float), layout.astype(float), n_neighbors=k)}
        for k in (1, 5, 30)
    ],
    "pca": components(small, 4, "full"),
    "wide": {"rows": 300, "columns": 400, "rank": 8} | components(wide(300, 400, 8), 6, "full"),
    "curves": [
        dict(zip(("minimum_distance", "spread", "a", "b"), (m, s, *map(float, find_ab_params(s, m)))))
        for m, s in ((0.1, 1.0), (0.0, 1.0), (0.5, 1.0), (0.25, 2.0), (0.01, 0.5))
    ],
    "widths": [widths(small, 15), widths(small, 30)],
    "doubled_widths": widths(doubled, 10),
    "sets": [trust("small", small)] + [trust(name, table(name)[:rows]) for name, rows in sets],
}))
