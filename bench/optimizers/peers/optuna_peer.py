"""Optuna's samplers, each as its defaults are, asked the way a user's objective would: parents first."""

import warnings

import optuna
from space import choices, is_active, is_choice

optuna.logging.set_verbosity(optuna.logging.ERROR)
warnings.filterwarnings("ignore")

SAMPLERS = {
    "random": lambda seed: optuna.samplers.RandomSampler(seed=seed),
    "tpe": lambda seed: optuna.samplers.TPESampler(seed=seed),
    "gp": lambda seed: optuna.samplers.GPSampler(seed=seed, warn_independent_sampling=False),
    "nsga2": lambda seed: optuna.samplers.NSGAIISampler(seed=seed),
    "cmaes": lambda seed: optuna.samplers.CmaEsSampler(seed=seed, warn_independent_sampling=False),
}


class OptunaSession:
    def __init__(self, peer, space, seed, budget, batch, objectives=1):
        self.space = space
        self.study = optuna.create_study(sampler=SAMPLERS[peer](seed), directions=["minimize"] * objectives)

    def ask(self):
        trial = self.study.ask()
        params = {}
        for name, parameter in self.space.items():
            if is_active(parameter, params):
                params[name] = self.suggest(trial, name, parameter)
        return params, trial

    def suggest(self, trial, name, parameter):
        if is_choice(parameter):
            return trial.suggest_categorical(name, choices(parameter))
        low, high = parameter["bounds"]
        log = parameter.get("log", False)
        if parameter["type"] == "int":
            return trial.suggest_int(name, low, high, log=log, step=parameter.get("step", 1))
        return trial.suggest_float(name, low, high, log=log, step=parameter.get("step"))

    def tell(self, trial, loss):
        self.study.tell(trial, loss)
