import type { Warning } from '../../src/core/warning.ts';
import type { Model } from '../repositories/models.ts';
import type { Source } from '../repositories/sources.ts';
import type { ReadableDb } from '../sqlite.ts';

/**
 * With several models every gain is measured against the anchor, so that a judgement of two of the others says nothing of
 * either gain. They are counted here: nothing is left out in silence.
 */
export function unusedLabels(
  db: ReadableDb,
  models: readonly Model[],
  sources: readonly Source[],
): readonly Warning[] {
  if (models.length < 2) return [];
  const among = {
    models: JSON.stringify(models.map(({ id }) => id)),
    sources: JSON.stringify(sources.map(({ id }) => id)),
  };
  const isAmong = (column: string): string => `${column} IN (SELECT value FROM json_each(@models))`;
  const ofPair = `${isAmong('model_a_id')} AND ${isAmong('model_b_id')}`;
  const count = (sql: string): number => db.prepare<[typeof among], number>(sql).pluck().get(among) ?? 0;
  const verdicts = count(
    `SELECT count(*) FROM preference_verdict
     WHERE source_id IN (SELECT value FROM json_each(@sources)) AND ${ofPair}`,
  );
  const grades = count(`SELECT count(*) FROM current_grade WHERE ${ofPair}`);
  if (verdicts + grades === 0) return [];
  return [
    {
      code: 'pairs-without-anchor',
      message:
        `${grades} grades and ${verdicts} judgements compare two models of which neither is the anchor. They are about ` +
        'no gain that is measured here, and are not used.',
    },
  ];
}
