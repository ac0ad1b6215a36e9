r"""What LaTeX commands and letters mean: tables only.

To let students use another spelling of something that is read already, add it here: a
relation to ``RELATIONS``, a Greek letter to ``GREEK``, a command without meaning for the
formula to ``DROPPED``. Characters such as ``∑`` stand in ``characters``, what cannot be
read in ``refused``.
"""

from __future__ import annotations

__all__ = [
    "ACCENTS",
    "AND",
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
    "RELATIONS",
    "SAME",
    "SIDES",
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
