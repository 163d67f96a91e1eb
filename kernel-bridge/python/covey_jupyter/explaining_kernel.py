"""Stands in for the TypeScript kernel where that can't run: every cell is answered with what is missing."""

from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel


class ExplainingKernel(Kernel):
    implementation = "covey"
    implementation_version = "0"
    language_info = {"name": "typescript", "mimetype": "text/typescript", "file_extension": ".ts"}
    missing = ""

    @property
    def banner(self):
        return self.missing

    def do_execute(self, code, silent, *args, **kwargs):
        report = {"ename": "KernelNotInstalled", "evalue": self.missing, "traceback": [self.missing]}
        if not silent:
            self.send_response(self.iopub_socket, "error", report)
        return {"status": "error", "execution_count": self.execution_count, **report}


def run(missing, connection_file):
    kernel_class = type("MissingKernel", (ExplainingKernel,), {"missing": missing})
    IPKernelApp.launch_instance(argv=["-f", connection_file], kernel_class=kernel_class)
