/** The page's style. Its hash stands in the Content-Security-Policy: a test holds the two equal. */
export const pageStyle = `:root{color-scheme:light dark;--page:#f6f5f1;--card:#fff;--ink:#1b2127;--soft:#525c66;--line:#e3e1d9;--link:#0b57a4}
.UP{--c:#11663a;--g:#dff4e6;--m:#1f9254;--i:"✓"}.DEGRADED{--c:#7a4a00;--g:#fdeccb;--m:#cf8500;--i:"!"}.UNKNOWN,.OFF{--c:#47515c;--g:#e8eaed;--m:#7d8893;--i:"?"}.OUT_OF_SERVICE{--c:#1c4c8c;--g:#dfeafa;--m:#3b78c8;--i:"–"}.DOWN{--c:#9b1c1c;--g:#fbe2e0;--m:#cf3030;--i:"×"}.OFF{--i:"–"}
@media(prefers-color-scheme:dark){:root{--page:#13171b;--card:#1b2126;--ink:#e9ecee;--soft:#a7b1ba;--line:#313940;--link:#8ec1f7}
.UP{--c:#7fdca4;--g:#143622}.DEGRADED{--c:#f6c667;--g:#3d2c0a}.UNKNOWN,.OFF{--c:#c3cad1;--g:#2c343b}.OUT_OF_SERVICE{--c:#9cc4fa;--g:#1a2f4d}.DOWN{--c:#ff9f97;--g:#4a1d1a}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:86rem;margin:0 auto;padding:1rem 1rem 3rem;overflow-wrap:anywhere}
ul,ol{list-style:none;margin:0;padding:0}p{margin:0}
a{color:var(--link);text-decoration-thickness:1px;text-underline-offset:.2em}
a:focus-visible,button:focus-visible{outline:3px solid var(--link);outline-offset:2px}
b{display:inline-block;padding:0 .6em;border:1px solid transparent;border-radius:1em;font-size:.85rem;font-weight:650;white-space:nowrap;color:var(--c);background:var(--g)}
b::before{content:var(--i)" ";content:var(--i)" "/""}
small{display:block;color:var(--soft);font-size:.85rem}time{white-space:nowrap;font-variant-numeric:tabular-nums}
#live{display:flex;justify-content:end;align-items:center;gap:.8rem;min-height:2rem;margin-bottom:.5rem;color:var(--soft);font-size:.85rem}
#live[hidden]{display:none}
button{font:inherit;min-width:5.5rem;padding:.2rem .8rem;border:1px solid var(--soft);border-radius:1rem;background:var(--card);color:var(--ink);cursor:pointer}
header{padding:1.2rem 1.4rem;border:1px solid var(--line);border-left:.6rem solid var(--m);border-radius:.7rem;background:var(--card)}
h1{font-size:1.05rem;font-weight:600;margin:0 0 .4rem}h1 span{color:var(--soft)}
.verdict{display:flex;flex-wrap:wrap;align-items:center;gap:.4rem 1rem;font-size:1.35rem;line-height:1.3}
.verdict b{font-size:1.35rem;padding:.15em .7em}
.facts{margin-top:.6rem;color:var(--soft);font-size:.9rem}
.band{display:flex;flex-wrap:wrap;justify-content:space-between;margin-top:.8rem;color:var(--soft);font-size:.75rem}
.band svg{flex:1 0 100%;height:.55rem;border-radius:.3rem}rect{fill:var(--m)}
nav ul{display:flex;flex-wrap:wrap;gap:.5rem;margin:1rem 0 0}
nav a{display:block;padding:.25rem .8rem;border:1px solid var(--line);border-radius:.6rem;background:var(--card);color:inherit;text-decoration:none}
nav a:hover{border-color:var(--soft)}nav [aria-current]{border-color:currentColor;border-bottom-width:4px;padding-bottom:calc(.25rem - 3px)}
h2{font-size:1rem;margin:1.6rem 0 .5rem}
.columns{display:flex;flex-wrap:wrap;gap:0 1.5rem;align-items:start}.checks{flex:999 1 48rem;min-width:0;container-type:inline-size}.last{flex:1 1 20rem;min-width:0}
.checks ul,.last ol{border:1px solid var(--line);border-radius:.7rem;background:var(--card);overflow:hidden}
.checks li{display:grid;grid-template-columns:minmax(7rem,13rem) 8.6rem minmax(12rem,1fr) 5.5rem 7rem;gap:.1rem 1rem;align-items:start;padding:.55rem 1rem;border-left:.3rem solid var(--m)}
.checks li.UP{border-left-color:transparent}li+li{border-top:1px solid var(--line)}nav li+li{border:0}
.checks b{justify-self:start}.checks li>a{color:inherit;font-weight:700;text-decoration-color:var(--m)}.checks div,small{unicode-bidi:plaintext}
i{unicode-bidi:isolate;padding:0 .4em;border:1px solid var(--line);border-radius:.3em;font-style:normal;font-size:.8rem;color:var(--soft);white-space:nowrap}
.checks time{white-space:normal}.checks span{color:var(--soft);font-size:.9rem;font-variant-numeric:tabular-nums}
meter{display:block;width:100%;height:.35rem;margin-top:.2rem;border:0;border-radius:.2rem;background:var(--line);appearance:none;-webkit-appearance:none}
meter::-webkit-meter-inner-element{display:block}meter::-webkit-meter-bar{height:.35rem;border:0;border-radius:.2rem;background:var(--line)}
meter::-webkit-meter-optimum-value{background:#7d8a96}meter::-webkit-meter-suboptimum-value{background:#c77d00}
meter::-moz-meter-bar{background:#7d8a96}meter:-moz-meter-sub-optimum::-moz-meter-bar{background:#c77d00}
@container(max-width:50rem){.checks li{grid-template-columns:1fr auto}.checks b,.checks span+span{justify-self:end}.checks div{grid-column:1/-1}.checks div:empty{display:none}.checks span{font-size:.85rem}meter{width:6rem}}
.last li{position:relative;display:flex;flex-wrap:wrap;align-items:baseline;gap:0 .6rem;padding:.4rem 1rem .4rem 2.2rem}.last li::before{content:"";position:absolute;z-index:1;left:1rem;top:.85rem;width:.65rem;height:.65rem;border-radius:50%;background:var(--m);outline:2px solid var(--card)}
.last li::after{content:"";position:absolute;left:1.24rem;top:0;bottom:-1px;width:.16rem;background:var(--line)}.last small{flex:0 0 12.5rem}.last strong{flex:1 1 8rem}.last span{font-size:.85rem}.last li:only-child::after{display:none}.last li:first-child::after{top:.9rem}.last li:last-child::after{bottom:auto;height:.9rem}
.gone header{border-style:dashed;border-left-style:double}.gone #view{filter:grayscale(1)}.gone #live span{color:var(--ink);font-weight:650}
@media(prefers-reduced-motion:no-preference){header,.checks li{transition:border-color .4s}}
@media(forced-colors:active){b,i{border-color:CanvasText}.checks li.UP{border-left-color:Canvas}.last li::before{background:CanvasText}.last li::after{background:GrayText}rect{forced-color-adjust:none}}
@media print{#live,nav{display:none}li{break-inside:avoid}}`

/** `sha256-…` of {@link pageStyle}. */
export const pageStyleHash = 'sha256-nEoNQBa2yI2OBmo7UzwK+zGFBPphGDQ2mP6MQnNaOZI='
