/**
 * card.html: card.md with pictures, one file without scripts. Every text that came from data is escaped in the Markdown
 * (markdown.ts); raw HTML in it is shown as text here all the same, and the page's own policy allows nothing to be loaded.
 */
import { Marked } from 'marked';

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1c1f24; --muted: #5a6270; --rule: #d9dde3; --accent: #1f5fbf; --band: #1f5fbf26; --head: #f4f6f9; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171c; --ink: #e8eaee; --muted: #a3abb8; --rule: #343a44; --accent: #7fb0ff; --band: #7fb0ff2e; --head: #1c2128; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
main { max-width: 56rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; overflow-wrap: anywhere; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 0.5rem; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.75rem; padding-top: 1rem; border-top: 1px solid var(--rule); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { overflow-wrap: break-word; text-align: left; vertical-align: top; padding: 0.4rem 0.6rem; border-bottom: 1px solid var(--rule); font-variant-numeric: tabular-nums; }
th { background: var(--head); font-weight: 600; }
blockquote { margin: 1rem 0; padding: 0.6rem 1rem; border-left: 4px solid var(--accent); background: var(--head); }
blockquote p { margin: 0; }
pre { background: var(--head); padding: 0.9rem 1rem; overflow-x: auto; border-radius: 6px; font-size: 0.85rem; overflow-wrap: normal; }
code { font-family: ui-monospace, monospace; }
figure { margin: 1.5rem 0; }
figcaption { color: var(--muted); font-size: 0.9rem; }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
.grid { stroke: var(--rule); } .axis { stroke: var(--muted); }
.line { fill: none; stroke: var(--accent); stroke-width: 2.5; } .band { fill: var(--band); }
.reference { fill: none; stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 5 4; }
.mark { fill: var(--paper); stroke: var(--accent); stroke-width: 2.5; }
.tick, .name { fill: var(--muted); } .label { fill: var(--ink); font-weight: 600; paint-order: stroke; stroke: var(--paper); stroke-width: 4px; stroke-linejoin: round; }
@media print { body { font-size: 11pt; } h2 { break-after: avoid; } table, figure { break-inside: avoid; } }
`;

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

const markdown = new Marked({
  gfm: true,
  async: false,
  renderer: { html: ({ text }) => escapeHtml(text) },
});

function render(body: string): string {
  const html = markdown.parse(body, { async: false });
  return html.replaceAll('<table>', '<div class="wide"><table>').replaceAll('</table>', '</table></div>');
}

export interface CardPage {
  readonly title: string;
  /** Markdown of the heading and what follows it. */
  readonly head: string;
  /** Markdown by section, in order. */
  readonly sections: readonly (readonly [name: string, body: string])[];
  /** Pictures after the section of that name. */
  readonly pictures: Readonly<Record<string, readonly { readonly svg: string; readonly caption: string }[]>>;
}

/** The page; the same card, the same bytes. */
export function writeCardHtml({ title, head, sections, pictures }: CardPage): string {
  const body = sections.map(([name, text]) => {
    const figures = Object.hasOwn(pictures, name) ? pictures[name] : [];
    const shown = figures.map(
      ({ svg, caption }) => `<figure>${svg}<figcaption>${escapeHtml(caption)}</figcaption></figure>`,
    );
    return `<h2>${escapeHtml(name)}</h2>\n${render(text)}${shown.join('\n')}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
${render(head)}
${body.join('\n')}
</main>
</body>
</html>
`;
}
