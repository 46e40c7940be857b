"""What the peers share about a search space: choices of a parameter, its grid, and which parameters are active."""


def choices(parameter):
    return [True, False] if parameter["type"] == "bool" else parameter["choices"]


def is_choice(parameter):
    return parameter["type"] in ("bool", "categorical")


def is_active(parameter, params):
    """Every named parent holds one of the listed values."""
    when = parameter.get("when", {})
    return all(parent in params and params[parent] in values for parent, values in when.items())


def active_only(space, params):
    """The parameters that count, for peers that always propose all of them."""
    kept = {}
    for name, parameter in space.items():
        if is_active(parameter, kept):
            kept[name] = params[name]
    return kept


def grid_size(parameter):
    low, high = parameter["bounds"]
    return round((high - low) / parameter["step"]) + 1


def grid_value(parameter, index):
    return parameter["bounds"][0] + parameter["step"] * int(index)
