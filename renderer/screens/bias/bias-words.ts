import type { JobResult, MethodOutput } from '../../../src/contract/methods.ts';
import { showInterval, showNumber, showPercent, showSigned } from '../../charts/numbers.ts';

/** What the pictures of Bias say, computed from the same figures. Pure. */

export type SourceBias = JobResult<'bias.estimate'>['sources'][number];
type SourceStatus = MethodOutput<'project.status'>['sources'][number];

export function describeBias(
  source: SourceBias,
  pair: { readonly strong: string; readonly cheap: string },
): string {
  const { mean, ci95, reason } = source.bias;
  if (mean === null) return `${source.source}: no figure, because ${reason ?? 'there is too little data'}.`;
  if (ci95 === null)
    return `${source.source} is off by ${showSigned(mean)} on average; no interval is known.`;
  const interval = `95 % interval ${showInterval(ci95, showSigned)}`;
  const [low, high] = ci95;
  if (low <= 0 && high >= 0) {
    return `${source.source} shows no bias on average that could be told from 0 (${showSigned(mean)}, ${interval}); it may still differ from prompt to prompt.`;
  }
  const favoured = mean < 0 ? pair.strong : pair.cheap;
  const direction = mean < 0 ? 'high' : 'low';
  return `${source.source} favours ${favoured}: it puts the gain of ${pair.strong} ${showNumber(Math.abs(mean))} too ${direction} on average (gold − preference ${showSigned(mean)}, ${interval}).`;
}

/** One sentence for each of a few sources; for many, how they divide and which is furthest off. */
export function describeBiases(
  sources: readonly SourceBias[],
  pair: { readonly strong: string; readonly cheap: string },
): string {
  if (sources.length <= MOST_SENTENCES) return sources.map((source) => describeBias(source, pair)).join(' ');
  const known = sources.flatMap(({ source, bias }) =>
    bias.mean === null || bias.ci95 === null ? [] : [{ source, mean: bias.mean, ci95: bias.ci95 }],
  );
  const towardsStrong = known.filter((s) => s.ci95[1] < 0).length;
  const towardsCheap = known.filter((s) => s.ci95[0] > 0).length;
  const furthest = known.reduce((a, b) => (Math.abs(b.mean) > Math.abs(a.mean) ? b : a), known[0]);
  return (
    `Of ${sources.length} sources, ${towardsStrong} favour ${pair.strong}, ${towardsCheap} favour ${pair.cheap}, and ` +
    `${sources.length - towardsStrong - towardsCheap} cannot be told from unbiased on average. ` +
    `Furthest off is ${furthest.source} (${showSigned(furthest.mean)}, 95 % interval ${showInterval(furthest.ci95, showSigned)}).`
  );
}

const MOST_SENTENCES = 3;

export function describeSlices(source: SourceBias): string {
  const apart = source.slices.filter(({ ci95 }) => ci95[0] > 0 || ci95[1] < 0);
  const lowest = source.slices.reduce((a, b) => (b.mean < a.mean ? b : a), source.slices[0]);
  const highest = source.slices.reduce((a, b) => (b.mean > a.mean ? b : a), source.slices[0]);
  return (
    `The bias goes from ${showSigned(lowest.mean)} (${lowest.value}) to ${showSigned(highest.mean)} (${highest.value}); ` +
    `in ${apart.length} of ${source.slices.length} slices its interval leaves out 0. ` +
    'Intervals are for one slice at a time: of twenty slices without bias, one would leave out 0 by chance.'
  );
}

export function describeOverlap(overlap: NonNullable<SourceBias['overlap']>): string {
  const { rowsOutside, rowsChecked, effectiveGold, nGold } = overlap;
  const spread =
    rowsOutside === 0
      ? 'No prompt is more than ten times more or less likely to be graded than the mean'
      : `${rowsOutside} of ${rowsChecked} prompts are more than ten times more or less likely to be graded than the mean`;
  return `${spread}; the ${nGold} gold prompts count like ${Math.round(effectiveGold)} evenly drawn ones. Where the two strips cover each other, gold can correct the preferences.`;
}

export function describeAgreement(sources: readonly SourceStatus[]): string {
  const known = sources.filter((s) => s.agreement.value !== null);
  if (known.length === 0)
    return 'No pair outside the test set has both gold and a preference, so no agreement can be shown.';
  const best = known.reduce((a, b) => ((b.agreement.value ?? 0) > (a.agreement.value ?? 0) ? b : a));
  const told = known.length <= MOST_SENTENCES ? known : [best];
  const lead = known.length <= MOST_SENTENCES ? '' : `Of ${known.length} sources the closest: `;
  return `${lead}${told
    .map(
      (s) =>
        `${s.name} says the same as gold on ${showPercent(s.agreement.value)} of ${s.agreement.pairs} pairs` +
        (s.agreement.ci95 === null ? '' : ` (${showInterval(s.agreement.ci95, (v) => showPercent(v))})`),
    )
    .join('; ')}. Test prompts are left out.`;
}

export function describeScatter({ source, points, nPaired }: SourceBias): string {
  const shown = points.reduce((sum, point) => sum + point.prompts, 0);
  const count = (is: (point: (typeof points)[number]) => boolean): number =>
    points.filter(is).reduce((sum, point) => sum + point.prompts, 0);
  const opposite = count((p) => p.gold * p.preference < 0);
  const part = shown < nPaired ? `, of which ${shown} drawn at random are shown` : '';
  return (
    `${nPaired} prompts carry both labels${part}. On ${showPercent(opposite / shown)} of them gold and ${source} name opposite winners. ` +
    'Below the dashed line the source puts the gain of the strong model too high, above it too low; a larger circle stands for more prompts.'
  );
}
