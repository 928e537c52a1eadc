"""Writes density_sets.json and density_made_up.json: what scikit-learn and hdbscan find in public sets of points and in
small made-up ones.

Run in the folder of the fixtures: python scripts/density_reference.py DATA_FOLDER
Needs scikit-learn, hdbscan and NumPy. Labels are base64 of one byte each: the label plus one, 0 for noise.
"""

import base64
import json
import sys
import warnings

import numpy as np

# Equal heights of the single-linkage tree are joined in the order in which Prim's algorithm reaches them; NumPy's
# default sort would leave that order to the processor.
_argsort = np.argsort
np.argsort = lambda values, **options: _argsort(values, **{**options, "kind": "stable"})

import hdbscan  # noqa: E402
from sklearn.cluster import DBSCAN, HDBSCAN  # noqa: E402
from sklearn.metrics import adjusted_rand_score  # noqa: E402
from sklearn.neighbors import NearestNeighbors  # noqa: E402

warnings.filterwarnings("ignore")

SETS = ["aggregation", "R15", "D31", "chainlink", "s-set1", "cluto-t7-10k"]
# Minimum cluster size, neighbours with itself, selection, selection epsilon as a quantile of the distances to the
# tenth neighbour, single cluster, maximum size.
VARIANTS = [
    (5, 5, "eom", 0, False, None),
    (15, 15, "leaf", 0, False, None),
    (20, 5, "eom", 0.9, False, None),
    (10, 4, "leaf", 0.5, False, None),
    (25, 10, "eom", 0, True, 400),
]


def packed(labels):
    assert labels.max() < 255, labels.max()
    return base64.b64encode((labels + 1).astype(np.uint8).tobytes()).decode()


def rounded(values, digits=6):
    return [float(f"{v:.{digits}g}") for v in values]


def hdbscan_case(x, variant, sample):
    size, neighbours, selection, quantile, single, maximum = variant
    tenth = NearestNeighbors(n_neighbors=min(10, len(x) - 1)).fit(x).kneighbors()[0][:, -1]
    epsilon = float(f"{np.quantile(tenth, quantile):.3g}") if quantile else 0.0
    # The hdbscan package does not count the point itself.
    other = hdbscan.HDBSCAN(
        min_cluster_size=size, min_samples=neighbours - 1, cluster_selection_method=selection,
        cluster_selection_epsilon=epsilon, allow_single_cluster=single, max_cluster_size=maximum or 0,
        algorithm="prims_kdtree", approx_min_span_tree=False,
    ).fit(x)
    agree = None
    if not epsilon:  # scikit-learn 1.9.1 fails here with NumPy 2.
        found = HDBSCAN(
            min_cluster_size=size, min_samples=neighbours, cluster_selection_method=selection,
            allow_single_cluster=single, max_cluster_size=maximum, algorithm="kd_tree", copy=True,
        ).fit(x)
        agree = adjusted_rand_score(found.labels_, other.labels_)
    print(size, neighbours, selection, epsilon, "clusters", other.labels_.max() + 1, "packages agree:", agree,
          file=sys.stderr)
    finite = np.isfinite(other.outlier_scores_)
    return {
        "minimum_cluster_size": size, "minimum_neighbours": neighbours, "selection": selection,
        "selection_epsilon": epsilon, "allows_single_cluster": single, "maximum_cluster_size": maximum,
        "labels": packed(other.labels_),
        "strengths": rounded(other.probabilities_[:sample]),
        "outliers": rounded(np.where(finite, other.outlier_scores_, -1)[:sample]),
    }


def dbscan_cases(x):
    cases = []
    for neighbours, quantile in [(5, 0.5), (5, 0.9), (10, 0.7)]:
        distances = NearestNeighbors(n_neighbors=neighbours - 1).fit(x).kneighbors()[0][:, -1]
        epsilon = float(f"{max(np.quantile(distances, quantile), 1e-3):.4g}")
        labels = DBSCAN(eps=epsilon, min_samples=neighbours).fit(x).labels_
        if labels.max() < 255:
            cases.append({"epsilon": epsilon, "minimum_neighbours": neighbours, "labels": packed(labels)})
    return cases


def made_up():
    rng = np.random.default_rng(7)
    angle = rng.uniform(0, np.pi, 150)
    moons = np.vstack([
        np.c_[np.cos(angle[:75]), np.sin(angle[:75])], np.c_[1 - np.cos(angle[75:]), 0.5 - np.sin(angle[75:])]
    ]) + rng.normal(0, 0.06, (150, 2))
    blobs = np.vstack([rng.normal(c, s, (n, 3)) for c, s, n in [(0, 0.3, 60), (3, 0.8, 50), (-4, 0.1, 40)]]
                      + [rng.uniform(-7, 7, (20, 3))])
    wide = np.vstack([rng.normal(rng.normal(0, 2, 20), 0.5, (40, 20)) for _ in range(4)])
    repeated = np.repeat(rng.integers(0, 4, (12, 2)), 10, axis=0).astype(float)
    line = np.c_[np.r_[np.arange(30) * 0.1, 10 + np.arange(30) * 0.3], np.zeros(60)]
    ring = np.r_[rng.normal(0, 1, 40), rng.normal(9, 0.2, 40)][:, None]
    return {"moons": moons, "blobs": blobs, "wide": wide, "repeated": repeated, "line": line, "one column": ring}


def main():
    result = {"sets": [], "made_up": []}
    for name in SETS:
        lines = open(f"{sys.argv[1]}/clusters/{name}.csv").read().split("\n")[1:]
        x = np.array([[float(v) for v in line.split(",")[:-1]] for line in lines if line])
        x = x.astype(np.float32).astype(float)
        print(name, x.shape, file=sys.stderr)
        result["sets"].append({
            "name": name, "dbscan": dbscan_cases(x), "hdbscan": [hdbscan_case(x, v, 40) for v in VARIANTS],
        })
    for name, x in made_up().items():
        x = x.round(3).astype(np.float32)
        print(name, x.shape, file=sys.stderr)
        result["made_up"].append({
            "name": name, "vectors": [[float(f"{v:.5g}") for v in row] for row in x],
            "dbscan": dbscan_cases(x.astype(float)),
            "hdbscan": [hdbscan_case(x.astype(float), v, len(x)) for v in VARIANTS[:-1] + [(8, 3, "eom", 0, True, None)]],
        })
    for kind, cases in result.items():
        with open(f"density_{kind}.json", "w") as file:
            json.dump(cases, file, separators=(",", ":"))
            file.write("\n")


main()
