"""The PyTorch side of the comparison of forecasts: the network of src/forecast/forecast-network.ts and its training, on the windows that
forecast.ts writes. `forecast.py FOLDER NAME` reads NAME.json and NAME.safetensors and writes NAME.forecasts.safetensors and NAME.losses.json."""

import json
import math
import sys
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import nn

sys.path.append(str(Path(__file__).parent.parent / "fixtures"))
from forecast_network import Forecast

torch.set_num_threads(1)


def spread_of(prediction, targets, quantiles):
    """What the distances of the quantiles from the middle one are multiplied by, so that the validation lies inside as often as they say."""
    middle = prediction.shape[-1] // 2
    error = targets - prediction[..., middle]
    side = torch.where(error < 0, prediction[..., 0], prediction[..., -1]) - prediction[..., middle]
    needed = (error / side).flatten().sort().values
    place = min(math.ceil((len(needed) + 1) * (quantiles[-1] - quantiles[0]).item()), len(needed))
    return max(needed[place - 1].item(), 1)


def widened(prediction, spread):
    middle = prediction[..., prediction.shape[-1] // 2, None]
    return middle + spread * (prediction - middle)


def pinball(prediction, targets, quantiles):
    error = targets[..., None] - prediction
    return torch.maximum(quantiles * error, (quantiles - 1) * error).mean()


def part(tensors, prefix):
    return {name[len(prefix) :]: tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def rows(samples, at):
    return {name: tensor[at] for name, tensor in samples.items()}


def numbers_as(dtype, samples):
    return {name: tensor.to(dtype) if tensor.is_floating_point() else tensor for name, tensor in samples.items()}


def mean_loss(model, samples, quantiles):
    model.eval()
    with torch.no_grad():
        return pinball(model(samples)[0], samples["targets"], quantiles).item()


def train(model, training, validation, run, shuffle):
    """As `trainForecaster`: Adam along a cosine, clipped gradients, the parameters of the best epoch. Gives the mean losses of its epochs."""
    quantiles = training["targets"].new_tensor(model.architecture["quantiles"])
    optimizer = torch.optim.Adam(model.parameters(), lr=run["lr"])
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, run["epochs"])
    count = len(training["targets"])
    losses, best, since, kept = [], math.inf, 0, None
    for _ in range(run["epochs"]):
        model.train()
        order = torch.randperm(count) if shuffle else torch.arange(count)
        total = 0
        for at in order.split(run["batchSize"]):
            batch = rows(training, at)
            loss = pinball(model(batch)[0], batch["targets"], quantiles)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1)
            optimizer.step()
            total += loss.item() * len(at)
        schedule.step()
        losses.append(total / count)
        value = mean_loss(model, validation, quantiles)
        since += 1
        if value < best:
            best, since = value, 0
            kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
        if since >= run["patience"]:
            break
    model.load_state_dict(kept)
    return losses


def main(folder, name):
    with open(f"{folder}/{name}.json") as file:
        run = json.load(file)
    tensors = load_file(f"{folder}/{name}.safetensors")
    training, validation = part(tensors, "training."), part(tensors, "validation.")
    forecasts = {}
    for seed in range(run["seeds"]):
        torch.manual_seed(seed)
        model = Forecast(run["architecture"])
        train(model, training, validation, run, shuffle=True)
        model.eval()
        with torch.no_grad():
            quantiles = validation["targets"].new_tensor(run["architecture"]["quantiles"])
            spread = spread_of(model(validation)[0], validation["targets"], quantiles)
        for origin in range(run["origins"]):
            with torch.no_grad():
                scaled, level, scale = model(part(tensors, f"origin.{origin}."))
            scaled = widened(scaled, spread)
            forecasts[f"{seed}.{origin}"] = scaled * scale + level
    save_file(forecasts, f"{folder}/{name}.forecasts.safetensors")
    losses = {}
    for dtype in (torch.float32, torch.float64):
        model = Forecast({**run["architecture"], "dropout": 0})
        model.load_state_dict(part(tensors, "start."))
        strict = {**run, "epochs": run["strictEpochs"]}
        samples = [numbers_as(dtype, training), numbers_as(dtype, validation)]
        losses[str(dtype)] = train(model.to(dtype), *samples, strict, shuffle=False)
    with open(f"{folder}/{name}.losses.json", "w") as file:
        json.dump({"single": losses["torch.float32"], "double": losses["torch.float64"], "torch": torch.__version__}, file)


main(*sys.argv[1:])
