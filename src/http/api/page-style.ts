// The style sheet of GET /docs, which stands in the page itself.

/** Light and dark, as the browser asks for. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d9de, #3a4048); --soft: light-dark(#f3f5f7, #1c2127);
  --word: light-dark(#55606b, #9aa5b1); --mark: light-dark(#0a5f9e, #6cb6f0); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem; font: 16px/1.5 system-ui, sans-serif;
  background: light-dark(#fff, #14181c); color: light-dark(#1d2329, #dde3ea); }
h1 { margin: 0 0 .5rem; }
h2 { margin: 3rem 0 .5rem; padding-top: 1rem; border-top: 1px solid var(--line); }
h3 { margin: 1.5rem 0 .5rem; font-size: 1rem; }
a { color: var(--mark); }
:focus-visible { outline: 2px solid var(--mark); outline-offset: 2px; }
.skip { position: absolute; left: -100vw; }
.skip:focus { position: static; }
nav h2 { margin: 1rem 0 .5rem; padding: 0; border: 0; font-size: 1rem; }
nav ul { list-style: none; padding: 0; }
code, pre { font: .875em/1.45 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { margin: .25rem 0 1rem; padding: .75rem; white-space: pre-wrap; background: var(--soft); border: 1px solid var(--line);
  border-radius: 6px; }
pre.answer { border-style: dashed; }
table { width: 100%; border-collapse: collapse; margin: .25rem 0 1rem; }
th, td { padding: .35rem .6rem .35rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
th { color: var(--word); font-weight: 500; }
td:first-child { white-space: nowrap; }
.method { display: inline-block; min-width: 5.5rem; font-weight: 700; color: var(--mark); }
.soft { color: var(--word); }
@media (max-width: 40rem) { td:first-child { white-space: normal; } body { padding: 1rem; } }
`;
