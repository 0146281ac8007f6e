"""The page's style sheet: light, dark and paper, and both languages behind two radio buttons, without any script."""

STYLE = """
:root{--ink:#1c2430;--soft:#5b6675;--paper:#fff;--card:#f5f7fa;--line:#dbe1e8;--against:#b3261e;--late:#b26a00;
--for:#2e7d4f;--accent:#2457a6}
@media (prefers-color-scheme:dark){:root{--ink:#e7ebf0;--soft:#9aa6b5;--paper:#12161c;--card:#1b222b;--line:#303a46;
--against:#ff8a80;--late:#ffb74d;--for:#81c995;--accent:#8ab4f8}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1200px;padding:24px;font:15px/1.5 system-ui,"Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif;
color:var(--ink);background:var(--paper)}
h1{font-size:24px;margin:.2em 0}h2{font-size:18px;margin:1.6em 0 .5em}
.soft{color:var(--soft)}code{font-size:12px;overflow-wrap:anywhere}
.languages{position:absolute;opacity:0}
.switch{float:right}.switch label{padding:4px 12px;border:1px solid var(--line);cursor:pointer}
#zh:checked~header label[for=zh],#en:checked~header label[for=en]{background:var(--accent);color:var(--paper)}
#zh:focus-visible~header label[for=zh],#en:focus-visible~header label[for=en]{outline:2px solid var(--ink)}
#zh:checked~* [lang=en],#en:checked~* [lang=zh]{display:none}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(120px,1fr));gap:10px;margin:16px 0}
.tile{background:var(--card);border-radius:8px;padding:10px 14px}.tile b{display:block;font-size:22px;line-height:1.25}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}th,td{text-align:left;vertical-align:top;padding:5px 10px;border-bottom:1px solid var(--line)}
th{color:var(--soft);font-weight:600}td.at{white-space:nowrap;font-variant-numeric:tabular-nums}td.seq,td.lane{white-space:nowrap}
td.what{overflow-wrap:anywhere;min-width:20em}td.kept{min-width:15em;font-size:13px}
tr.against td.what{border-left:3px solid var(--against)}tr.for td.what{border-left:3px solid var(--for)}
tr.late td.what{border-left:3px solid var(--late)}tr.plain td.what{border-left:3px solid var(--line)}
.due-late{color:var(--late)}
svg text{font-size:11px;fill:var(--soft)}svg .name{font-size:12px;fill:var(--ink)}
svg .lane,svg .tick{stroke:var(--line)}svg .tick{stroke-dasharray:2 3}
svg .plain{fill:var(--accent)}svg .against{fill:var(--against)}svg .for{fill:var(--for)}svg .late{fill:var(--late)}
svg .kept{fill:none;stroke:var(--ink)}svg .due{fill:var(--paper);stroke:var(--late);stroke-width:1.5}
svg .span{fill:var(--against);fill-opacity:.07}svg .barred{fill:var(--against);fill-opacity:.35}
.legend span{margin-right:16px}.legend i{display:inline-block;width:10px;height:10px;border-radius:5px;margin-right:5px}
.legend .against{background:var(--against)}.legend .for{background:var(--for)}.legend .plain{background:var(--accent)}
.legend .ring{background:none;border:1.5px solid var(--late);border-radius:0;transform:rotate(45deg) scale(.8)}
.legend .late{background:var(--late)}.legend .kept{background:none;border:1px solid var(--ink)}
@media print{.switch{display:none}body{max-width:none;padding:0}}
"""
