"""Nevergrad's NGOpt from a random start: its default, the centre of the box, is near many a test problem's optimum."""

import math
import warnings

import nevergrad
import numpy
from space import active_only, choices, grid_size, grid_value, is_choice

warnings.filterwarnings("ignore")


class NevergradSession:
    def __init__(self, space, seed, budget, batch):
        self.space = space
        random = numpy.random.RandomState(seed)
        parts = {name: describe(parameter, random) for name, parameter in space.items()}
        parametrization = nevergrad.p.Dict(**parts)
        parametrization.random_state = random
        self.optimizer = nevergrad.optimizers.NGOpt(
            parametrization=parametrization, budget=budget, num_workers=batch
        )

    def ask(self):
        candidate = self.optimizer.ask()
        return active_only(self.space, plain(candidate.value)), candidate

    def tell(self, candidate, loss):
        self.optimizer.tell(candidate, loss)


def describe(parameter, random):
    if is_choice(parameter):
        return nevergrad.p.Choice(choices(parameter))
    low, high = parameter["bounds"]
    if "step" in parameter:
        return nevergrad.p.TransitionChoice([grid_value(parameter, i) for i in range(grid_size(parameter))])
    if parameter.get("log", False):
        start = math.exp(random.uniform(math.log(low), math.log(high)))
        part = nevergrad.p.Log(init=start, lower=low, upper=high)
    else:
        part = nevergrad.p.Scalar(init=random.uniform(low, high), lower=low, upper=high)
    return part.set_integer_casting() if parameter["type"] == "int" else part


def plain(params):
    return {name: value.item() if isinstance(value, numpy.generic) else value for name, value in params.items()}
