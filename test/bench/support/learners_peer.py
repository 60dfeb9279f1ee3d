"""scikit-learn's side of test/bench/learners.ts: the same rows, one thread. Prints JSON: {name: {seconds, mse}}."""

import json
import os
import sys
import time

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = "1"

import warnings

import numpy as np
import sklearn
from sklearn.ensemble import HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.neural_network import MLPRegressor

warnings.filterwarnings("ignore")
folder, cols, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])


def read(name):
    return np.fromfile(os.path.join(folder, name))


x, y = read("x.bin").reshape(-1, cols), read("y.bin")
x_test, truth = read("x_test.bin").reshape(-1, cols), read("truth.bin")


def forest(features, leaf):
    return lambda seed: RandomForestRegressor(
        100, max_depth=20, max_features=features, min_samples_leaf=leaf, random_state=seed, n_jobs=1
    )


learners = {
    "forest-sqrt": forest(7, 1),
    "forest-third": forest(17, 5),
    "forest-all": forest(cols, 5),
    "boosted": lambda seed: HistGradientBoostingRegressor(
        max_iter=100, max_leaf_nodes=31, min_samples_leaf=20, early_stopping=False, random_state=seed
    ),
    "mlp": lambda seed: MLPRegressor(
        (32,), alpha=0.0, batch_size=256, learning_rate_init=0.003, max_iter=20, n_iter_no_change=1000, random_state=seed
    ),
}
result = {"version": sklearn.__version__}
for name, make in learners.items():
    seconds, errors = [], []
    for seed in range(repeats):
        started = time.perf_counter()
        model = make(seed).fit(x, y)
        seconds.append(time.perf_counter() - started)
        errors.append(float(np.mean((model.predict(x_test) - truth) ** 2)))
    result[name] = {"seconds": float(np.median(seconds)), "mse": float(np.mean(errors))}
print(json.dumps(result))
