import type { MethodOutput } from '../../../src/contract/methods.ts';
import { formatNumber, formatPercent, formatQuantity } from '../../app/format.ts';
import { text } from '../../text.ts';

/** What the figures of agreement say, in words, and which figure is read. Pure. */

export type AgreementReport = MethodOutput<'review.agreement'>;
export type Measured = AgreementReport['overall']['percent'];
export type GroupFigure = keyof AgreementReport['overall'];
export type PairFigure = Exclude<keyof AgreementReport['pairs'][number]['figures'], 'items'>;

const words = text.review.agreement;

export const groupFigures: readonly GroupFigure[] = [
  'percent',
  'fleissKappa',
  'krippendorffNominal',
  'krippendorffOrdinal',
  'krippendorffInterval',
  'gwetAc1',
];
export const pairFigures: readonly PairFigure[] = [
  'percent',
  'cohenKappa',
  'weightedKappa',
  'krippendorffInterval',
  'gwetAc1',
];

/** Shares as percentages, coefficients with two digits: no interval here is narrow enough for a third. */
export function showFigure(figure: GroupFigure | PairFigure, value: number): string {
  return figure === 'percent' ? formatPercent(value) : formatNumber(value, 2);
}

/** `0.63 (0.55 to 0.71)`; empty where there is no value. */
export function written(figure: GroupFigure | PairFigure, { value, ci95 }: Measured): string {
  if (value === null) return '';
  const interval = intervalOf(figure, { value, ci95 });
  return interval === null ? showFigure(figure, value) : `${showFigure(figure, value)} (${interval})`;
}

function intervalOf(figure: GroupFigure | PairFigure, { ci95 }: Measured): string | null {
  return ci95 === null ? null : `${showFigure(figure, ci95[0])} to ${showFigure(figure, ci95[1])}`;
}

/** Verdicts and correctness are categories, which kappa was made for; scores are numbers, which alpha was. */
export function readFigure(kind: 'verdict' | 'score' | 'correctness' | 'rubric'): GroupFigure {
  return kind === 'verdict' || kind === 'correctness' ? 'fleissKappa' : 'krippendorffInterval';
}

/** The band of Landis and Koch (1977), a scale for kappa. */
export function landisKoch(kappa: number): string {
  const { landis } = words;
  if (kappa < 0) return landis.poor;
  if (kappa <= 0.2) return landis.slight;
  if (kappa <= 0.4) return landis.fair;
  if (kappa <= 0.6) return landis.moderate;
  return kappa <= 0.8 ? landis.substantial : landis.perfect;
}

/** What Krippendorff (2004, Content Analysis, section 11.4.2) lets one conclude from an alpha. */
export function krippendorff(alpha: number): string {
  const { krippendorff: bands } = words;
  if (alpha < 0.667) return bands.unreliable;
  return alpha < 0.8 ? bands.tentative : bands.reliable;
}

/** The figures in plain sentences; where the interval spans several bands of a scale, both ends are named. */
export function readAgreement(
  report: Pick<AgreementReport, 'overall' | 'shared'>,
  kind: 'verdict' | 'score' | 'correctness' | 'rubric',
): string {
  const { percent, gwetAc1 } = report.overall;
  if (percent.value === null) return words.noFigure(words.figures.percent, percent.reason ?? '');
  const figure = readFigure(kind);
  const measured = report.overall[figure];
  const sentences = [
    (kind === 'score' || kind === 'rubric' ? words.sameScore : words.same)(
      formatPercent(percent.value),
      intervalOf('percent', percent),
      formatQuantity(report.shared, 'item'),
    ),
  ];
  if (measured.value === null) {
    sentences.push(words.noFigure(words.figures[figure], measured.reason ?? ''));
  } else {
    const band = figure === 'fleissKappa' ? landisKoch : krippendorff;
    const [low, high] = measured.ci95 ?? [measured.value, measured.value];
    const scale = figure === 'fleissKappa' ? words.scales.landis : words.scales.krippendorff;
    sentences.push(
      words.beyond(words.figures[figure], showFigure(figure, measured.value), intervalOf(figure, measured)) +
        words.reads(band(low), band(high), scale),
    );
    if (measured.ci95 === null) sentences.push(words.noInterval(measured.reason ?? ''));
    if (isParadox(report, figure)) sentences.push(words.paradox(written('gwetAc1', gwetAc1)));
  }
  return sentences.join(' ');
}

/** High agreement and a low kappa: nearly all grades are the same (Feinstein & Cicchetti 1990, doi 10.1016/0895-4356(90)90158-L). */
function isParadox({ overall }: Pick<AgreementReport, 'overall'>, figure: GroupFigure): boolean {
  const kappa = overall[figure].value;
  const { percent, gwetAc1 } = overall;
  if (figure !== 'fleissKappa' || kappa === null || percent.value === null || gwetAc1.value === null)
    return false;
  return percent.value >= 0.8 && gwetAc1.value - kappa >= 0.25;
}

interface Named {
  readonly name: string;
  readonly measured: Measured;
}

/** The one with the lowest (or highest) value of those that have one; null where fewer than two do. */
export function extreme<N extends Named>(all: readonly N[], which: 'lowest' | 'highest'): N | null {
  const sorted = all
    .filter((each) => each.measured.value !== null)
    .sort((a, b) => (a.measured.value ?? 0) - (b.measured.value ?? 0));
  if (sorted.length < 2) return null;
  return sorted.at(which === 'lowest' ? 0 : -1) ?? null;
}
