r"""What LaTeX commands and letters mean: tables only.

To let students use another spelling of something that is read already, add it here: a
relation to ``RELATIONS``, a Greek letter to ``GREEK``, a command without meaning for the
formula to ``DROPPED``, a character of its own to ``CHARACTERS``. What cannot be read
stands in ``REFUSED`` with what to write instead.
"""

from __future__ import annotations

__all__ = [
    "ACCENTS",
    "AND",
    "CHARACTERS",
    "CLOSERS",
    "DROPPED",
    "DROPPED_FIRST",
    "DROPPED_GROUP",
    "FONTS",
    "GREEK",
    "MACROS",
    "NAMED",
    "NOT",
    "OR",
    "OTHERWISE",
    "PLAIN_LETTERS",
    "PLAIN_WORDS",
    "REFUSED",
    "RELATIONS",
    "SAME",
    "SIDES",
    "SUBSCRIPTS",
    "SUPERSCRIPTS",
    "TEXTS",
    "TIMES",
    "WHEN",
]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Commands that change only how a formula looks.
DROPPED = _words(
    r"""\, \; \: \! \> \quad \qquad \enspace \thinspace \medspace \thickspace \negthinspace
    \displaystyle \textstyle \scriptstyle \limits \nolimits \displaylimits \nonumber \notag
    \hfill \hline \noindent \allowbreak \strut \mathstrut \null \relax \rm \bf \it \sf \sl
    \mathop \mathbin \mathrel \mathord \cancel \bcancel \xcancel \boxed \underline \smash
    \boldmath \unboldmath \normalsize \small \large \Large \centering \par"""
) | {"\\ ", "\\\n", "\\/"}
# … together with the group behind them.
DROPPED_GROUP = _words(
    r"\hspace \hspace* \vspace \vspace* \phantom \hphantom \vphantom \label \color \mskip"
)
# … together with the first of the two groups behind them: \overset{\checkmark}{x} is x.
DROPPED_FIRST = _words(r"\textcolor \overset \underset \stackrel \colorbox \raisebox")
# Alphabets: \mathbf{x} is x, and \mathrm{rate} one name.
FONTS = _words(
    r"""\mathbf \boldsymbol \bm \mathit \mathcal \mathscr \mathfrak \mathsf \mathtt \mathrm
    \mathnormal \operatorname \operatorname* \vec \pmb"""
)
# Signs over a name make another name: \hat{y} is y_hat.
ACCENTS = {
    r"\hat": "hat",
    r"\widehat": "hat",
    r"\bar": "bar",
    r"\overline": "bar",
    r"\tilde": "tilde",
    r"\widetilde": "tilde",
    r"\check": "check",
}
TEXTS = _words(
    r"\text \textrm \textbf \textit \textsf \texttt \textnormal \mbox \hbox \intertext \textup"
)
MACROS = _words(
    r"""\newcommand \renewcommand \providecommand \def \edef \gdef \xdef \let \newenvironment
    \renewenvironment \DeclareMathOperator \DeclareMathOperator* \input \include \usepackage
    \documentclass \href \url \includegraphics \write \read \openin \openout \catcode \csname
    \expandafter \loop \require \makeatletter \special \unicode \class \cssId \style \html
    \afterassignment \futurelet \immediate"""
)
SIDES = {
    r"\left": "left",
    r"\right": "right",
    r"\bigl": "left",
    r"\Bigl": "left",
    r"\biggl": "left",
    r"\Biggl": "left",
    r"\bigr": "right",
    r"\Bigr": "right",
    r"\biggr": "right",
    r"\Biggr": "right",
    r"\big": "",
    r"\Big": "",
    r"\bigg": "",
    r"\Bigg": "",
}

# Commands that are read as another one.
SAME = {
    r"\dfrac": r"\frac",
    r"\tfrac": r"\frac",
    r"\cfrac": r"\frac",
    r"\sfrac": r"\frac",
    r"\nicefrac": r"\frac",
    r"\lbrace": r"\{",
    r"\rbrace": r"\}",
    r"\lbrack": "[",
    r"\rbrack": "]",
    r"\lparen": "(",
    r"\rparen": ")",
    r"\vert": "|",
    r"\mid": "|",
    r"\colon": ":",
    r"\ast": "*",
    r"\cdotp": r"\cdot",
    r"\centerdot": r"\cdot",
    r"\bullet": r"\cdot",
    r"\slash": "/",
    r"\prime": "'",
    r"\cr": r"\\",
    r"\newline": r"\\",
    r"\tabularnewline": r"\\",
    r"\dots": r"\dots",
    r"\ldots": r"\dots",
    r"\cdots": r"\dots",
    r"\dotsc": r"\dots",
    r"\dotsb": r"\dots",
    r"\vdots": r"\dots",
    r"\ddots": r"\dots",
    r"\hdots": r"\dots",
    r"\tr": r"\trace",
    r"\Tr": r"\trace",
    r"\displaysum": r"\sum",
}

CLOSERS = {
    "(": ")",
    "[": "]",
    "{": "}",
    r"\{": r"\}",
    r"\lfloor": r"\rfloor",
    r"\lceil": r"\rceil",
}
TIMES = frozenset({"*", r"\cdot", r"\times"})
RELATIONS = {
    "=": "==",
    "==": "==",
    ":=": "==",
    r"\equiv": "==",
    r"\coloneqq": "==",
    r"\triangleq": "==",
    r"\doteq": "==",
    "!=": "!=",
    r"\ne": "!=",
    r"\neq": "!=",
    "<": "<",
    r"\lt": "<",
    ">": ">",
    r"\gt": ">",
    "<=": "<=",
    r"\le": "<=",
    r"\leq": "<=",
    r"\leqslant": "<=",
    r"\leqq": "<=",
    ">=": ">=",
    r"\ge": ">=",
    r"\geq": ">=",
    r"\geqslant": ">=",
    r"\geqq": ">=",
}

# Letters that are commands, with the names they may be declared by, likeliest first.
GREEK = {
    **{
        "\\" + name: (name,)
        for name in _words(
            """alpha beta gamma delta zeta eta iota kappa mu nu xi rho sigma tau upsilon chi
            psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega pi theta phi"""
        )
    },
    r"\epsilon": ("epsilon", "eps"),
    r"\varepsilon": ("varepsilon", "epsilon", "eps"),
    r"\lambda": ("lamda", "lambda", "lam"),
    r"\vartheta": ("vartheta", "theta"),
    r"\varphi": ("varphi", "phi"),
    r"\varrho": ("varrho", "rho"),
    r"\varsigma": ("varsigma", "sigma"),
    r"\varpi": ("varpi", "pi"),
    r"\varkappa": ("varkappa", "kappa"),
    r"\ell": ("ell", "l"),
    r"\hbar": ("hbar",),
    r"\imath": ("i",),
    r"\jmath": ("j",),
}
# Commands that name a function of mathgrade.expression.functions by another word.
NAMED = {
    r"\exp": "exp",
    r"\trace": "trace",
    r"\sgn": "sign",
    r"\arsinh": "asinh",
    r"\arcosh": "acosh",
    r"\artanh": "atanh",
}
# Words a formula may hold without a backslash, beside the names of functions.
PLAIN_WORDS = {"sum": r"\sum", "prod": r"\prod", "frac": r"\frac"}
PLAIN_LETTERS = {"delta", "pi", "e"}

# The words of conditions, in the languages students write.
OTHERWISE = _words("otherwise else sonst ansonsten andernfalls sinon altrimenti always immer")
WHEN = _words(
    """if for when where whenever falls wenn für fuer bei wo with all case and the in si pour
    se per we have it is"""
)
AND = _words("and und et e") | {r"\land", r"\wedge"}
OR = _words("or oder ou o") | {r"\lor", r"\vee"}
NOT = _words("not nicht") | {r"\lnot", r"\neg"}

_ONE = "only one formula is read here, without an arrow between formulas"
_SET = "sets and membership are not read here"
REFUSED = {
    r"\int": "integrals are not read",
    r"\iint": "integrals are not read",
    r"\oint": "integrals are not read",
    r"\lim": "limits are not read",
    r"\sup": "suprema are not read",
    r"\inf": "infima are not read",
    r"\pm": "± stands for two formulas; write the one that is meant",
    r"\mp": "∓ stands for two formulas; write the one that is meant",
    r"\infty": "∞ is not a number; it is not read",
    r"\dots": "dots do not say what is left out; write it in full or as a sum with \\sum",
    r"\binom": "binomial coefficients are not read; write them with factorials",
    r"\choose": "binomial coefficients are not read; write them with factorials",
    r"\over": r"write \frac{a}{b} instead of a \over b",
    r"\nabla": r"∇ is not read; write the partial derivatives \frac{\partial f}{\partial x}",
    r"\langle": r"an inner product is written w^{\top} x",
    r"\|": r"a norm is not read; write \sqrt{x^{\top} x}",
    r"\lVert": r"a norm is not read; write \sqrt{x^{\top} x}",
    r"\rVert": r"a norm is not read; write \sqrt{x^{\top} x}",
    r"\Vert": r"a norm is not read; write \sqrt{x^{\top} x}",
    r"\circ": r"∘ is not read; write f(g(x)) for f after g, and a \cdot b for a product",
    r"\odot": r"a product entry by entry is not read; write the entry, such as x_i y_i",
    r"\otimes": r"⊗ is not read; write the entries",
    r"\oplus": r"⊕ is not read",
    r"\in": _SET,
    r"\notin": _SET,
    r"\subset": _SET,
    r"\subseteq": _SET,
    r"\cup": _SET,
    r"\cap": _SET,
    r"\setminus": _SET,
    r"\emptyset": _SET,
    r"\forall": "∀ is not read here; write the formula alone",
    r"\exists": "∃ is not read here; write the formula alone",
    r"\to": _ONE,
    r"\rightarrow": _ONE,
    r"\longrightarrow": _ONE,
    r"\Rightarrow": _ONE,
    r"\Longrightarrow": _ONE,
    r"\Leftrightarrow": _ONE,
    r"\implies": _ONE,
    r"\iff": _ONE,
    r"\mapsto": _ONE,
    r"\leftarrow": _ONE,
    r"\Leftarrow": _ONE,
    "->": _ONE,
    "=>": _ONE,
    r"\therefore": _ONE,
    r"\because": _ONE,
    r"\approx": "≈ is not exact; write =, or the exact value",
    r"\sim": "∼ is not read here",
    r"\simeq": "≃ is not read here",
    r"\propto": "∝ is not read here",
    r"\mathbb": r"sets of numbers are not read here; \mathbb{1} is, with its condition",
    r"\dot": "a derivative by time is written \\frac{d}{dt} x",
    r"\ddot": "a derivative by time is written \\frac{d}{dt} x",
    r"\middle": "\\middle is not read",
    r"\%": "a percentage is written as a fraction",
    r"\$": "a formula holds no $",
    r"\#": "a formula holds no #",
    r"\&": "a formula holds no &",
    r"\underbrace": "\\underbrace is not read; write the formula alone",
    r"\overbrace": "\\overbrace is not read; write the formula alone",
    r"\lg": r"say which logarithm is meant: \ln, or \log_{10}",
    r"\arg": r"\arg is not read",
    r"\Pr": "probabilities are not read",
    ";": "only one formula is read here",
    ":": "a colon is not part of a formula; a quotient is written with /",
    ",": r"a comma separates arguments; a decimal number is written 0.5 or 0{,}5",
    "&": "& belongs between the columns of a matrix or of cases",
    r"\\": "only one line is read here",
    ".": r"a point is no sign of a product; write \cdot, or nothing",
    "?": "a question mark is not part of a formula",
    "#": "# is not part of a formula",
    "@": "a product of matrices is written A B",
    '"': "quotation marks are not part of a formula",
    "`": "quotation marks are not part of a formula",
    "$": "only one formula is read here, with $ before and after it at most",
    r"\[": "only one formula is read here",
    r"\]": "only one formula is read here",
    r"\(": "only one formula is read here",
    r"\)": "only one formula is read here",
}

# Characters that stand for a command, when someone types the sign itself.
CHARACTERS = {
    "−": "-",
    "–": "-",
    "‐": "-",
    "‑": "-",
    "·": r"\cdot",
    "⋅": r"\cdot",
    "∙": r"\cdot",
    "•": r"\cdot",
    "∗": "*",
    "×": r"\times",
    "÷": r"\div",
    "∕": "/",
    "⁄": "/",
    "≠": r"\neq",
    "≤": r"\le",
    "≥": r"\ge",
    "⩽": r"\le",
    "⩾": r"\ge",
    "≡": r"\equiv",
    "≈": r"\approx",
    "∑": r"\sum",
    "∏": r"\prod",
    "∂": r"\partial",
    "𝜕": r"\partial",
    "∇": r"\nabla",
    "√": r"\sqrt",
    "∞": r"\infty",
    "∈": r"\in",
    "∀": r"\forall",
    "∫": r"\int",
    "→": r"\to",
    "⇒": r"\Rightarrow",
    "⇔": r"\iff",
    "∧": r"\land",
    "∨": r"\lor",
    "¬": r"\lnot",
    "±": r"\pm",
    "…": r"\dots",
    "⋯": r"\dots",
    "⋮": r"\dots",
    "′": "'",
    "’": "'",
    "ʹ": "'",
    "∣": "|",
    "‖": r"\|",
    "⊤": r"\top",
    "⊺": r"\intercal",
    "𝟙": r"\mathbb{1}",
    "ℓ": r"\ell",
    "ϵ": r"\epsilon",
    "ε": r"\varepsilon",
    "ϕ": r"\phi",
    "φ": r"\varphi",
    "ϑ": r"\vartheta",
    "µ": r"\mu",
    **{
        letter: "\\" + name
        for letter, name in zip(
            "αβγδζηθικλμνξπρςστυχψωΓΔΘΛΞΠΣΦΨΩ",
            [
                "alpha",
                "beta",
                "gamma",
                "delta",
                "zeta",
                "eta",
                "theta",
                "iota",
                "kappa",
                "lambda",
                "mu",
                "nu",
                "xi",
                "pi",
                "rho",
                "varsigma",
                "sigma",
                "tau",
                "upsilon",
                "chi",
                "psi",
                "omega",
                "Gamma",
                "Delta",
                "Theta",
                "Lambda",
                "Xi",
                "Pi",
                "Sigma",
                "Phi",
                "Psi",
                "Omega",
            ],
            strict=True,
        )
    },
}
SUPERSCRIPTS = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿⁱʲᵏᵀᵗˣ", "0123456789+-()nijkTtx", strict=True))
SUBSCRIPTS = dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₍₎ᵢⱼₖₘₙₓ", "0123456789+-()ijkmnx", strict=True))
