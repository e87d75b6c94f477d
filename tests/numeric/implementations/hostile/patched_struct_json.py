# finding: wrong-value | forbidden | crashed
import json, struct, sys, os
json.dumps = lambda *a, **k: "{}"
struct.pack = lambda *a: b""
sys.modules["numpy"] = None
os.write = lambda fd, d: len(d)
def loss(z, y): return 0.0
