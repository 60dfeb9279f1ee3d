import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

const css = readFileSync(new URL('../../../renderer/ui/tokens.css', import.meta.url), 'utf8');

/** The two values of every colour: light, dark. */
const colours = new Map(
  [...css.matchAll(/--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)/g)].map(
    ([, name, light, dark]) => [name, [light, dark]] as const,
  ),
);

const grounds = ['bg', 'surface', 'surface-raised', 'surface-sunken', 'surface-hover'];
const texts = ['text', 'text-muted', 'text-faint', 'accent-text'];
const onSoft = ['danger', 'warning', 'success', 'gold'].map((tone) => [tone, `${tone}-soft`] as const);
const charts = Array.from({ length: 8 }, (_, i) => `chart-${i + 1}`);

const textPairs = [
  ...texts.flatMap((text) => grounds.map((ground) => [text, ground] as const)),
  ...onSoft,
  ...onSoft.flatMap(([tone]) => ['surface', 'surface-raised'].map((ground) => [tone, ground] as const)),
  ['accent-text', 'accent-soft'],
  ['accent-text', 'surface-selected'],
  ['text', 'surface-selected'],
  ['text', 'surface-chosen'],
  ['on-accent', 'accent'],
  ['on-accent', 'accent-hover'],
  ['on-danger', 'danger-fill'],
] as const;

/** WCAG 2.2, 1.4.11: what a control or a line of a chart is known by. */
const shapePairs = [
  ['border-strong', 'surface'],
  ['focus', 'surface'],
  ['focus', 'bg'],
  ['accent', 'surface'],
  ...charts.map((chart) => [chart, 'surface'] as const),
] as const;

test.each(textPairs)('%s can be read on %s in both themes', (text, ground) => {
  for (const theme of [0, 1]) expect(contrast(text, ground, theme)).toBeGreaterThanOrEqual(4.5);
});

test.each(shapePairs)('%s can be told from %s in both themes', (shape, ground) => {
  for (const theme of [0, 1]) expect(contrast(shape, ground, theme)).toBeGreaterThanOrEqual(3);
});

function contrast(a: string, b: string, theme: number): number {
  const [x, y] = [luminance(colour(a, theme)), luminance(colour(b, theme))].sort((p, q) => q - p);
  return (x + 0.05) / (y + 0.05);
}

function colour(name: string, theme: number): string {
  const value = colours.get(name)?.at(theme);
  if (value === undefined) throw new Error(`tokens.css has no colour ${name}.`);
  return value;
}

/** Relative luminance, WCAG 2.2. */
function luminance(hex: string): number {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
