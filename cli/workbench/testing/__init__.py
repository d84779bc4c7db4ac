"""Tests of policies: `<tenant>.test.yaml` beside `<tenant>.yaml`, judged by the engine itself without AWS."""
