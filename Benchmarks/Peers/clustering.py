#!/usr/bin/env python3
"""Times of the Python peers on data that the benchmark hands over, as one JSON object.

  clustering.py TASK --data FILE --columns D [--centroids FILE] [--k K] [--rounds R] [--threads T] [--repeats N]

FILE holds raw little-endian 32-bit floats, row by row. The least wall seconds of at least N runs after one that
does not count, as the benchmark times itself (of the first alone where it takes over 3 s). Threads are set before
the libraries load.
"""
import argparse
import json
import os
import sys
import time
import warnings

parser = argparse.ArgumentParser()
parser.add_argument("task")
parser.add_argument("--data", required=True)
parser.add_argument("--columns", type=int, required=True)
parser.add_argument("--centroids")
parser.add_argument("--k", type=int, default=8)
parser.add_argument("--rounds", type=int, default=10)
parser.add_argument("--epsilon", type=float, default=0.5)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=3)
arguments = parser.parse_args()
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[name] = str(arguments.threads)
warnings.filterwarnings("ignore")

import numpy as np


def load(path):
    return np.fromfile(path, dtype="<f4").reshape(-1, arguments.columns)


def least(work):
    start = time.perf_counter()
    work()
    first = time.perf_counter() - start
    times = [first] if first > 3 else []
    while not times or (
        first <= 3 and sum(times) <= 3 and (len(times) < arguments.repeats or (len(times) < 15 and sum(times) < 1))
    ):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def assign(data):
    import faiss
    from sklearn.cluster import KMeans

    faiss.omp_set_num_threads(arguments.threads)
    centroids = load(arguments.centroids)
    index = faiss.IndexFlatIP(arguments.columns)
    index.add(centroids)
    flat = faiss.IndexFlatL2(arguments.columns)
    flat.add(centroids)
    kmeans = KMeans(n_clusters=len(centroids), init=centroids, n_init=1, max_iter=1)
    kmeans.cluster_centers_ = centroids
    kmeans._n_threads = arguments.threads
    kmeans.n_features_in_ = arguments.columns
    transposed = np.ascontiguousarray(centroids.T)
    batches = [data[start : start + 1024] for start in range(0, len(data), 1024)]
    return {
        "FAISS IndexFlatIP": least(lambda: [index.search(batch, 1) for batch in batches]),
        "FAISS IndexFlatL2": least(lambda: [flat.search(batch, 1) for batch in batches]),
        "scikit-learn predict": least(lambda: [kmeans.predict(batch) for batch in batches]),
        "BLAS product + argmax": least(lambda: [(batch @ transposed).argmax(axis=1) for batch in batches]),
    }


def kmeans(data):
    import faiss
    from sklearn.cluster import KMeans

    faiss.omp_set_num_threads(arguments.threads)
    start = load(arguments.centroids)

    def by_faiss():
        model = faiss.Kmeans(arguments.columns, arguments.k, niter=arguments.rounds, max_points_per_centroid=10**9)
        model.train(data, init_centroids=start)

    def by_sklearn():
        KMeans(n_clusters=arguments.k, init=start, n_init=1, max_iter=arguments.rounds, tol=0).fit(data)

    return {
        "FAISS": least(by_faiss),
        "scikit-learn": least(by_sklearn),
    }


# The package does not count the point itself among its neighbours, as we and scikit-learn do.
def hdbscan(data):
    import hdbscan as package
    from sklearn.cluster import HDBSCAN

    times = {
        "hdbscan": least(
            lambda: package.HDBSCAN(min_cluster_size=15, min_samples=14, core_dist_n_jobs=arguments.threads).fit(data)
        )
    }
    if len(data) <= 10_000:
        times["scikit-learn HDBSCAN"] = least(
            lambda: HDBSCAN(min_cluster_size=15, n_jobs=arguments.threads, copy=False).fit(data)
        )
    return times


def dbscan(data):
    from sklearn.cluster import DBSCAN

    return {
        "scikit-learn": least(
            lambda: DBSCAN(eps=arguments.epsilon, min_samples=5, n_jobs=arguments.threads).fit(data)
        )
    }


def silhouette(data):
    from sklearn.metrics import silhouette_score

    labels = np.arange(len(data)) % arguments.k
    return {"scikit-learn": least(lambda: silhouette_score(data, labels))}


def agglomerative(data):
    from sklearn.cluster import AgglomerativeClustering

    return {
        f"scikit-learn {linkage}": least(
            lambda: AgglomerativeClustering(n_clusters=arguments.k, linkage=linkage).fit(data)
        )
        for linkage in ("ward", "average")
    }


def umap(data):
    import umap as package

    # Compiles.
    package.UMAP(random_state=0, n_jobs=1).fit_transform(data[:200])
    return {"umap-learn": least(lambda: package.UMAP(random_state=0, n_jobs=1).fit_transform(data))}


def tsne(data):
    from sklearn.manifold import TSNE

    return {"scikit-learn": least(lambda: TSNE(random_state=0, n_jobs=arguments.threads).fit_transform(data))}


tasks = {
    function.__name__: function for function in (assign, kmeans, hdbscan, dbscan, silhouette, agglomerative, umap, tsne)
}
if arguments.task not in tasks:
    sys.exit(f"no task {arguments.task!r}; there are {', '.join(sorted(tasks))}")
json.dump(tasks[arguments.task](load(arguments.data)), sys.stdout)
