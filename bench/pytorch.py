"""The PyTorch side of the benchmarks: one JSON line for each figure, the median in milliseconds."""

import argparse
import itertools
import json
import statistics
import time

import numpy as np
import torch
from torch import nn

from convolutional import network_and_batches


class Classifier(nn.Module):
    def __init__(self, inputs, hidden, layers, classes=10, cell="lstm"):
        super().__init__()
        layer = {"lstm": nn.LSTM, "gru": nn.GRU, "rnn": nn.RNN}[cell]
        self.lstm = layer(inputs, hidden, layers, batch_first=True)
        self.fc = nn.Linear(hidden, classes)

    def forward(self, x):
        output, _ = self.lstm(x)
        return self.fc(output[:, -1])


def step(model, optimizer, x, y):
    loss = nn.functional.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def epoch(folder, which):
    images = np.fromfile(f"{folder}/train-images-idx3-ubyte", np.uint8)[16:].reshape(-1, 28, 28)
    x = torch.from_numpy(images).float() / 255
    y = torch.from_numpy(np.fromfile(f"{folder}/train-labels-idx1-ubyte", np.uint8)[8:]).long()
    torch.manual_seed(1)
    model = Classifier(28, 64, 1)
    optimizer = torch.optim.Adam(model.parameters(), 0.01)
    for _ in range(5):
        step(model, optimizer, x[:64], y[:64])
    for _ in range(which):
        start = time.perf_counter()
        order = torch.randperm(len(x))
        for i in range(0, len(x), 64):
            rows = order[i : i + 64]
            step(model, optimizer, x[rows], y[rows])
    return (time.perf_counter() - start) * 1000


def write_checkpoint(path):
    """About 5 MB of weights."""
    torch.save(Classifier(128, 288, 2).state_dict(), path)


def export(path):
    """What a PyTorch user does instead of `lstm-onnx export`."""
    model = Classifier(128, 288, 2)
    model.load_state_dict(torch.load(path))
    x = torch.randn(2, 3, 128)
    dynamic = {0: torch.export.Dim("batch"), 1: torch.export.Dim("time")}
    torch.onnx.export(model.eval(), (x,), f"{path}.onnx", dynamic_shapes={"x": dynamic})


def timed(run, seconds=2, warmup=3):
    """The median and the least time of a run, and what the first of them gave."""
    first = [run() for _ in range(warmup)]
    times = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < 5:
        start = time.perf_counter()
        first.append(run())
        times.append((time.perf_counter() - start) * 1000)
        del first[8:]
    return {"ms": statistics.median(times), "least": min(times)}, first


def subject(arguments, batches):
    """What is measured, and its batches of samples and targets."""
    if arguments.network:
        return network_and_batches(arguments.network, batches)
    batch, time_steps, inputs, hidden, layers = arguments.size
    model = Classifier(inputs, hidden, layers, cell=arguments.cell)
    return model, [(torch.randn(batch, time_steps, inputs), torch.randint(0, 10, (batch,)))]


def train_step(arguments):
    model, batches = subject(arguments, 8)
    optimizer = torch.optim.Adam(model.parameters(), 0.001)
    turns = itertools.cycle(batches)
    measured, losses = timed(lambda: step(model, optimizer, *next(turns)))
    return {**measured, "losses": losses}


def forward(arguments):
    model, [(x, _)] = subject(arguments, 1)
    model.eval()
    with torch.inference_mode():
        measured, _ = timed(lambda: model(x) is None)
    return measured


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("what", choices=["epoch", "second-epoch", "step", "run", "write", "export"])
    parser.add_argument("--mnist")
    parser.add_argument("--checkpoint")
    parser.add_argument("--size", type=int, nargs=5)
    parser.add_argument("--cell", default="lstm")
    parser.add_argument("--network", help="of convolutional.py, in place of a size")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    if arguments.what == "write":
        write_checkpoint(arguments.checkpoint)
        measured = {"ms": 0}
    elif arguments.what == "export":
        export(arguments.checkpoint)
        measured = {"ms": 0}  # whoever started the process measures it
    elif arguments.what == "epoch":
        measured = {"ms": epoch(arguments.mnist, 1)}
    elif arguments.what == "second-epoch":
        measured = {"ms": epoch(arguments.mnist, 2)}
    else:
        measured = {"step": train_step, "run": forward}[arguments.what](arguments)
    print(json.dumps({**measured, "version": torch.__version__}))


if __name__ == "__main__":
    main()
