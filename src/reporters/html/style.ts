// Colours are checked for contrast in test/real/html.test.ts: at least 4.5 to 1 for every text, in both schemes.

const LIGHT = `
--bg:#fff;--soft:#f6f5f1;--ink:#1b1e22;--dim:#565d66;--line:#dfdcd4;--link:#1b4f8f;
--no:#a61b29;--yes:#1a6a41;--open:#7d5006;--note:#2b5d90;--in:#fff;
--stable:#245c4a;--vendor:#3f78a8;--testing:#76903a;--obsolete:#b07d1e;--internal:#b99a55;--private:#b5392f;--removed:#6b1f2b;--unknown:#8b8b8b;--sibling:#6d7ba0;--toolchain:#b9b9b4;
--cell:#4d7a9c;--cell-2:#c9872b;--rule:#e9e6df;`;

const DARK = `
--bg:#15171a;--soft:#1d2024;--ink:#e5e3de;--dim:#a4a8ae;--line:#353a40;--link:#93bdf2;
--no:#ff8c86;--yes:#7dd3a0;--open:#e6b65c;--note:#93bdf2;--in:#15171a;
--stable:#5fb796;--vendor:#77b0e0;--testing:#a9c466;--obsolete:#dfae55;--internal:#c4a868;--private:#ee7a70;--removed:#c2616f;--unknown:#9a9a9a;--sibling:#94a2c6;--toolchain:#6f7276;
--cell:#76a9cf;--cell-2:#e0a44d;--rule:#2a2e33;`;

const BASE = `
*,::before,::after{box-sizing:border-box}
html{font-size:93.75%;scroll-padding-top:4.5rem;-webkit-text-size-adjust:100%}
body{margin:0 auto;padding:1.75rem clamp(1rem,3vw,2.5rem) 3rem;max-width:82rem;background:var(--bg);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
code,.evidence,.at,.history th[scope=row],.uses th[scope=row]{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:.9em}
code,bdi,td,th,dt,dd,.of,.message{unicode-bidi:isolate}
.evidence code,th[scope=row] code{font-size:1em}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.18em}
:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
[hidden]{display:none!important}
h1,h2,h3,p,ul,ol,dl,dd{margin:0;padding:0}
ul,ol{list-style:none}
section{margin-top:2.5rem}
section>*+p{margin-top:1rem}section>p+div{margin-top:.6rem}section>h2+p{margin-top:0}section>p{max-width:60rem}
h2{font-size:1.15rem;font-weight:650;line-height:1.3;margin-bottom:.75rem}
h3{font-size:1rem;font-weight:650;line-height:1.35}
.why,.aside,.lead,.because,.promise,.references,.eyebrow{color:var(--dim)}
.aside,.lead{max-width:48rem;font-size:.93rem}
.aside,section>.aside{margin-top:.6rem}.lead{margin-bottom:.75rem}
.defs{position:absolute;width:0;height:0}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.mark{width:1em;height:1em;flex:none;fill:currentColor}
.in{fill:none;stroke:var(--in);stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
.line{fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round}
.yes{color:var(--yes)}.no{color:var(--no)}.not-checked{color:var(--open)}
summary{cursor:pointer;width:fit-content;max-width:100%}
`;

const HEADER = `
.eyebrow{font-size:.93rem;margin-bottom:.6rem}
.eyebrow code{margin-right:.35em}
h1{display:flex;gap:.5em;align-items:baseline;font-size:clamp(1.4rem,1.05rem + 1.6vw,2.1rem);font-weight:650;line-height:1.22;letter-spacing:-.012em;max-width:70rem}
.further{margin-top:.35rem;font-size:1.1rem;max-width:56rem}
h1 span{color:var(--ink);text-wrap:balance}
h1 .mark{width:.82em;height:.82em;position:relative;top:.06em}
.figures{display:flex;flex-wrap:wrap;gap:.25rem 1.1rem;margin-top:.8rem;font-size:1rem}
.figures a,nav a{color:inherit}
.sev{font-weight:650}.sev.error{color:var(--no)}.sev.warning{color:var(--open)}.sev.note{color:var(--note)}
nav{margin-top:1rem;padding-top:.6rem;border-top:1px solid var(--line);font-size:.93rem;color:var(--dim)}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem}
body>footer{margin-top:3rem;padding-top:1rem;border-top:1px solid var(--line);font-size:.93rem}
body>footer h2{font-size:1rem;margin-bottom:.3rem}
body>footer p{margin-top:.8rem;max-width:48rem}
`;

const TABLES = `
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.42rem 1.1rem .42rem 0;border-top:1px solid var(--rule)}
th:last-child,td:last-child{padding-right:0}
thead th{border-top:0;padding-top:0;padding-bottom:.3rem;font-size:.86rem;font-weight:500;color:var(--dim)}
th[scope=row]{font-weight:600}
.scroll{overflow-x:auto}
.standing{display:flex;gap:.45em;align-items:center;font-weight:600;white-space:nowrap}
.matrix b{font-weight:600}
.matrix th[scope=row]{white-space:nowrap}
.many th[scope=row]{white-space:normal;min-width:13rem;max-width:20rem;position:sticky;left:0;background:var(--bg)}
.many thead b{color:var(--ink);font-weight:600;margin-right:.4em}
.many td{min-width:13rem;font-size:.93rem}.many td ul{font-size:.93rem;margin-top:.1rem}
.rates td:nth-child(2),.rates thead th:nth-child(2){text-align:right;width:1%}
.rates td,.rates thead th{white-space:nowrap}.rates th[scope=row]{min-width:11rem;font-weight:500}
.rates td:nth-child(n+3){width:22%}.rates td .why{display:block;font-size:.93em}
.rate{width:4.5rem;height:.55rem;margin-right:.6em;vertical-align:.02em}
.rate rect{fill:var(--rule)}.rate .of{fill:var(--cell-2)}
.history td:nth-child(2){width:1%;white-space:nowrap}
.history th[scope=row]{width:26%;font-weight:500}
.history th,.history td{padding-top:.22rem;padding-bottom:.22rem}
.uses td{font-size:.93rem}.uses td:nth-child(3){min-width:11.5em}.uses th,.uses td{padding-top:.22rem;padding-bottom:.22rem}.uses th[scope=row]{width:28%;font-weight:500}
.uses thead th,.history thead th{vertical-align:bottom}
`;

const GROUND = `
.bar{display:block;width:100%;height:1.5rem;border-radius:3px;overflow:hidden}
.bar rect{stroke:var(--bg);stroke-width:1.5}
.bars .bar{height:.8rem}
.swatch{width:.8em;height:.8em;border-radius:2px;flex:none;align-self:start;margin-top:.36em}
.parts{margin-top:.7rem;display:grid;gap:.15rem}
.parts li{display:grid;grid-template-columns:auto 2.4rem 4.2rem 1fr;gap:.6rem;align-items:baseline}
.parts .n,.parts .pc{text-align:right}.parts .n{font-weight:650}.parts .pc{color:var(--dim)}
.parts b,.key b{font-weight:600}
#ground~p{margin-top:.7rem}
.key{display:flex;flex-wrap:wrap;gap:.15rem 1.4rem;font-size:.93rem;margin-bottom:.8rem}
.key li{display:inline-flex;gap:.5em;align-items:baseline}.key .strip{align-self:center}
.bars{display:grid;gap:.6rem}
.bars li{display:grid;grid-template-columns:minmax(8rem,14rem) 1fr;gap:.1rem 1.2rem;align-items:center}
.bars .who{font-weight:600}.bars .why,.bars p{grid-column:2;font-size:.93rem}
${["stable", "vendor", "testing", "obsolete", "internal", "private", "removed", "unknown", "sibling", "toolchain"].map((key) => `.l-${key}{fill:var(--${key})}`).join("")}
`;

const GAPS = `
.gaps{padding:1rem 1.2rem;background:var(--soft);border-left:4px solid var(--open);border-radius:0 4px 4px 0}
.gaps h2{display:flex;gap:.5em;align-items:center;margin-bottom:.45rem}.gaps h2 .mark{width:.85em;height:.85em}
.gaps ul{display:grid;gap:.25rem;padding-left:1.1rem;list-style:disc}
.gaps li{max-width:60rem}.gaps li::marker{color:var(--dim)}.gaps .error b{color:var(--no)}
`;

const FILTER = `
#filter{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;margin-top:2.5rem;padding:.6rem 0;background:var(--bg);border-bottom:1px solid var(--line)}
.lists>section:first-of-type{margin-top:1.5rem}
#filter label{display:inline-flex;gap:.45em;align-items:center;font-size:.93rem;color:var(--dim)}
#filter input,#filter select,#filter button{font:inherit;font-size:.93rem;color:var(--ink);background:var(--bg);border:1px solid var(--dim);border-radius:4px;padding:.25rem .5rem;max-width:100%}
#filter select{max-width:15rem}
#filter .q{flex:1 1 16rem}#filter input{flex:1;min-width:0}
#filter output{flex:1 1 100%;font-size:.93rem;color:var(--dim)}#filter output:empty{display:none}
`;

const FINDINGS = `
.rule{margin-top:1.4rem;padding-left:1rem;border-left:4px solid var(--line)}
.rule.error{border-color:var(--no)}.rule.warning{border-color:var(--open)}.rule.note{border-color:var(--note)}
.rule>header p{display:flex;flex-wrap:wrap;gap:0 .8em;align-items:baseline;font-size:.93rem}
.rule>ol{margin-top:.4rem}.rule>.fold{margin:.4rem 0 .6rem}
.rule li.it,.plain>li.it{padding:.5rem 0;border-top:1px solid var(--rule)}
.plain>li:not(.it){padding:.1rem 0}
.rule li.it{display:flex;flex-wrap:wrap;gap:0 1.6em;align-items:baseline}
.rule li.it>*{flex:1 1 100%}.rule li.it>.message,.rule li.it>.where{flex:0 1 auto}
.message .name{font-weight:650}
.where{display:flex;flex-wrap:wrap;gap:0 .9em;align-items:baseline;font-size:.93rem;color:var(--dim)}
.where .at{color:var(--ink)}
.of{font-weight:600}
.also ul{padding-left:1rem}
.level{display:inline-flex;align-items:center;gap:.4em;white-space:nowrap}
.level::before{content:"";width:.68em;height:.68em;border-radius:2px;background:var(--c,var(--unknown));print-color-adjust:exact;-webkit-print-color-adjust:exact}
${["stable", "vendor", "testing", "obsolete", "internal", "private", "removed", "unknown"].map((key) => `.level.${key}{--c:var(--${key})}`).join("")}
.evidence{margin:.25rem 0;padding:.3rem .7rem;background:var(--soft);border-radius:3px;line-height:1.45}
.evidence{display:grid;grid-template-columns:fit-content(16rem) 1fr;gap:0 1.4em}.evidence div{display:contents}
.evidence dt{color:var(--dim)}.evidence dd:only-child{grid-column:1/-1}
mark{background:none;color:inherit;font-weight:700;text-decoration:underline 2px var(--no);text-underline-offset:.2em;text-decoration-skip-ink:none}
.rule footer{margin-top:.3rem;padding-top:.45rem;border-top:1px solid var(--rule);font-size:.93rem;display:grid;gap:.2rem}
.rule footer>*{max-width:66rem}
.rule li .promise{font-size:.93rem}
.instead b{font-weight:650;margin-right:.35em}
.references{display:flex;flex-wrap:wrap;gap:0 1.2em}
.fold{margin-top:.8rem}.fold>summary{font-weight:600}.fold>:nth-child(2){margin-top:.6rem}
`;

const HISTORY = `
.strip{display:block}
.strip text{font:11px system-ui,sans-serif;fill:var(--dim)}
.strip path{fill:none;stroke-width:12;stroke:var(--cell)}
${[3, 4, 5, 6, 7, 8, 9].map((cell) => `.c${cell} path{stroke-dasharray:${cell - 1} 1}`).join("")}
.strip .k-changed{stroke:url(#hatch)}.under{fill:var(--cell-2)}.over{fill:var(--bg)}
.strip .k-header{stroke-width:6}.strip .k-unexported{stroke-width:3}.strip .k-absent{stroke-width:1;stroke:var(--dim)}
.history .strip{margin-top:.25rem}.history details p{font-size:.93rem}
.history a{text-underline-offset:.38em}
`;

const SMALL = `
@media screen and (max-width:44rem){
body{padding-top:1.1rem}
#filter{position:static}
html{scroll-padding-top:.5rem}
.cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.cards,.cards tbody,.cards tr,.cards th,.cards td{display:block;width:auto!important}
.cards tr{padding:.5rem 0;border-top:1px solid var(--rule)}
.cards th,.cards td{border:0;padding:.08rem 0}
.cards td:empty{display:none}
.standing{display:inline-flex;vertical-align:bottom}
.cards td[data-is]::before{content:attr(data-is) ": ";color:var(--dim)}
.cards td .why{white-space:normal}.uses td{display:inline!important;margin-right:.8em}
.parts li{grid-template-columns:auto 2.4rem 4.2rem 1fr;gap:.4rem}
.bars li{grid-template-columns:1fr}.bars .why,.bars p{grid-column:1}
.evidence{grid-template-columns:1fr}.evidence dd{padding-left:1em}.evidence dd:only-child{padding:0}
.many th[scope=row]{position:static}.many td{padding-top:.3rem}.rates td:nth-child(2){text-align:left}
}
`;

const PRINT = `
@media print{
html{font-size:9pt}
body{max-width:none;padding:0}
nav,#filter{display:none}
summary{list-style:none}
.fold::details-content,.also::details-content{content-visibility:visible;display:block;block-size:auto}
.scroll{overflow:visible}.rates td:nth-child(n+3),.rates thead th:nth-child(n+3),.matrix th[scope=row]{white-space:normal}
.many th[scope=row]{position:static;min-width:8rem}.rates th[scope=row]{min-width:0}.matrix th[scope=row]{min-width:5.5rem}.many td{min-width:0}
section{margin-top:1.6rem}
h2,h3,.rule>header{break-after:avoid}
.rule li.it,tr,.gaps li{break-inside:avoid}
.gaps,.evidence,.bar,.swatch,.strip{print-color-adjust:exact;-webkit-print-color-adjust:exact}
a{color:inherit;text-decoration:none}
}
`;

/** The page's one style sheet. Fonts are those of the machine, colours those of the reader's scheme, and paper is always light. */
export const STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media screen and (prefers-color-scheme:dark){:root{${DARK}}}
${BASE}${HEADER}${TABLES}${GROUND}${GAPS}${FILTER}${FINDINGS}${HISTORY}${SMALL}${PRINT}`;
