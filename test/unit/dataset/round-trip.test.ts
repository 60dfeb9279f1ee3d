import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NO_DETAIL, NO_NOTES } from '../../../src/dataset/canonical.ts';
import type {
  CanonicalPrompt,
  CanonicalRow,
  CanonicalSource,
  Scale,
} from '../../../src/dataset/canonical.ts';
import { normHash } from '../../../src/dataset/normalise.ts';
import { fileWith, readAll, toJsonLines } from './dataset-files.ts';
import { toPairsJson, toWideJson } from './write-rows.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 40 });
const text = anyText.filter((value) => value.trim() !== '');
const name = fc.oneof(
  text.filter((value) => value.length <= 200),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'a\u0000b', '"quoted"'),
);
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(value, { nil: null });
// JSON knows no −0.
const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0 || 0);
const count = fc.nat();
const share = fc.double({ min: 0, max: 1, noNaN: true }).map((value) => value || 0);
const scale: fc.Arbitrary<Scale> = fc.constantFrom({ lo: 0, hi: 1 }, { lo: 1, hi: 5 }, { lo: -1, hi: 1 });

function scoreIn({ lo, hi }: Scale): fc.Arbitrary<number> {
  return fc.double({ min: lo, max: hi, noNaN: true }).map((value) => value || 0);
}

const prompt: fc.Arbitrary<CanonicalPrompt> = fc
  .record({
    dataset: name,
    externalId: name,
    text,
    split: maybe(fc.constantFrom('train', 'dev', 'test')),
    category: maybe(anyText),
    language: maybe(anyText),
    turn: maybe(count),
    reference: maybe(anyText),
    covariates: fc.uniqueArray(fc.tuple(name, finite), { selector: ([key]) => key, maxLength: 3 }),
  })
  .map((fields) => ({ ...fields, normHash: normHash(fields) }));

const response = fc.record({
  text: anyText,
  previousText: maybe(anyText),
  chars: maybe(count),
  inputTokens: maybe(count),
  outputTokens: maybe(count),
  costUsd: maybe(fc.double({ min: 0, max: 1e6, noNaN: true }).map((value) => value || 0)),
});

const vector = maybe(
  fc.array(finite, { minLength: 1, maxLength: 5 }).map((values) => Float64Array.from(values)),
);
const goldKind = maybe(fc.constantFrom('human_expert', 'human_annotators', 'verifiable'));

function sources(kinds: readonly CanonicalSource['kind'][]): fc.Arbitrary<readonly CanonicalSource[]> {
  return fc.uniqueArray(fc.record({ name, kind: fc.constantFrom(...kinds), scale: maybe(scale) }), {
    selector: (source) => source.name,
    maxLength: 3,
  });
}

const pairsRow: fc.Arbitrary<CanonicalRow> = fc
  .record({
    prompt,
    models: fc.uniqueArray(name, { minLength: 2, maxLength: 2 }),
    responses: fc.tuple(response, response),
    isTruncated: fc.constantFrom(null, false),
    goldScale: scale,
    hasGold: fc.boolean(),
    scored: sources(['judge', 'rule', 'reward-model', 'crowd', 'simulated']),
    judged: sources(['judge']),
    vector,
  })
  .chain(({ prompt, models, responses, isTruncated, goldScale, hasGold, scored, judged, vector }) => {
    const [modelA, modelB] = models;
    const gold = fc.record({
      modelA: fc.constant(modelA),
      modelB: fc.constant(modelB),
      scoreA: scoreIn(goldScale),
      scoreB: scoreIn(goldScale),
      verdict: fc.constant(null),
      strength: maybe(share),
      scale: fc.constant(goldScale),
      kind: goldKind,
      raterCount: maybe(count),
      detail: fc
        .record({ shareA: maybe(share), metric: maybe(anyText) })
        .map((detail) => ({ ...NO_DETAIL, ...detail })),
    });
    const scores = scored.map((source) =>
      fc.record({
        source: fc.constant(source),
        model: fc.constantFrom(modelA, modelB),
        vote: fc.constant(''),
        score: source.scale === null ? finite : scoreIn(source.scale),
      }),
    );
    const verdicts = judged.flatMap((source) =>
      (['ab', 'ba', 'both', ''] as const).map((shown) =>
        fc.record({
          source: fc.constant(source),
          modelA: fc.constant(modelA),
          modelB: fc.constant(modelB),
          shown: fc.constant(shown),
          vote: fc.constant(''),
          verdict: fc.constantFrom('a', 'b', 'tie'),
          strength: maybe(share),
          scoreA: maybe(source.scale === null ? finite : scoreIn(source.scale)),
          scoreB: maybe(source.scale === null ? finite : scoreIn(source.scale)),
          isConsistent: maybe(fc.boolean()),
        }),
      ),
    );
    return fc.record({
      prompt: fc.constant(prompt),
      models: fc.constant(models),
      responses: fc.constant(
        responses.map((one, i) => ({ model: i === 0 ? modelA : modelB, ...one, isTruncated })),
      ),
      gold: hasGold ? fc.tuple(gold) : fc.constant([]),
      scores: fc.tuple(...scores),
      verdicts: fc.tuple(...verdicts),
      vector: fc.constant(vector),
      notes: fc.constant(NO_NOTES),
    });
  });

const wideRow: fc.Arbitrary<CanonicalRow> = fc
  .record({
    prompt,
    models: fc.uniqueArray(name, { minLength: 1, maxLength: 4 }),
    goldScale: scale,
    goldKind,
    scored: sources(['judge', 'rule', 'reward-model', 'simulated']),
    vector,
  })
  .chain(({ prompt, models, goldScale, goldKind, scored, vector }) =>
    fc.record({
      prompt: fc.constant(prompt),
      models: fc.constant(models),
      responses: fc
        .tuple(...models.map(() => fc.tuple(response, fc.boolean())))
        .map((all) => all.map(([one, isTruncated], i) => ({ model: models[i], ...one, isTruncated }))),
      gold: fc.tuple(...models.map(() => scoreIn(goldScale))).map((values) =>
        values.map((scoreA, i) => ({
          modelA: models[i],
          modelB: null,
          scoreA,
          scoreB: null,
          verdict: null,
          strength: null,
          scale: goldScale,
          kind: goldKind,
          raterCount: null,
          detail: NO_DETAIL,
        })),
      ),
      scores: fc
        .tuple(
          ...scored.flatMap((source) =>
            models.map((model) =>
              (source.scale === null ? finite : scoreIn(source.scale)).map((score) => ({
                source,
                model,
                vote: '',
                score,
              })),
            ),
          ),
        )
        // A file lists the real judges before the simulated ones.
        .map((all) => [
          ...all.filter(({ source }) => source.kind !== 'simulated'),
          ...all.filter(({ source }) => source.kind === 'simulated'),
        ]),
      verdicts: fc.constant([]),
      vector: fc.constant(vector),
      notes: fc.constant(NO_NOTES),
    }),
  );

/** Objects list keys that are whole numbers first; order means nothing in them. */
function sorted(row: CanonicalRow): unknown {
  const by = <T>(items: readonly T[], key: (item: T) => string): T[] =>
    [...items].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  return {
    ...row,
    prompt: { ...row.prompt, covariates: by(row.prompt.covariates, ([key]) => key) },
    responses: by(row.responses, ({ model }) => model),
    gold: by(row.gold, ({ modelA }) => modelA),
    scores: by(row.scores, ({ source, model }) => `${source.kind}\u0000${source.name}\u0000${model}`),
  };
}

async function readBack(
  rows: readonly CanonicalRow[],
  write: (row: CanonicalRow) => object,
): Promise<unknown[]> {
  const lines = toJsonLines(rows.map(write));
  const items = await readAll(fileWith(gzipSync(lines)), {
    format: write === toPairsJson ? 'pairs' : 'wide',
  });
  return items.map((item) => ('row' in item ? sorted(item.row) : item));
}

test('any rows written as pairs are read back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(pairsRow, { minLength: 1, maxLength: 4 }), async (rows) => {
      expect(await readBack(rows, toPairsJson)).toEqual(rows.map(sorted));
    }),
    { numRuns: 150 },
  );
});

test('any rows written as wide are read back as they were', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(wideRow, { minLength: 1, maxLength: 4 }), async (rows) => {
      expect(await readBack(rows, toWideJson)).toEqual(rows.map(sorted));
    }),
    { numRuns: 150 },
  );
});
