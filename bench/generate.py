"""PyTorch's side of `npm run bench:generate`: the milliseconds of 500 steps of a language model, eager, without gradients."""

import argparse
import json
import statistics
import time

import torch
from torch import nn

parser = argparse.ArgumentParser()
parser.add_argument("batch", type=int)
parser.add_argument("way", choices=["greedy", "sampling"])
parser.add_argument("--threads", type=int, default=2)
options = parser.parse_args()
torch.set_num_threads(options.threads)
torch.manual_seed(1)
embedding, lstm, fc = nn.Embedding(80, 64), nn.LSTM(64, 256, batch_first=True), nn.Linear(256, 80)


@torch.no_grad()
def generate(steps):
    tokens = torch.arange(options.batch).unsqueeze(1)
    sequences = [[] for _ in range(options.batch)]
    states = None
    for _ in range(steps):
        output, states = lstm(embedding(tokens), states)
        logits = fc(output[:, -1])
        if options.way == "greedy":
            tokens = logits.argmax(-1, keepdim=True)
        else:
            tokens = torch.multinomial(logits.softmax(-1), 1)
        for sequence, token in zip(sequences, tokens.squeeze(1).tolist()):
            sequence.append(token)
    return sequences


generate(200)
times = []
for _ in range(3):
    start = time.perf_counter()
    generate(500)
    times.append((time.perf_counter() - start) * 1000)
print(json.dumps({"ms": statistics.median(times), "least": min(times), "version": torch.__version__}))
