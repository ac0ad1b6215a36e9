"""Fuzzes ``mathgrade.equality.decide`` against an independent evaluation.

    python -m tests.fuzz.equality --pairs 100000 --seed 7 --jobs 2

A pair is a random reference and a response made from it by laws that keep the meaning, or
by these and one slip that changes it. The truth is "different" only where the oracle proves
a difference at a point; "equal" where only laws were used and no point speaks against it;
else it stays open, and a witness that ``decide`` gives is checked at its point.

Each disagreement is made small and printed as a row for ``tests/cases/equality``.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from mathgrade.equality import Decision, decide
from mathgrade.errors import ResponseError
from mathgrade.expression import read, read_names
from tests.fuzz.bases import BASES, base
from tests.fuzz.formula import F, text, weight
from tests.fuzz.mutations import mutate
from tests.fuzz.oracle import UNDEFINED, approximate, compare, evaluate
from tests.fuzz.rewrites import rewrite
from tests.fuzz.settings import Hint, Setting, points, used_names, witness_env

__all__ = ["Pair", "Result", "fuzz", "judge", "make", "row"]

FAULTS = ("false accept", "false reject", "undecided", "ill-formed", "exception", "wrong witness")
SURE_POINTS, OPEN_POINTS = 10, 24


@dataclass(frozen=True)
class Pair:
    """A reference, a response and what was done to get from one to the other."""

    number: int
    kind: str
    left: F
    right: F
    setting: Setting
    laws: tuple[str, ...] = ()
    slip: str = ""
    hints: tuple[Hint, ...] = ()


@dataclass(frozen=True)
class Result:
    """What was decided about a pair, and whether it is right.

    Attributes:
        truth: "equal", "different" or "open".
        fault: one of FAULTS, or "".
        seen: for a difference, where the oracle saw it.
    """

    pair: Pair
    truth: str
    outcome: str
    proof: str
    seconds: float
    fault: str = ""
    seen: str = ""
    detail: str = ""


@dataclass
class Tally:
    """Counts over a run."""

    pairs: int = 0
    truths: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    times: list[float] = field(default_factory=list)
    faults: list[Result] = field(default_factory=list)
    slowest: list[Result] = field(default_factory=list)

    def take(self, result: Result) -> None:
        self.pairs += 1
        self.truths[result.truth] += 1
        self.outcomes[f"{result.outcome} {result.proof}".strip()] += 1
        self.times.append(result.seconds)
        if result.fault:
            self.faults.append(result)
        if result.seconds > 0.1:
            self.slowest = sorted([*self.slowest, result], key=lambda r: -r.seconds)[:10]


def make(seed: int, number: int, kinds: tuple[str, ...] = ()) -> Pair | None:
    """The pair of a number; the same for the same seed, whatever was made before.

    None where nothing useful came out: no value of the reference at any point.
    """
    rng = random.Random(f"{seed}/{number}")
    kind, left, setting = base(rng, kinds)
    if weight(left) > 90:
        return None
    right, laws = rewrite(left, setting, rng, rng.choice((0, 1, 2, 3, 4, 6, 8)), side="right")
    if rng.random() < 0.3:
        left, more = rewrite(left, setting, rng, rng.choice((1, 2, 3)), side="left")
        laws += more
    slip, hints = "", ()
    if rng.random() < 0.55:
        made = mutate(right, setting, rng)
        if made is None:
            return None
        right, slip, hints = made
        right, more = rewrite(right, setting, rng, rng.choice((0, 0, 1, 2)), side="right")
        laws += more
    setting = setting.only(used_names(left, right))
    return Pair(number, kind, left, right, setting, tuple(laws), slip, hints)


def truth_of(pair: Pair, rng: random.Random) -> tuple[str, dict[str, Any] | None]:
    """ "different" with a point, "equal", "open", or "empty" (the reference has no value)."""
    count = OPEN_POINTS if pair.slip else SURE_POINTS
    seen: Counter[str] = Counter()
    for env in points(pair.setting, rng, count, pair.hints):
        verdict = compare(pair.left, pair.right, env)
        if verdict == "unsure":
            verdict = compare(pair.left, pair.right, env, 1400)
        if verdict == "differ":
            return "different", env
        seen[verdict] += 1
    if not seen["agree"]:
        return "empty", None
    return ("open" if pair.slip else "equal"), None


def judge(pair: Pair, seed: int, time_limit: float = 5.0) -> Result | None:
    """What ``decide`` says of a pair, held against the truth; None if there is none."""
    rng = random.Random(f"truth {seed}/{pair.number}")
    truth, env = truth_of(pair, rng)
    if truth == "empty":
        return None
    seen = "" if env is None else _shown(pair, env)
    start = time.perf_counter()
    try:
        context = read_names(pair.setting.names)
        left = read(text(pair.left), context)
        try:
            right: Any = read(text(pair.right), context)
        except ResponseError:
            right = text(pair.right)
        start = time.perf_counter()
        decision = decide(left, right, context, seed=seed, time_limit=time_limit)
    except Exception as error:  # whatever it is, it should not have come out of decide
        detail = f"{type(error).__name__}: {error}"
        seconds = time.perf_counter() - start
        return Result(pair, truth, "exception", "", seconds, "exception", seen, detail)
    seconds = time.perf_counter() - start
    outcome = decision.outcome.value
    truth, fault, detail = _held_against(pair, truth, decision)
    return Result(pair, truth, outcome, decision.proof, seconds, fault, seen, detail)


def _held_against(pair: Pair, truth: str, decision: Decision) -> tuple[str, str, str]:
    """Truth (an open one may be settled by a witness), fault and detail."""
    outcome = decision.outcome.value
    detail = decision.reason
    if outcome == "equal":
        return truth, "false accept" if truth == "different" else "", decision.proof
    if outcome == "undecided":
        return truth, "" if truth == "open" else "undecided", detail
    if outcome == "ill-formed":
        fault = "ill-formed" if truth == "equal" else ""
        return truth, fault, detail
    checked = _witness(pair, decision)
    if decision.witness is not None:
        detail = decision.witness.text(reveal=True)
    if checked == "differ":
        return "different", "", detail
    if checked in ("agree", "skip"):
        return truth, "wrong witness" if truth == "different" else "false reject", detail
    return truth, "false reject" if truth == "equal" else "", detail


def _witness(pair: Pair, decision: Decision) -> str:
    """What the oracle says at the witness; "unsure" where it cannot say."""
    if decision.witness is None or "apply" in text(pair.left) or pair.kind == "function":
        return "unsure"
    used = used_names(pair.left, pair.right)
    env = witness_env(pair.setting, decision.witness.at, used)
    if env is None:
        return "unsure"
    # tanh(100) and 1 agree to eighty digits: what looks the same is looked at again.
    verdict = compare(pair.left, pair.right, env)
    return verdict if verdict == "differ" else compare(pair.left, pair.right, env, 8000)


def _shown(pair: Pair, env: dict[str, Any]) -> str:
    at = ", ".join(f"{n} = {approximate(v)}" for n, v in env.items() if n not in ("f", "g"))
    values = [evaluate(f, env, 1400) for f in (pair.left, pair.right)]
    a, b = ("undefined" if v is UNDEFINED else approximate(v) for v in values)
    return f"{at}: {a} against {b}"


def row(result: Result, comment: str = "") -> str:
    """A disagreement as a row of the table."""
    pair = result.pair
    names = ", ".join(f'{n} = "{t}"' for n, t in pair.setting.names.items())
    expected = {"open": "equal"}.get(result.truth, result.truth)
    lines = [
        "[[row]]",
        f'left = "{text(pair.left)}"',
        f'right = "{text(pair.right)}"',
        f"names = {{ {names} }}" if names else "names = {}",
        f'expected = "{expected}"',
        "known_failure = true",
        f'comment = "{comment or pair.slip or ", ".join(pair.laws[:3])}"',
    ]
    return "\n".join(lines)


def fuzz(seed: int, first: int, last: int, kinds: tuple[str, ...] = ()) -> Iterator[Result]:
    """The results of the pairs with these numbers."""
    for number in range(first, last):
        pair = make(seed, number, kinds)
        result = judge(pair, seed) if pair is not None else None
        if result is not None:
            yield result


def _chunk(args: tuple[int, int, int, tuple[str, ...]]) -> list[Result]:
    return list(fuzz(*args))


def _report(tally: Tally, *, smaller: bool, shown: int) -> None:
    from tests.fuzz.minimise import minimise

    print(f"{tally.pairs} pairs: {dict(tally.truths)}")
    for outcome, count in tally.outcomes.most_common():
        print(f"  {outcome:24} {count}")
    times = sorted(tally.times) or [0.0]
    p99 = times[int(len(times) * 0.99) - 1]
    median = statistics.median(times)
    print(f"median {median * 1e3:.2f} ms, p99 {p99 * 1e3:.1f} ms, max {times[-1] * 1e3:.0f} ms")
    counts = Counter(r.fault for r in tally.faults)
    print("  ".join(f"{fault}: {counts[fault]}" for fault in FAULTS))
    proved = sum(r.fault == "false accept" and r.proof != "numeric" for r in tally.faults)
    print(f"  of the false accepts {proved} claim more than numeric")
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in tally.faults:
        groups.setdefault((result.fault, result.pair.slip or "laws only"), []).append(result)
    for (fault, slip), group in groups.items():
        proofs = ", ".join(sorted({r.proof or "no proof" for r in group}))
        print(f"  {fault}, {slip}: {len(group)} ({proofs})")
    for result in (r for group in groups.values() for r in group[:shown]):
        small = minimise(result) if smaller else result
        pair = result.pair
        print(f"\n# {result.fault}, pair {pair.number} ({pair.kind}; {pair.slip or 'laws only'})")
        print(f"# laws: {', '.join(pair.laws)}")
        print(
            f"# decided {small.outcome} {small.proof} {small.seconds * 1e3:.0f} ms {small.detail}"
        )
        if small.seen:
            print(f"# {small.seen}")
        print(row(small))
    for result in tally.slowest:
        print(f"# slow: {result.seconds:.2f} s, pair {result.pair.number} ({result.pair.kind})")


def main(argv: list[str] | None = None) -> int:
    """Runs the fuzzer; 1 if there was a false accept, a false reject or an exception."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz.equality", description=__doc__)
    parser.add_argument("--pairs", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0, help="number of the first pair")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--kinds", default="", help=f"of {', '.join(BASES)}; comma between")
    parser.add_argument("--as-found", action="store_true", help="do not make failures smaller")
    parser.add_argument("--shown", type=int, default=5, help="failures printed of each kind")
    args = parser.parse_args(argv)
    tally = Tally()
    step = 500
    last = args.first + args.pairs
    kinds = tuple(k for k in args.kinds.split(",") if k)
    spans = [(args.seed, n, min(n + step, last), kinds) for n in range(args.first, last, step)]
    if args.jobs == 1:
        for span in spans:
            for result in fuzz(*span):
                tally.take(result)
    else:
        with ProcessPoolExecutor(args.jobs) as pool:
            for results in pool.map(_chunk, spans):
                for result in results:
                    tally.take(result)
    _report(tally, smaller=not args.as_found, shown=args.shown)
    bad = {"false accept", "false reject", "exception"}
    return int(any(r.fault in bad for r in tally.faults))


if __name__ == "__main__":
    sys.exit(main())
