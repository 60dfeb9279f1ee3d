import type { z } from '../../../src/contract/zod.ts';
import type { certificateDocument } from '../../../src/contract/certificates.ts';
import type { Frozen } from '../../../src/contract/method.ts';
import { formatCount } from '../../app/format.ts';
import type { Picture } from '../../charts/diagnostic-layout.ts';
import { showNumber, showPercent } from '../../charts/numbers.ts';

/** What a certificate says in words and pictures. Pure. */

export type Certificate = Frozen<z.output<typeof certificateDocument>>;
export type Setting = Certificate['tested'][number];

/** Of a setting: where the cheap answer is kept, where the strong model is called. */
export function describeThresholds({
  keepBelow,
  escalateAbove,
}: Pick<Setting, 'keepBelow' | 'escalateAbove'>): string {
  const keep =
    keepBelow === null
      ? 'keep nothing'
      : `keep the cheap answer up to a predicted gain of ${showNumber(keepBelow)}`;
  const call =
    escalateAbove === null
      ? 'call the strong model never'
      : `call the strong model above ${showNumber(escalateAbove)}`;
  return `${keep}, ${call}, ask an expert between`;
}

/** Risk against what is automated: every setting that was tested, certified or not, and α. */
export function certificatePicture({ tested, alpha }: Certificate): Picture {
  const points = (isCertified: boolean): Picture['series'][number]['points'] =>
    tested
      .filter((t) => t.isCertified === isCertified && t.risk !== null)
      .map((t) => ({ x: t.keptShare + t.escalatedShare, y: t.risk ?? 0, ci95: null }));
  return {
    xLabel: 'share of prompts answered without an expert',
    yLabel: 'disagreements among them',
    xScale: 'linear',
    series: [
      { name: 'certified', mark: 'points' as const, points: points(true) },
      { name: 'not certified', mark: 'points' as const, points: points(false) },
    ].filter((series) => series.points.length > 0),
    references: [{ kind: 'y', value: alpha, label: `α = ${showPercent(alpha)}` }],
  };
}

export function describeTested({ tested, chains, calibrationPrompts }: Certificate): string {
  const certified = tested.filter((t) => t.isCertified).length;
  return (
    `${certified} of ${formatCount(tested.length)} settings that were tested are certified, on ${formatCount(calibrationPrompts)} prompts that training never saw. ` +
    `In each of ${chains} chains the test goes from the most cautious setting on and ends at the first that fails; a point below the line may still be too uncertain to certify.`
  );
}
