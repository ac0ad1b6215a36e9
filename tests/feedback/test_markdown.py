"""Markdown of anyone: formulas set, everything else inert."""

import base64
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.hang import ends_within

from mathgrade.feedback.markdown import MAX_MARKDOWN, Outline, markdown

# Markdown, and a piece of the HTML it must give.
RENDERED = [
    ("a $x_1 * y_1$ b", "<mo>*</mo><msub><mi>y</mi><mn>1</mn></msub>"),
    (r"a \(x\) b", "a <math><mi>x</mi></math> b"),
    (r"a \\(x\\) b", "a <math><mi>x</mi></math> b"),
    (r"\[x\]", '<div class="formula"><math display="block"><mi>x</mi></math></div>'),
    (r"\\[x\\]", '<div class="formula"><math display="block"><mi>x</mi></math></div>'),
    ("$$\nx\n= y\n$$", "<mi>x</mi><mo>=</mo><mi>y</mi>"),
    ("$$\nx\n\n- y\n$$", "<mi>x</mi><mo>−</mo><mi>y</mi>"),
    ("so $$x$$ holds", '<span class="formula"><math display="block"><mi>x</mi></math></span>'),
    ("\\begin{align}\na &= b \\\\\n- c &= d\n\\end{align}", '<mtd class="m-left">'),
    ("- item\n\n  $$x$$", '<li><p>item</p>\n<div class="formula">'),
    ("> $$x$$", '<blockquote>\n<div class="formula">'),
    ("`$x$`", "<code>$x$</code>"),
    ("```\n$$x$$\n```", "<pre><code>$$x$$\n</code></pre>"),
    (r"costs \$5 and \$6", "costs $5 and $6"),
    ("only $5", "only $5"),
    ("**a** *b* ~~c~~", "<strong>a</strong> <em>b</em> <del>c</del>"),
    ("| a |\n|--:|\n| $x$ |", '<td class="right"><math><mi>x</mi></math></td>'),
    ("[a](https://example.org/?a=1&b=2)", 'href="https://example.org/?a=1&amp;b=2"'),
    ("<https://example.org>", '<a href="https://example.org"'),
    ("3. a\n4. b", '<ol start="3">'),
    ("a<br>b", "a<br>b"),
    ("# Heading", '<p class="heading">Heading</p>'),
]


@pytest.mark.parametrize(("source", "piece"), RENDERED, ids=[source[:20] for source, _ in RENDERED])
def test_markdown_is_rendered(source: str, piece: str, inspect: Callable[..., object]) -> None:
    rendered = markdown(source)
    assert piece in rendered
    inspect(rendered)


SVG = base64.b64encode(b"<svg onload='alert(1)'/>").decode()
HOSTILE = [
    "<script>alert(1)</script>",
    "<ScRiPt src=//example.org/x.js></sCrIpT>",
    "<img src=x onerror=alert(1)>",
    "a <img src=x onerror=alert(1)> b",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mtext></mtext><script>alert(1)</script></math>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data=x></object><embed src=x>",
    "<style>*{display:none}</style>",
    "<link rel=stylesheet href=//example.org>",
    "<meta http-equiv=refresh content='0;url=//example.org'>",
    "<base href=//example.org>",
    "<form action=//example.org><input name=a><button>go</button></form>",
    "</div></div></section></main><h1>22 of 22</h1>",
    "</pre></code><script>alert(1)</script>",
    "<!-- --><script>alert(1)</script>",
    "<!-->\n<script>alert(1)</script>",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php x ?>",
    "<a href='javascript:alert(1)'>x</a>",
    "<details open ontoggle=alert(1)>",
    "<marquee onstart=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](&#x6A;&#x61;vascript:alert(1))",
    "[x](javascript&colon;alert(1))",
    "[x](%6aavascript:alert(1))",
    "[x]( javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](\x01javascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](file:///etc/passwd)",
    "[x](blob:https://example.org/1)",
    "[x](//example.org)",
    "[x](../../other/student.html)",
    "[x](#item-1)",
    '[x](https://example.org/"onclick="alert(1))',
    "[x](https://example.org 'a\" onmouseover=\"alert(1)')",
    "[x](http://[::1)",
    "[x][1]\n\n[1]: javascript:alert(1)",
    "<javascript:alert(1)>",
    "<data:text/html,x>",
    "![x](https://example.org/track.png)",
    "![x](javascript:alert(1))",
    "![x](data:text/html,<script>alert(1)</script>)",
    f"![x](data:image/svg+xml;base64,{SVG})",
    f"![x](data:image/png;base64,{SVG})",
    "![x](attachment:missing.png)",
    "![x](attachment:evil.svg)",
    "![x](attachment:liar.png)",
    '!["><script>alert(1)</script>](attachment:good.png)',
    '![a" onerror="alert(1)](attachment:good.png)',
    '![<b>](attachment:good.png "x\\" onload=\\"alert(1)")',
    "$\\text{<script>alert(1)</script>}$",
    "$$\\href{javascript:alert(1)}{x}$$",
    "$</code><script>alert(1)</script>$",
    "$\\nonsense<script>alert(1)</script>$",
    "`<script>alert(1)</script>`",
    "```html\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "```mermaid\ngraph\n```",
    "    <script>alert(1)</script>",
    "| <script> | b |\n|---|---|\n| <img src=x onerror=alert(1)> | `</td>` |",
    "# <script>alert(1)</script>\n\n###### x {#marks onclick=alert(1)}",
    "<h1>22 of 22 points</h1>",
    "\\<script>alert(1)\\</script>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    "<b\nonclick=alert(1)>x</b>",
    "<b/onclick=alert(1)>x",
    "<x onclick='a>b'>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "\ufeff<script>\u2028alert(1)</script>",
]
ATTACHMENTS = {
    "good.png": {"image/png": base64.b64encode(b"\x89PNG\r\n\x1a\nrest").decode()},
    "evil.svg": {"image/svg+xml": SVG},
    "liar.png": {"image/png": SVG},
}


@pytest.mark.parametrize("source", HOSTILE, ids=[str(n) for n in range(len(HOSTILE))])
def test_hostile_markdown_leaves_nothing_executable(
    source: str, inspect: Callable[..., object]
) -> None:
    for outline in (None, Outline(1)):
        rendered = markdown(source, attachments=ATTACHMENTS, outline=outline)
        inspect(rendered)
        for scheme in ("javascript:", "data:text", "data:image/svg", "vbscript:", "file:", "//"):
            assert f'href="{scheme}' not in rendered.lower()
            assert f'src="{scheme}' not in rendered.lower()
        assert "<img" not in rendered or 'src="data:image/png;base64,iVBO' in rendered


def test_an_attached_png_is_shown() -> None:
    rendered = markdown("![a plot](attachment:good.png)", attachments=ATTACHMENTS)
    assert '<img src="data:image/png;base64,iVBORw0KGgpyZXN0" alt="a plot">' in rendered


def test_a_picture_that_is_not_shown_leaves_its_text() -> None:
    assert "picture not shown: a plot" in markdown("![a plot](https://example.org/a.png)")


def test_headings_of_the_course_go_down_one_level_at_a_time() -> None:
    rendered = markdown("# a\n\n#### b\n\n# c", outline=Outline(1))
    assert rendered == "<h2>a</h2>\n<h3>b</h3>\n<h2>c</h2>\n"


def test_a_text_too_long_is_shown_as_its_source() -> None:
    rendered = markdown("*a* <b>" * MAX_MARKDOWN)
    assert rendered.startswith('<pre class="source">*a* &lt;b&gt;')
    assert len(rendered) < 3 * MAX_MARKDOWN


BOMBS = [
    "[" * 20_000,
    "![" * 10_000,
    ">" * 20_000,
    "- " * 10_000,
    "*a_" * 6_000,
    "`" * 20_000,
    "<" * 20_000,
    "<!--" * 5_000,
    "$" * 20_000,
    "$a" * 10_000,
    "$$a" * 6_000,
    "\\[" * 10_000,
    "\\(" * 10_000,
    "\\begin{align}" * 2_000,
    "\\begin{align}\n" * 2_000,
    "$$\n" * 6_000,
    "|" * 20_000,
    "a|b\n-|-\n" * 2_000,
    "[a](" * 5_000,
    "\\" * 20_000,
    "~~a" * 6_000,
    "\n" * 20_000,
    "[a]: b\n" * 3_000,
]


@pytest.mark.parametrize("source", BOMBS, ids=[bomb[:8] for bomb in BOMBS])
def test_a_bomb_costs_little(source: str, inspect: Callable[..., object]) -> None:
    with ends_within(5):
        rendered = markdown(source)
    inspect(rendered)


PIECES = st.sampled_from(
    [
        *[
            "<",
            ">",
            '"',
            "'",
            "[",
            "]",
            "(",
            ")",
            "!",
            "`",
            "$",
            "\\",
            "*",
            "_",
            "#",
            "|",
            "\n",
            " ",
        ],
        *[
            "javascript:",
            "https://a.b",
            "<script>",
            "</p>",
            "<a href=",
            "onclick=",
            "&#60;",
            "&lt;",
        ],
        *["\n\n", "- ", "> ", "---", "```", "$$", "\\[", "\\]", "x", "attachment:good.png", "<!--"],
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=60))
def test_any_text_gives_inert_html(source: str) -> None:
    from tests.feedback.conftest import Inspector

    inspector = Inspector()
    inspector.feed(markdown(source, attachments=ATTACHMENTS))
    inspector.close()
    assert not inspector.faults
    assert not inspector.open
