/** The style sheet of the page: no images, no fonts, nothing from elsewhere. */
export const style = `
:root { color-scheme: light dark; --line: #8884; --error: #c62828; --warning: #b26a00; --info: #1565c0; --add: #2e7d32; }
@media (prefers-color-scheme: dark) { :root { --error: #ff8a80; --warning: #ffb74d; --info: #90caf9; --add: #81c784; } }
body { font: 15px/1.45 system-ui, sans-serif; margin: 0 auto; max-width: 80rem; padding: 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
code, pre { font: 13px/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
pre { overflow-x: auto; border: 1px solid var(--line); padding: .5rem; overflow-wrap: normal; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35rem .5rem; text-align: left; vertical-align: top; }
th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible { outline: 2px solid; }
th[aria-sort=ascending] button::after { content: " \\25b2"; } th[aria-sort=descending] button::after { content: " \\25bc"; }
.error { color: var(--error); } .warning { color: var(--warning); } .info { color: var(--info); }
.severity { font-weight: 600; } .add { color: var(--add); } .remove { color: var(--error); } .hunk { color: var(--info); }
.wrap { overflow-x: auto; } #findings td, #fixed td, #unchanged td { min-width: 4rem; max-width: 24rem; }
#findings td:nth-child(2), #findings td:nth-child(3), #findings td:nth-child(4) { min-width: 13rem; } .note { opacity: .8; } [hidden] { display: none; }
input { font: inherit; padding: .25rem .5rem; width: 20rem; max-width: 100%; }
svg { max-width: 100%; height: auto; } svg text { font: 12px ui-monospace, monospace; fill: currentColor; }
svg path { fill: none; stroke-width: 1.5; opacity: .6; } svg .error { stroke: var(--error); } svg .warning { stroke: var(--warning); }
svg .info { stroke: var(--info); } svg text { stroke: none; }
@media print {
  label, input, th button::after { display: none; } .wrap { overflow: visible; } pre { white-space: pre-wrap; }
  tr, svg { break-inside: avoid; } body { max-width: none; padding: 0; } #findings td:nth-child(n) { min-width: 0; }
}
`;
