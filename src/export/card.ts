/** card.md: what a router is, where it comes from and what to beware of, for the people who run it. */
import type { BlockSpec, Manifest } from '../runtime/manifest.ts';
import { freeTable, methodsTable, metricsTable, otherDiagnostics } from './card-figures.ts';
import { code, escapeMarkdown, flatten, formatMeasured, formatNumber, table } from './markdown.ts';
import type { ParityReport } from './parity.ts';

export interface Licences {
  readonly weights?: string | undefined;
  readonly data?: string | undefined;
}

function describeBlock(block: BlockSpec): string {
  switch (block.kind) {
    case 'hashed-ngram': {
      const { buckets, wordNgrams, charNgrams } = block.encoder;
      const words = `word ${wordNgrams.join('–')}-grams`;
      return `the ${block.input}: ${words} and character ${charNgrams.join('–')}-grams in ${buckets} buckets, projected`;
    }
    case 'precomputed':
      return `a vector of ${block.inputDim} numbers that the caller brings, projected`;
    case 'text-form':
      return `the form of the ${block.input}: length, digits, code, language, question`;
    case 'columns':
    case 'signals':
      return `${block.kind}: ${block.names.map(escapeMarkdown).join(', ')}`;
  }
}

function whatItIs(manifest: Manifest): string {
  const strong = manifest.models.find((model) => model.role === 'strong')?.name ?? '';
  const cheap = manifest.anchor;
  const when =
    manifest.stage === 'route'
      ? `sees a prompt before any model has answered, and decides whether **${escapeMarkdown(strong)}** or **${escapeMarkdown(cheap)}** answers it`
      : `sees a prompt and the answer of **${escapeMarkdown(cheap)}**, and decides whether to keep that answer or to ask **${escapeMarkdown(strong)}**`;
  const simulated = manifest.isSimulated
    ? '\n\n> **Simulated.** A source of labels of this run is a simulation: the figures below do not describe real use.'
    : '';
  return (
    `It ${when}. It predicts the gain: by how much the strong model’s answer would be graded better than the cheap ` +
    `one’s, in units of the gold grade, and picks the strong model where the gain is above a threshold.${simulated}`
  );
}

function models(manifest: Manifest): string {
  const price = (value: number | null): string => (value === null ? 'not stated' : formatNumber(value));
  return table(
    ['model', 'role', 'USD per million input tokens', 'USD per million output tokens'],
    manifest.models.map((model) => [
      escapeMarkdown(model.name),
      model.role,
      price(model.inputUsdPerMillion),
      price(model.outputUsdPerMillion),
    ]),
  );
}

function operatingPoints(manifest: Manifest): string {
  return table(
    ['operating point', 'w', 'threshold', 'share of strong', 'quality', 'cost a prompt'],
    manifest.operatingPoints.map((point) => [
      escapeMarkdown(point.name),
      formatNumber(point.w),
      formatNumber(point.threshold),
      formatMeasured(point.strongShare),
      formatMeasured(point.quality),
      formatMeasured(point.cost),
    ]),
  );
}

function assumptions(manifest: Manifest): string {
  if (manifest.assumptions.length === 0) return 'None recorded.';
  const verdict = (holds: boolean | null): string =>
    holds === null ? 'cannot be tested' : holds ? 'yes' : '**no**';
  return table(
    ['assumption', 'holds', 'why'],
    manifest.assumptions.map(({ name, holds, why }) => [
      escapeMarkdown(name),
      verdict(holds),
      escapeMarkdown(why),
    ]),
  );
}

function warnings(manifest: Manifest): string {
  const entries: unknown[] = [];
  for (const list of [manifest.run.warnings, manifest.diagnostics.warnings]) {
    if (Array.isArray(list)) for (const entry of list) entries.push(entry);
  }
  if (entries.length === 0) return 'None recorded.';
  return entries
    .map((entry) => {
      if (typeof entry === 'string') return `- ${escapeMarkdown(entry)}`;
      const cells = flatten(entry).map(([key, value]) => (key === 'message' ? value : `(${value})`));
      return `- ${cells.join(' ')}`;
    })
    .join('\n');
}

function parity(report: ParityReport): string {
  return table(
    ['format', 'golden rows', 'largest difference in gain', 'decisions'],
    Object.entries(report).map(([format, entry]) =>
      'skipped' in entry
        ? [format, 'not checked', escapeMarkdown(entry.skipped), '']
        : [
            format,
            String(entry.rows),
            (entry.maxAbsDiff ?? NaN).toExponential(0),
            entry.decisionsEqual ? 'all equal' : '**differ**',
          ],
    ),
  );
}

/** The arguments of a call in JavaScript and in Python, for what the router reads. */
function exampleInput(manifest: Manifest): { js: string; py: string } {
  const needsVector = manifest.blocks.some((block) => block.kind === 'precomputed');
  const needsPrompt = manifest.blocks.some((block) => 'input' in block && block.input === 'prompt');
  if (manifest.stage === 'cascade') {
    const names = ['prompt', 'response', 'signals', ...(needsVector ? ['vector'] : [])];
    return { js: `{ ${names.join(', ')} }`, py: names.map((name) => `${name}=${name}`).join(', ') };
  }
  if (!needsVector) return { js: "'Why is the sky blue?'", py: '"Why is the sky blue?"' };
  return needsPrompt
    ? { js: '{ prompt, vector }', py: 'prompt, vector' }
    : { js: 'vector', py: 'vector=vector' };
}

function loading(manifest: Manifest): string {
  const isRoute = manifest.stage === 'route';
  const { js: jsInput, py: pyInput } = exampleInput(manifest);
  const method = isRoute ? 'route' : 'escalate';
  const shown = isRoute ? 'model, gain, reason' : 'action, model, gain, reason';
  const js = `router.${method}(${jsInput}); // { ${shown} }\nrouter.${method}(${jsInput}, { strongShare: 0.25 });`;
  const py = `router.${method}(${pyInput})  # a dict: ${shown}\nrouter.${method}(${pyInput}, strong_share=0.25)`;
  return `\`\`\`js
import { readFile } from 'node:fs/promises';
import { loadRouter } from './runtime/router.mjs';

const router = loadRouter(await readFile('router.safetensors'));
${js}
\`\`\`

\`\`\`python
import sys
sys.path.insert(0, "runtime")
from router import load_router  # Python 3.11 or newer, numpy

router = load_router(".")
${py}
\`\`\`

From a shell: \`python3 runtime/router.py . < prompts.jsonl\`. \`sha256sum -c SHA256SUMS\` checks the files.`;
}

const LIMITS = `- It knows two models and prompts like those it was trained on; the reason of a decision says when a prompt is unlike them.
- A gain is an average over prompts that look alike to the features below: a single decision can be wrong.
- The figures were measured when the router was trained. Models change behind an unchanged name: grade anew from time to time.
- It never sees the dialogue before a prompt unless the prompt contains it.`;

/** The card of a bundle. Same router, same bytes. */
export function writeCard(manifest: Manifest, report: ParityReport, licences: Licences = {}): string {
  const sections: readonly (readonly [string, string])[] = [
    ['What it is', whatItIs(manifest)],
    ['Models', models(manifest)],
    [
      'Operating points',
      `${operatingPoints(manifest)}\n\nIn brackets: 95 % intervals. Quality is ${manifest.qualityUnit}, cost is ${manifest.costUnit}; the first point is the default.`,
    ],
    ['How good it is', `${metricsTable(manifest.diagnostics)}\n\nIn brackets: 95 % intervals.`],
    ['Warnings', warnings(manifest)],
    ['Assumptions', assumptions(manifest)],
    ['Limits', LIMITS],
    [
      'What it reads',
      manifest.blocks.map((block) => `- ${describeBlock(block)} → ${block.dim} features`).join('\n'),
    ],
    ['How it was trained', freeTable({ ...manifest.run, warnings: undefined })],
    ['Beside other methods', methodsTable(manifest.diagnostics)],
    ['Other diagnostics', otherDiagnostics(manifest.diagnostics)],
    ['Does every format decide alike?', parity(report)],
    [
      'Licence',
      table(
        ['part', 'licence'],
        [
          ['runtime/router.mjs, runtime/router.py', 'MIT'],
          ['weights', escapeMarkdown(licences.weights ?? 'not stated')],
          ['training data', escapeMarkdown(licences.data ?? 'not stated; not part of this bundle')],
        ],
      ),
    ],
    ['How to load it', loading(manifest)],
  ];
  const title = `# ${escapeMarkdown(manifest.name)}`;
  const origin = `Router ${code(manifest.id)}, trained ${escapeMarkdown(manifest.created)} with Meta-Router Studio ${escapeMarkdown(manifest.productVersion)}.`;
  return `${[title, origin, ...sections.map(([name, body]) => `## ${name}\n\n${body}`)].join('\n\n')}\n`;
}
