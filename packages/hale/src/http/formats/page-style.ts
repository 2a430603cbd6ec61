/** The page's style. Its hash stands in the Content-Security-Policy: a test holds the two equal. */
export const pageStyle = `:root{color-scheme:light dark;--ground:#fbfaf7;--card:#fff;--ink:#1d2329;--soft:#5b6670;--line:#e2e0d8;--up:#11663a;--up-ground:#dcf3e4;--degraded:#7a4a00;--degraded-ground:#fdeccb;--unknown:#4b5563;--unknown-ground:#e7e9ec;--down:#9b1c1c;--down-ground:#fbe0de}
@media(prefers-color-scheme:dark){:root{--ground:#14181c;--card:#1c2227;--ink:#e9ecee;--soft:#a3aeb8;--line:#323a41;--up:#7fdca4;--up-ground:#12341f;--degraded:#f6c667;--degraded-ground:#3b2a08;--unknown:#c3cad1;--unknown-ground:#2b3238;--down:#ff9c94;--down-ground:#471b18}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:2rem 1rem 4rem}
header{display:flex;flex-wrap:wrap;align-items:center;gap:.5rem 1rem;margin-bottom:1.5rem}
h1{font-size:1.6rem;margin:0;overflow-wrap:anywhere}
h2{font-size:1.05rem;margin:2rem 0 .5rem}
.facts{margin:0;color:var(--soft);flex-basis:100%}
.status{display:inline-block;padding:.1rem .65rem;border-radius:1rem;font-weight:650;font-size:.85rem;white-space:nowrap}
h1+.status{font-size:1.1rem;padding:.2rem 1rem}
.UP{color:var(--up);background:var(--up-ground)}.DEGRADED{color:var(--degraded);background:var(--degraded-ground)}
.UNKNOWN,.OUT_OF_SERVICE{color:var(--unknown);background:var(--unknown-ground)}.DOWN{color:var(--down);background:var(--down-ground)}
.table{overflow-x:auto;background:var(--card);border:1px solid var(--line);border-radius:.6rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.55rem .9rem;border-top:1px solid var(--line);vertical-align:top}
thead th{border-top:0;font-size:.8rem;color:var(--soft);font-weight:600}
tbody th{font-weight:600}
td time,.took{white-space:nowrap;font-variant-numeric:tabular-nums}
.text{overflow-wrap:anywhere;min-width:12rem}.data{display:block;color:var(--soft);font-size:.85rem}
svg{display:block;width:6rem;height:.35rem;margin-top:.25rem}
.track{fill:var(--line)}.bar{fill:var(--soft)}
.change{white-space:nowrap}
@media(max-width:44rem){.checks thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.checks tr{display:grid;grid-template-columns:1fr auto;border-top:1px solid var(--line);padding:.5rem .9rem}.checks tr:first-child{border-top:0}
.checks th,.checks td{border:0;padding:.1rem 0}.checks .text,.checks .since{grid-column:1/-1}.checks .took,.checks .since{color:var(--soft);font-size:.85rem}.checks .text:empty{display:none}
.change{white-space:normal}}`

/** `sha256-…` of {@link pageStyle}. */
export const pageStyleHash = 'sha256-mfgXyedh/7o1xHzn56BSfBF4EQxcI4XAnyT9pULtcQE='
