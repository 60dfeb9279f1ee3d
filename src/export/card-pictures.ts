/** The pictures of a card: quality and cost over the share of strong calls, and the gains it predicts. */
import { z } from 'zod';
import type { Manifest } from '../runtime/manifest.ts';
import { lineFigure, type Figure } from './line-figure.ts';
import { formatNumber } from './markdown.ts';

const curve = z
  .array(
    z.object({
      strongShare: z.number(),
      quality: z.number(),
      ci95: z.tuple([z.number(), z.number()]).nullable().optional(),
    }),
  )
  .min(2);

const percent = (share: number): string => `${Number((100 * share).toFixed(1))} %`;

/** Quality over share, as the run's diagnostics have it; none where nothing was measured. */
function qualityFigure(manifest: Manifest): Figure | null {
  const parsed = curve.safeParse(manifest.diagnostics.curve);
  if (!parsed.success) return null;
  const line = parsed.data.map(({ strongShare, quality, ci95 }) => ({
    x: strongShare,
    y: quality,
    band: ci95 ?? null,
  }));
  const [first, last] = [line[0], line[line.length - 1]];
  const marks = manifest.operatingPoints.flatMap(({ name, strongShare, quality }) =>
    strongShare.value === null || quality.value === null
      ? []
      : [{ x: strongShare.value, y: quality.value, label: name }],
  );
  const unit = manifest.qualityUnit === 'gold-score' ? 'gold score' : 'gain over always cheap';
  return {
    title: 'Quality over the share of strong calls',
    description: `From ${formatNumber(first.y)} with no strong call to ${formatNumber(last.y)} with strong calls only. The band is the 95 % interval, the dashed line is random routing at the same share.`,
    xLabel: 'share of prompts that the strong model answers',
    yLabel: `quality (${unit})`,
    line,
    reference: [first, last],
    marks,
    formatX: percent,
  };
}

/** The gain above which a share of the prompts lies. */
function gainFigure({ gainPercentiles, operatingPoints }: Manifest): Figure | null {
  if (gainPercentiles === null || gainPercentiles[0] === gainPercentiles[100]) return null;
  const line = gainPercentiles.map((gain, i) => ({ x: i / 100, y: gain }));
  const marks = operatingPoints.flatMap(({ name, threshold }) => {
    const at = gainPercentiles.findIndex((gain) => gain > threshold);
    return at < 0 ? [] : [{ x: at / 100, y: threshold, label: name }];
  });
  return {
    title: 'Predicted gain, by percentile of the training prompts',
    description: `From ${formatNumber(gainPercentiles[0])} to ${formatNumber(gainPercentiles[100])}; the marks are the thresholds of the operating points.`,
    xLabel: 'share of prompts with a smaller gain',
    yLabel: 'predicted gain',
    line,
    marks,
    formatX: percent,
  };
}

/** The pictures that a manifest has the numbers for, each with its caption. */
export function cardPictures(
  manifest: Manifest,
): readonly { readonly svg: string; readonly caption: string }[] {
  return [qualityFigure(manifest), gainFigure(manifest)]
    .filter((figure) => figure !== null)
    .map((figure) => ({ svg: lineFigure(figure), caption: `${figure.title}. ${figure.description}` }));
}
