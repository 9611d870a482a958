/** Colors on light and on dark, of a report and of a chart that is a file of its own. */
export const palette = `:root{color-scheme:light dark;--back:#fff;--text:#1b1f24;--soft:#5b6470;--line:#d9dee4;--actual:#1b1f24;--model:#1f6fc2;--ahead:#c2571a;--baseline:#6b7480}
@media (prefers-color-scheme:dark){:root{--back:#14181d;--text:#e6e9ed;--soft:#a3adb8;--line:#39414b;--actual:#e6e9ed;--model:#5fa8f0;--ahead:#f0914f;--baseline:#98a2ae}}
`;

/** What the report looks like, on a desk and on a phone. */
export const style = `
${palette}*{box-sizing:border-box}
body{margin:0 auto;max-width:62rem;padding:1.5rem 1rem 3rem;background:var(--back);color:var(--text);font:1rem/1.5 system-ui,sans-serif;overflow-wrap:break-word}
h1{font-size:1.6rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.2rem;margin:2.5rem 0 .5rem}
h3{font-size:1rem;margin:0 0 .25rem}
p,ul{margin:.5rem 0}
ul{padding-left:1.25rem}
.verdict{font-weight:600}
.soft,figcaption,caption{color:var(--soft)}
dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.15rem 1rem;margin:1rem 0}
dt{color:var(--soft)}
dd{margin:0;overflow-wrap:anywhere}
figure{margin:.75rem 0;min-width:0}
figcaption{font-size:.875rem}
svg{display:block;width:100%;height:auto}
.narrow{display:none}
.small{max-width:40rem}
.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,19rem),1fr));gap:1rem 1.5rem;margin-bottom:1.25rem}
.scroll{overflow-x:auto;margin-bottom:1rem}.grid .scroll,.grid figure{margin:0}
table{border-collapse:collapse;font-variant-numeric:tabular-nums;font-size:.9375rem}
caption{text-align:left;padding-bottom:.35rem}
td{white-space:nowrap}
th,td{text-align:right;padding:.3rem .6rem;border-bottom:1px solid var(--line);font-weight:400}
thead th{color:var(--soft);vertical-align:bottom}
tr>:first-child{text-align:left;padding-left:0}
.scores tbody tr:first-child>*{font-weight:600}
.samples{width:100%;margin-bottom:1.25rem}
.samples th,.samples td{text-align:left;white-space:normal;overflow-wrap:anywhere;vertical-align:top;min-width:7.5rem}
.samples .number{text-align:right;white-space:nowrap;min-width:0}
.confusion th{max-width:9rem}
.tagged{line-height:2.4}
rt{font-size:.65em;color:var(--soft)}
ruby{border-bottom:2px solid var(--model);margin:0 .1em;white-space:nowrap;ruby-align:center}
.transitions th,.transitions td{padding:.25rem .4rem;font-size:.8125rem;white-space:nowrap}
.wrong{border-color:var(--ahead)}.wrong rt{color:var(--ahead)}
.legend{display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;list-style:none;padding:0;font-size:.875rem}
.legend li::before{content:"";display:inline-block;width:1.25rem;height:.2rem;margin-right:.4rem;vertical-align:middle;background:var(--color)}
.legend .band::before{height:.8rem;opacity:.3;background:linear-gradient(90deg,var(--model) 50%,var(--ahead) 50%)}
.actual{--color:var(--actual)}.model{--color:var(--model)}.ahead{--color:var(--ahead)}.baseline{--color:var(--baseline)}
.picture{display:block;width:100%;max-width:18rem;height:auto;min-height:2rem;image-rendering:pixelated;border:1px solid var(--line)}
.attention{font-size:.8125rem;margin:.25rem 0}
.attention th,.attention td{border:0;padding:0 .35rem 0 0;line-height:1.3}
.attention thead th{writing-mode:vertical-rl;text-orientation:mixed;transform:rotate(180deg);text-align:left;vertical-align:bottom;padding:.25rem 0 0;color:var(--text)}
.attention.upright thead th{writing-mode:horizontal-tb;transform:none;text-align:center}
.attention.strips .picture{width:16rem;max-width:none;border:0}
.attention tbody td{width:1.3rem;min-width:1.3rem;height:1.3rem;padding:0;border:1px solid var(--line)}
.attention.strips thead td{padding:0}
.attention.strips tbody td{width:auto;min-width:0}
pre{margin:.5rem 0;padding:.75rem 1rem;border:1px solid var(--line);border-radius:.4rem;white-space:pre-wrap;overflow-wrap:anywhere;font:.875rem/1.5 ui-monospace,monospace}
pre .word{white-space:nowrap}
summary{cursor:pointer}
.text{font-size:.9375rem}
ul.shades{display:flex;flex-wrap:wrap;gap:.25rem .75rem;list-style:none;padding:0;font-size:.875rem}
mark{color:inherit;border-radius:.15rem;padding:.1rem 0}
.s1{background:rgba(230,120,40,.15)}.s2{background:rgba(230,120,40,.32)}.s3{background:rgba(230,105,30,.55)}.s4{background:rgba(225,70,20,.8)}
@media (max-width:40rem){.wide{display:none}.narrow{display:block}th,td{padding:.3rem .35rem}.forecasts th,.forecasts td{padding:.3rem .1rem}table{font-size:.75rem}body{padding:1rem .75rem 2rem}
.samples{font-size:.875rem}.samples thead{display:none}.samples tr{display:block;padding:.4rem 0;border-bottom:1px solid var(--line)}.samples td,.samples .number{display:inline-block;text-align:left;border:0;padding:0;margin-right:.75rem;min-width:0}.samples td:first-child{display:block;margin:0}.samples td:not(:first-child)::before{content:attr(data-name) ": ";color:var(--soft)}}
`;
