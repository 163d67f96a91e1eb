"""The Jupyter project's own tests of a kernel, filled with samples of TypeScript. Started by run-conformance.mjs.

Everything that the suite can test is asked for here; a test that skips itself fails the run.
"""
import sys
import unittest

import jupyter_kernel_test


class CoveyKernelTests(jupyter_kernel_test.KernelTests):
    kernel_name = "covey"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oops')"
    code_generate_error = "throw new TypeError('no')"
    code_page_something = "%help"
    code_clear_output = "display.clear()"
    code_inspect_sample = "Math.max"

    completion_samples = [
        {"text": "consol", "matches": {"console"}},
        {"text": "Math.sqr", "matches": {"sqrt"}},
    ]

    complete_code_samples = [
        "1",
        "console.log('hello, world')",
        "function f(x: number): number {\n  return x * 2\n}\n",
        "interface Point { x: number }",
        "const wait = await Promise.resolve(1)",
    ]
    incomplete_code_samples = [
        "function f(x: number) {",
        "const a = [1,",
        "`abc",
        "/* a",
        "enum Color {",
    ]
    invalid_code_samples = ["import = 7q", "a b c", "'abc"]

    code_execute_result = [
        {"code": "1+2+3", "result": "6"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "[1, 2].map((n: number) => n ** 2).join()", "result": "'1,4'"},
        {"code": "6*7", "result": "42"},
        {"code": "6+7", "result": "13"},
    ]
    code_display_data = [
        {"code": "display.html('<b>test</b>')", "mime": "text/html"},
        {"code": "display.svg('<svg></svg>')", "mime": "image/svg+xml"},
        {"code": "display.markdown('*test*')", "mime": "text/markdown"},
        {"code": "display(new Date(0))", "mime": "text/plain"},
    ]

    supported_history_operations = ("tail", "range", "search")
    code_history_pattern = "1?2*"


# Newer versions of the suite only.
if hasattr(jupyter_kernel_test, "IopubWelcomeTests"):

    class CoveyWelcomeTests(jupyter_kernel_test.IopubWelcomeTests):
        kernel_name = "covey"
        support_iopub_welcome = True


if __name__ == "__main__":
    print(f"jupyter_kernel_test {jupyter_kernel_test.__version__}, Python {sys.version.split()[0]}", flush=True)
    result = unittest.main(exit=False, verbosity=2).result
    for test, reason in result.skipped:
        print(f"skipped, but nothing may be: {test} ({reason})")
    sys.exit(0 if result.wasSuccessful() and result.testsRun > 0 and not result.skipped else 1)
