#!/usr/bin/env python3
"""Writes clustering_reference.json: reference values for the tests of the room Clustering.

  pip install numpy scipy scikit-learn
  python clustering_reference.py > ../clustering_reference.json

Quality measures come from scikit-learn, the assignment and the Pareto tail from SciPy. The decay rule is that of Spark's
StreamingKMeans (mllib, time unit "points"), computed here in NumPy from its formula; Spark itself is not run.
"""
import json

import numpy as np
import scipy
import sklearn
from scipy.optimize import linear_sum_assignment
from scipy.stats import genpareto
from sklearn import metrics as M

rng = np.random.default_rng(7)


def vectors():
    centres = rng.normal(size=(4, 5)) * 3
    labels = rng.integers(0, 4, 60)
    x = (centres[labels] + rng.normal(size=(60, 5))).astype(np.float32)
    whole = labels.copy()
    labels[3] = 9  # a group of one
    unit = (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)
    xd, ud = x.astype(float), unit.astype(float)
    cosine = np.maximum(0, 1 - ud @ ud.T)
    np.fill_diagonal(cosine, 0)
    centroids = np.stack([xd[labels == g].mean(0) for g in range(4)]).astype(np.float32)
    nearest = ((xd[:, None] - centroids.astype(float)) ** 2).sum(2)
    return {
        "vectors": x.tolist(), "unit": unit.tolist(), "labels": labels.tolist(),
        "silhouette_euclidean": M.silhouette_score(xd, labels),
        "silhouette_cosine": M.silhouette_score(cosine, labels, metric="precomputed"),
        # scikit-learn's distance of a lone point to itself is about 1e-8, not 0, so its own groups are all larger here.
        "whole": whole.tolist(), "davies_bouldin": M.davies_bouldin_score(xd, whole),
        "calinski_harabasz": M.calinski_harabasz_score(xd, labels),
        "centroids": centroids.tolist(), "nearest": nearest.argmin(1).tolist(), "inertia": float(nearest.min(1).sum()),
    }


def purity(t, f):
    c = M.cluster.contingency_matrix(t, f)
    return float(c.max(0).sum() / c.sum())


def labelling(name, t, f):
    t, f = np.asarray(t), np.asarray(f)
    return {
        "name": name, "truth": t.tolist(), "found": f.tolist(), "ari": M.adjusted_rand_score(t, f),
        "ami": M.adjusted_mutual_info_score(t, f), "nmi": M.normalized_mutual_info_score(t, f),
        "v": M.v_measure_score(t, f), "purity": purity(t, f),
    }


def labellings():
    t = rng.integers(0, 6, 200)
    noisy = np.where(rng.random(200) < 0.3, rng.integers(0, 9, 200), t * 2 + 1)
    return [
        labelling("noisy", t, noisy), labelling("chance", t, rng.integers(-1, 4, 200)),
        labelling("equal but for names", t, 100 - t), labelling("one group", t, np.zeros(200, int)),
        labelling("all apart", t[:40], np.arange(40)), labelling("both one group", np.zeros(9, int), np.ones(9, int)),
        labelling("imbalanced", np.r_[np.zeros(180, int), np.arange(1, 21)], np.r_[np.zeros(170, int), np.arange(1, 31)]),
    ]


def detections():
    y = rng.random(300) < 0.08
    s = np.round(rng.normal(size=300) + 1.5 * y, 1)  # many ties
    flagged = s > 1.2
    p, r, _ = M.precision_recall_curve(y, s)
    with np.errstate(invalid="ignore"):
        f1 = np.nan_to_num(2 * p * r / (p + r)).max()
    return {
        "positive": y.tolist(), "scores": s.tolist(), "flagged": flagged.tolist(), "auroc": M.roc_auc_score(y, s),
        "average_precision": M.average_precision_score(y, s), "best_f1": float(f1),
        "flag_all_f1": M.f1_score(y, np.ones(300, bool)), "f1": M.f1_score(y, flagged),
        "matthews": M.matthews_corrcoef(y, flagged),
    }


def decay():
    """Batches of three well-separated clusters; half-life 50 points."""
    a = np.exp(np.log(0.5) / 50)
    centres = np.array([[0, 0], [20, 0], [0, 20]], float)
    weights = np.zeros(3)
    start = centres.astype(np.float32)
    batches, states = [], []
    for step in range(12):
        label = rng.integers(0, 3 if step % 3 else 2, 20)  # cluster 2 is idle at times
        x = (np.array([[0, 0], [20, 0], [0, 20]])[label] + rng.normal(size=(20, 2)) + 0.1 * step).astype(np.float32)
        discount = a ** len(x)
        weights = weights * discount
        for g in range(3):
            m = (label == g).sum()
            if m:
                total = weights[g] + m
                centres[g] = (centres[g] * weights[g] + x[label == g].astype(float).sum(0)) / total
                weights[g] = total
        batches.append(x.tolist())
        states.append({"centres": centres.tolist(), "weights": weights.tolist()})
    return {"half_life": 50, "start": start.tolist(), "batches": batches, "states": states}


def assignments():
    out = []
    for rows, columns in ((1, 1), (3, 3), (4, 9), (12, 5), (30, 30)):
        v = np.round(rng.random((rows, columns)) * 100)
        i, j = linear_sum_assignment(v, maximize=True)
        out.append({"rows": rows, "columns": columns, "values": v.ravel().tolist(), "total": float(v[i, j].sum())})
    return out


def tails():
    out = []
    for shape in (-0.3, 0.0, 0.25, 0.6):
        x = genpareto.rvs(shape, scale=0.4, size=200, random_state=rng)
        c, _, s = genpareto.fit(x, floc=0)
        out.append({"excesses": x.tolist(), "shape": c, "scale": s,
                    "log_likelihood": float(genpareto.logpdf(x, c, 0, s).sum())})
    return out


def terms():
    """Class-based TF-IDF from its formula: tf / words * ln(1 + A / f)."""
    counts = [{"disk": 8, "full": 5, "error": 3}, {"login": 9, "failed": 4, "error": 6}, {"error": 2, "disk": 1}]
    words = [sum(c.values()) for c in counts]
    mean = sum(words) / len(words)
    total = {}
    for c in counts:
        for t, n in c.items():
            total[t] = total.get(t, 0) + n
    return {"counts": counts,
            "weights": [{t: n / w * float(np.log(1 + mean / total[t])) for t, n in c.items()} for c, w in zip(counts, words)]}


print(json.dumps({
    "made_with": {"numpy": np.__version__, "scipy": scipy.__version__, "scikit_learn": sklearn.__version__},
    "vectors": vectors(), "labellings": labellings(), "detections": detections(), "decay": decay(),
    "assignments": assignments(), "tails": tails(), "terms": terms(),
}))
