"""The peer of test/bench/causal.ts: the same regressions and folds in plain numpy, written for this benchmark.

Reads float64 columns x (n*d), r, y and the number of gold rows from a file, fits as often as asked, prints one JSON line with
milliseconds (the median over the repeats) and the predictions for the first rows, so that both sides can be seen to agree.
"""
import json
import statistics
import sys
import time

import numpy as np

FOLDS = 5
GRID = 10.0 ** np.arange(-3, 3.01, 0.5)


def ridge(x, y, w=None):
    """Weighted ridge with a free intercept; the penalty minimises the weighted leave-one-out error."""
    w = np.ones(len(y)) if w is None else w
    total = w.sum()
    x_mean, y_mean = w @ x / total, w @ y / total
    root = np.sqrt(w)
    a, b = (x - x_mean) * root[:, None], (y - y_mean) * root
    values, vectors = np.linalg.eigh(a.T @ a)
    shrink = 1 / (np.maximum(values, 0)[:, None] + total * GRID)
    z = a @ vectors
    q = z.T @ b
    leverage = (z * z) @ shrink + (w / total)[:, None]
    residual = (b[:, None] - z @ (q[:, None] * shrink)) / np.maximum(1 - leverage, 1e-6)
    best = int(np.argmin((residual ** 2).sum(0)))
    beta = vectors @ (q * shrink[:, best])
    return lambda new: y_mean + (new - x_mean) @ beta


class Problem:
    def __init__(self, x, t, r, y, share):
        self.x, self.t, self.r, self.y, self.share = x, t, r, y, share
        self.fold = np.zeros(len(t), int)
        for stratum in (t, ~t):
            self.fold[stratum] = np.arange(stratum.sum()) % FOLDS
        self.known = {}

    def without(self, rows):
        keep = np.ones(len(self.t), bool)
        keep[rows] = False
        return Problem(self.x[keep], self.t[keep], self.r[keep], self.y[keep], self.share)

    def preference(self):
        if 'preference' not in self.known:
            self.known['preference'] = ridge(self.x[~self.t], self.y[~self.t])
        return self.known['preference']

    def outcomes(self):
        if 'outcomes' not in self.known:
            gold, preference = np.zeros(len(self.t)), np.zeros(len(self.t))
            for k in range(FOLDS):
                inside = self.fold == k
                g, h = ~inside & self.t, ~inside & ~self.t
                gold[inside] = ridge(self.x[g], self.r[g])(self.x[inside])
                preference[inside] = ridge(self.x[h], self.y[h])(self.x[inside])
            self.known['outcomes'] = gold, preference
        return self.known['outcomes']

    def observed(self):
        return np.where(self.t, self.r, self.y)

    def refit(self, bias):
        return ridge(self.x, np.where(self.t, self.r, self.y + bias))

    def out_of_fold(self, target, weight=None):
        bias = np.zeros(len(self.t))
        for k in range(FOLDS):
            out = self.fold != k
            bias[~out] = ridge(self.x[out], target[out], None if weight is None else weight[out])(self.x[~out])
        return np.clip(bias, -2, 2)


def gold_only(p):
    return ridge(p.x[p.t], p.r[p.t])


def mean_shift(p):
    return p.refit(p.r[p.t].mean() - p.y[~p.t].mean())


def r_learner(p):
    gold, preference = p.outcomes()
    residual = p.t - p.share
    expected = p.share * gold + (1 - p.share) * preference
    return p.refit(p.out_of_fold((p.observed() - expected) / residual, residual ** 2))


def dr_learner(p):
    gold, preference = p.outcomes()
    scores = gold - preference
    scores = scores + np.where(p.t, (p.observed() - gold) / p.share, (preference - p.observed()) / (1 - p.share))
    return p.refit(p.out_of_fold(scores))


def offset(p):
    eta = p.preference()
    rest = ridge(p.x[p.t], p.r[p.t] - eta(p.x[p.t]))
    return lambda new: eta(new) + rest(new)


def calibrated_offset(p):
    eta = p.preference()
    all_eta = eta(p.x)
    centre, spread = all_eta.mean(), all_eta.std() + 1e-9
    wide = lambda new: np.c_[new, 5 * (eta(new) - centre) / spread]
    fit = ridge(wide(p.x[p.t]), p.r[p.t])
    return lambda new: fit(wide(new))


MEMBERS = (gold_only, mean_shift, r_learner, dr_learner, offset, calibrated_offset)


def auto(p):
    gold = np.flatnonzero(p.t)
    loss = np.zeros(len(MEMBERS))
    for k in range(FOLDS):
        held = gold[np.arange(len(gold)) % FOLDS == k]
        reduced = p.without(held)
        for m, member in enumerate(MEMBERS):
            loss[m] += ((p.r[held] - member(reduced)(p.x[held])) ** 2).sum()
    least = loss.min()
    weights = np.exp(-(loss - least) / (4 * least / len(gold)))
    weights /= weights.sum()
    fits = [member(p) for member in MEMBERS]
    return lambda new: sum(w * fit(new) for w, fit in zip(weights, fits))


def measure(fit, make, repeats):
    times = []
    for _ in range(repeats):
        problem = make()
        start = time.perf_counter()
        model = fit(problem)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times), model


def main():
    path, rows, dim, gold, repeats = sys.argv[1], *map(int, sys.argv[2:6])
    raw = np.fromfile(path)
    x, r, y = raw[: rows * dim].reshape(rows, dim), raw[rows * dim : rows * (dim + 1)], raw[rows * (dim + 1) :]
    t = np.arange(rows) < gold
    make = lambda: Problem(x, t, r, y, gold / rows)
    out = {}
    for name, fit in (('r-learner', r_learner), ('auto', auto)):
        ms, model = measure(fit, make, repeats)
        out[name] = {'ms': ms, 'predictions': model(x[:5]).tolist()}
    print(json.dumps(out))


main()
