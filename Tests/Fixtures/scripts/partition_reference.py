#!/usr/bin/env python3
"""Writes partition_reference.json: reference values for the tests of partitioning in the room BatchClustering.

  pip install numpy scikit-learn
  python partition_reference.py DATA > ../partition_reference.json

DATA is the folder of public data sets that the tests read in place. Coordinates are rounded to 32-bit floats first, as
the tests have them. Of public data only digests of labels and figures are kept.
"""
import json
import sys
import zlib

import numpy as np
import sklearn
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.metrics import calinski_harabasz_score, davies_bouldin_score, silhouette_samples, silhouette_score

SETS = {"R15": 15, "aggregation": 7, "chainlink": 2, "D31": 31, "s-set1": 15, "cluto-t7-10k": 9}
LINKAGES = ("ward", "average", "complete")


def renamed(labels):
    names = {}
    return [names.setdefault(int(label), len(names)) for label in labels]


def digest(labels):
    """The CRC-32 of the labels, renamed by first occurrence, as little-endian 16-bit numbers."""
    return zlib.crc32(np.asarray(renamed(labels), dtype="<u2").tobytes())


def load(folder, name):
    with open(f"{folder}/clusters/{name}.csv") as file:
        rows = [line.split(",")[:-1] for line in file.read().split("\n")[1:] if line]
    return np.array(rows, dtype=float).astype(np.float32).astype(float)


def thresholds(x, linkage, ks):
    """A height halfway between those of the joins that leave k + 1 and k groups."""
    tree = AgglomerativeClustering(linkage=linkage, n_clusters=None, distance_threshold=0).fit(x)
    heights = np.sort(tree.distances_)[::-1]
    return [float((heights[k - 2] + heights[k - 1]) / 2) for k in ks]


def agglomerative(x, linkage, ks, threshold_ks, labels_of):
    def cut(**how):
        found = AgglomerativeClustering(linkage=linkage, **how).fit(x)
        return {"groups": int(found.n_clusters_), **labels_of(found.labels_)}

    return {
        "linkage": linkage,
        "cuts": [{"k": k, **cut(n_clusters=k)} for k in ks],
        "thresholds": [
            {"threshold": t, **cut(n_clusters=None, distance_threshold=t)} for t in thresholds(x, linkage, threshold_ks)
        ],
    }


def public_sets(folder):
    out = []
    for name, k in SETS.items():
        x = load(folder, name)
        labels_of = lambda labels: {"digest": digest(labels)}
        best = KMeans(n_clusters=k, n_init=10, random_state=0).fit(x)
        out.append({
            "name": name, "rows": len(x), "k": k, "inertia": float(best.inertia_),
            "silhouette": float(silhouette_score(x, best.labels_)),
            "agglomerative": [
                agglomerative(x, linkage, sorted({2, 5, k, 2 * k, 60}), (3, k, 40), labels_of) for linkage in LINKAGES
            ],
        })
    return out


def small():
    """Two sets whose values are included: one with many equal distances, one in six dimensions."""
    rng = np.random.default_rng(3)
    grid = rng.integers(0, 9, (70, 2)).astype(float)
    centres = rng.normal(size=(5, 6)) * 4
    clouds = (centres[rng.integers(0, 5, 120)] + rng.normal(size=(120, 6))).astype(np.float32).astype(float)
    out = []
    for name, x in (("equal distances", grid), ("clouds", clouds)):
        labels_of = lambda labels: {"labels": renamed(labels)}
        kmeans = KMeans(n_clusters=5, n_init=10, random_state=0).fit(x)
        out.append({
            "name": name, "vectors": x.tolist(), "inertia": float(kmeans.inertia_),
            "labels": kmeans.labels_.tolist(),
            "silhouettes": silhouette_samples(x, kmeans.labels_).tolist(),
            "davies_bouldin": davies_bouldin_score(x, kmeans.labels_),
            "calinski_harabasz": calinski_harabasz_score(x, kmeans.labels_),
            "agglomerative": [agglomerative(x, linkage, (2, 5, 12), (4, 9), labels_of) for linkage in LINKAGES],
        })
    return out


json.dump({"made_with": {"scikit_learn": sklearn.__version__, "numpy": np.__version__},
           "small": small(), "sets": public_sets(sys.argv[1])}, sys.stdout, separators=(",", ":"))
