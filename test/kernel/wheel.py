"""The installed wheel's kernel, by Jupyter's own client. Started by run-wheel.mjs."""
import os
import tempfile
import unittest

from jupyter_client.kernelspec import find_kernel_specs
from jupyter_client.manager import start_new_kernel

TIMEOUT = 60


class WheelTests(unittest.TestCase):
    def execute(self, code, **environment):
        manager, client = start_new_kernel(
            kernel_name="covey", startup_timeout=TIMEOUT, env={**os.environ, **environment}
        )
        try:
            return client.execute_interactive(code, timeout=TIMEOUT, output_hook=self.outputs.append)["content"]
        finally:
            client.stop_channels()
            manager.shutdown_kernel(now=False)

    def setUp(self):
        self.outputs = []

    def results(self):
        return [said["content"]["data"]["text/plain"] for said in self.outputs if said["msg_type"] == "execute_result"]

    def test_jupyter_finds_the_kernel(self):
        self.assertIn("covey", find_kernel_specs())

    def test_a_cell_runs_on_the_node_and_the_covey_found_here(self):
        reply = self.execute("const square = (x: number): number => x ** 2; square(7)")
        self.assertEqual(reply["status"], "ok")
        self.assertEqual(self.results(), ["49"])

    def test_a_node_that_is_too_old_is_named_in_a_cell(self):
        with tempfile.TemporaryDirectory() as folder:
            node = os.path.join(folder, "node")
            with open(node, "w") as script:
                script.write("#!/bin/sh\necho v18.20.4\n")
            os.chmod(node, 0o755)
            reply = self.execute("1 + 1", COVEY_NODE=node)
        self.assertEqual((reply["status"], reply["ename"]), ("error", "KernelNotInstalled"))
        self.assertIn(f"{node} is Node.js 18.20.4", reply["evalue"])
        self.assertIn("error", [said["msg_type"] for said in self.outputs])

    def test_without_covey_a_cell_says_how_to_get_it(self):
        reply = self.execute("1 + 1", COVEY_KERNEL="/nowhere")
        self.assertEqual((reply["status"], reply["ename"]), ("error", "KernelNotInstalled"))
        self.assertIn("npm install --global covey @covey/kernel", reply["evalue"])


if __name__ == "__main__":
    unittest.main(verbosity=2)
