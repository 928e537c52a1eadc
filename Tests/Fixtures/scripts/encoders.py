"""Writes Tests/Fixtures/encoders/*: small BERT models with random weights, and encoders.json: what
sentence-transformers makes of texts with them.

    pip install sentence-transformers==6.2.0 transformers==5.24.0 torch==2.15.0
    python encoders.py ../encoders > ../encoders.json

Between them they have both ways of pooling, with and without normalisation, prompts, cased and uncased vocabularies,
three activations, sizes that are no multiples of a vector's, narrow types of weights, a prefix before the tensors' names,
weights in two files, and the folder layouts of old and new releases.
"""
import json
import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from safetensors.torch import save_file
from sentence_transformers import SentenceTransformer
from transformers import BertConfig, BertModel

torch.set_num_threads(1)
root = sys.argv[1]
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
small = [c for c in "abcdefghijklmnopqrstuvwxyz"]
words = ["the", "disk", "quota", "fail", "user", "##ed", "##ing", "query", "pass", "##age", "é", "##é", "中", "##中", "文"]
signs = list(".,:;!?-/()[]'") + list("0123456789") + ["##" + d for d in "0123456789"]
vocabulary = special + small + ["##" + c for c in small] + words + signs
assert len(set(vocabulary)) == len(vocabulary)
cased = vocabulary + list("ABDQUÉ") + ["Disk", "User"]
texts = [
    "disk quota exceeded",
    "The user FAILED to log in: disk is full!",
    "Disk quota of User 1024 (see docs/quotas.txt)",
    "café CAFÉ Éa \u00e9 e\u0301",
    "中文 disk中文",
    "a",
    "query: the passages",
    "[MASK] is [SEP]",
    "unknown ж and § signs",
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen " * 3,
    "  spaces\tand\nlines  ",
    "0123456789 5-10",
]
names = "sentence_transformers.models."


def model(hidden, layers, heads, inner, activation, size, seed, types=2, positions=48):
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=size, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=heads,
        intermediate_size=inner, hidden_act=activation, max_position_embeddings=positions, type_vocab_size=types,
    )
    made = BertModel(config, add_pooling_layer=False)
    with torch.no_grad():
        for name, weights in made.named_parameters():
            centre = 1 if name.endswith("LayerNorm.weight") else 0
            weights.copy_(centre + 0.25 * torch.randn(weights.shape))
    return config, {k: v.contiguous() for k, v in made.state_dict().items() if "position_ids" not in k}


def write(folder, name, value):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as file:
        file.write(value if isinstance(value, str) else json.dumps(value, indent=1, ensure_ascii=False))


def make(name, shape, vocab, tokenizer, pooling, normalises, extra={}, dtype=torch.float32, prefix="", shards=1):
    folder = os.path.join(root, name)
    shutil.rmtree(folder, ignore_errors=True)
    config, weights = model(size=len(vocab), **shape)
    write(folder, "config.json", config.to_json_string(use_diff=False))
    write(folder, "vocab.txt", "\n".join(vocab) + "\n")
    write(folder, "tokenizer_config.json", {"tokenizer_class": "BertTokenizer", **tokenizer})
    modules = [("", "Transformer"), ("1_Pooling", "Pooling")] + ([("2_Normalize", "Normalize")] if normalises else [])
    write(folder, "modules.json",
          [{"idx": i, "name": str(i), "path": p, "type": names + t} for i, (p, t) in enumerate(modules)])
    write(folder, "1_Pooling/config.json", pooling)
    for file, value in extra.items():
        write(folder, file, value)
    weights = {prefix + k: v.to(dtype) for k, v in weights.items()}
    keys = sorted(weights)
    if shards == 1:
        save_file(weights, os.path.join(folder, "model.safetensors"), {"format": "pt"})
        return
    files = [f"model-{i + 1:05}-of-{shards:05}.safetensors" for i in range(shards)]
    of = {k: files[i * shards // len(keys)] for i, k in enumerate(keys)}
    for file in files:
        save_file({k: weights[k] for k in keys if of[k] == file}, os.path.join(folder, file), {"format": "pt"})
    write(folder, "model.safetensors.index.json", {"metadata": {"total_size": 0}, "weight_map": of})


def old(mode, dimension):
    return {"word_embedding_dimension": dimension, "pooling_mode_cls_token": mode == "cls",
            "pooling_mode_mean_tokens": mode == "mean", "pooling_mode_max_tokens": False,
            "pooling_mode_mean_sqrt_len_tokens": False}


def new(mode, dimension):
    return {"embedding_dimension": dimension, "pooling_mode": mode, "include_prompt": True}


make("cls", dict(hidden=32, layers=2, heads=4, inner=64, activation="gelu", seed=1), vocabulary,
     {"do_lower_case": True}, old("cls", 32), True,
     {"sentence_bert_config.json": {"max_seq_length": 24, "do_lower_case": False}})
make("prompts", dict(hidden=20, layers=3, heads=5, inner=52, activation="gelu", seed=2), vocabulary,
     {"do_lower_case": True, "model_max_length": 40}, new("mean", 20), True,
     {"config_sentence_transformers.json": {
         "prompts": {"query": "query: ", "passage": "passage: "}, "default_prompt_name": "query",
         "similarity_fn_name": "cosine"}},
     dtype=torch.bfloat16)
make("cased", dict(hidden=36, layers=2, heads=3, inner=50, activation="gelu", seed=3, types=1), cased,
     {"do_lower_case": False, "tokenize_chinese_chars": False}, old("mean", 36), False,
     {"sentence_bert_config.json": {"max_seq_length": 48}}, dtype=torch.float16, prefix="bert.")
make("tanh", dict(hidden=24, layers=2, heads=2, inner=40, activation="gelu_new", seed=4), vocabulary,
     {"do_lower_case": True, "strip_accents": False}, new("cls", 24), False, shards=2)
make("relu", dict(hidden=18, layers=1, heads=3, inner=33, activation="relu", seed=5), cased,
     {"do_lower_case": False}, new("mean", 18), True,
     {"sentence_bert_config.json": {"max_seq_length": 16, "do_lower_case": True}})

result = []
for name in ["cls", "prompts", "cased", "tanh", "relu"]:
    loaded = SentenceTransformer(os.path.join(root, name), device="cpu", model_kwargs={"dtype": torch.float32})
    for prompt in [None, "passage: ", ""] if name == "prompts" else [None]:
        vectors = loaded.encode(texts, prompt=prompt)
        before = loaded.prompts[loaded.default_prompt_name] if prompt is None and loaded.default_prompt_name else prompt or ""
        ids = [loaded.tokenizer(before + t, truncation=True, max_length=loaded.max_seq_length)["input_ids"] for t in texts]
        result.append({"folder": name, "prefix": prompt, "token_ids": ids,
                       "vectors": [[round(float(x), 7) for x in v] for v in vectors]})
print(json.dumps({"texts": texts, "cases": result}, ensure_ascii=True))
