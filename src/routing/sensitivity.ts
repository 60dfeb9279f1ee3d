import { quantileSorted } from '../stats/descriptive.ts';
import { Z95 } from '../stats/normal.ts';
import { exact, unknown, type Diagnostic, type PicturePoint } from './diagnostics-types.ts';

/**
 * Sensitivity: how large a hidden bias, the same everywhere, would flip which share of the routes. A route flips where the
 * bias is larger than the distance of ψ̂(x) from the threshold, so the answer is a quantile of |ψ̂ − w|.
 */
const TITLE = 'Sensitivity to a hidden bias';
const UNIT = 'hidden bias that flips 10 % of the routes';
const SHARE = 0.1;
const GRID = 41;

export interface SensitivityInput {
  /** ψ̂ of the prompts that are routed. */
  readonly predicted: Float64Array;
  readonly w: number;
  /** Half the width of the interval of the mean bias: as large a bias the data cannot exclude. Null: unknown. */
  readonly halfWidth: number | null;
}

export function sensitivity({ predicted, w, halfWidth }: SensitivityInput): Diagnostic {
  const n = predicted.length;
  if (n < 20) return unknown('sensitivity', TITLE, UNIT, `there are only ${n} prompts to route`);
  const margins = predicted.map((gain) => Math.abs(gain - w)).sort();
  const value = quantileSorted(margins, SHARE);
  const isFragile = halfWidth !== null && value < halfWidth;
  const flipped = halfWidth === null ? null : shareWithin(margins, halfWidth);
  return {
    name: 'sensitivity',
    title: TITLE,
    verdict: isFragile ? 'look' : halfWidth === null ? 'unknown' : 'fine',
    value: { value, ci95: quantileInterval(margins, SHARE) },
    unit: UNIT,
    sentence:
      `A hidden bias of ${value.toFixed(3)} in the wrong direction would flip one route in ten.` +
      (halfWidth === null || flipped === null
        ? ''
        : ` The data cannot exclude one of ${halfWidth.toFixed(3)} (half the interval of the mean bias): it would flip ` +
          `${percent(flipped)} of them.`),
    warningCode: isFragile ? 'fragile-routes' : null,
    figures: [
      ...(halfWidth === null || flipped === null
        ? []
        : [
            {
              name: 'share flipped by half the interval of the mean bias',
              value: exact(flipped, 'counted over these prompts'),
            },
          ]),
      ...[0.05, 0.25, 0.5].map((share) => ({
        name: `hidden bias that flips ${percent(share)}`,
        value: { value: quantileSorted(margins, share), ci95: quantileInterval(margins, share) },
      })),
    ],
    picture: {
      xLabel: 'hidden bias added to ψ̂ (gain)',
      yLabel: 'share of routes that flip',
      xScale: 'linear',
      series: [
        {
          name: 'routes that flip',
          mark: 'line',
          points: flipCurve(predicted, w, quantileSorted(margins, 0.9)),
        },
      ],
      references: [
        { kind: 'x', value: 0, label: 'as estimated' },
        ...(halfWidth === null
          ? []
          : ([
              { kind: 'x', value: -halfWidth, label: 'edge of the interval' },
              { kind: 'x', value: halfWidth, label: 'edge of the interval' },
            ] as const)),
      ],
    },
  };
}

function flipCurve(predicted: Float64Array, w: number, reach: number): PicturePoint[] {
  return Array.from({ length: GRID }, (_, k) => {
    const hidden = -reach + (2 * reach * k) / (GRID - 1);
    let flips = 0;
    for (const gain of predicted) if (gain > w !== gain + hidden > w) flips++;
    return { x: hidden, y: flips / predicted.length, ci95: null };
  });
}

/** 95 % interval of a quantile by order statistics (binomial ranks, normal approximation). */
function quantileInterval(ascending: Float64Array, share: number): readonly [number, number] {
  const n = ascending.length;
  const reach = Z95 * Math.sqrt((share * (1 - share)) / n);
  return [
    quantileSorted(ascending, Math.max(share - reach, 0)),
    quantileSorted(ascending, Math.min(share + reach, 1)),
  ];
}

function shareWithin(margins: Float64Array, size: number): number {
  let count = 0;
  for (const margin of margins) if (margin < size) count++;
  return count / margins.length;
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
