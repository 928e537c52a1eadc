"""Whether Model2Vec and centroidd load each other's static models with equal vectors.

    pip install model2vec==0.10.0 skeletoken==0.6.1 transformers==5.24.0 torch==2.15.0
    python static_interop.py CENTROIDD TRANSFORMER_FOLDER TEXTS [MODEL2VEC_FOLDER]

Distils the transformer with CENTROIDD, reads the folder with Model2Vec and compares the vectors of TEXTS (a text a
line); then the other way round with MODEL2VEC_FOLDER, or with a folder that Model2Vec distils now. Ends with 1 where a
cosine is below 0.99999 or the norms differ.
"""
import os
import subprocess
import sys
import tempfile
import time

os.environ["HF_HUB_OFFLINE"] = "1"
import numpy as np
from model2vec import StaticModel

centroidd, source, file = sys.argv[1:4]
texts = [line for line in open(file, encoding="utf-8").read().split("\n") if line.strip()]


def ours(folder):
    made = subprocess.run([centroidd, "embed", "--quiet", "--model", folder, "--format", "f32"], check=True,
                          input="".join(t + "\n" for t in texts).encode(), stdout=subprocess.PIPE).stdout
    return np.frombuffer(made, dtype="<f4").reshape(len(texts), -1)


def compare(name, folder):
    model = StaticModel.from_pretrained(folder)
    model.embedding = model.embedding.astype("float32")
    theirs, own = model.encode(texts), ours(folder)
    known = np.array([len(ids) > 0 for ids in model.tokenize(texts)])
    theirs = theirs / np.maximum(np.linalg.norm(theirs, axis=1, keepdims=True), 1e-30)
    cosine = (theirs * own).sum(1)[known]
    worst = int(np.argmin(cosine))
    print(f"{name}: {model.embedding.shape}, {known.sum()} texts, lowest cosine {cosine.min():.7f}, "
          f"largest difference {np.abs(theirs - own)[known].max():.2e}: {texts[np.flatnonzero(known)[worst]][:60]!r}")
    return cosine.min() > 0.99999


with tempfile.TemporaryDirectory() as scratch:
    made = os.path.join(scratch, "made")
    start = time.time()
    subprocess.run([centroidd, "distill", "--model", source, "--output", made], check=True)
    print(f"distilled in {time.time() - start:.1f} s")
    good = compare("centroidd's folder", made)
    if len(sys.argv) > 4:
        other = sys.argv[4]
    else:
        from model2vec.distill import distill
        other = os.path.join(scratch, "other")
        distill(source, device="cpu").save_pretrained(other)
    good = compare("Model2Vec's folder", other) and good
sys.exit(0 if good else 1)
