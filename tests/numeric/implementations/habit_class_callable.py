# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# entry: criterion
# levels: correct, stable, precise
# finding: none
import numpy as np


class BCEWithLogits:
    def __init__(self, reduction="mean"):
        self.reduction = reduction

    def __call__(self, logits, targets):
        per = np.maximum(logits, 0) - logits * targets + np.log1p(np.exp(-np.abs(logits)))
        return getattr(per, self.reduction)()


criterion = BCEWithLogits()
