"""The networks of convolutional.ts in PyTorch, with the same first parameters and samples."""

import torch
from torch import nn


class DeepConvLstm(nn.Module):
    def __init__(self, channels, classes=18):
        super().__init__()
        convolutions = [nn.Conv2d(1 if i == 0 else 64, 64, (5, 1)) for i in range(4)]
        self.convolutions = nn.Sequential(*(layer for conv in convolutions for layer in (conv, nn.ReLU())))
        self.lstm = nn.LSTM(64 * channels, 128, 2, batch_first=True)
        self.fc = nn.Linear(128, classes)

    def forward(self, x):
        output, _ = self.lstm(self.convolutions(x).transpose(1, 2).flatten(2))
        return self.fc(output[:, -1])


class Crnn(nn.Module):
    def __init__(self, classes=37):
        super().__init__()
        self.convolutions = nn.Sequential(
            nn.Conv2d(1, 64, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(64, 128, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
            nn.Conv2d(128, 256, 3, padding=1), nn.ReLU(),
            nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(), nn.MaxPool2d((2, 1)),
            nn.Conv2d(256, 512, 3, padding=1), nn.BatchNorm2d(512), nn.ReLU(),
            nn.Conv2d(512, 512, 3, padding=1), nn.BatchNorm2d(512), nn.ReLU(), nn.MaxPool2d((2, 1)),
            nn.Conv2d(512, 512, 2), nn.ReLU(),
        )  # fmt: skip
        self.lstm = nn.LSTM(512, 256, 2, batch_first=True, bidirectional=True)
        self.fc = nn.Linear(512, classes)

    def forward(self, x):
        output, _ = self.lstm(self.convolutions(x).squeeze(2).transpose(1, 2))
        return self.fc(output).transpose(1, 2)  # classes second, as the loss takes them


# name: (module, shape of a sample, shape of its targets, classes, samples in a batch)
NETWORKS = {
    "deepconvlstm-113": (lambda: DeepConvLstm(113), (1, 24, 113), (), 18, 100),
    "deepconvlstm-9": (lambda: DeepConvLstm(9), (1, 24, 9), (), 18, 100),
    "crnn": (Crnn, (1, 32, 100), (24,), 37, 16),
}


def network_and_batches(name, batches=1):
    """The network, and pairs of samples and targets."""
    module, inputs, targets, classes, batch = NETWORKS[name]
    torch.manual_seed(0)
    x = torch.empty((batches * batch, *inputs)).uniform_(-1, 1)
    y = torch.randint(0, classes, (batches * batch, *targets))
    torch.manual_seed(1)
    return module(), list(zip(x.split(batch), y.split(batch)))
