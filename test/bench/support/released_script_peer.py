"""The peer of test/bench/released-script.ts: the forests of the published recipe in scikit-learn, written for this benchmark.

Reads float64 columns x (n*d), r, y from a file, fits as often as asked on one thread, prints one JSON line with the median
seconds and the predictions of both learners for all rows.
"""
import json
import statistics
import sys
import time

import numpy as np
from sklearn.ensemble import RandomForestRegressor


def outcome(seed):
    return RandomForestRegressor(n_estimators=100, max_depth=20, max_features='sqrt', random_state=seed, n_jobs=1)


def bias_forest(seed):
    return RandomForestRegressor(
        n_estimators=200, max_depth=30, min_samples_leaf=2, max_features='sqrt', random_state=seed, n_jobs=1)


def one_round(x, r, y, gold, seed):
    n = len(x)
    t = (np.arange(n) < gold).astype(float)
    o = np.where(t == 1, r, y)
    judged = t == 0
    propensity = outcome(seed).fit(x, t).predict(x)

    def refit(bias):
        target = o.copy()
        target[judged] += np.clip(bias, -1.2, 1.2)
        return outcome(seed).fit(x, target)

    expected = outcome(seed).fit(x, o).predict(x)
    residual = t - np.clip(propensity, .1, .9)
    keep = np.abs(residual) > .05
    delta = bias_forest(seed).fit(x[keep], ((o - expected) / residual)[keep], sample_weight=residual[keep] ** 2)
    of_r = refit(delta.predict(x[judged]))

    joint = outcome(seed).fit(np.c_[x, t], o)
    mu1, mu0 = joint.predict(np.c_[x, np.ones(n)]), joint.predict(np.c_[x, np.zeros(n)])
    e = np.clip(propensity, .05, .95)
    keep = e * (1 - e) > .05
    scores = (t - e) / (e * (1 - e)) * (o - np.where(t == 1, mu1, mu0)) + mu1 - mu0
    bias = np.zeros(judged.sum()) if keep.sum() < 11 else bias_forest(seed).fit(x[keep], scores[keep]).predict(x[judged])
    return of_r, refit(bias)


def main():
    path, rows, dim, gold, repeats = sys.argv[1], *map(int, sys.argv[2:6])
    raw = np.fromfile(path)
    x, r, y = raw[: rows * dim].reshape(rows, dim), raw[rows * dim : rows * (dim + 1)], raw[rows * (dim + 1) :]
    times = []
    for seed in range(repeats):
        start = time.perf_counter()
        of_r, of_dr = one_round(x, r, y, gold, seed)
        times.append(time.perf_counter() - start)
    print(json.dumps({'seconds': statistics.median(times), 'r': of_r.predict(x).tolist(), 'dr': of_dr.predict(x).tolist()}))


main()
