"""Writes Tests/Fixtures/static/*: small static models that Model2Vec distils of the encoder `prompts`, and
static_models.json: what it makes of texts with them.

    pip install model2vec==0.10.0 skeletoken==0.6.1 transformers==5.24.0 torch==2.15.0 safetensors
    python static_models.py ../encoders ../static > ../static_models.json

`plain` has a vector for each token, in 16 bits; `shared` has fewer vectors than tokens, with a mapping and weights;
`sentence` is laid out as sentence-transformers does.
"""
import json
import os
import shutil
import sys

os.environ["HF_HUB_OFFLINE"] = "1"
import torch
from model2vec import StaticModel
from model2vec.distill import distill
from model2vec.distill.inference import compute_weights, create_embeddings
from safetensors.numpy import save_file
from transformers import AutoModel, AutoTokenizer

torch.set_num_threads(1)
encoders, root = sys.argv[1:3]
source = os.path.join(encoders, "prompts")
shutil.rmtree(root, ignore_errors=True)
texts = json.load(open(os.path.join(os.path.dirname(encoders.rstrip("/")), "encoders.json")))["texts"]
texts += ["ж §§ ж", "[UNK] disk [PAD]", "disk [CLS] disk"]


def save(model, name):
    folder = os.path.join(root, name)
    model.save_pretrained(folder)
    os.remove(os.path.join(folder, "README.md"))
    return folder


plain = distill(source, pca_dims=12, device="cpu", quantize_to="float16")
save(plain, "plain")
save(distill(source, pca_dims=8, device="cpu", quantize_to="float32", vocabulary_quantization=40), "shared")
folder = os.path.join(root, "sentence")
inner = os.path.join(folder, "0_StaticEmbedding")
os.makedirs(inner)
save_file({"embedding.weight": plain.embedding.astype("float32")}, os.path.join(inner, "model.safetensors"))
plain.tokenizer.save(os.path.join(inner, "tokenizer.json"), pretty=False)
json.dump({"prompts": {}}, open(os.path.join(folder, "config_sentence_transformers.json"), "w"))
json.dump([{"idx": 0, "name": "0", "path": "0_StaticEmbedding",
            "type": "sentence_transformers.models.StaticEmbedding"}], open(os.path.join(folder, "modules.json"), "w"))

cases = []
for name in ["plain", "shared", "sentence"]:
    model = StaticModel.from_pretrained(os.path.join(root, name))
    model.embedding = model.embedding.astype("float32")
    cases.append({"folder": name, "token_ids": model.tokenize(texts),
                  "vectors": [[round(float(x), 7) for x in v] for v in model.encode(texts)]})

tokenizer = AutoTokenizer.from_pretrained(source)
tokens = list(plain.tokens)
made = create_embeddings(AutoModel.from_pretrained(source, dtype=torch.float32),
                         [[2, tokenizer.convert_tokens_to_ids(t), 3] for t in tokens], "cpu", 0)
print(json.dumps({"texts": texts, "cases": cases, "distilled": {
    "tokens": tokens, "vectors": [[round(float(x), 6) for x in v] for v in made],
    "zipf_weights": [round(float(x), 8) for x in compute_weights(len(tokens), 1e-4)]}}))
