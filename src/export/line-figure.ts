/** A small figure as SVG: a line with its band, a dashed reference and marked points. Pure text, no script, two colour schemes. */

export interface FigurePoint {
  readonly x: number;
  readonly y: number;
  /** The interval of y. */
  readonly band?: readonly [number, number] | null;
}

export interface Figure {
  readonly title: string;
  /** What the figure says, for those who cannot see it. */
  readonly description: string;
  readonly xLabel: string;
  readonly yLabel: string;
  /** Ordered by x. */
  readonly line: readonly FigurePoint[];
  readonly reference?: readonly [FigurePoint, FigurePoint];
  readonly marks: readonly (FigurePoint & { readonly label: string })[];
  readonly formatX: (x: number) => string;
}

const WIDTH = 640;
const HEIGHT = 340;
const MARGIN = { left: 64, right: 20, top: 16, bottom: 48 };

function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** Round numbers that cover a range, about five of them. */
export function ticks(low: number, high: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const rough = span / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= rough) ?? 10 * power;
  const first = Math.ceil(low / step - 1e-9);
  const count = Math.floor(high / step + 1e-9) - first + 1;
  return Array.from({ length: count }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}

function extent(values: readonly number[]): readonly [number, number] {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const pad = high > low ? 0.06 * (high - low) : 0.5;
  return [low - pad, high + pad];
}

const round = (value: number): string => String(Number(value.toFixed(2)));

/** The figure as an `<svg>` element that stands for itself. */
export function lineFigure(figure: Figure): string {
  const { line, marks, reference = [] } = figure;
  const all = [...line, ...marks, ...reference];
  const [xLow, xHigh] = [Math.min(...all.map(({ x }) => x)), Math.max(...all.map(({ x }) => x))];
  const [yLow, yHigh] = extent(all.flatMap(({ y, band }) => [y, ...(band ?? [])]));
  const px = (x: number): string =>
    round(MARGIN.left + ((x - xLow) / (xHigh - xLow || 1)) * (WIDTH - MARGIN.left - MARGIN.right));
  const py = (y: number): string =>
    round(HEIGHT - MARGIN.bottom - ((y - yLow) / (yHigh - yLow)) * (HEIGHT - MARGIN.top - MARGIN.bottom));
  const path = (points: readonly (readonly [number, number])[]): string =>
    points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${px(x)} ${py(y)}`).join('');
  const banded = line.flatMap(({ x, band }) => (band === null || band === undefined ? [] : [{ x, band }]));
  const upper = banded.map(({ x, band }) => [x, band[1]] as const);
  const lower = banded.map(({ x, band }) => [x, band[0]] as const).reverse();
  const bottom = HEIGHT - MARGIN.bottom;
  const parts = [
    ...ticks(yLow, yHigh).map(
      (y) =>
        `<path class="grid" d="M${MARGIN.left} ${py(y)}H${WIDTH - MARGIN.right}"/><text class="tick" x="${MARGIN.left - 8}" y="${py(y)}" text-anchor="end" dominant-baseline="middle">${y}</text>`,
    ),
    ...ticks(xLow, xHigh).map(
      (x) =>
        `<text class="tick" x="${px(x)}" y="${bottom + 18}" text-anchor="middle">${escapeXml(figure.formatX(x))}</text>`,
    ),
    `<path class="axis" d="M${MARGIN.left} ${bottom}H${WIDTH - MARGIN.right}"/>`,
    banded.length < 2 ? '' : `<path class="band" d="${path([...upper, ...lower])}Z"/>`,
    reference.length < 2 ? '' : `<path class="reference" d="${path(reference.map(({ x, y }) => [x, y]))}"/>`,
    `<path class="line" d="${path(line.map(({ x, y }) => [x, y]))}"/>`,
    ...marks.map(({ x, y, label }) => {
      const isRight = (x - xLow) / (xHigh - xLow || 1) > 0.7;
      return `<circle class="mark" cx="${px(x)}" cy="${py(y)}" r="5"/><text class="label" x="${px(x)}" dx="${isRight ? -9 : 9}" y="${py(y)}" dy="${isRight ? -9 : 16}" text-anchor="${isRight ? 'end' : 'start'}">${escapeXml(label)}</text>`;
    }),
    `<text class="name" x="${(MARGIN.left + WIDTH - MARGIN.right) / 2}" y="${HEIGHT - 8}" text-anchor="middle">${escapeXml(figure.xLabel)}</text>`,
    `<text class="name" transform="translate(14 ${(MARGIN.top + bottom) / 2}) rotate(-90)" text-anchor="middle">${escapeXml(figure.yLabel)}</text>`,
  ];
  const title = `<title>${escapeXml(figure.title)}</title><desc>${escapeXml(figure.description)}</desc>`;
  return `<svg role="img" viewBox="0 0 ${WIDTH} ${HEIGHT}" xmlns="http://www.w3.org/2000/svg">${title}${parts.join('')}</svg>`;
}
