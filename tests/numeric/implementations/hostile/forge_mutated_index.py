# finding: forbidden | mutates-input | wrong-value
import sys
def loss(z, y):
    f = sys._getframe()
    while f and "rows" not in f.f_locals: f = f.f_back
    w = f.f_locals["self"]; calls = f.f_locals["calls"]
    row = lambda: ["number", "float", [], 0.0, None, [], [999]]
    for i in range(len(calls)):
        w.send({"kind": "results", "first": i, "rows": [row()]}, b"\0" * 8)
    import time; time.sleep(9)
