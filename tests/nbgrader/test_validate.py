"""``nbgrader validate`` speaks of the form of answers, in words, and of nothing else."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from mathgrade.course.notebooks import (
    grade_id,
    is_by_hand,
    is_test,
    notebook_path,
    read_notebook,
)

from .commands import ASSIGNMENTS, hand_in, nbgrader

pytestmark = pytest.mark.slow

SUCCESS = "Success! Your notebook passes all the tests."
FAILED = "VALIDATION FAILED ON"

# Every answer has the form asked for; most values are wrong.
RIGHT_FORM = {
    "derivatives": "both-move",
    "activations": "signs",
    "softmax": "sign",
    "chain-rule": "signs",
    "svd": "senses-and-factors",
}

# Attempts in which cells have a wrong form, with what each says after this.
SAYS = "Not yet in the right form: "
WRONG_FORM = {
    ("softmax", "wrong-shapes"): {
        "jacobian-3x3-test": "Expected shape (3, 3), received (1, 3).",
        "jacobian-at-point-test": "A matrix was expected, with one or two axes; received an",
    },
    ("softmax", "wrong-types"): {
        "softmax-code-test": "Expected a function, received a list of 2 entries.",
        "jacobian-entry-test": "Cannot read the formula near character 1, 'see my n': ch",
        "jacobian-3x3-test": "Expected a matrix, received the number 3.",
        "jacobian-at-point-test": "In row 1, column 1: A number was expected, received nan.",
    },
    ("chain-rule", "wrong-forms"): {
        "dz-dw-test": "Cannot read the formula near character 1, 'x_j tran': ch",
        "dy-dw-test": "The name Z is not known here. Names that may be used: y,",
    },
    ("svd", "wrong-shapes"): {
        "v-images-test": "Expected shape (2, 3), received (2, 1).",
        "v-rotation-test": "A number was expected, received the text '45 degrees'. L",
        "v-scale-test": "Expected a single number, received a list of 2 entries (",
        "sigma-vt-test": "In row 1, column 1: A number was expected, received nan.",
        "sigma-vt-images-test": "A matrix was expected, with one or two axes; received an",
        "image-shape-test": "Choose one of 'square', 'rectangle', 'rhombus', 'kite'; received th",
        "u-action-test": "Choose one of 'a', 'b', 'c', 'd', 'e'; received the text",
        "u-images-test": "A matrix was expected, with one or two axes; received an",
        "product-test": "Expected a matrix, received the number 1.5.",
        "decomposition-test": "Three factors were expected, (U, S, Vt); received an arr",
        "rank-one-error-test": "A number was expected, received nan. Look for a division",
    },
}

NO_ANSWER = "There is no answer yet."
STUB = "The function only raises NotImplementedError."
# What a blank notebook is told, by test cell: the name it lacks, or that a function is only begun.
BLANK = {
    "derivatives": {"powers-test": "d_powers", "sums-test": "d_sums", "product-test": "d_product",
                    "partials-test": "partials", "gradient-test": "grad",
                    "d-max-zero-test": "d_max_zero", "dx-max-test": "dx_max",
                    "dy-max-test": "dy_max", "chain-drawn-test": "d_chain",
                    "chain-formal-test": "d_formal", "gradient-code-test": STUB},
    "activations": {"d-linear-test": "d_linear", "d-relu-test": "d_relu",
                    "d-leaky-relu-test": "d_leaky_relu",
                    "sigmoid-derivation-test": NO_ANSWER, "tanh-derivation-test": NO_ANSWER,
                    "linear-code-test": STUB, "relu-code-test": STUB,
                    "leaky-relu-code-test": STUB, "sigmoid-code-test": STUB,
                    "tanh-code-test": STUB, "curve-a-test": "curve_a", "curve-b-test": "curve_b",
                    "curve-c-test": "curve_c", "curve-d-test": "curve_d"},
    "softmax": {"shift-invariance-test": NO_ANSWER, "jacobian-derivation-test": NO_ANSWER,
                "softmax-code-test": STUB, "jacobian-code-test": STUB,
                "jacobian-entry-test": "J_entry", "jacobian-3x3-test": "J_3",
                "jacobian-at-point-test": "J_at_point"},
    "chain-rule": {"dy-dx-test": NO_ANSWER, "dz-dx-test": "dz_dx", "dz-dw-test": "dz_dw", "dz-du-test": "dz_du",
                   "dy-dw-test": "dy_dw", "dy-du-test": NO_ANSWER,
                   "softmax-jacobian-test": STUB, "grad-w-test": STUB,
                   "matrix-gradient-test": STUB},
    "svd": {"v-inverse-test": NO_ANSWER, "v-images-test": "V_images", "v-rotation-test": "V_angle", "v-scale-test": "V_length",
            "vt-images-test": "Vt_images",
            "sigma-vt-test": "Sigma_Vt", "sigma-vt-images-test": "Sigma_Vt_images",
            "image-shape-test": "image_shape", "u-images-test": "U_images",
            "u-action-test": "U_action", "product-test": "A", "decomposition-test": "B_svd",
            "rank-one-test": "B_1", "rank-one-error-test": "B_1_error",
            "in-words": "You did not provide a response."},
}  # fmt: skip


@dataclass(frozen=True)
class Validated:
    """What was said of one notebook: the error of each failed cell by grade_id."""

    success: bool
    errors: dict[str, str]


def validate(paths: list[Path], *, cwd: Path, home: Path) -> list[Validated]:
    """Run the command once on several notebooks and read what it prints."""
    said = nbgrader("validate", *map(str, paths), cwd=cwd, home=home).stdout
    parts = re.split(rf"(?=^{re.escape(SUCCESS)}|^{FAILED})", said, flags=re.MULTILINE)[1:]
    assert len(parts) == len(paths), said
    return [
        Validated(part.strip() == SUCCESS, dict(_errors(part, path)))
        for part, path in zip(parts, paths, strict=True)
    ]


def _errors(part: str, path: Path) -> list[tuple[str, str]]:
    cells = {
        _shown(cell.source): grade_id(cell)
        for cell in read_notebook(path).cells
        if is_test(cell) or is_by_hand(cell)
    }
    found = []
    for block in re.split(r"^=+$", part, flags=re.MULTILINE)[1:]:
        source, error = block.split("The error was:")
        shown = source.partition("The following cell failed:")[2]
        found.append((cells[_shown(shown)], error.strip()))
    return found


def _shown(source: str) -> str:
    """The last line, as far as nbgrader shows it; in each test cell it is another."""
    line = re.sub(r"\.\.\.$", "", source.strip().split("\n")[-1].strip())
    return line[:78]


@pytest.fixture(scope="module")
def desk(released: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Attempts as they lie in folders of students, far from any course."""
    course = tmp_path_factory.mktemp("desk")
    for part in ("source", "reference", "release"):
        shutil.copytree(released / part, course / part)
    wanted = [*RIGHT_FORM.items(), *WRONG_FORM, *((name, "blank") for name in ASSIGNMENTS)]
    for assignment, name in wanted:
        hand_in(course, assignment, [name])
    for part in ("source", "reference", "release"):
        shutil.rmtree(course / part)
    return course / "submitted"


def test_answers_of_the_right_form_pass_though_they_are_wrong(desk: Path, home: Path) -> None:
    paths = [notebook_path(desk, name, assignment) for assignment, name in RIGHT_FORM.items()]
    assert validate(paths, cwd=desk, home=home) == [Validated(True, {})] * len(paths)


def test_a_wrong_form_fails_in_its_cell_and_says_why(desk: Path, home: Path) -> None:
    paths = [notebook_path(desk, name, assignment) for assignment, name in WRONG_FORM]
    for result, expected in zip(
        validate(paths, cwd=desk, home=home), WRONG_FORM.values(), strict=True
    ):
        assert set(result.errors) == set(expected)
        for cell, words in expected.items():
            error = " ".join(result.errors[cell].split())
            assert error.startswith(SAYS + words), error
            assert "..." not in result.errors[cell].replace(words, "")


def test_a_blank_notebook_fails_in_every_cell(desk: Path, home: Path) -> None:
    paths = [notebook_path(desk, "blank", assignment) for assignment in ASSIGNMENTS]
    for result, assignment in zip(validate(paths, cwd=desk, home=home), ASSIGNMENTS, strict=True):
        assert set(result.errors) == set(BLANK[assignment])
        for cell, words in BLANK[assignment].items():
            missing = f"NameError: name '{words}' is not defined"
            assert (missing if words.isidentifier() else words) in " ".join(
                result.errors[cell].split()
            )


def test_the_source_notebooks_pass_with_their_hidden_tests(released: Path, home: Path) -> None:
    paths = [notebook_path(released, "source", assignment) for assignment in ASSIGNMENTS]
    assert validate(paths, cwd=released, home=home) == [Validated(True, {})] * len(paths)
