"""PyTorch's side of `npm run bench:sizes`: the least milliseconds of a training step and of a run, for sizes of JSON from stdin."""

import argparse
import json
import sys
import time

import torch

from pytorch import Classifier, step

SECONDS = 0.25
LEAST_RUNS = 3
WARMUP = 2

parser = argparse.ArgumentParser()
parser.add_argument("--threads", type=int, default=2)
torch.set_num_threads(parser.parse_args().threads)


def least(run):
    times = []
    end = time.perf_counter() + SECONDS
    while len(times) < WARMUP + LEAST_RUNS or time.perf_counter() < end:
        start = time.perf_counter()
        run()
        times.append((time.perf_counter() - start) * 1000)
    return min(times[WARMUP:])


measured = []
for batch, steps, inputs, hidden, layers in json.load(sys.stdin):
    model = Classifier(inputs, hidden, layers)
    optimizer = torch.optim.Adam(model.parameters(), 0.001)
    x, y = torch.randn(batch, steps, inputs), torch.randint(0, 10, (batch,))
    train = least(lambda: step(model, optimizer, x, y))
    model.eval()
    with torch.inference_mode():
        measured.append({"train": train, "run": least(lambda: model(x))})
print(json.dumps({"sizes": measured, "version": torch.__version__}))
