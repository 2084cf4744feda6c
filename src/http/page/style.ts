import { createHash } from "node:crypto";

/**
 * The style of every page for patients. It stands in the page itself, so that opening one from a
 * message is one request; the policy below allows it by its hash. Colours are chosen for a contrast
 * of 4.5:1 for text and 3:1 for what bounds a control (WCAG 2.2, 1.4.3 and 1.4.11).
 */
export const STYLE = `
:root{color-scheme:light dark;--ground:#f2f5f6;--paper:#fff;--ink:#1a2932;--soft:#4b5b65;--line:#d5dee3;
--edge:#6b7c87;--accent:#0b5c75;--on-accent:#fff;--wait:#8a4600;--wait-paper:#fff6e9;--over:#1a6439;
--over-paper:#ecf7f0;--ask:#5a3a8e;--ask-paper:#f5f0fc;--now:#b3261e;--on-now:#fff}
@media screen and (prefers-color-scheme:dark){:root{--ground:#0f171c;--paper:#18232a;--ink:#e7eef2;
--soft:#aebcc5;--line:#31414b;--edge:#8496a1;--accent:#7ecbe2;--on-accent:#08222c;--wait:#f6bd6b;
--wait-paper:#2a2317;--over:#86d7a2;--over-paper:#172a20;--ask:#cbb8f5;--ask-paper:#241f33;
--now:#ff8a80;--on-now:#33060a}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--ground);color:var(--ink);
font:1.0625rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;
overflow-wrap:break-word}
h1,h2,h3,p,ul,ol,dl,dd{margin:0}
ul,ol{padding:0;list-style:none}
.wrap{max-width:64rem;margin:0 auto;padding:0 1rem}
.skip{position:absolute;left:-100vw}
.skip:focus{left:1rem;top:.5rem;background:var(--paper);padding:.5rem 1rem;z-index:1}
.top{background:var(--paper);border-top:4px solid var(--accent);border-bottom:1px solid var(--line)}
.top .wrap{display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center;justify-content:space-between;
padding-top:.75rem;padding-bottom:.75rem}
.clinic{font-weight:650;color:var(--accent)}
a{color:var(--accent);text-underline-offset:.18em}
.button,button{display:inline-flex;align-items:center;min-height:2.75rem;padding:.45rem 1.1rem;
border:1.5px solid var(--accent);border-radius:.6rem;background:transparent;color:var(--accent);
font:inherit;font-weight:600;text-decoration:none;text-align:start;cursor:pointer}
.button.strong,button.strong{background:var(--accent);color:var(--on-accent)}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:.3rem}
main.wrap{padding-top:1.5rem;padding-bottom:2.25rem}
.hello{color:var(--soft)}
h1{font-size:1.75rem;line-height:1.2;letter-spacing:-.01em;text-wrap:balance}
h2{font-size:1.2rem;line-height:1.3;text-wrap:balance}
h3{font-size:1.0625rem;line-height:1.35}
.treated{color:var(--soft);margin-top:.35rem}
.soft{color:var(--soft)}
.small{font-size:.9375rem}
.held{margin-top:1.25rem;padding:1rem 1.15rem;border:2px solid var(--now);border-radius:.9rem;
background:var(--paper)}
.held p{margin-top:.35rem}
.cards,.columns{display:grid;gap:1rem;margin-top:1.25rem}
.card{background:var(--paper);border:1px solid var(--line);border-radius:.9rem;padding:1.1rem 1.15rem}
.card>h2{display:flex;gap:.6rem;align-items:center}
.card>h2+*{margin-top:.75rem}
.card>*+p,.card>*+ul{margin-top:.75rem}
.icon{flex:none;width:1.5rem;height:1.5rem}
.wait{border-top:4px solid var(--wait);background:var(--wait-paper)}.wait>h2{color:var(--wait)}
.over{border-top:4px solid var(--over);background:var(--over-paper)}.over>h2{color:var(--over)}
.ask{border-top:4px solid var(--ask);background:var(--ask-paper)}.ask>h2{color:var(--ask)}
.entries>li+li{margin-top:.8rem;padding-top:.8rem;border-top:1px solid var(--line)}
.topics{font-weight:600}
.topics li+li{margin-top:.15rem}
.dots li{display:flex;gap:.55rem}
.dots li::before{content:"";flex:none;width:.42rem;height:.42rem;margin-top:.56em;border-radius:50%;
background:currentColor}
.line{position:relative;margin-top:1rem}
.line>li{position:relative;padding:0 0 1.15rem 2rem}
.line>li::before{content:"";position:absolute;left:.5625rem;top:.6rem;bottom:-.6rem;width:2px;
background:var(--line)}
.line>li:last-child{padding-bottom:0}
.line>li:last-child::before{display:none}
.line>li::after{content:"";position:absolute;left:.25rem;top:.35rem;width:.75rem;height:.75rem;
border-radius:50%;border:2px solid var(--edge);background:var(--paper)}
.line>.past::before{background:var(--over)}
.line>.past::after{border-color:var(--over);background:var(--over)}
.line>.ahead::after{border-color:var(--wait)}
.line>.now{padding-left:0}
.line>.now::after{display:none}
.line>.now::before{top:1rem}
.now p{position:relative;display:flex;align-items:center;gap:.6rem;font-weight:700;color:var(--now)}
.now p::after{content:"";flex:1;height:3px;border-radius:2px;background:var(--now)}
.now time{background:var(--now);color:var(--on-now);border-radius:1rem;padding:.2rem .8rem}
.when{display:block;font-size:.9375rem;color:var(--soft)}
.tag{font-size:.9375rem;font-weight:600}
.past .tag{color:var(--over)}.ahead .tag{color:var(--wait)}.past.stopped .tag{color:var(--now)}
.words p+p,.words ul,.words ol,.words *+p{margin-top:.6rem}
.words ul,.words ol{padding-left:1.2rem;list-style:disc}
.words li+li{margin-top:.4rem}
.words h2,.words h3{font-size:1.0625rem;margin-top:.8rem}
.words+.words{margin-top:1rem;padding-top:1rem;border-top:1px solid var(--line)}
.choice{display:flex;flex-wrap:wrap;gap:.6rem 1rem;align-items:center;justify-content:space-between}
.choice form{margin:0}
footer{border-top:1px solid var(--line);background:var(--paper)}
footer .wrap{padding-top:1.25rem;padding-bottom:1.75rem;display:grid;gap:.4rem}
.row{margin-top:.6rem}
@media (min-width:48rem){main.wrap{padding-top:2.25rem;padding-bottom:3rem}h1{font-size:2.125rem}
.cards{grid-template-columns:repeat(3,1fr);align-items:start}
.cards.two{grid-template-columns:repeat(2,1fr)}
.columns{grid-template-columns:1.15fr 1fr;align-items:start}.column{display:grid;gap:1rem}}
@media (max-width:47.99rem){.column{display:contents}}
@media print{:root{--ground:#fff;--paper:#fff;--wait-paper:#fff;--over-paper:#fff;--ask-paper:#fff}
body{font-size:11pt}.skip,form,.button{display:none}.choices,.calendar{display:none}
.card,.held,.line>li{break-inside:avoid}.card{border-color:#777}.top{border-top:0}
.now time{background:none;color:var(--now);border:1.5px solid}
main.wrap{padding-top:.75rem}.wrap{padding:0;max-width:none}}
`;

const hash = createHash("sha256").update(STYLE).digest("base64");

/** What a page for patients may load and do: its own style, and forms to this server. */
export const PAGE_CSP = [
  "default-src 'none'",
  `style-src 'sha256-${hash}'`,
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");
