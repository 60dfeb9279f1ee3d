/** card.md: what a router is, where it comes from and what to beware of, for the people who run it. */
import { isRecord } from '../runtime/json.ts';
import type { BlockSpec, HeadSpec, Manifest } from '../runtime/manifest.ts';
import { freeTable, methodsTable, metricsTable, otherDiagnostics } from './card-figures.ts';
import { writeCardHtml } from './card-html.ts';
import { cardPictures } from './card-pictures.ts';
import { code, escapeMarkdown, flatten, formatMeasured, formatNumber, table } from './markdown.ts';
import type { FormatReport, ParityReport } from './parity.ts';

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

function predicts(manifest: Manifest): string {
  const anchor = escapeMarkdown(manifest.anchor);
  if (manifest.models.length > 2) {
    return (
      `It predicts each model’s gain: by how much its answer would be graded better than that of **${anchor}**, in units ` +
      'of the gold grade, and picks the model with the highest gain minus w times its relative cost.'
    );
  }
  return (
    'It predicts the gain: by how much the strong model’s answer would be graded better than the cheap ' +
    'one’s, in units of the gold grade, and picks the strong model where the gain is above a threshold.'
  );
}

function whatItIs(manifest: Manifest): string {
  const names = manifest.models.map(({ name }) => `**${escapeMarkdown(name)}**`);
  const cheap = `**${escapeMarkdown(manifest.anchor)}**`;
  const others = names.filter((name) => name !== cheap);
  const when =
    manifest.stage === 'route'
      ? `sees a prompt before any model has answered, and decides whether ${[...others, cheap].join(' or ')} answers it`
      : `sees a prompt and the answer of ${cheap}, and decides whether to keep that answer or to ask ${others.join(', ')}`;
  const expert =
    manifest.deferral === null || manifest.deferral === undefined
      ? ''
      : ` Where the interval of the gain (${manifest.deferral.draws} bootstrap refits, level ${manifest.deferral.level}) holds the threshold, it asks a person.`;
  const simulated = manifest.isSimulated
    ? '\n\n> **Simulated.** A source of labels of this run is a simulation: the figures below do not describe real use.'
    : '';
  return `It ${when}. ${predicts(manifest)}${expert}${simulated}`;
}

function describeHead(head: HeadSpec): string {
  switch (head.kind) {
    case 'linear':
      return 'linear';
    case 'trees':
      return `${head.trees} trees with ${head.nodes} nodes`;
    case 'mlp':
      return `a perceptron with hidden layers of ${head.hidden.join(', ')} units`;
    case 'nearest':
      return `the mean of the ${head.k} nearest of ${head.points} points`;
    case 'sum':
      return `a weighted sum of ${head.parts.length} parts: ${head.parts.map(describeHead).join('; ')}`;
  }
}

function whatItReads({ blocks, heads }: Manifest): string {
  const read = blocks.map((block) => `- ${describeBlock(block)} → ${block.dim} features`);
  const scored = heads.map((head) => `- gain of ${escapeMarkdown(head.model)}: ${describeHead(head)}`);
  return [...read, ...scored].join('\n');
}

function models(manifest: Manifest): string {
  const price = (value: number | null): string => (value === null ? 'not stated' : formatNumber(value));
  return table(
    ['model', 'role', 'relative cost', 'USD per million input tokens', 'USD per million output tokens'],
    manifest.models.map((model) => [
      escapeMarkdown(model.name),
      model.role,
      formatNumber(model.relativeCost),
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
      // The message in full: `flatten` would cut it.
      const { message, ...rest } = isRecord(entry) ? entry : { message: '' };
      const said = typeof message === 'string' ? [escapeMarkdown(message)] : [];
      return `- ${[...said, ...flatten(rest).map(([, value]) => `(${value})`)].join(' ')}`;
    })
    .join('\n');
}

/** How a format was checked, in words. */
function verdict({ state, decisionsEqual, reason, note }: FormatReport): string {
  const words = {
    checked: decisionsEqual ? 'all equal' : '**differ**',
    failed: '**differ**',
    'not-run': 'not checked',
    written: 'nothing to check',
    absent: 'not written',
  }[state];
  const why = [reason, note].filter((text) => text !== undefined).map(escapeMarkdown);
  return why.length === 0 ? words : `${words}: ${why.join('; ')}`;
}

function parity(report: ParityReport): string {
  return table(
    ['format', 'golden rows', 'largest difference in gain', 'decisions'],
    Object.entries(report).map(([format, entry]) => [
      format,
      entry.rows === 0 ? '–' : String(entry.rows),
      entry.maxAbsDiff === null ? '–' : entry.maxAbsDiff.toExponential(0),
      verdict(entry),
    ]),
  );
}

/** What to call with, in JavaScript and in Python, for what the router reads: values that run as they stand. */
function exampleInput(manifest: Manifest): { js: string; py: string } {
  const block = manifest.blocks.find(({ kind }) => kind === 'precomputed');
  const length = block?.kind === 'precomputed' ? block.inputDim : 0;
  const needsPrompt = manifest.blocks.some((of) => 'input' in of && of.input === 'prompt');
  const js: string[] = [];
  const py: string[] = [];
  if (needsPrompt) {
    js.push('prompt: "Why is the sky blue?"');
    py.push('prompt="Why is the sky blue?"');
  }
  if (length > 0) {
    js.push(`vector: Array(${length}).fill(0.01)`);
    py.push(`vector=[0.01] * ${length}`);
  }
  if (manifest.stage === 'cascade') {
    js.push('response: "Because of Rayleigh scattering."');
    py.push('response="Because of Rayleigh scattering."');
  }
  return { js: `{ ${js.join(', ')} }`, py: py.join(', ') };
}

function loading(manifest: Manifest): string {
  const isRoute = manifest.stage === 'route';
  const { js, py } = exampleInput(manifest);
  const method = isRoute ? 'route' : 'escalate';
  const choice =
    manifest.models.length > 2 ? ['w: 0.1', 'w=0.1'] : ['strongShare: 0.25', 'strong_share=0.25'];
  return `In the folder of the bundle, from a shell:

\`\`\`sh
node --input-type=module -e '
  import { readFile } from "node:fs/promises";
  import { loadRouter } from "./runtime/router.mjs";
  const router = loadRouter(await readFile("router.safetensors"));
  console.log(router.${method}(${js}));
  console.log(router.${method}(${js}, { ${choice[0]} }));
'
\`\`\`

\`\`\`sh
python3 -c '
import sys
sys.path.insert(0, "runtime")
from router import load_router  # Python 3.11 or newer, numpy
router = load_router(".")
print(router.${method}(${py}))
print(router.${method}(${py}, ${choice[1]}))
'
\`\`\`

Many at once: \`python3 runtime/router.py . < prompts.jsonl\`. \`sha256sum -c SHA256SUMS\` checks the files.`;
}

const LIMITS = `- It knows these models and prompts like those it was trained on; the reason of a decision says when a prompt is unlike them.
- A gain is an average over prompts that look alike to the features below: a single decision can be wrong.
- The figures were measured when the router was trained. Models change behind an unchanged name: grade anew from time to time.
- It never sees the dialogue before a prompt unless the prompt contains it.`;

/** The certificate of a cascade's rule, where the run has one. */
function certificate({ certificate: certified }: Manifest): readonly (readonly [string, string])[] {
  return certified === null || certified === undefined ? [] : [['Certificate', freeTable(certified)]];
}

/** The card of a bundle for people, plain and as a page with pictures. Same router, same bytes. */
export function writeCard(
  manifest: Manifest,
  report: ParityReport,
  licences: Licences = {},
): Readonly<Record<'card.md' | 'card.html', string>> {
  const sections: readonly (readonly [string, string])[] = [
    ['What it is', whatItIs(manifest)],
    ['Models', models(manifest)],
    [
      'Operating points',
      `${operatingPoints(manifest)}\n\nIn brackets: 95 % intervals. Quality is ${manifest.qualityUnit}, cost is ${manifest.costUnit}; the first point is the default.`,
    ],
    ['How good it is', `${metricsTable(manifest.diagnostics)}\n\nIn brackets: 95 % intervals.`],
    ...certificate(manifest),
    ['Warnings', warnings(manifest)],
    ['Assumptions', assumptions(manifest)],
    ['Limits', LIMITS],
    ['What it reads', whatItReads(manifest)],
    ['How it was trained', freeTable({ ...manifest.run, warnings: undefined })],
    ['Beside other methods', methodsTable(manifest.diagnostics)],
    ['Other diagnostics', otherDiagnostics(manifest.diagnostics)],
    ['Does every format decide alike?', parity(report)],
    [
      'Licence',
      table(
        ['part', 'licence'],
        [
          ['runtime/router.mjs, runtime/router.py, litellm/metarouter_callback.py', 'MIT'],
          ['weights', escapeMarkdown(licences.weights ?? 'not stated')],
          ['training data', escapeMarkdown(licences.data ?? 'not stated; not part of this bundle')],
        ],
      ),
    ],
    ['How to load it', loading(manifest)],
  ];
  const title = `# ${escapeMarkdown(manifest.name)}`;
  const origin = `Router ${code(manifest.id)}, trained ${escapeMarkdown(manifest.created)} with Meta-Router Studio ${escapeMarkdown(manifest.productVersion)}.`;
  const head = `${title}\n\n${origin}`;
  return {
    'card.md': `${[head, ...sections.map(([name, body]) => `## ${name}\n\n${body}`)].join('\n\n')}\n`,
    'card.html': writeCardHtml({
      title: manifest.name,
      head,
      sections,
      pictures: { 'How good it is': cardPictures(manifest) },
    }),
  };
}
