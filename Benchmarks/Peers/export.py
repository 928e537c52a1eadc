#!/usr/bin/env python3
"""Turns a sentence-transformers folder into what ONNX Runtime and OpenVINO run.

  export.py --model FOLDER --out FOLDER

Writes f32.onnx (the encoder; callers pool), f32_fused.onnx (ONNX Runtime's BERT fusions), int8.onnx and
int8_fused.onnx (the same with dynamic quantisation, weights by channel), and int8.xml (OpenVINO, quantised by NNCF on
sentences made of the vocabulary's words).
"""
import argparse
import random

import numpy as np
import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.transformers import optimizer
from onnxruntime.transformers.fusion_options import FusionOptions
from pathlib import Path
from tokenizers import Tokenizer
from transformers import AutoModel

parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
parser.add_argument("--out", required=True)
arguments = parser.parse_args()
out = Path(arguments.out)
out.mkdir(parents=True, exist_ok=True)


class Encoder(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = AutoModel.from_pretrained(arguments.model, attn_implementation="eager").eval()

    def forward(self, input_ids, attention_mask, token_type_ids):
        return self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state


encoder = Encoder()
configuration = encoder.encoder.config
ids = torch.randint(1000, 2000, (2, 9))
mask = torch.ones_like(ids)
mask[1, 5:] = 0
names = ["input_ids", "attention_mask", "token_type_ids"]
torch.onnx.export(
    encoder,
    (ids, mask, torch.zeros_like(ids)),
    out / "f32.onnx",
    input_names=names,
    output_names=["states"],
    dynamic_axes={name: {0: "batch", 1: "tokens"} for name in [*names, "states"]},
    opset_version=17,
    dynamo=False,
)
fused = optimizer.optimize_model(
    str(out / "f32.onnx"),
    model_type="bert",
    num_heads=configuration.num_attention_heads,
    hidden_size=configuration.hidden_size,
    optimization_options=FusionOptions("bert"),
    opt_level=1,
    use_gpu=False,
)
fused.save_model_to_file(str(out / "f32_fused.onnx"))
for source, target in (("f32", "int8"), ("f32_fused", "int8_fused")):
    quantize_dynamic(
        out / f"{source}.onnx",
        out / f"{target}.onnx",
        weight_type=QuantType.QInt8,
        per_channel=True,
        op_types_to_quantize=["MatMul", "Attention", "Gemm"],
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
    )

import nncf
import openvino

tokenizer = Tokenizer.from_file(str(Path(arguments.model) / "tokenizer.json"))
tokenizer.enable_truncation(256)
words = [word for word in tokenizer.get_vocab() if word.isalpha() and word.isascii()]
chance = random.Random(1)
sentences = [" ".join(chance.choices(sorted(words), k=chance.choice((8, 20, 60, 120)))) for _ in range(400)]
model = openvino.Core().read_model(out / "f32.onnx")


def inputs(sentence):
    ids = np.array([tokenizer.encode(sentence).ids], np.int64)
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
    return {entry.any_name: given[entry.any_name] for entry in model.inputs}


quantised = nncf.quantize(
    model,
    nncf.Dataset([inputs(sentence) for sentence in sentences]),
    model_type=nncf.ModelType.TRANSFORMER,
    subset_size=len(sentences),
)
openvino.save_model(quantised, out / "int8.xml", compress_to_fp16=False)
