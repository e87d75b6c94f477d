# loss: mean(max(0, 1 - y*z))
# args: z: real[n]; y: {-1,1}[n]
# returns: gradient
# wrt: z
# levels: correct, stable, precise
# finding: none


def grad(z, y):
    return -y * (y * z <= 1) / z.size
