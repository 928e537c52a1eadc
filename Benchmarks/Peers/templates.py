#!/usr/bin/env python3
"""Processor seconds of Drain3 for the lines of a file, as one JSON object.

  templates.py FILE [--repeats N]

With its defaults, and with six masks that suit every system (masking is not timed). One thread; the least of N runs, each
with a miner that has seen nothing.
"""
import argparse
import json
import re
import time

from drain3 import TemplateMiner
from drain3.template_miner_config import TemplateMinerConfig

parser = argparse.ArgumentParser()
parser.add_argument("file")
parser.add_argument("--repeats", type=int, default=3)
arguments = parser.parse_args()

MASKS = [
    (re.compile(pattern), name)
    for pattern, name in [
        (r"blk_-?\d+", "<block>"),
        (r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b", "<uuid>"),
        (r"/?\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b", "<address>"),
        (r"\b0x[0-9a-fA-F]+\b", "<hex>"),
        (r"\b(?=[0-9a-fA-F]*\d)[0-9a-fA-F]{8,}\b", "<hex>"),
        (r"(?<![A-Za-z])-?\d+(?:\.\d+)?", "<number>"),
    ]
]


def masked(line):
    for pattern, name in MASKS:
        line = pattern.sub(name, line)
    return line


def seconds(lines):
    times = []
    for _ in range(arguments.repeats):
        configuration = TemplateMinerConfig()
        configuration.profiling_enabled = False
        miner = TemplateMiner(config=configuration)
        start = time.process_time()
        for line in lines:
            miner.add_log_message(line)
        times.append(time.process_time() - start)
    return min(times)


lines = open(arguments.file, encoding="utf-8").read().split("\n")
print(json.dumps({"Drain3": seconds(lines), "Drain3, masked": seconds([masked(line) for line in lines])}))
