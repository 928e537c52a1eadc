#!/usr/bin/env python3
"""Times of one Python peer that turns texts into vectors or tokens, as one JSON object.

  embedding.py PEER --model FOLDER --texts FILE [--onnx FOLDER] [--threads T] [--repeats N] [--reference FILE]

PEER: sentence-transformers; onnxruntime-f32, onnxruntime-int8 (the better of the plain and the fused graph);
openvino-f32, openvino-int8; tokenizers. FILE has a text a line. A run goes from texts to pooled unit vectors, tokens
included, in batches of texts of like length, which is best for those that pad. Of the batch sizes the best on half of
the texts is taken; then the median of N runs: `seconds` of the processor with one thread, of the clock with more.
`--reference` holds the expected vectors (raw 32-bit floats): their mean and least cosine are told; for `tokenizers` the
expected ids (32-bit, each text's count before them): the number of texts that differ.
"""
import argparse
import json
import os
import sys
import tempfile
import time
import warnings

parser = argparse.ArgumentParser()
parser.add_argument("peer")
parser.add_argument("--model", required=True)
parser.add_argument("--texts", required=True)
parser.add_argument("--onnx", default="")
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--reference")
arguments = parser.parse_args()
threads = str(arguments.threads)
for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "RAYON_NUM_THREADS"):
    os.environ[name] = threads
os.environ["TOKENIZERS_PARALLELISM"] = "true" if arguments.threads > 1 else "false"
os.environ["HF_HUB_OFFLINE"] = "1"
warnings.filterwarnings("ignore")

import numpy as np
from tokenizers import Tokenizer

texts = open(arguments.texts, encoding="utf-8").read().split("\n")[:-1]
tokenizer = Tokenizer.from_file(os.path.join(arguments.model, "tokenizer.json"))
tokenizer.enable_truncation(256)
tokenizer.no_padding()


def pooled(states, mask):
    weights = mask[:, :, None].astype(np.float32)
    vectors = (states * weights).sum(1) / weights.sum(1)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def padding(forward):
    """Embeds by `forward` (ids, mask -> states), in padded batches of like length."""

    def run(texts, size):
        encoded = [entry.ids for entry in tokenizer.encode_batch(texts)]
        order = sorted(range(len(texts)), key=lambda index: len(encoded[index]))
        vectors = None
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            ids = np.zeros((len(chosen), len(encoded[chosen[-1]])), np.int64)
            mask = np.zeros_like(ids)
            for row, index in enumerate(chosen):
                ids[row, : len(encoded[index])] = encoded[index]
                mask[row, : len(encoded[index])] = 1
            found = pooled(forward(ids, mask), mask)
            if vectors is None:
                vectors = np.empty((len(texts), found.shape[1]), np.float32)
            vectors[chosen] = found
        return vectors

    return run


def with_sentence_transformers():
    import shutil

    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(arguments.threads)
    # The empty folder of the normalising step is not in every copy of a model.
    folder = tempfile.mkdtemp()
    shutil.copytree(arguments.model, folder, dirs_exist_ok=True)
    os.makedirs(os.path.join(folder, "2_Normalize"), exist_ok=True)
    model = SentenceTransformer(folder, device="cpu")
    shutil.rmtree(folder)
    return [
        lambda texts, size: model.encode(texts, batch_size=size, show_progress_bar=False, normalize_embeddings=True)
    ]


def with_onnxruntime(precision):
    import onnxruntime

    def session(name):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = arguments.threads
        options.inter_op_num_threads = 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        path = os.path.join(arguments.onnx, name)
        session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        wanted = {entry.name: np.int32 if "int32" in entry.type else np.int64 for entry in session.get_inputs()}

        def forward(ids, mask):
            given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
            return session.run(None, {name: given[name].astype(kind) for name, kind in wanted.items()})[0]

        return padding(forward)

    return [session(f"{precision}.onnx"), session(f"{precision}_fused.onnx")]


def with_openvino(name):
    import openvino

    core = openvino.Core()
    model = core.read_model(os.path.join(arguments.onnx, name))
    compiled = core.compile_model(
        model,
        "CPU",
        {
            "INFERENCE_NUM_THREADS": arguments.threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "NUM_STREAMS": 1,
        },
    )
    names = [entry.any_name for entry in compiled.inputs]
    request = compiled.create_infer_request()

    def forward(ids, mask):
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        return request.infer({name: given[name] for name in names})[compiled.output(0)]

    return [padding(forward)]


def with_tokenizers():
    def run(texts, size):
        size *= 16
        for start in range(0, len(texts), size):
            tokenizer.encode_batch_fast(texts[start : start + size])

    return [run]


peers = {
    "sentence-transformers": with_sentence_transformers,
    "onnxruntime-f32": lambda: with_onnxruntime("f32"),
    "onnxruntime-int8": lambda: with_onnxruntime("int8"),
    "openvino-f32": lambda: with_openvino("f32.onnx"),
    "openvino-int8": lambda: with_openvino("int8.xml"),
    "tokenizers": with_tokenizers,
}
if arguments.peer not in peers:
    sys.exit(f"no peer {arguments.peer!r}; there are {', '.join(peers)}")
clock = time.process_time if arguments.threads == 1 else time.perf_counter


def timed(run, texts, size):
    start = clock()
    result = run(texts, size)
    return clock() - start, result


candidates = peers[arguments.peer]()
half = texts[: max(1, len(texts) // 2)]
for run in candidates:
    run(half[:16], 8)
run, size = min(
    ((run, size) for run in candidates for size in (8, 16, 32, 64)), key=lambda choice: timed(choice[0], half, choice[1])[0]
)
runs = [timed(run, texts, size) for _ in range(arguments.repeats)]
answer = {"seconds": float(np.median([seconds for seconds, _ in runs])), "batch": size}
if arguments.reference and arguments.peer == "tokenizers":
    expected = np.fromfile(arguments.reference, "<i4")
    place = differing = 0
    for entry in tokenizer.encode_batch(texts):
        count = int(expected[place])
        differing += entry.ids != expected[place + 1 : place + 1 + count].tolist()
        place += 1 + count
    answer["differing"] = differing
elif arguments.reference:
    vectors = np.asarray(runs[-1][1], np.float32)
    expected = np.fromfile(arguments.reference, "<f4").reshape(vectors.shape)
    cosines = (vectors * expected).sum(1) / np.linalg.norm(vectors, axis=1) / np.linalg.norm(expected, axis=1)
    answer |= {"cosine": float(cosines.mean()), "least": float(cosines.min())}
json.dump(answer, sys.stdout)
