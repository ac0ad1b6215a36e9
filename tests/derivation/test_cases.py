"""The reader of labelled derivations, and what holds for all of them."""

from collections import Counter
from pathlib import Path

import pytest

from tests.derivation.cases import FOLDER, OUTCOMES, read_case, read_cases, read_claim

CASES = read_cases()
LABEL = "title: A title\nexpected: wrong\nfirst_wrong_line: 3\ncomment: a reason: two colons\n"
CLAIM = """
claim = 'a = b'
max_laws = 2
milestones = []
[names]
a = "real"
[definitions]
"""


def written(folder: Path, content: str, name: str = "slip.md") -> Path:
    path = folder / "sums" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    return path


def test_a_derivation_is_read_with_its_label(tmp_path):
    case = read_case(written(tmp_path, f"---\n{LABEL}---\n$$a\n\n= b$$\n"))
    assert (case.claim, case.slug, case.title) == ("sums", "slip", "A title")
    assert (case.expected, case.comment) == ("wrong", "a reason: two colons")
    assert case.first_wrong_line == 3
    assert case.text.splitlines()[2] == "= b$$"


def test_a_derivation_may_be_known_to_fail(tmp_path):
    assert not read_case(written(tmp_path, f"---\n{LABEL}---\n1\n2\n3\n")).known_failure
    label = f"{LABEL}known_failure: sums of sums\n"
    case = read_case(written(tmp_path, f"---\n{label}---\n1\n2\n3\n"))
    assert case.known_failure == "sums of sums"


def test_an_answer_may_be_empty(tmp_path):
    label = "title: Nothing\nexpected: incomplete\ncomment: blank\n"
    assert read_case(written(tmp_path, f"---\n{label}---\n")).text == ""


def test_a_rule_in_the_answer_belongs_to_the_answer(tmp_path):
    label = "title: Nothing\nexpected: incomplete\ncomment: two parts\n"
    assert (
        read_case(written(tmp_path, f"---\n{label}---\none\n\n---\ntwo\n")).text.count("---") == 1
    )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("$$a = b$$\n", "no label"),
        (f"---\n{LABEL}$$a = b$$\n", "no label"),
        (f"\n---\n{LABEL}---\n1\n2\n3\n", "no label"),
        (f"---\n{LABEL}marks: 2\n---\n1\n2\n3\n", "'marks' is unknown"),
        (f"---\n{LABEL}title: Again\n---\n1\n2\n3\n", "given twice"),
        (f"---\n{LABEL}a line\n---\n1\n2\n3\n", "cannot read 'a line'"),
        ("---\ntitle: A\nexpected: proved\n---\n1\n", "without ['comment']"),
        ("---\nexpected: proved\ncomment: why\n---\n1\n", "without ['title']"),
        ("---\ntitle: A\nexpected: \ncomment: why\n---\n1\n", "cannot read 'expected: '"),
        ("---\ntitle: A\nexpected: right\ncomment: why\n---\n1\n", "'right' is no outcome"),
        ("---\ntitle: A\nexpected: wrong\ncomment: why\n---\n1\n", "first_wrong_line belongs"),
        (f"---\n{LABEL.replace(': wrong', ': proved')}---\n1\n2\n3\n", "first_wrong_line belongs"),
        (f"---\n{LABEL}---\n1\n2\n", "nothing stands in line 3"),
        (f"---\n{LABEL}---\n1\n2\n \n4\n", "nothing stands in line 3"),
        (f"---\n{LABEL.replace('3', '0')}---\n1\n2\n3\n", "nothing stands in line 0"),
        (f"---\n{LABEL.replace('3', 'last')}---\n1\n2\n3\n", "nothing stands in line last"),
    ],
)
def test_a_label_that_is_not_strict_is_refused_with_the_name_of_its_file(
    tmp_path, content, complaint
):
    with pytest.raises(ValueError, match=r"sums/slip\.md: ") as refusal:
        read_case(written(tmp_path, content))
    assert complaint in str(refusal.value)


def test_one_claim_or_a_list_of_forms_is_read(tmp_path):
    claim = read_claim(written(tmp_path, CLAIM, "claim.toml"))
    assert (claim.name, claim.claims, claim.max_laws) == ("sums", ("a = b",), 2)
    forms = CLAIM.replace("'a = b'", "['a = b', 'b = a']")
    assert read_claim(written(tmp_path, forms, "claim.toml")).claims == ("a = b", "b = a")


@pytest.mark.parametrize(
    "content", [CLAIM.replace("max_laws = 2", ""), "laws = 2\n" + CLAIM], ids=["missing", "unknown"]
)
def test_a_claim_with_other_keys_is_refused(tmp_path, content):
    with pytest.raises(ValueError, match=r"sums/claim\.toml: the keys are"):
        read_claim(written(tmp_path, content, "claim.toml"))


def test_every_folder_states_its_claim_and_has_right_wrong_and_empty_derivations():
    for folder in sorted(FOLDER.iterdir()):
        claim = read_claim(folder / "claim.toml")
        assert claim.claims
        found = {case.expected for case in CASES if case.claim == folder.name}
        assert found >= {"proved", "wrong", "incomplete"}, folder.name
        assert any(path.stem == "adversarial-claim" for path in folder.glob("*.md")), folder.name


def test_wrong_and_empty_derivations_outnumber_right_ones():
    count = Counter(case.expected for case in CASES)
    assert set(count) == set(OUTCOMES)
    assert len(CASES) >= 170
    assert count["proved"] >= 45
    assert len(CASES) >= 3 * count["proved"]


def test_no_adversarial_derivation_is_a_proof():
    adversarial = [case for case in CASES if case.slug.startswith("adversarial-")]
    assert adversarial
    assert not [case for case in adversarial if case.expected == "proved"]


def test_no_derivation_is_there_twice():
    texts = Counter((case.claim, case.text.strip()) for case in CASES)
    assert [pair for pair, times in texts.items() if times > 1] == []
