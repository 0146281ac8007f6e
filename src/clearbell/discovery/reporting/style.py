"""The page's style sheet: light, dark and paper, and both languages behind two radio buttons, without any script."""

STYLE = """
:root{--ink:#1c2430;--soft:#5b6675;--paper:#fff;--card:#f5f7fa;--line:#dbe1e8;--critical:#b3261e;--warning:#8f5200;
--good:#2e7d4f;--accent:#2457a6}
@media (prefers-color-scheme:dark){:root{--ink:#e7ebf0;--soft:#9aa6b5;--paper:#12161c;--card:#1b222b;--line:#303a46;
--critical:#ff8a80;--warning:#ffb74d;--good:#81c995;--accent:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1080px;padding:24px;font:15px/1.55 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
color:var(--ink);background:var(--paper)}
h1{font-size:26px;margin:.2em 0}h2{font-size:19px;margin:2em 0 .6em;border-bottom:1px solid var(--line);padding-bottom:.3em}
h3{font-size:16px;margin:1.6em 0 .5em}
.soft,.none{color:var(--soft)}
.switch{float:right;border:0;margin:0 0 8px 16px;padding:0;display:flex}
.switch input{position:absolute;opacity:0}.switch label{padding:4px 12px;border:1px solid var(--line);cursor:pointer}
.switch input:checked+label{background:var(--accent);color:var(--paper)}
.switch input:focus-visible+label{outline:2px solid var(--ink);outline-offset:2px}
body:has(#zh:checked) :is(span,text)[lang=en],body:has(#en:checked) :is(span,text)[lang=zh]{display:none}
a{color:inherit;text-decoration-color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(130px,1fr));gap:12px;margin:18px 0}
.tile{background:var(--card);border-radius:8px;padding:12px 16px}.tile b{display:block;font-size:26px;line-height:1.2}
.critical b,.badge.critical{color:var(--critical)}.warning b,.badge.warning{color:var(--warning)}
.badge{border:1px solid currentColor;border-radius:99px;padding:0 8px;font-size:12px;margin-right:8px}
.badge.new{color:var(--accent)}
details{background:var(--card);border-radius:8px;margin:8px 0;padding:10px 16px}
summary{cursor:pointer}summary .who{font-weight:600;margin-right:8px}
table{border-collapse:collapse;margin:12px 0;width:100%;max-width:720px}th,td{text-align:left;padding:4px 10px;border-bottom:1px solid var(--line)}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}
svg text{font-size:11px;fill:var(--soft)}
svg .critical{fill:var(--critical)}svg .warning{fill:var(--warning)}svg .none{fill:var(--line)}
svg .joined{fill:var(--critical)}svg .left{fill:var(--good)}svg .axis{stroke:var(--line)}
svg .tie{stroke:var(--accent);stroke-opacity:.35}svg .shared{stroke:var(--warning);stroke-opacity:.6}
svg .anchor{fill:var(--paper);stroke:var(--accent)}svg .number{fill:var(--accent);stroke:var(--paper)}
svg.graph{max-width:100%;height:auto}.scroll{overflow-x:auto}
td.n{white-space:nowrap}
ul.changes{columns:2;padding-left:1.2em}ul.changes li{break-inside:avoid}
.graph,.story{margin:0}figcaption{color:var(--soft);margin:12px 0 4px}
@media (max-width:640px){body{padding:14px}h1{font-size:21px}ul.changes{columns:1}
details{padding:8px 10px}th,td{padding:4px 6px}svg.named{min-width:520px}}
@media print{:root{--ink:#000;--soft:#444;--paper:#fff;--card:#fff;--line:#bbb;--critical:#b3261e;--warning:#8f5200;
--good:#2e7d4f;--accent:#2457a6}
body{max-width:none;padding:0;font-size:11px}.switch{display:none}details{border:1px solid var(--line);padding:4px 10px}
details::details-content{content-visibility:visible;display:block;block-size:auto}
summary{list-style:none}tr,svg,figure,summary,li{break-inside:avoid}summary,h2,h3,figcaption{break-after:avoid}
svg *{print-color-adjust:exact}.scroll{overflow:visible}svg.graph{max-height:240px}}
"""
