"""A warm kernel shows what ipykernel shows, output by output."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from mathgrade.autograde.display import shown
from mathgrade.autograde.kernel import Limits
from mathgrade.autograde.marking import is_test
from mathgrade.autograde.outputs import merge_streams
from mathgrade.autograde.warm import borrowed_kernel

from .courses import notebook

pytestmark = [pytest.mark.slow, pytest.mark.sandbox]

# Each group is one notebook, cell by cell.
CASES = {
    "streams and results": [
        "print('a'); print('b', end=''); 1 + 1",
        "import sys\nprint('out')\nprint('err', file=sys.stderr)",
        "sys.stdout.write('x' * 70000 + '\\n'); None",
        "for k in range(3000): print(k)",
        "2; 3;",
        "_ + 40, __, Out[1]",
        "In[1], _i1",
        "x = 5\nx",
        "del x",
        "import os\nos.write(1, b'past Python\\n'); None",
        "import ctypes\nctypes.CDLL(None).puts(b'from C'); ctypes.CDLL(None).fflush(None); None",
        "import logging; logging.warning('careful')",
        "import warnings; warnings.warn('careful')",
        "print('\\ud800' == chr(0xd800), '\\x1b[31mred\\x1b[0m')",
    ],
    "rich results": [
        "import numpy as np, sympy as sp\nx = sp.Symbol('x')\nsp.Integral(sp.exp(-x**2), x)",
        "sp.Matrix([[1, x], [x**2, sp.Rational(1, 2)]])",
        "np.arange(10000).reshape(100, 100)",
        "np.array([1.0]) / 0.0",
        "list(range(2000))",
        "{'a': [1.5, 'b'], 'c': {1, 2}}",
        "lambda t: t",
        "sp.init_printing(use_latex=True)\nx**2 / 3",
        "class A:\n    def _repr_html_(self): return '<b>a</b>'\n    def __repr__(self): return 'a'",
        "A()",
        "from IPython.display import HTML, Math, Markdown, Latex, display",
        "display(HTML('<i>h</i>'), Markdown('*m*'), Math('x^2'), 3)",
        "display({'text/plain': 'raw'}, raw=True)",
    ],
    "pictures": [
        "import matplotlib.pyplot as plt\nplt.plot([1, 3, 2])",
        "fig, ax = plt.subplots(); ax.plot([1, 2]); print('before')\nplt.show()\nprint('after')",
        "fig",
        "plt.hist([1, 1, 2]); plt.title(r'$\\frac{x}{y}$');",
        "for k in range(2):\n    plt.plot([k, 1]); plt.show()",
        "plt.close('all'); plt.get_backend()",
    ],
    "errors": [
        "def f(a):\n    return 1 / a\ndef g(a):\n    return f(a)\ng(0)",
        "try:\n    f(0)\nexcept Exception as e:\n    raise ValueError('bad') from e",
        "y = [1,\n",
        "import no_such_module",
        "from math import nothing",
        "assert 1 == 2, 'message'",
        "raise KeyboardInterrupt",
        "eval('1+')",
        "class B:\n    def __repr__(self): raise RuntimeError('no')",
        "B()",
        "raise ExceptionGroup('g', [ValueError(1), TypeError(2)])",
        "def r(n): return r(n + 1)\nr(0)",
        "import sys; sys.exit(3)",
        "raise SystemExit",
        "input('name? ')",
        "import getpass; getpass.getpass()",
        "print('before'); 1 / 0",
    ],
    "display ids": [
        "from IPython.display import clear_output, display\nh = display('first', display_id='id')",
        "display('second', display_id='id', update=True); print('here')",
        "print('p'); clear_output(); print('q')",
        "clear_output(wait=True); print('z')",
        "print('old'); clear_output(wait=True)",
        "h2 = display('one', display_id=True); h2.update('two')",
        "h.update('third')",
    ],
    "time and background": [
        "import asyncio\nawait asyncio.sleep(0.01)\nprint('slept')",
        "async def work():\n    await asyncio.sleep(0.02); print('worked'); return 7",
        "await work()",
        "task = asyncio.create_task(work())",
        "await task",
        "asyncio.get_event_loop().is_running()",
        "import threading\nt = threading.Thread(target=lambda: print('thread')); t.start(); t.join()",
        "from concurrent.futures import ThreadPoolExecutor\n"
        "with ThreadPoolExecutor(2) as pool: print(list(pool.map(lambda a: a + 1, [1, 2])))",
        "async for_ = 3",
    ],
    "magics and the shell": [
        "%pwd\n1",
        "%%capture kept\nprint('hidden')",
        "kept.stdout",
        "%%writefile made.py\nmade = 1",
        "%run made.py\nmade",
        "import made; made.made",
        "%who",
        "%matplotlib inline\n%precision 3\n1 / 3",
        "x = 5\n?x",
        "%no_such_magic",
        "get_ipython().__class__.__name__, type(get_ipython().kernel).__name__",
        "sorted(k for k in globals())",
        "import sys; __name__, '__file__' in globals(), sys.path[:3], sys.argv[1]",
        "import pickle\nclass P: pass\npickle.loads(pickle.dumps(P())).__class__ is P",
        "import inspect\ndef q():\n    return 1\nprint(inspect.getsource(q))",
        "import random; random.seed(2); random.random()",
        "import numpy as np; np.random.seed(1); np.random.rand(2)",
        "%history -n 1-3",
    ],
}  # fmt: skip
STUDENT = {"MATHGRADE_STUDENT": "s001", "MATHGRADE_ASSIGNMENT": "quiz"}


def with_stock(nb: NotebookNode, folder: Path) -> None:
    """Run all cells with nbclient and ipykernel."""
    client = NotebookClient(
        nb, timeout=60, allow_errors=True, record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )  # fmt: skip
    variables = {"HOME": str(folder), "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    client.execute(env={**variables, **STUDENT})


def with_warm(nb: NotebookNode, folder: Path, sandbox: str = "auto") -> None:
    """Run all cells in a warm kernel."""
    limits = Limits(output_bytes=64 << 20, output_count=10_000, sandbox=sandbox)
    with borrowed_kernel(limits, "python3", ahead=False) as kernel:
        kernel.take(folder, STUDENT)
        for cell in nb.cells:
            if cell.cell_type == "code":
                kernel.run(cell)


def outputs(nb: NotebookNode) -> list[list[str]]:
    """Outputs as text, cell by cell, without what no two kernels have in common."""
    found = []
    for cell in nb.cells:
        if cell.cell_type != "code":
            continue
        merge_streams(cell)
        for output in cell.outputs:
            if "data" in output:
                output.data, output.metadata = shown(output.data, output.metadata)
        text = json.dumps([cell.execution_count, *cell.outputs], sort_keys=True, indent=1)
        text = re.sub(r"0x[0-9a-f]+", "0xADDRESS", text)
        text = re.sub(r"/tmp/[\w/.-]*?(handed-in|kernel-\S+\.json|attempt)", "FOLDER", text)
        text = re.sub(r"(FOLDER|/tmp)/ipykernel_\d+", "TEMPORARY/ipykernel", text)
        found.append(text.splitlines())
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "handed-in"
    made.mkdir()
    return made


@pytest.mark.parametrize("group", CASES)
def test_outputs_are_those_of_ipykernel(folder: Path, group: str) -> None:
    stock = notebook([new_code_cell(source) for source in CASES[group]])
    warm = nbformat.from_dict(json.loads(json.dumps(stock)))
    with_warm(warm, folder)
    with_stock(stock, folder)
    for source, expected, found in zip(CASES[group], outputs(stock), outputs(warm), strict=True):
        assert found == expected, source


@pytest.mark.parametrize("name", ["softmax", "chain-rule", "svd"])
def test_the_courses_solutions_show_what_ipykernel_shows(
    course: Path, folder: Path, name: str
) -> None:
    stock = nbformat.read(course / "source" / name / f"{name}.ipynb", as_version=4)
    stock.cells = [cell for cell in stock.cells if not is_test(cell)]
    for path in (course / "source" / name).glob("*.py"):
        (folder / path.name).write_bytes(path.read_bytes())
    warm = nbformat.from_dict(json.loads(json.dumps(stock)))
    with_warm(warm, folder)
    with_stock(stock, folder)
    assert outputs(warm) == outputs(stock)


def test_a_kernel_in_a_bubble_shows_the_same(folder: Path) -> None:
    cells = CASES["streams and results"] + CASES["pictures"]
    one, two = (notebook([new_code_cell(source) for source in cells]) for _ in range(2))
    with_warm(one, folder)
    with_warm(two, folder, "bubblewrap")
    assert outputs(one) == outputs(two)
