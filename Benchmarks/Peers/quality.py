#!/usr/bin/env python3
"""How good the daemon's answers are on labelled public data, beside peers that see the same rows in the same run.

  quality.py --binary CENTROIDD --data DIR [--part streams,anomalies,logs,sessions,lines,rates,customers] [--seed N]
             [--model FOLDER]

DIR holds `clusters/*.csv`, `drift/*.csv.gz` and `classical/*.csv.gz` (columns of numbers and a last column `label`) and
`logs/loghub2k/*_2k.log_structured.csv` (columns `Content`, `EventId`), `logs/anomaly/*`, `customers/*`; what is missing
is left out. One configuration
for all sets; nothing is told the daemon but the names of the columns, while k-means is told the true k.

streams    rows in order, coordinates scaled to [0, 1] by the whole file's range; whole-stream ARI of the cluster given
           on arrival; the first min(200, n/10) rows and those labelled `noise` are not judged. Peers: scikit-learn's
           MiniBatchKMeans.partial_fit in chunks of 100 (20 where groups move fast), and a leader (a new centre beyond a
           radius, running means) at the best of eight radii, chosen with the labels.
anomalies  at most 10,000 rows, each scored before it is learned; the first min(500, n/10) are not judged. Peers:
           IsolationForest over a window of 2,048 rows refitted every 128, the mean distance to 10 neighbours in a window
           of 1,024 refitted every 16, each on what suits it (raw; running z-scores).
logs       the message column line by line; grouping accuracy and group F1 of the template given on arrival. Peer:
           Drain3 with its defaults.
sessions   the blocks of HDFS's first 100,000 lines, their templates' texts as lines, through `pipe --space session`; the
           first 500 are not judged. Peers, on log(1 + count) of the true templates: LOF and the mean distance to 10
           neighbours in a window of 1,024, IsolationForest over 2,048, refitted every 128, 16 and 256.
lines      lines of logs, each scored before it is learned: BGL_2k (the first 100 are not judged), 50,000 lines of BGL and
           20,000 of HDFS, a block by its largest line (1,000). Peers, on the same vectors (MiniLM where --model names it, else
           hashed n-grams): distance to the nearest centre of MiniBatchKMeans (k = 16, 64; steps of 50 rows),
           IsolationForest over a window of 2,048 rows refitted every 256. Flagged are, without labels, ours by its own
           threshold at q = 0.001 and 0.01, a peer's rows above the (1 - q) quantile of its scores so far.
rates      the share of rows flagged on normal data: the texts of `text/*.tsv.gz` (columns label and text, all normal)
           and the rows of `anomalies` and `lines` that are not labelled as anomalous, in their order, by themselves, at q = 0.01 and 0.001, seeds 0 to 2 (logs: 0); and the share of
           normal rows flagged in the whole file beside it.
customers  segments of CDNOW's customers (recency, orders, quantity, amount and basket after nine months, in the order of
           their last purchase) and of wholesale (a random order), seeds 0 to 2: silhouette and Davies-Bouldin of the final
           segments on z-scored logarithms; eps2, the share of variance of an outcome that the final segments explain,
           corrected for their number (spend after the nine months; the channel); stable, the ARI of the segment on arrival
           and the final one (the first min(500, n/10) rows are not judged). The space is `features` on the raw columns, and
           `vector` on what the peer sees: k-means told k = 5, on z-scored logarithms of the whole file. The final segments
           are those of a second pass by the model of the first, which learns nothing meanwhile.
"""
import argparse
import csv
import gzip
import json
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
from sklearn.cluster import MiniBatchKMeans
from sklearn.ensemble import IsolationForest
from sklearn.metrics import (adjusted_rand_score, average_precision_score, davies_bouldin_score, f1_score,
                             matthews_corrcoef, roc_auc_score, silhouette_score)
from sklearn.neighbors import LocalOutlierFactor, NearestNeighbors

warnings.filterwarnings("ignore")
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--binary", required=True)
parser.add_argument("--data", required=True, type=Path)
parser.add_argument("--part", default="streams,anomalies,logs,sessions")
parser.add_argument("--seed", default=0, type=int)
parser.add_argument("--model", type=Path, help="folder of a sentence transformer, for `lines` and `rates`")
arguments = parser.parse_args()
FAST = {"moving_squares", "keystroke"}


def table(path):
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else open(path, newline="")
    with opened as file:
        rows = list(csv.reader(file))
    return np.array([row[:-1] for row in rows[1:]], dtype=float), np.array([row[-1] for row in rows[1:]])


def write(folder, name, header, rows):
    path = Path(folder) / name
    with open(path, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
    return path


def ours(path, *options, settings="{}"):
    config = path.with_suffix(".yaml")
    config.write_text(settings + "\n")
    command = [arguments.binary, "evaluate", "--quiet", "--input", str(path), "--config", str(config), *options]
    run = subprocess.run(command, capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {run.returncode}: {run.stderr[-500:]}")
    return json.loads(run.stdout)


def line(part, name, measure, own, peers):
    best = max(peers, key=peers.get)
    others = ", ".join(f"{peer} {value:.3f}" for peer, value in peers.items())
    print(f"{part:10} {name:16} {measure:18} {own:.3f}   {own - peers[best]:+.3f} to the best of: {others}", flush=True)
    return own, peers[best]


def mean(part, measure, rows):
    if rows:
        own, best = (sum(column) / len(rows) for column in zip(*rows))
        print(f"{part:10} {'mean':16} {measure:18} {own:.3f}   {own - best:+.3f} to the mean of the best peers {best:.3f}")


def mini_batch(x, k, chunk):
    model, given, seen = None, [], 0
    for start in range(0, len(x), chunk):
        part = x[start : start + chunk]
        given += [-1] * len(part) if model is None else model.predict(part).tolist()
        seen += len(part)
        if model is None and seen >= max(2 * k, 100):
            model = MiniBatchKMeans(k, random_state=arguments.seed, n_init=3, batch_size=chunk).partial_fit(x[:seen])
        elif model is not None:
            model.partial_fit(part)
    return given


def leader(x, radius):
    centres, counts, given = np.empty((0, x.shape[1])), [], []
    for row in x:
        distances = np.linalg.norm(centres - row, axis=1) if len(centres) else np.array([np.inf])
        nearest = int(distances.argmin())
        if distances[nearest] > radius and len(centres) < 2048:
            centres, counts, nearest = np.vstack([centres, row]), counts + [1], len(counts)
        else:
            counts[nearest] += 1
            centres[nearest] += (row - centres[nearest]) / counts[nearest]
        given.append(nearest)
    return given


def streams(folder):
    rows = []
    for path in sorted([*arguments.data.glob("clusters/*.csv"), *arguments.data.glob("drift/*.csv*")]):
        name = path.name.split(".")[0]
        x, labels = table(path)
        if path.parent.name == "drift":
            x, labels = x[:20_000], labels[:20_000]
        span = np.ptp(x, axis=0)
        x = (x - x.min(axis=0)) / np.where(span > 0, span, 1)
        header = [f"x{i}" for i in range(x.shape[1])] + ["label"]
        file = write(folder, f"{name}.csv", header, [[*map(repr, map(float, row)), label] for row, label in zip(x, labels)])
        chunk = 20 if name in FAST else 100
        report = ours(file, "--label", "label", "--space", "vector",
                      settings=f"clusters: {{step: {chunk}, seed: {arguments.seed}}}")
        judged = np.array([label.lower() != "noise" for label in labels])
        judged[: min(200, len(x) // 10)] = False
        score = lambda given: adjusted_rand_score(labels[judged], np.array(given)[judged])
        spread = float(np.linalg.norm(x[:200, None] - x[None, :200], axis=2).mean())
        peers = {
            "k-means told k": score(mini_batch(x, len({label for label in labels if label.lower() != "noise"}), chunk)),
            "leader, tuned": max(score(leader(x, spread * r)) for r in (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8)),
        }
        rows.append(line("streams", name, "ARI", report["ari"], peers))
    mean("streams", "ARI", rows)


def windowed(x, every, window, fitted):
    scores, model = np.zeros(len(x)), None
    for start in range(0, len(x), every):
        end = min(len(x), start + every)
        if model is not None:
            scores[start:end] = model(x[start:end])
        model = fitted(x[max(0, end - window) : end])
    return scores


def forest(rows):
    trees = IsolationForest(n_estimators=100, max_samples=min(256, len(rows)), random_state=arguments.seed).fit(rows)
    return lambda x: -trees.score_samples(x)


def neighbours(rows):
    index = NearestNeighbors(n_neighbors=min(10, len(rows))).fit(rows)
    return lambda x: index.kneighbors(x)[0].mean(axis=1)


def running_scores(x):
    count = np.arange(len(x))[:, None]
    before = lambda values: np.vstack([np.zeros(x.shape[1]), np.cumsum(values, axis=0)[:-1]]) / np.maximum(count, 1)
    means = before(x)
    deviations = np.sqrt(np.maximum(before(x * x) - means * means, 0))
    return (x - means) / np.where(deviations > 1e-9, deviations, 1)


def anomalies(folder):
    rows = []
    for path in sorted(arguments.data.glob("classical/*.csv*")):
        name = path.name.split(".")[0]
        x, labels = table(path)
        x, truth = x[:10_000], labels[:10_000].astype(float) > 0
        header = [f"f{i}" for i in range(x.shape[1])] + ["label"]
        file = write(folder, f"{name}.csv", header, [[*map(repr, map(float, row)), int(t)] for row, t in zip(x, truth)])
        report = ours(file, "--anomaly", "label", "--space", "features", settings=f"clusters: {{seed: {arguments.seed}}}")
        first = min(500, len(x) // 10)
        found = {
            "IsolationForest": windowed(x, 128, 2048, forest)[first:],
            "kNN": windowed(running_scores(x), 16, 1024, neighbours)[first:],
        }
        rows.append(
            line("anomalies", name, "AUROC", report["auroc"],
                 {peer: roc_auc_score(truth[first:], s) for peer, s in found.items()})
        )
        line("anomalies", name, "AUPRC", report["auprc"],
             {peer: average_precision_score(truth[first:], s) for peer, s in found.items()})
        print(f"{'':27} flagged {report['alarm_rate']:.4f}, of normal rows {report['false_alarm_rate']:.4f}, "
              f"F1 at best {report['best_f1']:.3f} (all flagged: {report['flag_all_f1']:.3f}), MCC {report['mcc']:.3f}")
    mean("anomalies", "AUROC", rows)


def grouping(truth, given):
    """Share of lines in groups that are exactly a true group, and F1 over groups (Zhu et al. 2019; Jiang et al. 2024)."""
    of_truth, of_given, pairs = Counter(truth), Counter(given), Counter(zip(truth, given))
    exact = [n for (t, g), n in pairs.items() if n == of_truth[t] == of_given[g]]
    return sum(exact) / len(truth), 2 * len(exact) / (len(of_truth) + len(of_given))


def logs(folder):
    from drain3 import TemplateMiner
    from drain3.template_miner_config import TemplateMinerConfig

    accuracies, scores = [], []
    for path in sorted(arguments.data.glob("logs/loghub2k/*_2k.log_structured.csv")):
        name = path.name.split("_")[0]
        with open(path, newline="", encoding="utf-8") as file:
            lines = [(row["Content"], row["EventId"]) for row in csv.DictReader(file)]
        file = write(folder, f"{name}.csv", ["Content", "EventId"], lines)
        report = ours(file, "--label", "EventId", "--space", "log", settings="space: {field: Content}")
        settings = TemplateMinerConfig()
        settings.profiling_enabled = False
        miner = TemplateMiner(config=settings)
        accuracy, f1 = grouping([e for _, e in lines], [miner.add_log_message(c)["cluster_id"] for c, _ in lines])
        accuracies.append(line("logs", name, "grouping accuracy", report["grouping_accuracy"], {"Drain3": accuracy}))
        scores.append(line("logs", name, "group F1", report["group_f1"], {"Drain3": f1}))
    mean("logs", "grouping accuracy", accuracies)
    mean("logs", "group F1", scores)


def outlier_factor(rows):
    index = LocalOutlierFactor(n_neighbors=min(20, len(rows) - 1), novelty=True).fit(rows)
    return lambda x: -index.score_samples(x)


def sessions(folder):
    data = arguments.data / "logs/anomaly"
    if not (data / "hdfs100k_sessions.csv.gz").exists():
        return
    with open(data / "hdfs100k_templates.csv", newline="") as file:
        texts = {row["template_id"]: row["template"].replace("<*>", "10.250.7.9:50010") for row in csv.DictReader(file)}
    with gzip.open(data / "hdfs100k_sessions.csv.gz", "rt") as file:
        blocks = list(csv.DictReader(file))
    events = [block["template_ids"].split() for block in blocks]
    truth = np.array([block["is_anomaly"] == "1" for block in blocks])
    path = Path(folder) / "hdfs.jsonl"
    with open(path, "w") as file:
        for number, (block, ids) in enumerate(zip(blocks, events)):
            for event in ids:
                line_of = {"block": block["block_id"], "at": 1_226_000_000_000 + 1000 * number, "message": texts[event]}
                file.write(json.dumps(line_of) + "\n")
    config = path.with_suffix(".yaml")
    config.write_text(f"space: {{kind: session, field: message}}\ninput: {{format: json}}\n"
                      f"clusters: {{seed: {arguments.seed}}}\n"
                      "session: {field: block, time: at, size: 500ms, lateness: 0s}\n")
    with open(path) as file:
        run = subprocess.run([arguments.binary, "pipe", "--quiet", "--config", str(config)], stdin=file,
                             capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"pipe ended with {run.returncode}: {run.stderr[-500:]}")
    found = {record["session"]: record for record in map(json.loads, run.stdout.splitlines())}
    judged, y = [found[block["block_id"]] for block in blocks][500:], truth[500:]
    own = np.array([record["score"] or 0 for record in judged])
    alarms = np.array([record["anomaly"] for record in judged])
    kinds = {event: place for place, event in enumerate(sorted(texts))}
    counts = np.zeros((len(blocks), len(kinds)))
    for row, ids in enumerate(events):
        for event in ids:
            counts[row, kinds[event]] += 1
    x = np.log1p(counts)
    peers = {
        "LOF": windowed(x, 128, 1024, outlier_factor)[500:],
        "kNN": windowed(x, 16, 1024, neighbours)[500:],
        "IsolationForest": windowed(x, 256, 2048, forest)[500:],
    }
    line("sessions", "hdfs100k", "AUROC", roc_auc_score(y, own), {p: roc_auc_score(y, s) for p, s in peers.items()})
    line("sessions", "hdfs100k", "AUPRC", average_precision_score(y, own),
         {peer: average_precision_score(y, s) for peer, s in peers.items()})
    print(f"{'':27} flagged {alarms.mean():.4f}, of normal sessions {alarms[~y].mean():.4f}")


def piped(space, rows, rate, seed=None):
    """Score, and whether it was flagged, of each row that `centroidd pipe` is given."""
    settings = f"anomalies: {{false_alarm_rate: {rate}}}\n"
    settings += f"clusters: {{seed: {arguments.seed if seed is None else seed}}}\n"
    if space == "text" and arguments.model:
        settings += f"space: {{model: {arguments.model}}}\n"
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as config:
        config.write(settings)
        config.flush()
        command = [arguments.binary, "pipe", "--quiet", "--space", space, "--config", config.name]
        run = subprocess.run(command, input="\n".join(rows) + "\n", capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {run.returncode}: {run.stderr[-500:]}")
    found = [json.loads(line) for line in run.stdout.splitlines()]
    first = len(rows) - len(found)  # a header line
    assert first in (0, 1), f"{len(found)} answers to {len(rows)} rows"
    return np.array([a["score"] or 0 for a in found]), np.array([a["anomaly"] for a in found])


def embedded(rows):
    """Vectors of the distinct rows, by `centroidd embed`."""
    distinct = sorted(set(rows))
    command = [arguments.binary, "embed", "--quiet"]
    if arguments.model:
        command += ["--model", str(arguments.model)]
    run = subprocess.run(command, input="\n".join(distinct) + "\n", capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {run.returncode}: {run.stderr[-500:]}")
    vectors = {text: np.array(json.loads(v)["vector"], dtype=np.float32) for text, v in zip(distinct, run.stdout.splitlines())}
    return np.stack([vectors[row] for row in rows])


def log_lines():
    """Name, lines, truth, the group that a line is judged with (None: by itself), rows that are not judged."""
    def rows(name):
        path = arguments.data / "logs" / name
        if not path.exists():
            return []
        with (gzip.open(path, "rt") if path.suffix == ".gz" else open(path, newline="", encoding="utf-8")) as file:
            return list(csv.DictReader(file))

    two, slice_, hdfs = map(rows, ("loghub2k/BGL_2k.log_structured.csv", "anomaly/bgl_lines_000001_050000.csv.gz",
                                   "anomaly/hdfs_lines_20k.csv.gz"))
    clean = lambda text: " ".join(text.split()) or "-"
    if two:
        yield "bgl2k", [clean(r["Content"]) for r in two], np.array([r["Label"] != "-" for r in two]), None, 100
    if slice_:
        yield "bgl_slice", [clean(r["template"]) for r in slice_], np.array([r["is_anomaly"] == "1" for r in slice_]), None, 1000
    if hdfs:
        truth = np.array([r["block_is_anomaly"] == "1" for r in hdfs])
        yield "hdfs_lines_20k", [clean(r["content"]) for r in hdfs], truth, [r["block_id"] for r in hdfs], 1000


def judged(truth, scores, blocks, first):
    """Truth and scores of what is judged: rows, or blocks by their largest row."""
    if blocks is None:
        return truth[first:], scores[first:]
    best, label = {}, {}
    for block, score, t in list(zip(blocks, scores, truth))[first:]:
        best[block], label[block] = max(best.get(block, -np.inf), score), t
    return np.array([label[b] for b in best]), np.array([best[b] for b in best])


def centres(x, k):
    scores, model = np.zeros(len(x)), None
    for start in range(0, len(x), 50):
        part = x[start : start + 50]
        if model is not None:
            scores[start : start + 50] = model.transform(part).min(axis=1)
            model.partial_fit(part)
        elif start + 50 >= max(2 * k, 100):
            model = MiniBatchKMeans(k, random_state=arguments.seed, n_init=3, batch_size=50).partial_fit(x[: start + 50])
    return scores


def above_quantile(scores, rate, every=50):
    """Rows above the (1 - rate) quantile of the scores before them."""
    flagged = np.zeros(len(scores), dtype=bool)
    for start in range(500, len(scores), every):
        flagged[start : start + every] = scores[start : start + every] > np.quantile(scores[:start], 1 - rate)
    return flagged


def lines(folder):
    for name, rows, truth, blocks, first in log_lines():
        x = embedded(rows)
        peers = {"KM16": centres(x, 16), "KM64": centres(x, 64), "IForest": windowed(x, 256, 2048, forest)}
        own, _ = piped("text", rows, 0.001)
        at = lambda measure, scores: measure(*judged(truth, scores, blocks, first))
        for title, measure in (("AUROC", roc_auc_score), ("AUPRC", average_precision_score)):
            line("lines", name, title, at(measure, own), {peer: at(measure, s) for peer, s in peers.items()})
        positives = judged(truth, own, blocks, first)[0].mean()
        for rate in (0.001, 0.01):
            flags = {"ours": piped("text", rows, rate)[1], **{p: above_quantile(s, rate) for p, s in peers.items()}}
            told = []
            for who, f in flags.items():
                t, f = judged(truth, f.astype(float), blocks, first)
                f = f > 0
                told.append(f"{who} MCC {matthews_corrcoef(t, f):.3f} F1 {f1_score(t, f):.3f} of normal {f[~t].mean():.4f}")
            print(f"{'':27} q {rate}: {'; '.join(told)} (all flagged: F1 {2 * positives / (1 + positives):.3f})", flush=True)


def rates(folder):
    sets = []
    for path in sorted(arguments.data.glob("classical/*.csv*")):
        x, labels = table(path)
        x, truth = x[:10_000], labels[:10_000].astype(float) > 0
        text = [",".join(map(repr, map(float, row))) for row in x]
        header = ",".join(f"f{i}" for i in range(x.shape[1]))
        sets.append((path.name.split(".")[0], "features", [header], text, truth, min(500, len(x) // 10), (0, 1, 2)))
    for name, rows, truth, _, first in log_lines():
        sets.append((name, "text", [], rows, truth, first, (0,)))
    for path in sorted(arguments.data.glob("text/*.tsv.gz")):
        with gzip.open(path, "rt") as file:
            rows = [" ".join(row.split("\t", 1)[1].split()) or "-" for row in file.read().splitlines()[1:]]
        normal = np.zeros(len(rows), dtype=bool)
        sets.append((path.name.split(".")[0], "text", [], rows, normal, min(500, len(rows) // 10), (0, 1, 2)))
    for name, space, header, rows, truth, first, seeds in sets:
        normal = [row for row, t in zip(rows, truth) if not t]
        for rate, least, most in ((0.01, 0.5, 2), (0.001, 0.4, 2.5)):
            told = []
            for seed in seeds:
                alone = piped(space, header + normal, rate, seed)[1][first:]
                among = piped(space, header + rows, rate, seed)[1][first:]
                inside = "" if least * rate <= alone.mean() <= most * rate else " OUTSIDE"
                told.append(f"{alone.mean() / rate:.2f}{inside} ({alone.sum()}; whole file {among[~truth[first:]].mean() / rate:.2f})")
            print(f"rates      {name:16} of q = {rate:<8} {', '.join(told)}", flush=True)


def cdnow():
    with gzip.open(arguments.data / "customers/cdnow_transactions.csv.gz", "rt") as file:
        orders = [(date.fromisoformat(r["date"]), r["customer_id"], float(r["quantity"]), float(r["amount"]))
                  for r in csv.DictReader(file)]
    cut = min(orders)[0] + timedelta(days=270)
    known, later = {}, Counter()
    for day, customer, quantity, amount in orders:
        if day >= cut:
            later[customer] += amount
        else:
            last, count, pieces, spent = known.get(customer, (day, 0, 0.0, 0.0))
            known[customer] = max(last, day), count + 1, pieces + quantity, spent + amount
    names = sorted(sorted(known, key=int), key=lambda name: known[name][0])
    rows = [((cut - known[n][0]).days, *known[n][1:], known[n][3] / known[n][1]) for n in names]
    return np.array(rows, dtype=float), np.log1p([later[n] for n in names])


def wholesale():
    with open(arguments.data / "customers/wholesale.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = ["Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"]
    order = np.random.default_rng(42).permutation(len(rows))
    return np.array([[float(rows[i][c]) for c in columns] for i in order]), np.array([float(rows[i]["Channel"]) for i in order])


def segmented(space, x, seed):
    """The segment of each row on arrival, and by the final model."""
    lines = [",".join(map(repr, map(float, row))) for row in x]
    rows = [",".join(f"x{i}" for i in range(x.shape[1])), *lines] if space == "features" else [f"[{line}]" for line in lines]
    told = []
    with tempfile.TemporaryDirectory() as folder:
        for step, every in ((100, "10m"), (100_000, "off")):
            config = Path(folder) / "segments.yaml"
            ready = f", dimension: {x.shape[1]}}}\ninput: {{format: vector}}\n" if space == "vector" else "}\n"
            config.write_text(f"space: {{kind: {space}" + ready +
                              f"clusters: {{seed: {seed}, step: {step}, metric: euclidean}}\nrecluster: {{every: {every}}}\n")
            command = [arguments.binary, "pipe", "--quiet", "--config", str(config), "--snapshot", f"{folder}/segments"]
            run = subprocess.run(command, input="\n".join(rows) + "\n", capture_output=True, text=True)
            if run.returncode != 0:
                sys.exit(f"{' '.join(command)} ended with {run.returncode}: {run.stderr[-500:]}")
            told.append(np.array([json.loads(answer)["cluster"] or -1 for answer in run.stdout.splitlines()]))
            assert len(told[-1]) == len(x), f"{len(told[-1])} answers to {len(x)} rows"
    return told


def explained(segments, outcome):
    groups = [outcome[segments == segment] for segment in set(segments.tolist())]
    total = ((outcome - outcome.mean()) ** 2).sum()
    between = sum(len(g) * (g.mean() - outcome.mean()) ** 2 for g in groups)
    return (between - (len(groups) - 1) * (total - between) / (len(outcome) - len(groups))) / total


def customers(folder):
    for name, load, file in (("cdnow", cdnow, "cdnow_transactions.csv.gz"), ("wholesale", wholesale, "wholesale.csv")):
        if not (arguments.data / "customers" / file).exists():
            continue
        raw, outcome = load()
        x = np.log1p(raw)
        x = (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 0, x.std(axis=0), 1)
        first = min(500, len(x) // 10)
        drawn = np.random.default_rng(0).permutation(len(x))[:2000]

        def told_k(seed):
            model, given = MiniBatchKMeans(5, random_state=seed, n_init=3, batch_size=100), np.full(len(x), -1)
            for start in [*range(0, first, 100), *range(first, len(x), 100)]:
                end = min(start + 100, first if start < first else len(x))
                if start >= first:
                    given[start:end] = model.predict(x[start:end])
                model.partial_fit(x[start:end])
            return given, model.predict(x)

        methods = {"features": lambda seed: segmented("features", raw, seed), "vector": lambda seed: segmented("vector", x, seed),
                   "k-means, k = 5": told_k}
        for method, found in methods.items():
            runs = []
            for seed in range(3):
                given, final = found(seed)
                several = len(set(final[drawn].tolist())) > 1
                runs.append((silhouette_score(x[drawn], final[drawn]) if several else -1,
                             davies_bouldin_score(x[drawn], final[drawn]) if several else np.inf,
                             explained(final, outcome), adjusted_rand_score(given[first:], final[first:])))
                sizes = sorted(Counter(final.tolist()).values(), reverse=True)
            told = ", ".join(f"{what} {value:.3f}" for what, value in zip(("silhouette", "Davies-Bouldin", "eps2", "stable"),
                                                                         np.mean(runs, axis=0)))
            print(f"customers  {name:10} {method:14} {told}; stable by seed {[round(float(r[3]), 3) for r in runs]};"
                  f" sizes {sizes}", flush=True)


PARTS = {"streams": streams, "anomalies": anomalies, "logs": logs, "sessions": sessions, "lines": lines, "rates": rates,
         "customers": customers}
with tempfile.TemporaryDirectory() as folder:
    for part in arguments.part.split(","):
        if part not in PARTS:
            sys.exit(f"--part {part}: expected some of {', '.join(PARTS)}")
        PARTS[part](folder)
