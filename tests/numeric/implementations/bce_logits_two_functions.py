# loss: mean(softplus(z) - y*z)
# args: z: real[n]; y: {0,1}[n]
# levels: none
# finding: no-entry
def helper(z):
    return z


def loss(z, y):
    return 0.0
