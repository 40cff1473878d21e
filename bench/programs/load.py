# Records as text and back, texts cut by a pattern and counted, objects that point at each other.
import json, re
from collections import Counter, defaultdict

class Node:
    def __init__(self, name):
        self.name, self.edges = name, []

records = [{"id": i, "name": f"name-{i * 7919 % 10007}", "tags": [f"t{j}" for j in range(i % 7)],
            "at": {"x": i / 3, "y": -i}} for i in range(40_000)]
text = json.dumps(records)
back = json.loads(text)
words = Counter(re.findall(r"name-(\d+)", text))
groups = defaultdict(list)
for record in back:
    groups[record["name"]].append(record)
nodes = [Node(str(i)) for i in range(60_000)]
for i, node in enumerate(nodes):
    node.edges = [nodes[(i * k + 1) % len(nodes)] for k in range(1, 5)]
seen = sum(len(node.edges) for node in nodes)
lines = "\n".join(sorted(json.dumps(group[0], sort_keys=True) for group in groups.values()))
print(len(text), len(words), len(groups), seen, len(lines.splitlines()))
