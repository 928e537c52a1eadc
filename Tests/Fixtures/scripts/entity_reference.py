#!/usr/bin/env python3
"""Writes entity_reference.json: figures per customer, as pandas computes them from a log of purchases.

  pip install numpy pandas
  python entity_reference.py cdnow_transactions.csv.gz > ../entity_reference.json

The file has the columns customer_id, date, quantity, amount (the CDNOW data set). Figures are as of the last day of the
log; half-lives are 90 days. 50 customers are written out, of all others the sums.
"""
import json
import sys

import numpy as np
import pandas as pd

HALF_LIFE = 90.0

d = pd.read_csv(sys.argv[1], dtype={"customer_id": str}, parse_dates=["date"])
now = d.date.max()
d["fading"] = 0.5 ** ((now - d.date).dt.days / HALF_LIFE)
d["faded"] = d.fading * d.amount
g = d.groupby("customer_id")
f = pd.DataFrame({
    "recency": (now - g.date.max()).dt.days,
    "age": (now - g.date.min()).dt.days,
    "frequency": g.size(),
    "monetary": g.amount.sum(),
    "basket": g.amount.mean(),
    "smallest": g.amount.min(),
    "largest": g.amount.max(),
    "items": g.quantity.sum(),
    "quantities": g.quantity.nunique(),
    "latest": d.sort_values("date", kind="stable").groupby("customer_id").amount.last(),
    "interval": g.date.apply(lambda s: s.sort_values().diff().dt.days.mean()),
    "faded_frequency": g.fading.sum(),
    "faded_monetary": g.faded.sum(),
    "faded_basket": g.faded.sum() / g.fading.sum(),
})
rng = np.random.default_rng(11)
heavy = f.sort_values("frequency", ascending=False).index[:10]
rest = rng.choice(f.index.difference(heavy), 40, replace=False)
chosen = f.loc[sorted([*heavy, *rest])]


def figures(row):
    return {k: None if pd.isna(v) else round(float(v), 9) for k, v in row.items()}


json.dump({
    "source": "pandas " + pd.__version__,
    "events": len(d),
    "entities": len(f),
    "now": now.strftime("%Y-%m-%d"),
    "half_life_days": HALF_LIFE,
    "sums": figures(f.sum()),
    "customers": {k: figures(r) for k, r in chosen.iterrows()},
}, sys.stdout, indent=1)
print()
