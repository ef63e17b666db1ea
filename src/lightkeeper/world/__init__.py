"""The world file: what exists, declared in one YAML document, read with the line of every fault, applied, shown again."""
