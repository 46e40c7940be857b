"""HEBO as its defaults are; stepped parameters as integers, conditions ignored (it has none)."""

import logging
import warnings

import numpy
import torch
from hebo.design_space.design_space import DesignSpace
from hebo.optimizers.hebo import HEBO
from space import active_only, choices, grid_size, grid_value, is_choice

logging.disable(logging.CRITICAL)
warnings.filterwarnings("ignore")
torch.set_num_threads(1)


class HeboSession:
    def __init__(self, space, seed, budget, batch):
        if batch != 1:
            raise ValueError("HEBO is measured with batch 1 only")
        numpy.random.seed(seed)
        torch.manual_seed(seed)
        self.space = space
        design = DesignSpace().parse([describe(name, parameter) for name, parameter in space.items()])
        self.optimizer = HEBO(design, scramble_seed=seed)

    def ask(self):
        suggestion = self.optimizer.suggest(n_suggestions=1)
        row = suggestion.iloc[0]
        params = {name: value_of(parameter, row[name]) for name, parameter in self.space.items()}
        return active_only(self.space, params), suggestion

    def tell(self, suggestion, loss):
        self.optimizer.observe(suggestion, numpy.array([[loss]]))


def describe(name, parameter):
    if is_choice(parameter):
        return {"name": name, "type": "cat", "categories": [str(choice) for choice in choices(parameter)]}
    low, high = parameter["bounds"]
    if "step" in parameter:
        return {"name": name, "type": "int", "lb": 0, "ub": grid_size(parameter) - 1}
    kind = "int" if parameter["type"] == "int" else "num"
    if parameter.get("log", False):
        kind = {"int": "pow_int", "num": "pow"}[kind]
        return {"name": name, "type": kind, "lb": low, "ub": high, "base": 10}
    return {"name": name, "type": kind, "lb": low, "ub": high}


def value_of(parameter, value):
    if is_choice(parameter):
        return next(choice for choice in choices(parameter) if str(choice) == value)
    if "step" in parameter:
        return grid_value(parameter, value)
    low, high = parameter["bounds"]
    bounded = min(high, max(low, float(value)))
    return round(bounded) if parameter["type"] == "int" else bounded
