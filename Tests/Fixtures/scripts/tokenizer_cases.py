"""Writes tokenizer_cases.json: what the reference BERT tokenizer makes of texts from all over Unicode.

    pip install tokenizers==0.23.3
    python tokenizer_cases.py > ../tokenizer_cases.json

Characters are those whose category has been the same since Unicode 3.2, since later versions differ between libraries.
"""
import json
import random
import unicodedata

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer

random.seed(7)
old = unicodedata.ucd_3_2_0


def stable(code):
    c = chr(code)
    return old.category(c) != "Cn" and old.category(c) == unicodedata.category(c) and unicodedata.category(c) != "Cs"


# Surrogates and plane 15 up hold nothing; the range 2B820-2B91F is split by some tokenizers and not by others.
pool = [c for c in range(0x80, 0x30000) if stable(c) and not 0x2B820 <= c <= 0x2B91F]
by_category = {}
for code in pool:
    by_category.setdefault(unicodedata.category(chr(code)), []).append(code)
ascii_characters = [chr(c) for c in range(1, 128)]


def character():
    if random.random() < 0.4:
        return random.choice(ascii_characters)
    return chr(random.choice(by_category[random.choice(sorted(by_category))]))


def text():
    words = ["".join(character() for _ in range(random.randint(1, 6))) for _ in range(random.randint(1, 8))]
    return random.choice([" ", "", "-", "\u3000"]).join(words)


texts = [text() for _ in range(250)]
texts += ["x" * 100, "x" * 101, "é" * 100, "é" * 101, "İSTANBUL ẞ ΑΣ", "Å Å Å", "각 각", "a\u0301\u0327b", "\u0000a\ufffdb"]

normalisers = {
    "uncased": dict(lowercase=True),
    "cased": dict(lowercase=False),
    "cased without accents": dict(lowercase=False, strip_accents=True),
    "uncased with accents": dict(lowercase=True, strip_accents=False),
    "whole ideographs": dict(lowercase=True, handle_chinese_chars=False),
}

# Half of the characters that come up are in the vocabulary, at the beginning of a word, within one, or both.
seen = set()
for options in normalisers.values():
    for t in texts:
        seen.update(BertNormalizer(**options).normalize_str(t))
vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
for c in sorted(seen):
    if not c.isspace():
        vocabulary += [v for v in (c, "##" + c) if random.random() < 0.8]
vocabulary += ["ab", "##ab", "abc", "##xxx", "xx"]

result = []
for name, options in normalisers.items():
    tokenizer = Tokenizer(WordPiece({v: i for i, v in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(**options)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    result.append({"name": name, "options": options, "ids": [[2] + tokenizer.encode(t).ids + [3] for t in texts]})
print(json.dumps({"vocabulary": vocabulary, "texts": texts, "normalisers": result}, ensure_ascii=True))
